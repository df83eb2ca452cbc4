import { ReleaseFilters } from '../../features/releases/components/release-filters';
import { ReleaseList } from '../../features/releases/components/release-list';
import { useFilters } from '../../features/releases/filters';

export function TimelinePage() {
  const [filters] = useFilters();
  return (
    <>
      <title>Releases · Release journal</title>
      <div className="page-head">
        <h1>Releases</h1>
        <p className="page-lede">Every release to every environment, newest first.</p>
      </div>
      <ReleaseFilters />
      <ReleaseList key={JSON.stringify(filters)} filters={filters} />
    </>
  );
}
