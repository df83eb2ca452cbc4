import './status.css';

export type StatusTone = 'good' | 'bad' | 'busy' | 'wait' | 'back' | 'idle';

const SHAPES: Record<StatusTone, React.ReactNode> = {
  good: <path d="m4.5 8.4 2.4 2.4 4.6-5.2" />,
  bad: <path d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6" />,
  busy: <path d="M8 .75A7.25 7.25 0 0 1 15.25 8" />,
  wait: <path d="M8 4.25V8l2.5 1.75" />,
  back: <path d="M5 6.75h3.9a1.9 1.9 0 0 1 0 3.8H7M6.6 4.9 4.75 6.75 6.6 8.6" />,
  idle: <path d="M5 8h6" />,
};

/** A state by shape and word; the colour only repeats it. */
export function Status({ tone, children }: { tone: StatusTone; children: React.ReactNode }) {
  return (
    <span className={`status status-${tone}`}>
      <StatusIcon tone={tone} />
      {children}
    </span>
  );
}

export function StatusIcon({ tone }: { tone: StatusTone }) {
  return (
    <svg className={`status-icon status-icon-${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.25" />
      {SHAPES[tone]}
    </svg>
  );
}
