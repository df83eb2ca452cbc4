import './panel.css';

interface ErrorPanelProps {
  title: string;
  /** What went wrong, in the words of whoever noticed. */
  detail: string;
  retryLabel?: string;
  onRetry?: () => void;
  busy?: boolean;
  children?: React.ReactNode;
}

export function ErrorPanel({ title, detail, retryLabel = 'Try again', onRetry, busy = false, children }: ErrorPanelProps) {
  return (
    <div className="panel panel-error" role="alert">
      <p className="panel-title">{title}</p>
      <p className="panel-text">{detail}</p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry} disabled={busy}>
          {busy ? 'Trying…' : retryLabel}
        </button>
      )}
      {children}
    </div>
  );
}
