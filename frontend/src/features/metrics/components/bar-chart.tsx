import { dayRange } from '../../../lib/format';
import type { Span } from '../api/metrics';
import { niceTop, type Measure } from '../measures';
import './bar-chart.css';

const HEIGHT = 100;
const SLOT = 10;
const GAP = 2;

interface Bar {
  span: Span;
  value: number | null;
  bad: number;
}

/**
 * One bar for each day or week. The picture stretches with its card and has no text of its own; what it shows is also in
 * the page's table, so it is one image to screen readers.
 */
export function BarChart({ measure, series }: { measure: Measure; series: Span[] }) {
  const bars = series.map((span): Bar => ({ span, value: measure.value(span), bad: measure.bad?.(span) ?? 0 }));
  const highest = Math.max(0, ...bars.map(({ value, bad }) => (value ?? 0) + bad));
  const isDuration = measure.show(60) === '1 min';
  const top = niceTop(highest || 1, isDuration);
  const first = series.at(0);
  const last = series.at(-1);
  return (
    <div className="chart">
      <span className="chart-top" aria-hidden="true">
        {measure.show(top)}
      </span>
      <svg
        className="chart-bars"
        viewBox={`0 0 ${bars.length * SLOT} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${measure.title} by ${isWeekly(series) ? 'week' : 'day'}; the numbers are in the table below`}
      >
        {[0, HEIGHT / 2].map((y) => (
          <line key={y} className="chart-grid" x1="0" x2={bars.length * SLOT} y1={y} y2={y} />
        ))}
        {bars.map((bar, index) => (
          <BarShape key={bar.span.from.toISOString()} bar={bar} index={index} top={top} measure={measure} />
        ))}
        <line className="chart-base" x1="0" x2={bars.length * SLOT} y1={HEIGHT} y2={HEIGHT} />
      </svg>
      {first && last && (
        <p className="chart-ends" aria-hidden="true">
          <span>{dayRange(first.from, first.from)}</span>
          <span>{dayRange(last.to, last.to)}</span>
        </p>
      )}
    </div>
  );
}

function BarShape({ bar: { span, value, bad }, index, top, measure }: { bar: Bar; index: number; top: number; measure: Measure }) {
  if (value === null || value + bad === 0) return null;
  const height = (value / top) * HEIGHT;
  const badHeight = (bad / top) * HEIGHT;
  const x = index * SLOT + GAP / 2;
  const shown = bad > 0 ? `${measure.show(value)}, and ${bad} failed` : measure.show(value);
  return (
    <g>
      <title>{`${dayRange(span.from, span.to)}: ${shown}`}</title>
      {/* The whole slot, so that the pointer finds thin bars. */}
      <rect className="chart-slot" x={index * SLOT} y="0" width={SLOT} height={HEIGHT} />
      <rect
        className={measure.key === 'failure-rate' ? 'chart-bad' : 'chart-bar'}
        x={x}
        y={HEIGHT - height}
        width={SLOT - GAP}
        height={height}
      />
      {bad > 0 && <rect className="chart-bad" x={x} y={HEIGHT - height - badHeight} width={SLOT - GAP} height={badHeight} />}
    </g>
  );
}

export function isWeekly(series: Span[]): boolean {
  return series.some((span) => span.to.getTime() > span.from.getTime());
}
