import { ErrorPanel } from '../../../components/error-panel';
import { EmptyPanel } from '../../../components/empty-panel';
import { Skeleton } from '../../../components/skeleton';
import { StatusIcon } from '../../../components/status';
import { RelativeTime } from '../../../components/time';
import { dayRange } from '../../../lib/format';
import type { Metrics, Span } from '../api/metrics';
import { useMetrics } from '../api/queries';
import { compare, MEASURES, type Measure } from '../measures';
import { BarChart, isWeekly } from './bar-chart';
import './trends.css';

/** The four measures as charts, and the same as a table. */
export function Trends({ environment, label, days }: { environment: string; label: string; days: number }) {
  const { data, error, refetch, isFetching, isPlaceholderData } = useMetrics(environment, days);
  if (!data) {
    if (error) {
      return (
        <ErrorPanel
          title="The measures could not be loaded"
          detail={error.message}
          busy={isFetching}
          onRetry={() => void refetch()}
        />
      );
    }
    return (
      <div className="measures">
        {MEASURES.map(({ key }, index) => (
          <Skeleton key={key} label={index === 0 ? 'Loading the measures' : ''} rows={5} />
        ))}
      </div>
    );
  }
  const { current } = data;
  if (current.deployments + current.failures === 0 && !isPlaceholderData) {
    return (
      <EmptyPanel title={`Nothing was released to ${label.toLowerCase()} in these ${days} days`}>
        Choose a longer period, or come back after the next release.
      </EmptyPanel>
    );
  }
  return (
    <div aria-busy={isPlaceholderData} data-testid="trends">
      {data.failingSince && (
        <p className="failing">
          <StatusIcon tone="bad" />
          <span>
            Not restored yet: the last release to {label.toLowerCase()} failed, the first one{' '}
            <RelativeTime at={data.failingSince} />.
          </span>
        </p>
      )}
      <div className="measures">
        {MEASURES.map((measure) => (
          <MeasureCard key={measure.key} measure={measure} metrics={data} />
        ))}
      </div>
      <details className="numbers">
        <summary>The numbers as a table</summary>
        <p className="numbers-note">Days begin and end at midnight UTC. A rollback is no deployment.</p>
        <Numbers series={data.series} />
      </details>
    </div>
  );
}

function MeasureCard({ measure, metrics }: { measure: Measure; metrics: Metrics }) {
  const value = measure.value(metrics.current);
  const aside = measure.aside?.(metrics.current, metrics.days);
  const { text, tone } = compare(measure, metrics.current, metrics.previous, metrics.days);
  return (
    <section className="measure" aria-label={measure.title}>
      <h2>{measure.title}</h2>
      <p className="measure-value">
        {value === null ? '–' : measure.show(value)}
        {aside && <span className="measure-aside">{aside}</span>}
      </p>
      <p className={`measure-change measure-change-${tone}`}>{text}</p>
      <BarChart measure={measure} series={metrics.series} />
      <p className="measure-meaning">{measure.meaning}</p>
    </section>
  );
}

function Numbers({ series }: { series: Span[] }) {
  const rows = [...series].reverse();
  return (
    // A region that scrolls must be reachable by the keyboard.
    <div className="numbers-scroll" role="region" aria-label="The numbers" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{isWeekly(series) ? 'Week' : 'Day'}</th>
            {MEASURES.map(({ key, title, column }) => (
              <th key={key} scope="col">
                {column ?? title}
              </th>
            ))}
            <th scope="col">Failed</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((span) => (
            <tr key={span.from.toISOString()}>
              <th scope="row">{dayRange(span.from, span.to)}</th>
              {MEASURES.map((measure) => {
                const value = measure.value(span);
                return <td key={measure.key}>{value === null ? '–' : measure.show(value)}</td>;
              })}
              <td>{span.failures}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
