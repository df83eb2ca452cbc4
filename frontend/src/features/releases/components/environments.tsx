import { ErrorPanel } from '../../../components/error-panel';
import { Skeleton } from '../../../components/skeleton';
import { useEnvironments } from '../api/queries';
import type { Environment } from '../api/release';
import { commit } from '../names';
import { EnvironmentCard } from './environment-card';
import './environments.css';

export function Environments() {
  const { data, error, refetch, isFetching } = useEnvironments();
  return (
    <section aria-labelledby="environments-heading">
      <div className="section-head">
        <h2 id="environments-heading">Environments</h2>
        {data && <InStep environments={data} />}
      </div>
      {data ? (
        <div className="environments">
          {data.map((environment) => (
            <EnvironmentCard key={environment.environment} environment={environment} />
          ))}
        </div>
      ) : error ? (
        <ErrorPanel
          title="The environments could not be loaded"
          detail={error.message}
          busy={isFetching}
          onRetry={() => void refetch()}
        />
      ) : (
        <div className="environments">
          <Skeleton label="Loading the environments" rows={8} />
          <Skeleton label="" rows={8} />
        </div>
      )}
    </section>
  );
}

/** Whether production runs what was tested. */
function InStep({ environments }: { environments: Environment[] }) {
  const [test, prod] = ['test', 'prod'].map((name) => {
    const live = environments.find((e) => e.environment === name)?.live;
    return live ? commit(live) : null;
  });
  if (!test || !prod) return null;
  return (
    <p className="section-note">
      {test === prod ? 'Test and production run the same commit' : 'Production is not yet on the commit in test'}
    </p>
  );
}
