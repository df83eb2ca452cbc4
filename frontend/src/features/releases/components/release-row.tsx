import { Link } from 'react-router';
import { clock, duration, moment, shortSha, subject } from '../../../lib/format';
import type { ApprovalStatus, Release } from '../api/release';
import { environmentLabel, releasePath } from '../names';
import { ReleaseStatusIcon } from './release-status';

const APPROVALS: Record<ApprovalStatus, string | null> = {
  waiting: 'awaits approval',
  approved: 'approved',
  rejected: 'rejected at the gate',
  unknown: null,
};

export function ReleaseRow({ release }: { release: Release }) {
  const took = duration(release.started_at, release.finished_at);
  const approval = release.approval && APPROVALS[release.approval.status];
  return (
    <li className="row">
      <ReleaseStatusIcon status={release.status} />
      <div className="row-main">
        <Link className="row-link" to={releasePath(release.id)}>
          {subject(release.message)}
        </Link>
        <p className="row-meta">
          {release.git_sha && <code title={release.git_sha}>{shortSha(release.git_sha)}</code>}
          {release.author && <span>{release.author}</span>}
          {approval && <span>{approval}</span>}
        </p>
      </div>
      <span className="row-environment">{environmentLabel(release.environment)}</span>
      <span className="row-when">
        {release.started_at && (
          <time dateTime={release.started_at.toISOString()} title={moment(release.started_at)}>
            {clock(release.started_at)}
          </time>
        )}
        <span className="row-took">{took ?? (release.status === 'in_progress' ? 'running' : '')}</span>
      </span>
    </li>
  );
}
