import { StatusIcon, Status } from '../../../components/status';
import { milliseconds } from '../../../lib/format';
import type { Check, Phase, Report } from '../api/detail';
import { environmentLabel } from '../names';
import './reports.css';

/** What validate-deploy found out before it let traffic through, for each environment. */
export function Reports({ reports }: { reports: Report[] }) {
  return (
    <div className="reports">
      {reports.map((report) => (
        <section
          key={report.environment}
          className="release-panel report"
          aria-label={`Smoke tests in ${environmentLabel(report.environment).toLowerCase()}`}
          data-testid={`report-${report.environment}`}
        >
          <header className="report-head">
            <h3>{environmentLabel(report.environment)}</h3>
            <Status tone={report.passed ? 'good' : 'bad'}>{report.passed ? 'Passed' : 'Failed'}</Status>
          </header>
          {!report.passed && report.message && <p className="report-message">{report.message}</p>}
          <ul className="report-checks">
            {report.checks.map((check, index) => (
              <CheckLine key={index} check={check} />
            ))}
          </ul>
          <details className="report-more" open={!report.passed}>
            <summary>How it went, {milliseconds(report.elapsed_ms)} in all</summary>
            <ol className="report-phases">
              {report.phases.map((phase, index) => (
                <PhaseLine key={index} phase={phase} />
              ))}
            </ol>
            {report.deployment_id && (
              <p className="report-deployment">
                Deployment <code>{report.deployment_id}</code>
              </p>
            )}
          </details>
        </section>
      ))}
    </div>
  );
}

function Outcome({ passed }: { passed: boolean }) {
  return (
    <>
      <StatusIcon tone={passed ? 'good' : 'bad'} />
      <span className="visually-hidden">{passed ? 'Passed:' : 'Failed:'}</span>
    </>
  );
}

function CheckLine({ check }: { check: Check }) {
  return (
    <li>
      <Outcome passed={check.passed} />
      <span className="report-name">{check.name}</span>
      <span className="took">
        {check.tries > 1 && `${check.tries} tries, `}
        {milliseconds(check.elapsed_ms)}
      </span>
      {check.wrong.map((line, index) => (
        <p key={index} className="report-wrong">
          {line}
        </p>
      ))}
    </li>
  );
}

function PhaseLine({ phase }: { phase: Phase }) {
  return (
    <li>
      <Outcome passed={phase.passed} />
      <span className="report-name">
        {phase.phase}
        {phase.detail && <span className="report-detail">{phase.detail}</span>}
      </span>
      <span className="took">{milliseconds(phase.elapsed_ms)}</span>
    </li>
  );
}
