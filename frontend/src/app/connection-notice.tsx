import { notifyManager, onlineManager, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import { RelativeTime } from '../components/time';
import './connection-notice.css';

/** Says so when what is shown is not what is: without a connection, or when the API stopped answering after it had. */
export function ConnectionNotice() {
  const client = useQueryClient();
  const subscribe = useCallback(
    (onChange: () => void) => {
      const changed = notifyManager.batchCalls(onChange);
      const unsubscribes = [onlineManager.subscribe(changed), client.getQueryCache().subscribe(changed)];
      return () => {
        for (const unsubscribe of unsubscribes) unsubscribe();
      };
    },
    [client],
  );
  const isOnline = useSyncExternalStore(subscribe, () => onlineManager.isOnline());
  const knownAt = useSyncExternalStore(subscribe, () => oldestKnown(client));
  return (
    <div role="status" className="notice" data-testid="connection">
      {!isOnline ? (
        <p className="shell">You are offline. The page goes on by itself once there is a connection.</p>
      ) : (
        knownAt !== null && (
          <p className="shell">
            Not up to date: the API does not answer. What you see was true <RelativeTime at={new Date(knownAt)} />; it is asked
            again by itself.
          </p>
        )
      )}
    </div>
  );
}

/** Of all that is shown although it could not be fetched again, the oldest. */
function oldestKnown(client: QueryClient): number | null {
  const outdated = client
    .getQueryCache()
    .getAll()
    .filter((query) => query.isActive() && query.state.status === 'error' && query.state.data !== undefined);
  return outdated.length > 0 ? Math.min(...outdated.map((query) => query.state.dataUpdatedAt)) : null;
}
