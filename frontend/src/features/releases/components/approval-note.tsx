import { Status, type StatusTone } from '../../../components/status';
import { Moment } from '../../../components/time';
import type { Approval, ApprovalStatus } from '../api/release';
import { approvalWords } from '../names';
import './approval-note.css';

const APPROVALS: Record<ApprovalStatus, { tone: StatusTone; label: string }> = {
  waiting: { tone: 'wait', label: 'Awaits approval' },
  approved: { tone: 'good', label: 'Approved' },
  rejected: { tone: 'bad', label: 'Rejected' },
  unanswered: { tone: 'idle', label: 'Never answered' },
  unknown: { tone: 'idle', label: 'Approval unknown' },
};

/** What was answered at the manual gate, in the approver's words. */
export function ApprovalNote({ approval }: { approval: Approval }) {
  const { tone, label } = APPROVALS[approval.status];
  const words = approvalWords(approval.summary);
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
      {approval.approver && (
        <p className="approval-who">
          by <strong>{approval.approver}</strong>
        </p>
      )}
      {words && <blockquote className="approval-words">{words}</blockquote>}
    </div>
  );
}
