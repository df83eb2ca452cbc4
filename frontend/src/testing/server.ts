/** A small API in memory behind `fetch`: what the page asks for and what it gets. */
import { vi } from 'vitest';

type Answer = Response | Promise<Response>;
type Handler = (url: URL) => Answer;

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json' } });
}

export function release(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'r-1',
    environment: 'test',
    git_sha: '4f2a91cd0e5b7a3318c2d4e6f8091a2b3c4d5e6f',
    message: 'orders: keep the cart across logins\n\nThe session was keyed by the old cookie.',
    author: 'Ada Moreno',
    status: 'succeeded',
    image_digest: 'sha256:9f3c1d2e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',
    started_at: '2025-06-12T10:00:00Z',
    finished_at: '2025-06-12T10:03:20Z',
    origin: 'events',
    pipeline: 'journal',
    approval: null,
    ...fields,
  };
}

/** The release r-1 as its own page asks for it. */
export function releaseDetail(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: 'r-1', pipeline: 'journal', status: 'succeeded', approval: null, stages: [], releases: [release()], ...fields };
}

/** Two days of production. */
export function metrics(fields: Record<string, unknown> = {}): Record<string, unknown> {
  const measures = {
    deployments: 5,
    failures: 1,
    deployments_per_day: 0.2,
    lead_time_seconds: 6600,
    change_failure_rate: 0.1667,
    time_to_restore_seconds: 2700,
  };
  const nothing = { deployments: 0, failures: 0, lead_time_seconds: null, change_failure_rate: null, time_to_restore_seconds: null };
  return {
    environment: 'prod',
    days: 30,
    from_date: '2025-05-14',
    to_date: '2025-06-12',
    current: measures,
    previous: { ...measures, deployments: 4, lead_time_seconds: 7200, time_to_restore_seconds: null },
    failing_since: null,
    series: [
      { from_date: '2025-06-11', to_date: '2025-06-11', ...nothing },
      { from_date: '2025-06-12', to_date: '2025-06-12', ...measures },
    ],
    ...fields,
  };
}

const DEFAULTS: Record<string, Handler> = {
  '/config.json': () => json({ apiBase: '/api' }),
  '/api/version': () =>
    json({ git_sha: 'abc1234def', image_digest: 'sha256:00', environment: 'test', version: '0.1.0' }),
  '/api/environments': () =>
    json({
      items: [
        { environment: 'prod', live: null, in_progress: release({ environment: 'prod', status: 'in_progress', finished_at: null }) },
        { environment: 'test', live: release(), in_progress: null },
      ],
    }),
  '/api/releases': () => json({ items: [release()], next_cursor: null }),
};

/** Answers by path; the handlers given here go before the defaults. Returns the list of requests, which grows. */
export function serve(handlers: Record<string, Handler> = {}): string[] {
  const requests: string[] = [];
  vi.stubGlobal('fetch', async (input: string) => {
    const url = new URL(input, 'http://journal.test');
    requests.push(url.pathname + url.search);
    const handler = handlers[url.pathname] ?? DEFAULTS[url.pathname];
    return handler ? handler(url) : json({ title: 'Not Found', detail: 'No such release.' }, 404);
  });
  return requests;
}
