import { Link, useParams } from 'react-router';
import { ErrorPanel } from '../../components/error-panel';
import { Skeleton } from '../../components/skeleton';
import { isNotFound, useRelease } from '../../features/releases/api/queries';
import { ReleaseView } from '../../features/releases/components/release-view';

export function ReleasePage() {
  const { id = '' } = useParams();
  const { data, error, refetch, isFetching } = useRelease(id);
  return (
    <>
      <Link to="/releases" className="back">
        ← All releases
      </Link>
      {data ? (
        <ReleaseView detail={data} />
      ) : error ? (
        <>
          <title>Release · Release journal</title>
          <h1 className="visually-hidden">Release</h1>
          {isNotFound(error) ? (
            <ErrorPanel title="This release is not in the journal" detail={`Nothing is known about “${id}”.`} />
          ) : (
            <ErrorPanel
              title="The release could not be loaded"
              detail={error.message}
              busy={isFetching}
              onRetry={() => void refetch()}
            />
          )}
        </>
      ) : (
        <>
          <title>Release · Release journal</title>
          <h1 className="visually-hidden">Release</h1>
          <Skeleton label="Loading the release" rows={6} />
        </>
      )}
    </>
  );
}
