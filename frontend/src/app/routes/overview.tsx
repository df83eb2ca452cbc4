import { Link } from 'react-router';
import { Environments } from '../../features/releases/components/environments';
import { LatestReleases } from '../../features/releases/components/release-list';

export function OverviewPage() {
  return (
    <>
      <title>Release journal</title>
      <div className="page-head">
        <h1>What is live where</h1>
        <p className="page-lede">Test and production side by side, and what led there.</p>
      </div>
      <div className="page-sections">
        <Environments />
        <section aria-labelledby="releases-heading">
          <div className="section-head">
            <h2 id="releases-heading">Latest releases</h2>
            <Link to="/releases" className="section-link">
              All releases
            </Link>
          </div>
          <LatestReleases />
        </section>
      </div>
    </>
  );
}
