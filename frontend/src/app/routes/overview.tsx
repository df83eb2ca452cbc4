import { EnvironmentFilter, useEnvironmentFilter } from '../../features/releases/components/environment-filter';
import { Environments } from '../../features/releases/components/environments';
import { ReleaseList } from '../../features/releases/components/release-list';

export function OverviewPage() {
  const environment = useEnvironmentFilter();
  return (
    <>
      <title>Release journal</title>
      <div className="page-head">
        <h1>What is live where</h1>
        <p className="page-lede">Test and production side by side, and every release that led there.</p>
      </div>
      <div className="page-sections">
        <Environments />
        <section aria-labelledby="releases-heading">
          <div className="section-head">
            <h2 id="releases-heading">Releases</h2>
            <EnvironmentFilter />
          </div>
          <ReleaseList key={environment} environment={environment} />
        </section>
      </div>
    </>
  );
}
