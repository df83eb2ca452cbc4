import { Status, StatusIcon, type StatusTone } from '../../../components/status';
import type { ReleaseStatus } from '../api/release';
import './release-status.css';

export const STATUSES: Record<ReleaseStatus, { tone: StatusTone; label: string }> = {
  waiting: { tone: 'wait', label: 'Awaits approval' },
  in_progress: { tone: 'busy', label: 'In progress' },
  succeeded: { tone: 'good', label: 'Succeeded' },
  failed: { tone: 'bad', label: 'Failed' },
  rejected: { tone: 'bad', label: 'Rejected' },
  stopped: { tone: 'idle', label: 'Stopped' },
  unknown: { tone: 'idle', label: 'Unknown' },
};

export function ReleaseStatusPill({ status }: { status: ReleaseStatus }) {
  const { tone, label } = STATUSES[status];
  return <Status tone={tone}>{label}</Status>;
}

/** The icon alone, for narrow places; its word is still there for screen readers. */
export function ReleaseStatusIcon({ status }: { status: ReleaseStatus }) {
  const { tone, label } = STATUSES[status];
  return (
    <span className="release-status-icon" title={label}>
      <StatusIcon tone={tone} />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
