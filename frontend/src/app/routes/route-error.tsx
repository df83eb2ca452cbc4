import { useRouteError } from 'react-router';
import { ErrorPanel } from '../../components/error-panel';

/** Shown when a page fails while it renders or its chunk is missing even after the guard's reload. */
export function RouteError() {
  const error = useRouteError();
  return (
    <>
      <title>Error · Release journal</title>
      <h1 className="visually-hidden">Error</h1>
      <ErrorPanel
        title="This page could not be shown"
        detail={error instanceof Error ? error.message : 'An unexpected error occurred.'}
        retryLabel="Reload"
        onRetry={() => {
          window.location.reload();
        }}
      />
    </>
  );
}
