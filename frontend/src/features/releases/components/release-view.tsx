import { Moment } from '../../../components/time';
import { Link } from 'react-router';
import { body, duration, shortSha, subject } from '../../../lib/format';
import type { ReleaseDetail } from '../api/detail';
import type { Release, ReleaseStatus, Rollback } from '../api/release';
import { environmentLabel, releasePath, shortName, since, title } from '../names';
import { ApprovalNote } from './approval-note';
import { Reports } from './reports';
import { ReleaseStatusIcon, ReleaseStatusPill } from './release-status';
import './release-view.css';
import { Stages } from './stages';
import { TaskDefinitions } from './task-definitions';

/** Everything the journal knows about one release. */
export function ReleaseView({ detail }: { detail: ReleaseDetail }) {
  const { releases, stages, approval, reports } = detail;
  const message = pick(releases, 'message');
  const first = releases[0];
  const heading = message || !first ? subject(message) : title(first);
  const text = body(message);
  const rollback = releases.find((release) => release.rollback)?.rollback ?? null;
  return (
    <article className="release" data-testid="release-detail">
      <title>{`${heading} · Release journal`}</title>
      <header>
        <p className="release-status">
          <ReleaseStatusPill status={overallStatus(detail)} />
        </p>
        <h1>{heading}</h1>
        {text && <p className="release-body">{text}</p>}
      </header>
      <div className="release-columns">
        <div className="release-column">
          <section className="release-panel" aria-labelledby="environments-heading">
            <h2 id="environments-heading">Environments</h2>
            {releases.length > 0 ? (
              <ul className="reached">
                {releases.map((release) => (
                  <Reached key={release.environment} release={release} />
                ))}
              </ul>
            ) : (
              <p className="release-none">It has not reached an environment.</p>
            )}
          </section>
          {rollback && (
            <section className="release-panel" aria-labelledby="rollback-heading">
              <h2 id="rollback-heading">Rollback</h2>
              <RollbackFacts rollback={rollback} />
            </section>
          )}
          {approval && (
            <section className="release-panel" aria-labelledby="approval-heading">
              <h2 id="approval-heading">Approval</h2>
              <ApprovalNote approval={approval} />
            </section>
          )}
          <section className="release-panel" aria-labelledby="facts-heading">
            <h2 id="facts-heading">Facts</h2>
            <dl className="release-facts">
              <Fact label="Commit" value={pick(releases, 'git_sha')} code />
              <Fact label="Image" value={pick(releases, 'image_digest')} code />
              <Fact label="Author" value={pick(releases, 'author')} />
              <Fact label="Pipeline" value={detail.pipeline} />
              <Fact label="Release" value={detail.id} code />
            </dl>
          </section>
        </div>
        {stages.length > 0 && (
          <section className="release-panel" aria-labelledby="stages-heading">
            <h2 id="stages-heading">Stages</h2>
            <Stages stages={stages} />
          </section>
        )}
      </div>
      {reports.length > 0 && (
        <section className="release-section" aria-labelledby="reports-heading">
          <h2 id="reports-heading">Smoke tests</h2>
          <Reports reports={reports} />
        </section>
      )}
      {reports.some((report) => report.task_definition) && (
        <section className="release-section" aria-labelledby="definitions-heading">
          <h2 id="definitions-heading">Task definition</h2>
          <TaskDefinitions reports={reports} />
        </section>
      )}
    </article>
  );
}

function Reached({ release }: { release: Release }) {
  const took = duration(release.started_at, release.finished_at);
  const at = since(release);
  return (
    <li>
      <ReleaseStatusIcon status={release.status} />
      <span className="reached-name">{environmentLabel(release.environment)}</span>
      <span className="reached-when">
        {at && <Moment at={at} />}
        {took && <span className="reached-took">{took}</span>}
      </span>
    </li>
  );
}

/** Why it was rolled back, by whom, and to what. */
function RollbackFacts({ rollback: { automatic, by, failedRelease, restored } }: { rollback: Rollback }) {
  return (
    <dl className="release-facts">
      <div>
        <dt>Brought back</dt>
        <dd>
          {restored ? (
            <>
              {restored.git_sha && <code>{shortSha(restored.git_sha)}</code>}{' '}
              <Link to={releasePath(restored.id)}>{subject(restored.message)}</Link>
            </>
          ) : (
            'not known: no earlier release has this image'
          )}
        </dd>
      </div>
      <div>
        <dt>By</dt>
        <dd title={by ?? undefined}>{by ? shortName(by) : automatic ? 'the pipeline, after a failure' : 'not known'}</dd>
      </div>
      {failedRelease && (
        <div>
          <dt>Because of</dt>
          <dd>
            <Link to={releasePath(failedRelease)}>the release that failed</Link>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Fact({ label, value, code = false }: { label: string; value: string | null; code?: boolean }) {
  if (!value) return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{code ? <code>{value}</code> : value}</dd>
    </div>
  );
}

/** The first environment that has it: what the source event said is the same for all of them. */
function pick(releases: Release[], field: 'message' | 'git_sha' | 'image_digest' | 'author'): string | null {
  return releases.find((release) => release[field])?.[field] ?? null;
}

/** Of the pipeline's execution; a release that came without one is as far as its last environment. */
function overallStatus({ status, releases }: ReleaseDetail): ReleaseStatus {
  const last = releases.at(-1)?.status;
  return last === 'waiting' || last === 'rejected' ? last : (status ?? last ?? 'unknown');
}
