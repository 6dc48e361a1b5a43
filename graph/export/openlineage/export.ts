import { createHash } from 'node:crypto';
import type { Scope } from '../../../domain/access/scope.ts';
import { releaseLease, renewLease, takeLease } from '../../../store/database/lease.ts';
import { type JournalPosition, readJournal, saveFollowerPosition } from '../../../store/journal/journal.ts';
import { restartFollower, resumeFollower } from '../../../store/journal/journal-trim.ts';
import { type RunEvent, runEvents } from './events.ts';
import { type RunDeps, runsOf, sealingRuns } from './runs.ts';
import type { Transport } from './transports.ts';

const ENTRIES = 200;
const HEADS = 100;

export interface ExportOptions {
  readonly transport: Transport;
  readonly engineVersion: string;
  /** Begin from the beginning, whatever was sent to this target before. */
  readonly restart: boolean;
  /** Called when runs before that moment are no longer in the journal, and are not sent. */
  readonly onSkipped?: (reachesBack: Date) => void;
}

/**
 * Sends what ran since the last export to the same target, in the journal's order, then the sealings; returns
 * the number of events. The position is saved only after the transport has accepted the events: after a crash
 * some are sent again, under the same run ids. One export per target at a time: a later one from the same
 * machine takes over.
 * @throws SupersededError
 */
export async function exportLineage(
  deps: RunDeps & { readonly place: string },
  scope: Scope,
  options: ExportOptions,
): Promise<number> {
  const { transport, engineVersion, restart, onSkipped } = options;
  const place = createHash('sha256')
    .update(`${transport.place}\n${scope.fingerprint}`)
    .digest('hex')
    .slice(0, 16);
  const [journal, seals] = [`openlineage ${place} journal`, `openlineage ${place} seals`];
  const lease = await takeLease(deps.store, `openlineage ${place}`, deps.place, 'same place');
  if (!lease)
    throw new Error('another export to this place is running on another machine: wait for its end, or 15 s');
  let sent = 0;
  const send = async (events: readonly RunEvent[]) => {
    await renewLease(deps.store, lease);
    if (events.length > 0) await transport.send(events);
    sent += events.length;
  };
  const eventsOf = (runs: Awaited<ReturnType<typeof runsOf>>) =>
    runs.flatMap((run) => runEvents(run, engineVersion));
  // Registered first: from here on the journal keeps what has yet to be sent.
  const resumed = (name: string) =>
    restart ? restartFollower(deps.store, name, lease) : resumeFollower(deps.store, name);
  const { from, trimmed } = await resumed(journal);
  if (trimmed) onSkipped?.(trimmed.reachesBack);
  let at: JournalPosition = trimmed ?? from;
  for (;;) {
    const entries = await readJournal(deps.store, at, ENTRIES);
    const last = entries.at(-1);
    if (!last) break;
    await send(eventsOf(await runsOf(deps, scope, entries)));
    at = { xact: last.xact, position: last.position };
    await saveFollowerPosition(deps.store, journal, at, lease);
  }
  let size = (await resumed(seals)).from.position;
  for (;;) {
    const next = await sealingRuns(deps, scope, size, HEADS);
    if (next.size === null) break;
    await send(eventsOf(next.runs));
    size = next.size;
    await saveFollowerPosition(deps.store, seals, { xact: 0, position: size }, lease);
  }
  await releaseLease(deps.store, lease);
  return sent;
}
