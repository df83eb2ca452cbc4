import { describe, expect, it } from 'vitest';
import { body, day, dayRange, duration, milliseconds, relativeTime, shortDigest, shortSha, subject } from './format';

const now = new Date(2025, 5, 12, 12, 0, 0);
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);

describe('format', () => {
  it('shortens hashes and digests', () => {
    expect(shortSha('4f2a91cd0e5b')).toBe('4f2a91c');
    expect(shortSha('dev')).toBe('dev');
    expect(shortDigest('sha256:9f3c1d2e4b5a6978')).toBe('9f3c1d2e4b5a');
  });

  it('takes the first line of a message', () => {
    expect(subject(' fix: a \n\nmore')).toBe('fix: a');
    expect(subject('')).toBe('No commit message');
    expect(subject(null)).toBe('No commit message');
  });

  it('shows a first line that is a text below the heading, and cuts no character in half', () => {
    const long = '💥'.repeat(300);
    expect(subject(long)).toBe(`${'💥'.repeat(200)}…`);
    expect(body(`${long}\n\nmore`)).toBe(`${long}\n\nmore`);
    expect(body('short\n\nmore')).toBe('more');
    expect(body('short')).toBe('');
    expect(body(null)).toBe('');
  });

  it.each([
    [5, 'just now'],
    [-5, 'just now'],
    [60, '1 minute ago'],
    [3 * 3_600, '3 hours ago'],
    [86_400, 'yesterday'],
    [20 * 86_400, '2 weeks ago'],
  ])('%d seconds ago is "%s"', (seconds, expected) => {
    expect(relativeTime(ago(seconds), now)).toBe(expected);
  });

  it.each([
    [3_600, 'Today'],
    [86_400, 'Yesterday'],
    [7 * 86_400, 'Thursday 5 June'],
    [400 * 86_400, '8 May 2024'],
  ])('the day %d seconds ago is "%s"', (seconds, expected) => {
    expect(day(ago(seconds), now)).toBe(expected);
  });

  it.each([
    [48, '48 s'],
    [120, '2 min'],
    [200, '3 min 20 s'],
    [3_600, '1 h'],
    [3_900, '1 h 5 min'],
  ])('%d seconds last "%s"', (seconds, expected) => {
    expect(duration(ago(seconds), now)).toBe(expected);
  });

  it('knows no duration without both ends in order', () => {
    expect(duration(null, now)).toBeNull();
    expect(duration(now, ago(1))).toBeNull();
  });

  it.each([
    [9, '9 ms'],
    [1_240, '1.2 s'],
    [17_000, '17 s'],
    [90_000, '1 min 30 s'],
  ])('%d milliseconds are "%s"', (elapsed, expected) => {
    expect(milliseconds(elapsed)).toBe(expected);
  });

  it('names days in UTC, whatever the time zone', () => {
    expect(dayRange(new Date('2025-06-12'), new Date('2025-06-12'))).toBe('12 Jun');
    expect(dayRange(new Date('2025-06-09'), new Date('2025-06-15'))).toMatch(/^9\s?–\s?15 Jun$/);
  });
});
