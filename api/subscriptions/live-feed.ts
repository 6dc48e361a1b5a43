import type { Scope } from '../../domain/access/scope.ts';
import type { Loops } from '../../store/database/loops.ts';
import { runWhenDue } from '../../store/database/periodic.ts';
import { runFollower } from '../../store/journal/follower.ts';
import type { JournalPosition } from '../../store/journal/journal.ts';
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

export interface LiveFeedDeps extends TileDeps {
  readonly loops: Loops | null;
}

/** Changes that come within one tick are told as one. */
const TICK_MS = 50;
const TILES_AT_ONCE = 4;

/** Follows the journal from its present end and keeps every open tile up to date: one execution per tile and tick. */
export async function startLiveFeed(deps: LiveFeedDeps): Promise<LiveFeed> {
  const { store, cells, loops, onError } = deps;
  const ends = journalEnds(store, cells);
  /** Those that anybody follows; `byQuery` finds the one to share. */
  const tiles = new Set<Tile>();
  const byQuery = new Map<string, Tile>();
  // A tile that changes, or cannot be read, while it is refreshed marks itself again.
  const ticks = runWhenDue({
    afterMs: TICK_MS,
    onError,
    run: async () => {
      const due = [...tiles].filter(({ dirty }) => dirty);
      for (let i = 0; i < due.length; i += TILES_AT_ONCE)
        await Promise.all(due.slice(i, i + TILES_AT_ONCE).map((tile) => tile.refresh().catch(onError)));
    },
  });
  const follower = await runFollower({
    name: 'live',
    store,
    batch: 1_000,
    loops,
    onError,
    handle: async (entries) => {
      await cells.refresh(store);
      for (const tile of tiles) if (entries.some((entry) => tile.isTouchedBy(entry))) tile.markDirty();
    },
  });
  return {
    tile: (scope, query) => {
      const key = JSON.stringify([scope.fingerprint, query]);
      const known = byQuery.get(key);
      if (known) return known;
      const tile: Tile = new Tile(deps, scope, query, {
        position: follower.position,
        ends,
        onDirty: ticks.due,
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
    position: follower.position,
    tiles: () => tiles.size,
    stop: async () => {
      await follower.stop();
      await ticks.stop();
    },
  };
}
