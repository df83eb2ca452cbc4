import { subject } from '../../lib/format';
import type { Release } from './api/release';

export function releasePath(id: string): string {
  return `/releases/${encodeURIComponent(id)}`;
}

export function environmentLabel(environment: string): string {
  if (environment === 'prod') return 'Production';
  return environment.charAt(0).toUpperCase() + environment.slice(1);
}

/** What a release is called: its commit's first line. A rollback has no commit of its own, but what it brought back has. */
export function title({ message, rollback }: Release): string {
  if (message || !rollback) return subject(message);
  if (rollback.restored) return `Back to “${subject(rollback.restored.message)}”`;
  return rollback.automatic ? 'Automatic rollback' : 'Rollback';
}

/** The commit that runs where a release has succeeded. */
export function commit({ git_sha, rollback }: Release): string | null {
  return git_sha ?? rollback?.restored?.git_sha ?? null;
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
