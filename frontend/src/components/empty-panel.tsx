import './panel.css';

export function EmptyPanel({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="panel">
      <p className="panel-title">{title}</p>
      <p className="panel-text">{children}</p>
    </div>
  );
}
