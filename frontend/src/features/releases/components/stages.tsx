import { clock, duration, moment } from '../../../lib/format';
import type { Action, Stage } from '../api/detail';
import type { ReleaseStatus } from '../api/release';
import { ReleaseStatusIcon } from './release-status';
import './stages.css';

/** A source's summary is the commit message and an approval's the approver's words: the page shows both in their places. */
const TOLD_ELSEWHERE: (string | null)[] = ['Source', 'Approval'];

/** The pipeline's stages in the order they started, each with its actions. */
export function Stages({ stages }: { stages: Stage[] }) {
  return (
    <ol className="stages">
      {stages.map((stage) => (
        <li key={stage.name}>
          <ReleaseStatusIcon status={stageStatus(stage)} />
          <div className="stage-head">
            <h3>{stage.name}</h3>
            <Took start={stage.started_at} end={stage.finished_at} />
          </div>
          <ul className="actions">
            {stage.actions.map((action) => (
              <ActionLine key={action.name} action={action} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

/** An approval does not run: it waits for a person. */
function actionStatus(action: Action): ReleaseStatus {
  return action.category === 'Approval' && action.status === 'in_progress' ? 'waiting' : action.status;
}

function stageStatus(stage: Stage): ReleaseStatus {
  const running = stage.actions.map(actionStatus).filter((status) => status === 'in_progress' || status === 'waiting');
  const waits = running.length > 0 && running.every((status) => status === 'waiting');
  return stage.status === 'in_progress' && waits ? 'waiting' : stage.status;
}

function ActionLine({ action }: { action: Action }) {
  return (
    <li>
      <ReleaseStatusIcon status={actionStatus(action)} />
      <span className="action-name">
        {action.url ? <a href={action.url}>{action.name}</a> : action.name}
        {action.provider && <span className="action-provider">{action.provider}</span>}
      </span>
      <Took start={action.started_at} end={action.finished_at} />
      {action.summary && !TOLD_ELSEWHERE.includes(action.category) && <p className="action-summary">{action.summary}</p>}
    </li>
  );
}

function Took({ start, end }: { start: Date | null; end: Date | null }) {
  if (!start) return null;
  return (
    <span className="took" title={`Started ${moment(start)}`}>
      {duration(start, end) ?? `since ${clock(start)}`}
    </span>
  );
}
