/** Text for the page from the API's values. Pure: the caller passes the time. */
const SHA_LENGTH = 7;
const DIGEST_LENGTH = 12;

export function shortSha(sha: string): string {
  return sha.slice(0, SHA_LENGTH);
}

/** `sha256:9f3c1d…` becomes its first twelve digits, the form that docker and ECR show. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, DIGEST_LENGTH);
}

/** First line of a commit message. */
export function subject(message: string | null): string {
  return message?.split('\n', 1)[0]?.trim() || 'No commit message';
}

/** The commit message below its first line. */
export function body(message: string | null): string {
  return message?.split('\n').slice(1).join('\n').trim() ?? '';
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export function relativeTime(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1_000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relativeFormat.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

const momentFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export function moment(at: Date): string {
  return momentFormat.format(at);
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

export function clock(at: Date): string {
  return clockFormat.format(at);
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYearFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** Heading of a day in the journal: "Today", "Yesterday", "Thursday 12 June", "12 June 2024". */
export function day(at: Date, now: Date): string {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (at.toDateString() === now.toDateString()) return 'Today';
  if (at.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return (at.getFullYear() === now.getFullYear() ? dayFormat : dayAndYearFormat).format(at);
}

/** "48 s", "3 min 20 s", "1 h 5 min"; null when either end is unknown. */
export function duration(start: Date | null, end: Date | null): string | null {
  if (!start || !end || end < start) return null;
  const seconds = Math.round((end.getTime() - start.getTime()) / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}
