import type { Store } from '../../store/database/client.ts';
import type { Lease } from '../../store/database/lease.ts';
import {
  BEGINNING,
  followerPosition,
  isAfter,
  type JournalEntry,
  type JournalPosition,
  touchFollower,
} from '../../store/journal/journal.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { MappingRegistry } from '../../store/responses/mappings.ts';
import { KINDS } from '../kinds/registry.ts';
import type { GraphWriter, Projection } from '../kinds/shared/projection.ts';
import type { Written } from '../kinds/shared/written.ts';
import { dropGraph } from './drop-graph.ts';
import { write } from './fence.ts';
import { beginAgain, beginFilling, endFilling, followsJournal, noteReached, takeGraph } from './format.ts';
import type { GraphConnections } from './graph-connections.ts';
import { ensureGraphSchema } from './schema.ts';

export interface ProjectorDeps {
  readonly graph: GraphConnections;
  readonly store: Store;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  readonly written: Written;
  /** The lease for writing the graph. */
  readonly lease: Lease;
}

/** The writers of the kinds that are not written along with another, in order of reference. */
const PROJECTIONS: readonly Projection[] = KINDS.flatMap(({ projection }) =>
  projection && 'write' in projection ? [projection] : [],
);

const writerOf = ({ graph, lease, ...rest }: ProjectorDeps): GraphWriter => ({
  ...rest,
  write: (work) => write(graph, lease, work),
});

/** Makes the graph equal to the database for everything that the entries touched. */
async function projectEntries(deps: ProjectorDeps, entries: readonly JournalEntry[]): Promise<void> {
  await deps.cells.refresh(deps.store);
  const writer = writerOf(deps);
  for (const projection of PROJECTIONS) await projection.write(writer, entries);
}

/**
 * Makes an empty graph equal to the whole database, as if the journal named all of it once more, including what
 * happened before the journal's first entry. `goesOn` is called before each page.
 */
async function projectDatabase(deps: ProjectorDeps, goesOn: () => Promise<boolean>): Promise<void> {
  const writer = writerOf(deps);
  for (const { all } of PROJECTIONS) {
    if (!all) continue;
    for await (const entries of all(writer)) {
      if (!(await goesOn())) return;
      await projectEntries(deps, entries);
    }
  }
}

/** What the follower of the lineage does under one lease. */
export interface Projector {
  /** Whether the graph is empty, to be filled by `startOver`. */
  begin(stopped: () => boolean): Promise<boolean>;
  startOver(stopped: () => boolean, head: JournalPosition): Promise<void>;
  handle(entries: readonly JournalEntry[]): Promise<void>;
}

/** Writes the graph for the follower; one of another format it drops first. */
export function createProjector(deps: ProjectorDeps): Projector {
  const { graph, store, lease, written } = deps;
  let fillsTo: JournalPosition | null = null;
  const end = async () => {
    await endFilling(graph, lease);
    fillsTo = null;
  };
  return {
    begin: async (stopped) => {
      written.clear();
      await ensureGraphSchema(graph, lease);
      // Before the position is saved for the first time: from then on nothing that an earlier holder has read is written.
      const found = await takeGraph(graph, lease);
      const isOwn = found.isCurrent && (await followsJournal(store, found, lease.name));
      const isNew = !isOwn && (await beginAgain(graph, store, lease, stopped));
      ({ fillsTo } = isNew ? await takeGraph(graph, lease) : found);
      // Each row is read once from its table; the journal names many of them again and again.
      return fillsTo !== null && !isAfter(await followerPosition(store, lease.name), BEGINNING);
    },
    startOver: async (stopped, head) => {
      written.clear();
      await beginFilling(graph, lease, head);
      await dropGraph(graph, store, lease, stopped);
      await written.whileAllIsNamed(() =>
        projectDatabase(deps, async () => {
          await touchFollower(store, lease.name, lease);
          return !stopped();
        }),
      );
      if (stopped()) return;
      await noteReached(graph, lease, head);
      await end();
    },
    handle: async (entries) => {
      await projectEntries(deps, entries);
      const last = entries.at(-1);
      if (!last) return;
      await noteReached(graph, lease, last);
      if (fillsTo && !isAfter(fillsTo, last)) await end();
    },
  };
}
