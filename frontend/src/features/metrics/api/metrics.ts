/** The four DORA measures of an environment, read leniently: what is missing is nothing that was measured. */
import { ApiError } from '../../../lib/api-client';
import type { components } from '../../../lib/api-types';
import { amount, count, fields, list, text, time } from '../../../lib/wire';

type Schemas = components['schemas'];

export interface Measures {
  deployments: number;
  failures: number;
  deploymentsPerDay: number;
  /** Median; null where nothing was released. */
  leadTimeSeconds: number | null;
  /** 0 to 1; null where nothing was released. */
  changeFailureRate: number | null;
  /** Median; null where nothing had to be restored. */
  timeToRestoreSeconds: number | null;
}

/** Days, both included. */
export interface Span extends Measures {
  from: Date;
  to: Date;
}

export interface Metrics {
  environment: string;
  days: number;
  current: Measures;
  previous: Measures;
  failingSince: Date | null;
  series: Span[];
}

const WHAT = 'measures';

function measures(value: unknown): Measures {
  const found = fields<Schemas['Measures']>(value, WHAT);
  return {
    deployments: count(found.deployments),
    failures: count(found.failures),
    deploymentsPerDay: count(found.deployments_per_day),
    leadTimeSeconds: amount(found.lead_time_seconds),
    changeFailureRate: amount(found.change_failure_rate),
    timeToRestoreSeconds: amount(found.time_to_restore_seconds),
  };
}

export function parseMetrics(value: unknown): Metrics {
  const metrics = fields<Schemas['Metrics']>(value, WHAT);
  const series = list(metrics.series, WHAT).map((entry): Span => {
    const span = fields<Schemas['MeasuresOfSpan']>(entry, WHAT);
    const from = time(span.from_date);
    const to = time(span.to_date);
    if (!from || !to) throw new ApiError(`The API sent ${WHAT} that this page cannot read.`);
    return { from, to, ...measures(entry) };
  });
  return {
    environment: text(metrics.environment) ?? 'unknown',
    days: amount(metrics.days) ?? series.length,
    current: measures(metrics.current),
    previous: measures(metrics.previous),
    failingSince: time(metrics.failing_since),
    series,
  };
}
