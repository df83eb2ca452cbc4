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

/** What fits into a heading; who writes more than that on one line has written a text. */
const SUBJECT_LENGTH = 200;

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.trim() ?? '';
}

/** First line of a commit message, cut to a heading's length. */
export function subject(message: string | null): string {
  const characters = Array.from(firstLine(message ?? ''));
  if (characters.length <= SUBJECT_LENGTH) return characters.join('') || 'No commit message';
  return `${characters.slice(0, SUBJECT_LENGTH).join('').trimEnd()}…`;
}

/** The commit message below its first line; all of it where the first line was cut. */
export function body(message: string | null): string {
  if (!message) return '';
  const isCut = Array.from(firstLine(message)).length > SUBJECT_LENGTH;
  return (isCut ? message : message.split('\n').slice(1).join('\n')).trim();
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

/** How long something took, as `seconds` says it; null when either end is unknown. */
export function duration(start: Date | null, end: Date | null): string | null {
  if (!start || !end || end < start) return null;
  return seconds((end.getTime() - start.getTime()) / 1_000);
}

/** "9 ms", "1.2 s", then as `duration` says it. */
export function milliseconds(elapsed: number): string {
  if (elapsed < 1_000) return `${Math.round(elapsed)} ms`;
  if (elapsed < 10_000) return `${(elapsed / 1_000).toFixed(1)} s`;
  return seconds(elapsed / 1_000);
}

const SIZES: readonly [string, number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** The two largest units: "48 s", "3 min 20 s", "1 h 5 min", "2 d 4 h". */
export function seconds(elapsed: number): string {
  let rest = Math.round(elapsed);
  const first = SIZES.findIndex(([, size]) => rest >= size);
  if (first < 0) return '0 s';
  const parts = SIZES.slice(first, first + 2).map(([unit, size]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return amount > 0 ? `${amount} ${unit}` : '';
  });
  return parts.filter(Boolean).join(' ');
}

const spanFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Days as the API counts them, in UTC: "12 Jun", "9 – 15 Jun". */
export function dayRange(from: Date, to: Date): string {
  return spanFormat.formatRange(from, to);
}
