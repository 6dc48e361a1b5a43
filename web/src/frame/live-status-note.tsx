import { formatClock } from '../lib/format.ts';
import { useLiveStatus } from '../lib/live.ts';

/** Whether what is shown is live; when it is stale, since when. */
export function LiveStatusNote() {
  const { state, at } = useLiveStatus();
  if (state === 'off') return null;
  const words = {
    connecting: 'Connecting',
    live: 'Live',
    stale: at === null ? 'Not connected' : `Not connected: as of ${formatClock(at)}`,
  }[state];
  return (
    <div
      className={`live live-${state}`}
      role="status"
      data-testid="live"
      title={at === null ? '' : `Updated ${formatClock(at)}`}
    >
      <span className="live-dot" aria-hidden="true" />
      {words}
    </div>
  );
}
