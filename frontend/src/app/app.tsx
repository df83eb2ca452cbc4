import { QueryClientProvider, useQuery, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { RouterProvider, type DataRouter } from 'react-router';
import { ErrorPanel } from '../components/error-panel';
import { Skeleton } from '../components/skeleton';
import { ApiContext, createApiClient } from '../lib/api-client';
import { loadConfig, type Config } from '../lib/config';

interface AppProps {
  router: DataRouter;
  queryClient: QueryClient;
}

export function App({ router, queryClient }: AppProps) {
  return (
    <QueryClientProvider client={queryClient}>
      <Configured>{(config) => <Journal config={config} router={router} />}</Configured>
    </QueryClientProvider>
  );
}

/** Nothing can be fetched before it is known where from. */
function Configured({ children }: { children: (config: Config) => React.ReactNode }) {
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['config'],
    queryFn: ({ signal }) => loadConfig(signal),
    staleTime: Infinity,
    retry: false,
  });
  if (data) return children(data);
  return (
    <main className="shell site-main">
      <h1 className="visually-hidden">Release journal</h1>
      {error ? (
        <ErrorPanel
          title="The release journal is not configured"
          detail={error.message}
          busy={isFetching}
          onRetry={() => void refetch()}
        />
      ) : (
        <Skeleton label="Loading the release journal" rows={6} />
      )}
    </main>
  );
}

function Journal({ config, router }: { config: Config; router: DataRouter }) {
  const api = useMemo(() => createApiClient(config.apiBase), [config.apiBase]);
  return (
    <ApiContext value={api}>
      <RouterProvider router={router} />
    </ApiContext>
  );
}
