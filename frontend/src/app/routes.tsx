import type { RouteObject } from 'react-router';
import { Skeleton } from '../components/skeleton';
import { chunk } from '../lib/chunk-guard';
import { Layout } from './layout';
import { NotFoundPage } from './routes/not-found';
import { OverviewPage } from './routes/overview';
import { RouteError } from './routes/route-error';

export const routes: RouteObject[] = [
  {
    element: <Layout />,
    children: [
      {
        errorElement: <RouteError />,
        hydrateFallbackElement: <Skeleton label="Loading the page" rows={6} />,
        children: [
          { index: true, element: <OverviewPage /> },
          {
            path: 'releases',
            lazy: async () => ({ Component: (await chunk(import('./routes/timeline'))).TimelinePage }),
          },
          {
            path: 'releases/:id',
            lazy: async () => ({ Component: (await chunk(import('./routes/release'))).ReleasePage }),
          },
          {
            path: 'trends',
            lazy: async () => ({ Component: (await chunk(import('./routes/trends'))).TrendsPage }),
          },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
];
