/** What the timeline is filtered by. Kept in the address, so that a view can be shared and the back button works. */
import { useSearchParams } from 'react-router';
import { isReleaseStatus } from './api/release';

export interface Filters {
  environment: string | null;
  status: string | null;
  /** Only the last so many days. */
  days: number | null;
  /** First digits of a commit. */
  commit: string | null;
}

export const NO_FILTERS: Filters = { environment: null, status: null, days: null, commit: null };
export const PERIODS_DAYS = [7, 30, 90];

/** Four digits at least: the API finds commits by them. */
export function isCommit(text: string): boolean {
  return /^[0-9a-f]{4,64}$/.test(text);
}

export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const [params, setParams] = useSearchParams();
  const days = Number(params.get('days'));
  const environment = params.get('environment');
  const status = params.get('status');
  const commit = params.get('commit');
  const filters: Filters = {
    environment: environment && /^[a-z][a-z0-9-]{0,31}$/.test(environment) ? environment : null,
    status: isReleaseStatus(status) ? status : null,
    days: PERIODS_DAYS.includes(days) ? days : null,
    commit: commit && isCommit(commit) ? commit : null,
  };
  const change = (changes: Partial<Filters>) => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...filters, ...changes })) {
      if (value !== null) next.set(name, String(value));
    }
    setParams(next, { replace: true, preventScrollReset: true });
  };
  return [filters, change];
}

/** The query string that asks the API for releases that pass the filters. `now` is cut to the day: one key per day. */
export function releasesQuery(filters: Filters, limit: number, cursor: string | null, now: Date): string {
  const query = new URLSearchParams({ limit: String(limit) });
  if (cursor) query.set('cursor', cursor);
  if (filters.environment) query.set('environment', filters.environment);
  if (filters.status) query.set('status', filters.status);
  if (filters.commit) query.set('commit', filters.commit);
  if (filters.days) {
    const since = new Date(now);
    since.setUTCHours(0, 0, 0, 0);
    since.setUTCDate(since.getUTCDate() - filters.days + 1);
    query.set('since', since.toISOString());
  }
  return query.toString();
}
