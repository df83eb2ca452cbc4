import { useId, useState } from 'react';
import { useEnvironments } from '../api/queries';
import { isCommit, NO_FILTERS, PERIODS_DAYS, useFilters } from '../filters';
import { environmentLabel } from '../names';
import './release-filters.css';
import { STATUSES } from './release-status';

/** Narrows the timeline down. Every choice is in the address at once. */
export function ReleaseFilters() {
  const [filters, change] = useFilters();
  const { data } = useEnvironments();
  const environments = [...new Set([...(data?.map((e) => e.environment) ?? ['test', 'prod']), ...given(filters.environment)])];
  const isFiltered = Object.values(filters).some((value) => value !== null);
  return (
    <div className="filters" role="search" aria-label="Filter releases">
      <Choice
        label="Environment"
        value={filters.environment}
        all="All environments"
        options={environments.map((name) => [name, environmentLabel(name)])}
        onChange={(environment) => {
          change({ environment });
        }}
      />
      <Choice
        label="Status"
        value={filters.status}
        all="Any status"
        options={Object.entries(STATUSES)
          .filter(([status]) => status !== 'unknown')
          .map(([status, { label }]) => [status, label])}
        onChange={(status) => {
          change({ status });
        }}
      />
      <Choice
        label="Period"
        value={filters.days === null ? null : String(filters.days)}
        all="Any time"
        options={PERIODS_DAYS.map((days) => [String(days), `Last ${days} days`])}
        onChange={(days) => {
          change({ days: days === null ? null : Number(days) });
        }}
      />
      <Commit key={filters.commit} value={filters.commit} onChange={(commit) => {
          change({ commit });
        }} />
      {isFiltered && (
        <button
          type="button"
          className="button filters-clear"
          onClick={() => {
            change(NO_FILTERS);
          }}
        >
          Clear filters
        </button>
      )}
    </div>
  );
}

function given(value: string | null): string[] {
  return value === null ? [] : [value];
}

interface ChoiceProps {
  label: string;
  value: string | null;
  /** What stands for no choice. */
  all: string;
  options: [value: string, label: string][];
  onChange: (value: string | null) => void;
}

function Choice({ label, value, all, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="filter">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value ?? ''}
        onChange={(event) => {
          onChange(event.target.value || null);
        }}
      >
        <option value="">{all}</option>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Asks once the digits are enough, and when the field is emptied; a hint says what is missing. */
function Commit({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const id = useId();
  const [typed, setTyped] = useState(value ?? '');
  const digits = typed.trim().toLowerCase();
  const isWrong = digits !== '' && !isCommit(digits);
  const submit = () => {
    if (!isWrong && (digits || null) !== value) onChange(digits || null);
  };
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label htmlFor={id}>Commit</label>
      <input
        id={id}
        type="search"
        className="filter-commit"
        placeholder="4f2a91c"
        autoComplete="off"
        spellCheck={false}
        maxLength={64}
        value={typed}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-hint` : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        onBlur={submit}
      />
      {isWrong && (
        <p id={`${id}-hint`} className="filter-hint">
          The first digits, at least four: 0–9, a–f
        </p>
      )}
    </form>
  );
}
