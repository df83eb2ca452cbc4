import type { Release } from './api/release';

export function releasePath(id: string): string {
  return `/releases/${encodeURIComponent(id)}`;
}

export function environmentLabel(environment: string): string {
  if (environment === 'prod') return 'Production';
  return environment.charAt(0).toUpperCase() + environment.slice(1);
}

/** The moment from which a release has been live, or was started when it never finished. */
export function since(release: Release): Date | null {
  return release.finished_at ?? release.started_at;
}
