import { Link } from 'react-router';
import { Status } from '../../../components/status';
import { RelativeTime } from '../../../components/time';
import { shortDigest, shortSha, subject } from '../../../lib/format';
import type { Environment, Release } from '../api/release';
import { environmentLabel, releasePath, since } from '../names';
import './environment-card.css';

export function EnvironmentCard({ environment: { environment, live, in_progress } }: { environment: Environment }) {
  const label = environmentLabel(environment);
  return (
    <article
      className="card"
      aria-label={label}
      data-testid={`environment-card-${environment}`}
    >
      <header className="card-head">
        <h3>{label}</h3>
        {in_progress ? (
          <Status tone="busy">{in_progress.approval?.status === 'waiting' ? 'Awaits approval' : 'Releasing'}</Status>
        ) : live ? (
          <Status tone="good">Live</Status>
        ) : (
          <Status tone="idle">Nothing live</Status>
        )}
      </header>
      {live ? <Live release={live} /> : <p className="card-none">No release has reached {label.toLowerCase()} yet.</p>}
      {in_progress && <OnItsWay release={in_progress} />}
    </article>
  );
}

function Live({ release }: { release: Release }) {
  const liveSince = since(release);
  return (
    <>
      <p className="card-sha">
        <Link to={releasePath(release.id)} title={release.git_sha ?? undefined}>
          <code>{release.git_sha ? shortSha(release.git_sha) : 'no commit'}</code>
        </Link>
      </p>
      <p className="card-message">{subject(release.message)}</p>
      <dl className="facts">
        <div>
          <dt>Since</dt>
          <dd>{liveSince ? <RelativeTime at={liveSince} /> : 'unknown'}</dd>
        </div>
        <div>
          <dt>Image</dt>
          <dd>
            {release.image_digest ? (
              <code title={release.image_digest}>{shortDigest(release.image_digest)}</code>
            ) : (
              'not recorded'
            )}
          </dd>
        </div>
        {release.author && (
          <div>
            <dt>Author</dt>
            <dd>{release.author}</dd>
          </div>
        )}
        {release.approval?.status === 'approved' && release.approval.decided_at && (
          <div>
            <dt>Approved</dt>
            <dd>
              <RelativeTime at={release.approval.decided_at} />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

function OnItsWay({ release }: { release: Release }) {
  return (
    <p className="card-next">
      <span className="card-next-label">On its way</span>
      <Link to={releasePath(release.id)}>
        <code>{release.git_sha ? shortSha(release.git_sha) : 'no commit'}</code>
      </Link>
      <span className="card-next-message">{subject(release.message)}</span>
      {release.started_at && (
        <span className="card-next-time">
          started <RelativeTime at={release.started_at} />
        </span>
      )}
    </p>
  );
}
