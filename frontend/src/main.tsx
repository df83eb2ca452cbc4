import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { App } from './app/app';
import './app/fonts.css';
import './app/base.css';
import { routes } from './app/routes';
import { buildSha } from './lib/build';
import { installChunkGuard } from './lib/chunk-guard';
import { createQueryClient } from './lib/query-client';

installChunkGuard({
  sha: buildSha(),
  storage: sessionStorage,
  reload: () => {
    window.location.reload();
  },
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <StrictMode>
    <App router={createBrowserRouter(routes)} queryClient={createQueryClient()} />
  </StrictMode>,
);
