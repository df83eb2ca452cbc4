import { Status, type StatusTone } from '../../../components/status';
import { Moment } from '../../../components/time';
import type { Approval, ApprovalStatus } from '../api/release';
import './approval-note.css';

const APPROVALS: Record<ApprovalStatus, { tone: StatusTone; label: string }> = {
  waiting: { tone: 'busy', label: 'Awaits approval' },
  approved: { tone: 'good', label: 'Approved' },
  rejected: { tone: 'bad', label: 'Rejected' },
  unknown: { tone: 'idle', label: 'Approval unknown' },
};

/** What was answered at the manual gate, in the approver's words. */
export function ApprovalNote({ approval }: { approval: Approval }) {
  const { tone, label } = APPROVALS[approval.status];
  return (
    <div className="approval">
      <p className="approval-head">
        <Status tone={tone}>{label}</Status>
        {approval.decided_at ? (
          <Moment at={approval.decided_at} />
        ) : (
          approval.requested_at && (
            <span>
              since <Moment at={approval.requested_at} />
            </span>
          )
        )}
      </p>
      {approval.summary && <blockquote className="approval-words">{approval.summary}</blockquote>}
    </div>
  );
}
