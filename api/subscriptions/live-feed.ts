import type { Scope } from '../../domain/access/scope.ts';
import { Slice } from '../../domain/text/slices.ts';
import type { Loops } from '../../store/database/loops.ts';
import { runWhenDue } from '../../store/database/periodic.ts';
import { runFollower } from '../../store/journal/follower.ts';
import type { JournalEntry, JournalPosition } from '../../store/journal/journal.ts';
import { journalEnds } from './journal-ends.ts';
import { LiveQuery, type LiveQueryDefinition, type LiveQueryDeps } from './live-query.ts';

/** What agents write and subscriptions follow. */
type AgentKind = 'alert' | 'case';

export interface LiveFeed {
  /** The live query of that query and scope, shared by all its subscribers. */
  liveQuery(scope: Scope, query: LiveQueryDefinition): LiveQuery;
  /** Calls with each entry of the journal of that kind; the returned function ends it. */
  onAgentRows(kind: AgentKind, listener: (entry: JournalEntry) => void): () => void;
  /** The journal position up to which changes have been read. */
  position(): JournalPosition;
  liveQueries(): number;
  stop(): Promise<void>;
}

export interface LiveFeedDeps extends LiveQueryDeps {
  readonly loops: Loops | null;
}

/** Changes within one tick are sent as one. */
const TICK_MS = 50;
const LIVE_QUERIES_AT_ONCE = 4;

/**
 * Follows the journal from its current end and keeps every open live query up to date: one execution per live
 * query and tick.
 */
export async function startLiveFeed(deps: LiveFeedDeps): Promise<LiveFeed> {
  const { store, cells, loops, onError } = deps;
  const ends = journalEnds(store, cells);
  /** Those with subscribers; `byQuery` finds the one to share. */
  const liveQueries = new Set<LiveQuery>();
  const agentListeners = new Set<{
    readonly kind: AgentKind;
    readonly call: (entry: JournalEntry) => void;
  }>();
  const byQuery = new Map<string, LiveQuery>();
  // A live query that changes, or cannot be read, during its refresh flags itself again.
  const ticks = runWhenDue({
    afterMs: TICK_MS,
    onError,
    run: async () => {
      const due = [...liveQueries].filter(({ dirty }) => dirty);
      for (let i = 0; i < due.length; i += LIVE_QUERIES_AT_ONCE)
        await Promise.all(
          due.slice(i, i + LIVE_QUERIES_AT_ONCE).map((liveQuery) => liveQuery.refresh().catch(onError)),
        );
    },
  });
  const follower = await runFollower({
    name: 'live',
    store,
    batch: 1_000,
    loops,
    onError,
    handle: async (entries) => {
      const isNew = ([cellId]: readonly number[]) => cellId !== undefined && !cells.get(cellId);
      if (entries.some(({ payload }) => payload.deltas.some(isNew))) await cells.refresh(store);
      for (const entry of entries)
        for (const { kind, call } of agentListeners) if (entry.kind === kind) call(entry);
      const slice = new Slice();
      for (const liveQuery of liveQueries) {
        if (slice.isOver()) await slice.next();
        const first = liveQuery.firstTouching(entries);
        if (first) liveQuery.markDirty(first.recordedAt);
      }
    },
  });
  return {
    liveQuery: (scope, query) => {
      const key = JSON.stringify([scope.fingerprint, query]);
      const known = byQuery.get(key);
      if (known) return known;
      const liveQuery: LiveQuery = new LiveQuery(deps, scope, query, {
        position: follower.position,
        ends,
        onDirty: ticks.due,
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
    onAgentRows: (kind, call) => {
      const listener = { kind, call };
      agentListeners.add(listener);
      return () => agentListeners.delete(listener);
    },
    position: follower.position,
    liveQueries: () => liveQueries.size,
    stop: async () => {
      await follower.stop();
      await ticks.stop();
    },
  };
}
