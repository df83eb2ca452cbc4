import './skeleton.css';

/** Grey bars in the place of what is being fetched. Screen readers hear the label once. */
export function Skeleton({ label, rows, className = '' }: { label: string; rows: number; className?: string }) {
  return (
    <div className={`skeleton ${className}`} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="skeleton-bar" />
      ))}
    </div>
  );
}
