import type { Scope } from '../../domain/access/scope.ts';
import { followJournal, type JournalPosition, journalHead } from '../../store/journal/journal.ts';
import { journalEnds } from './journal-ends.ts';
import { Tile, type TileDeps, type TileQuery } from './tile.ts';

export interface LiveFeed {
  /** The live score of that query under that scope, shared by all who ask for the same. */
  tile(scope: Scope, query: TileQuery): Tile;
  /** The place in the journal up to which changes have been read. */
  position(): JournalPosition;
  tiles(): number;
  stop(): Promise<void>;
}

/** Changes that come within one tick are told as one. */
const TICK_MS = 50;
const TILES_AT_ONCE = 4;

/** Follows the journal from its present end and keeps every open tile up to date: one execution per tile and tick. */
export async function startLiveFeed(deps: TileDeps): Promise<LiveFeed> {
  let position = await journalHead(deps.store);
  const ends = journalEnds(deps.store, deps.cells);
  /** Those that anybody follows; `byQuery` finds the one to share. */
  const tiles = new Set<Tile>();
  const byQuery = new Map<string, Tile>();
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> | undefined;
  let stopped = false;

  const tick = async () => {
    const due = [...tiles].filter(({ dirty }) => dirty);
    for (let i = 0; i < due.length; i += TILES_AT_ONCE) {
      await Promise.all(due.slice(i, i + TILES_AT_ONCE).map((tile) => tile.refresh().catch(deps.onError)));
    }
  };
  const schedule = () => {
    if (timer || stopped) return;
    timer = setTimeout(() => {
      ticking = tick().finally(() => {
        timer = undefined;
        // Changed, or failed to be read, while the tick was going on.
        if ([...tiles].some(({ dirty }) => dirty)) schedule();
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
      for (const tile of tiles) if (entries.some((entry) => tile.isTouchedBy(entry))) tile.markDirty();
    },
  });
  return {
    tile: (scope, query) => {
      const key = JSON.stringify([scope.fingerprint, query]);
      const known = byQuery.get(key);
      if (known) return known;
      const tile: Tile = new Tile(deps, scope, query, {
        position: () => position,
        ends,
        onDirty: schedule,
        onUsed: () => {
          tiles.add(tile);
          byQuery.set(key, tile);
        },
        onUnused: () => {
          tiles.delete(tile);
          if (byQuery.get(key) === tile) byQuery.delete(key);
        },
      });
      byQuery.set(key, tile);
      return tile;
    },
    position: () => position,
    tiles: () => tiles.size,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await follower.stop();
      await ticking;
    },
  };
}
