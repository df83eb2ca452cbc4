import { Link, useSearchParams } from 'react-router';
import { Trends } from '../../features/metrics/components/trends';
import { environmentLabel } from '../../features/releases/names';
import './trends.css';

const PERIODS_DAYS = [30, 90, 365];
const ENVIRONMENTS = ['prod', 'test'];

export function TrendsPage() {
  const [params] = useSearchParams();
  const asked = { environment: params.get('environment') ?? '', days: Number(params.get('days')) };
  const environment = ENVIRONMENTS.includes(asked.environment) ? asked.environment : 'prod';
  const days = PERIODS_DAYS.includes(asked.days) ? asked.days : 30;
  const to = (change: { environment?: string; days?: number }) =>
    `?${new URLSearchParams({ environment: change.environment ?? environment, days: String(change.days ?? days) })}`;
  return (
    <>
      <title>Trends · Release journal</title>
      <div className="page-head">
        <h1>Trends</h1>
        <p className="page-lede">How often, how fast and how safely changes reach {environmentLabel(environment).toLowerCase()}.</p>
      </div>
      <div className="switches">
        <Switch
          label="Environment"
          choices={ENVIRONMENTS.map((name) => [environmentLabel(name), to({ environment: name }), name === environment])}
        />
        <Switch
          label="Period"
          choices={PERIODS_DAYS.map((length) => [
            length === 365 ? '1 year' : `${length} days`,
            to({ days: length }),
            length === days,
          ])}
        />
      </div>
      <Trends environment={environment} label={environmentLabel(environment)} days={days} />
    </>
  );
}

function Switch({ label, choices }: { label: string; choices: [text: string, to: string, isChosen: boolean][] }) {
  return (
    <nav className="switch" aria-label={label}>
      {choices.map(([text, to, isChosen]) => (
        <Link key={text} to={to} replace preventScrollReset aria-current={isChosen ? 'true' : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  );
}
