import { EmptyPanel } from '../../../components/empty-panel';
import { ErrorPanel } from '../../../components/error-panel';
import { Skeleton } from '../../../components/skeleton';
import { day } from '../../../lib/format';
import { useNow } from '../../../lib/use-now';
import { useReleases } from '../api/queries';
import type { Release } from '../api/release';
import { NO_FILTERS, type Filters } from '../filters';
import { ReleaseRow } from './release-row';
import './release-list.css';

const LATEST = 6;

/** The timeline: newest first, page by page. */
export function ReleaseList({ filters }: { filters: Filters }) {
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } =
    useReleases(filters);
  const releases = data?.pages.flatMap((page) => page.items) ?? [];

  if (!data) {
    if (!error) return <Skeleton label="Loading the releases" rows={8} />;
    return (
      <ErrorPanel
        title="The releases could not be loaded"
        detail={error.message}
        busy={isFetching}
        onRetry={() => void refetch()}
      />
    );
  }
  if (releases.length === 0 && !hasNextPage) {
    return Object.values(filters).some((value) => value !== null) ? (
      <EmptyPanel title="No release passes these filters">Choose a longer period, or clear the filters.</EmptyPanel>
    ) : (
      <NoReleases />
    );
  }
  return (
    <>
      <Days releases={releases} level="h2" />
      <p className="visually-hidden" role="status">
        {releases.length} releases shown
      </p>
      {isFetchNextPageError && (
        <ErrorPanel
          title="Older releases could not be loaded"
          detail={error.message}
          onRetry={() => void fetchNextPage()}
        />
      )}
      {hasNextPage && !isFetchNextPageError && (
        <button
          type="button"
          className="button load-more"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {isFetchingNextPage ? 'Loading…' : 'Load more'}
        </button>
      )}
    </>
  );
}

/** The last few, for the overview. */
export function LatestReleases() {
  const { data, error, refetch, isFetching } = useReleases(NO_FILTERS, LATEST);
  if (data) {
    const releases = data.pages.flatMap((page) => page.items).slice(0, LATEST);
    return releases.length > 0 ? <Days releases={releases} level="h3" /> : <NoReleases />;
  }
  if (!error) return <Skeleton label="Loading the releases" rows={6} />;
  return (
    <ErrorPanel
      title="The releases could not be loaded"
      detail={error.message}
      busy={isFetching}
      onRetry={() => void refetch()}
    />
  );
}

function NoReleases() {
  return (
    <EmptyPanel title="No releases yet">The first commit that goes through the pipeline will show up here.</EmptyPanel>
  );
}

/** The journal's entries below one heading for each day, of the level that the page's outline wants. */
function Days({ releases, level: Heading }: { releases: Release[]; level: 'h2' | 'h3' }) {
  const now = useNow();
  const days = new Map<string, Release[]>();
  for (const release of releases) {
    const heading = release.started_at ? day(release.started_at, now) : 'No date';
    const entries = days.get(heading);
    if (entries) entries.push(release);
    else days.set(heading, [release]);
  }
  return [...days].map(([heading, entries]) => (
    <div key={heading} className="day">
      <Heading className="day-heading">{heading}</Heading>
      <ol className="rows">
        {entries.map((release) => (
          <ReleaseRow key={`${release.environment}/${release.id}`} release={release} />
        ))}
      </ol>
    </div>
  ));
}
