import type { Report, TaskDefinition, TaskDefinitionChange } from '../api/detail';
import { environmentLabel } from '../names';
import './task-definitions.css';

/** What the release changed in the task definition that was live before, for each environment. */
export function TaskDefinitions({ reports }: { reports: Report[] }) {
  const found = reports.flatMap(({ environment, task_definition }) =>
    task_definition ? [{ environment, definition: task_definition }] : [],
  );
  return (
    <div className="definitions">
      {found.map(({ environment, definition }) => (
        <section key={environment} className="release-panel" aria-label={`Task definition in ${environmentLabel(environment).toLowerCase()}`}>
          <Definition environment={environment} definition={definition} />
        </section>
      ))}
    </div>
  );
}

function Definition({ environment, definition }: { environment: string; definition: TaskDefinition }) {
  return (
    <>
      <header className="definition-head">
        <h3>{environmentLabel(environment)}</h3>
        <p>
          {definition.before ? (
            <>
              <code>{definition.before}</code> <span aria-label="to">→</span> <code>{definition.after}</code>
            </>
          ) : (
            <>
              <code>{definition.after}</code>, the first one
            </>
          )}
        </p>
      </header>
      {definition.changes.length > 0 ? (
        <dl className="changes">
          {definition.changes.map((change) => (
            <Change key={change.path} change={change} />
          ))}
        </dl>
      ) : (
        <p className="release-none">{definition.before ? 'Nothing changed.' : 'There was none to compare it with.'}</p>
      )}
    </>
  );
}

function hiddenChange({ before, after }: TaskDefinitionChange): string {
  if (before === null && after !== null) return 'added';
  return before !== null && after === null ? 'removed' : 'changed';
}

function Change({ change }: { change: TaskDefinitionChange }) {
  return (
    <div>
      <dt>{change.path}</dt>
      {change.hidden ? (
        <dd className="change-hidden">
          {hiddenChange(change)}; values of the environment are not shown
        </dd>
      ) : (
        <>
          {change.before !== null && (
            <dd className="change-before">
              <span className="visually-hidden">before: </span>
              {change.before}
            </dd>
          )}
          <dd className={change.after === null ? 'change-before' : 'change-after'}>
            <span className="visually-hidden">after: </span>
            {change.after ?? 'removed'}
          </dd>
        </>
      )}
    </div>
  );
}
