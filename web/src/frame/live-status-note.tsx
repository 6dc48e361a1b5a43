import { formatClock, formatLag } from '../lib/format.ts';
import { useLiveStatus } from '../lib/live.ts';

/** Whether what is shown is live, and how long the last change took; when it is stale, since when. */
export function LiveStatusNote() {
  const { state, at, lagMs } = useLiveStatus();
  if (state === 'off') return null;
  const words = {
    connecting: 'Connecting',
    live: 'Live',
    stale: at === null ? 'Not connected' : `Not connected: as of ${formatClock(at)}`,
  }[state];
  const lag = state === 'live' && lagMs !== null ? formatLag(lagMs) : null;
  return (
    <div
      className={`live live-${state}`}
      data-testid="live"
      title={[
        ...(at === null ? [] : [`Updated ${formatClock(at)}`]),
        ...(lag === null ? [] : [`the last change was shown ${lag} after it was recorded`]),
      ].join('; ')}
    >
      <span className="live-dot" aria-hidden="true" />
      <span role="status">{words}</span>
      {/* Not in the status: it would be read aloud with each change. */}
      {lag === null ? null : <span className="numbers">{lag}</span>}
    </div>
  );
}
