import { Link } from 'react-router';
import { clock, duration, moment, shortSha } from '../../../lib/format';
import type { ApprovalStatus, Release, ReleaseStatus } from '../api/release';
import { environmentLabel, releasePath, shortName, title } from '../names';
import { ReleaseStatusIcon } from './release-status';

const APPROVALS: Record<ApprovalStatus, string | null> = {
  waiting: 'awaits approval',
  approved: 'approved',
  rejected: 'rejected at the gate',
  unanswered: 'never answered',
  unknown: null,
};

const RUNNING: Partial<Record<ReleaseStatus, string>> = { in_progress: 'running', waiting: 'waiting' };

export function ReleaseRow({ release }: { release: Release }) {
  const took = duration(release.started_at, release.finished_at);
  const approval = release.approval && APPROVALS[release.approval.status];
  return (
    <li className="row">
      <ReleaseStatusIcon status={release.status} />
      <div className="row-main">
        <Link className="row-link" to={releasePath(release.id)}>
          {title(release)}
        </Link>
        <p className="row-meta">
          {release.git_sha && <code title={release.git_sha}>{shortSha(release.git_sha)}</code>}
          {release.rollback?.by && <span>by {shortName(release.rollback.by)}</span>}
          {release.author && <span>{release.author}</span>}
          {approval && (
            <span>
              {approval}
              {release.approval?.approver && ` by ${shortName(release.approval.approver)}`}
            </span>
          )}
          {release.validation && !release.validation.passed && <span>smoke tests failed</span>}
        </p>
      </div>
      <span className="row-environment">{environmentLabel(release.environment)}</span>
      <span className="row-when">
        {release.started_at && (
          <time dateTime={release.started_at.toISOString()} title={moment(release.started_at)}>
            {clock(release.started_at)}
          </time>
        )}
        <span className="row-took">{took ?? (RUNNING[release.status] ?? '')}</span>
      </span>
    </li>
  );
}
