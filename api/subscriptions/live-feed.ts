import type { Scope } from '../../domain/access/scope.ts';
import { followJournal, type JournalPosition, journalHead } from '../../store/journal/journal.ts';
import { journalEnds } from './journal-ends.ts';
import { LiveQuery, type LiveQueryDefinition, type LiveQueryDeps } from './live-query.ts';

export interface LiveFeed {
  /** The live score of that query under that scope, shared by all who ask for the same. */
  liveQuery(scope: Scope, query: LiveQueryDefinition): LiveQuery;
  /** The place in the journal up to which changes have been read. */
  position(): JournalPosition;
  liveQueries(): number;
  stop(): Promise<void>;
}

/** Changes that come within one tick are told as one. */
const TICK_MS = 50;
const LIVE_QUERIES_AT_ONCE = 4;

/** Follows the journal from its present end and keeps every open tile up to date: one execution per tile and tick. */
export async function startLiveFeed(deps: LiveQueryDeps): Promise<LiveFeed> {
  let position = await journalHead(deps.store);
  const ends = journalEnds(deps.store, deps.cells);
  /** Those that anybody follows; `byQuery` finds the one to share. */
  const liveQueries = new Set<LiveQuery>();
  const byQuery = new Map<string, LiveQuery>();
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> | undefined;
  let stopped = false;

  const tick = async () => {
    const due = [...liveQueries].filter(({ dirty }) => dirty);
    for (let i = 0; i < due.length; i += LIVE_QUERIES_AT_ONCE) {
      await Promise.all(
        due.slice(i, i + LIVE_QUERIES_AT_ONCE).map((liveQuery) => liveQuery.refresh().catch(deps.onError)),
      );
    }
  };
  const schedule = () => {
    if (timer || stopped) return;
    timer = setTimeout(() => {
      ticking = tick().finally(() => {
        timer = undefined;
        // Changed, or failed to be read, while the tick was going on.
        if ([...liveQueries].some(({ dirty }) => dirty)) schedule();
      });
    }, TICK_MS);
  };
  const follower = await followJournal({
    store: deps.store,
    limit: 1_000,
    from: position,
    onError: deps.onError,
    handle: async (entries) => {
      await deps.cells.refresh(deps.store);
      const last = entries.at(-1);
      if (last) position = { xact: last.xact, position: last.position };
      for (const liveQuery of liveQueries)
        if (entries.some((entry) => liveQuery.isTouchedBy(entry))) liveQuery.markDirty();
    },
  });
  return {
    liveQuery: (scope, query) => {
      const key = JSON.stringify([scope.fingerprint, query]);
      const known = byQuery.get(key);
      if (known) return known;
      const liveQuery: LiveQuery = new LiveQuery(deps, scope, query, {
        position: () => position,
        ends,
        onDirty: schedule,
        onUsed: () => {
          liveQueries.add(liveQuery);
          byQuery.set(key, liveQuery);
        },
        onUnused: () => {
          liveQueries.delete(liveQuery);
          if (byQuery.get(key) === liveQuery) byQuery.delete(key);
        },
      });
      byQuery.set(key, liveQuery);
      return liveQuery;
    },
    position: () => position,
    liveQueries: () => liveQueries.size,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await follower.stop();
      await ticking;
    },
  };
}
