import type { Release } from './api/release';

export function releasePath(id: string): string {
  return `/releases/${encodeURIComponent(id)}`;
}

export function environmentLabel(environment: string): string {
  if (environment === 'prod') return 'Production';
  return environment.charAt(0).toUpperCase() + environment.slice(1);
}

/** What a person wrote at the gate, without what `approve` adds for the record: who, commit, report. */
export function approvalWords(summary: string | null): string | null {
  return summary?.replace(/(^| · )by .*$/s, '').trim() || null;
}

/** The moment from which a release has been live, or was started when it never finished. */
export function since(release: Release): Date | null {
  return release.finished_at ?? release.started_at;
}

/** Of an ARN its last part, which is the person; of anything else all of it. */
export function shortName(name: string): string {
  return name.startsWith('arn:') ? (name.split(/[/:]/).at(-1) ?? name) : name;
}
