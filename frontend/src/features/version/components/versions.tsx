import { buildSha } from '../../../lib/build';
import { shortSha } from '../../../lib/format';
import { useBackendSha } from '../api/queries';
import './versions.css';

/** Which commits the visitor is looking at: this page's own and the API's. */
export function Versions() {
  const frontend = buildSha();
  const backend = useBackendSha();
  return (
    <dl className="versions">
      <div>
        <dt>Frontend</dt>
        <dd>
          <code data-testid="frontend-version" title={frontend}>
            {shortSha(frontend)}
          </code>
        </dd>
      </div>
      <div>
        <dt>Backend</dt>
        <dd>
          <code data-testid="backend-version" title={backend.data}>
            {backend.data ? shortSha(backend.data) : backend.isError ? 'unavailable' : '…'}
          </code>
        </dd>
      </div>
    </dl>
  );
}
