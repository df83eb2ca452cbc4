import { Link, useSearchParams } from 'react-router';
import './environment-filter.css';

const CHOICES = [
  { value: null, label: 'All' },
  { value: 'test', label: 'Test' },
  { value: 'prod', label: 'Production' },
];

/** Which environment's releases to list; kept in the address so that a view can be shared. */
export function useEnvironmentFilter(): string | null {
  const [params] = useSearchParams();
  return params.get('environment');
}

export function EnvironmentFilter() {
  const chosen = useEnvironmentFilter();
  return (
    <nav className="filter" aria-label="Releases by environment">
      {CHOICES.map(({ value, label }) => (
        <Link
          key={label}
          to={value ? `?environment=${value}` : '.'}
          replace
          preventScrollReset
          aria-current={value === chosen ? 'true' : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
