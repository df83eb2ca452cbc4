import { EmptyPanel } from '../../../components/empty-panel';
import { ErrorPanel } from '../../../components/error-panel';
import { Skeleton } from '../../../components/skeleton';
import { day } from '../../../lib/format';
import { useNow } from '../../../lib/use-now';
import { useReleases } from '../api/queries';
import type { Release } from '../api/release';
import { environmentLabel } from '../names';
import { ReleaseRow } from './release-row';
import './release-list.css';

export function ReleaseList({ environment }: { environment: string | null }) {
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } =
    useReleases(environment);
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
  // A page may be empty and still have a next one.
  if (releases.length === 0 && !hasNextPage) {
    return (
      <EmptyPanel title="No releases yet">
        {environment
          ? `The first release to ${environmentLabel(environment).toLowerCase()} will show up here.`
          : 'The first commit that goes through the pipeline will show up here.'}
      </EmptyPanel>
    );
  }
  return (
    <>
      <Days releases={releases} />
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

/** The journal's entries below one heading for each day. */
function Days({ releases }: { releases: Release[] }) {
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
      <h3 className="day-heading">{heading}</h3>
      <ol className="rows">
        {entries.map((release) => (
          <ReleaseRow key={`${release.environment}/${release.id}`} release={release} />
        ))}
      </ol>
    </div>
  ));
}
