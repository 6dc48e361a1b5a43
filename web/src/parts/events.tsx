import { formatMoment } from '../lib/format.ts';
import './events.css';

interface EventLine {
  readonly at: string;
  /** What happened: "Raised". */
  readonly what: string;
  readonly by: string;
  readonly reason: string;
}

/** What happened, the oldest first: what, who, when, and why. */
export function Events({ events, label }: { readonly events: readonly EventLine[]; readonly label: string }) {
  return (
    <ol className="events" aria-label={label}>
      {events.map(({ at, what, by, reason }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events are only added at the end
        <li key={i}>
          <p className="small">
            <strong>{what}</strong> <span className="muted">by</span> <span dir="auto">{by}</span>
            <span className="muted">
              , <time dateTime={at}>{formatMoment(at)}</time>
            </span>
          </p>
          {reason ? <p dir="auto">{reason}</p> : null}
        </li>
      ))}
    </ol>
  );
}
