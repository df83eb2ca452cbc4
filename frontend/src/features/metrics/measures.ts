/** What each of the four measures is called, means and says. Pure. */
import { seconds } from '../../lib/format';
import type { Measures, Span } from './api/metrics';

export interface Measure {
  key: string;
  title: string;
  /** What is counted, in one line. */
  meaning: string;
  /** Of its column in the table, where that is another one. */
  column?: string;
  value: (measures: Measures) => number | null;
  /** Beside the value, in small. */
  aside?: (measures: Measures, days: number) => string;
  show: (value: number) => string;
  /** What of each bar's value went wrong: drawn on top of it. */
  bad?: (span: Span) => number;
  /** Whether less is better. */
  lessIsBetter: boolean;
}

function percent(rate: number): string {
  return `${Math.round(rate * 1_000) / 10} %`;
}

/** "1.5 a day", or "2 a week"; nothing where it is more seldom, for that is no habit. */
export function frequency(perDay: number): string[] {
  if (perDay >= 1) return [`${amount(perDay)} a day`];
  return perDay * 7 >= 1 ? [`${amount(perDay * 7)} a week`] : [];
}

function amount(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export const MEASURES: readonly Measure[] = [
  {
    key: 'deployments',
    title: 'Deployment frequency',
    column: 'Deployments',
    aside: ({ deploymentsPerDay }, days) => [`in ${days} days`, ...frequency(deploymentsPerDay)].join(', '),
    meaning: 'Releases that succeeded; failed ones above them',
    value: (measures) => measures.deployments,
    show: amount,
    bad: (span) => span.failures,
    lessIsBetter: false,
  },
  {
    key: 'lead-time',
    title: 'Lead time',
    meaning: 'Median, from the push to the end of the release',
    value: (measures) => measures.leadTimeSeconds,
    show: seconds,
    lessIsBetter: true,
  },
  {
    key: 'failure-rate',
    title: 'Change failure rate',
    meaning: 'Releases that failed or that a person rolled back, of all that ended',
    value: (measures) => measures.changeFailureRate,
    show: percent,
    lessIsBetter: true,
  },
  {
    key: 'restore',
    title: 'Time to restore',
    meaning: 'Median, from the first failure to the next success or rollback',
    value: (measures) => measures.timeToRestoreSeconds,
    show: seconds,
    lessIsBetter: true,
  },
];

export interface Comparison {
  text: string;
  tone: 'good' | 'bad' | 'idle';
}

/** How the period compares with the one before it. */
export function compare(measure: Measure, current: Measures, previous: Measures, days: number): Comparison {
  const now = measure.value(current);
  const before = measure.value(previous);
  if (previous.deployments + previous.failures === 0) return { text: 'nothing to compare with', tone: 'idle' };
  if (before === null) return { text: `none in the ${days} days before`, tone: 'idle' };
  if (now === null) return { text: `${measure.show(before)} in the ${days} days before`, tone: 'idle' };
  if (measure.show(now) === measure.show(before)) return { text: `as in the ${days} days before`, tone: 'idle' };
  const better = measure.lessIsBetter ? now < before : now > before;
  const word = now > before ? 'up' : 'down';
  return { text: `${word} from ${measure.show(before)} in the ${days} days before`, tone: better ? 'good' : 'bad' };
}

/** A round number at or above the highest value: the top of the chart. */
export function niceTop(highest: number, isDuration: boolean): number {
  const steps = isDuration ? DURATION_STEPS : COUNT_STEPS;
  const found = steps.find((step) => step >= highest);
  if (found !== undefined) return found;
  const unit = isDuration ? 86_400 : 10 ** Math.floor(Math.log10(highest));
  return Math.ceil(highest / unit) * unit;
}

const COUNT_STEPS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 15, 20, 30, 40, 50, 75, 100];
const DURATION_STEPS = [10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800];
