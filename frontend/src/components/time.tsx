import { moment, relativeTime } from '../lib/format';
import { useNow } from '../lib/use-now';

/** "3 minutes ago", with the exact moment for machines and on hover. */
export function RelativeTime({ at }: { at: Date }) {
  const now = useNow();
  return (
    <time dateTime={at.toISOString()} title={moment(at)}>
      {relativeTime(at, now)}
    </time>
  );
}

export function Moment({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{moment(at)}</time>;
}
