import { Link } from 'react-router';
import { Status, StatusIcon } from '../../../components/status';
import { RelativeTime } from '../../../components/time';
import { shortDigest, shortSha } from '../../../lib/format';
import type { Environment, Release } from '../api/release';
import { commit, environmentLabel, releasePath, shortName, since, title } from '../names';
import './environment-card.css';

/** What is live in one environment, and below it what is newer than that. */
export function EnvironmentCard({ environment: state }: { environment: Environment }) {
  const label = environmentLabel(state.environment);
  return (
    <article className="card" aria-label={label} data-testid={`environment-card-${state.environment}`}>
      <header className="card-head">
        <h3>{label}</h3>
        <State environment={state} />
      </header>
      {state.live ? (
        <Live release={state.live} />
      ) : (
        <p className="card-none">No release has reached {label.toLowerCase()} yet.</p>
      )}
      <Newer environment={state} />
    </article>
  );
}

function State({ environment: { live, in_progress, waiting } }: { environment: Environment }) {
  if (in_progress) return <Status tone="busy">Releasing</Status>;
  if (waiting) return <Status tone="wait">Awaits approval</Status>;
  if (!live) return <Status tone="idle">Nothing live</Status>;
  return live.rollback ? <Status tone="back">Rolled back</Status> : <Status tone="good">Live</Status>;
}

function Live({ release }: { release: Release }) {
  const liveSince = since(release);
  const sha = commit(release);
  const { label, name } = who(release);
  return (
    <>
      <p className="card-sha">
        <Link to={releasePath(release.id)} title={sha ?? undefined}>
          <code>{sha ? shortSha(sha) : 'no commit'}</code>
        </Link>
      </p>
      <p className="card-message" title={title(release)}>
        {title(release)}
      </p>
      <dl className="facts">
        <div>
          <dt>Since</dt>
          <dd>{liveSince ? <RelativeTime at={liveSince} /> : 'unknown'}</dd>
        </div>
        <div>
          <dt>{label}</dt>
          <dd title={name ?? undefined}>{name ? shortName(name) : 'the pipeline'}</dd>
        </div>
        <div>
          <dt>Smoke tests</dt>
          <dd>
            <Verdict release={release} />
          </dd>
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
      </dl>
    </>
  );
}

function who({ approval, author, rollback }: Release): { label: string; name: string | null } {
  if (rollback) return { label: 'Rolled back by', name: rollback.by };
  return approval?.approver ? { label: 'Approved by', name: approval.approver } : { label: 'By', name: author };
}

function Verdict({ release: { validation } }: { release: Release }) {
  if (!validation) return 'not recorded';
  return (
    <span className="card-verdict">
      <StatusIcon tone={validation.passed ? 'good' : 'bad'} />
      {validation.checksPassed} of {validation.checksTotal} passed
    </span>
  );
}

/** One line for what is on its way or waits; the last failure only while nothing is. */
function Newer({ environment: { live, in_progress, waiting, failed } }: { environment: Environment }) {
  if (in_progress) return <Next release={in_progress} label="On its way" verb="started" />;
  if (waiting) return <Next release={waiting} label="Waits for approval" verb="asked" />;
  if (failed) return <Next release={failed} label="Failed since" verb="ended" bad />;
  if (!live?.rollback?.failedRelease) return null;
  return (
    <p className="card-next card-next-bad">
      <span className="card-next-label">Rolled back</span>
      <span className="card-next-message">
        after <Link to={releasePath(live.rollback.failedRelease)}>a release that failed</Link>
      </span>
    </p>
  );
}

interface NextProps {
  release: Release;
  label: string;
  verb: string;
  bad?: boolean;
}

function Next({ release, label, verb, bad = false }: NextProps) {
  const at = since(release);
  const sha = commit(release);
  return (
    <p className={`card-next${bad ? ' card-next-bad' : ''}`}>
      <span className="card-next-label">{label}</span>
      <Link to={releasePath(release.id)}>
        <code>{sha ? shortSha(sha) : 'no commit'}</code>
      </Link>
      <span className="card-next-message">{title(release)}</span>
      {at && (
        <span className="card-next-time">
          {verb} <RelativeTime at={at} />
        </span>
      )}
    </p>
  );
}
