import type { Store } from '../../store/database/client.ts';
import type { Lease } from '../../store/database/lease.ts';
import type { JournalEntry } from '../../store/journal/journal.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { MappingRegistry } from '../../store/responses/mappings.ts';
import { KINDS } from '../kinds/registry.ts';
import type { GraphWriter, Projection } from '../kinds/shared/projection.ts';
import { write } from './fence.ts';
import type { GraphConnections } from './graph-connections.ts';

export interface ProjectorDeps {
  readonly graph: GraphConnections;
  readonly store: Store;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  /** Keys of the mappings that the graph has; emptied with it. */
  readonly projected: Set<string>;
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
export async function projectEntries(deps: ProjectorDeps, entries: readonly JournalEntry[]): Promise<void> {
  await deps.cells.refresh(deps.store);
  const writer = writerOf(deps);
  for (const projection of PROJECTIONS) await projection.write(writer, entries);
}

/**
 * Makes an empty graph equal to the whole database, as if the journal named all of it once more, including what
 * happened before the journal's first entry. `goesOn` is called before each page.
 */
export async function projectDatabase(deps: ProjectorDeps, goesOn: () => Promise<boolean>): Promise<void> {
  const writer = writerOf(deps);
  for (const { all } of PROJECTIONS) {
    if (!all) continue;
    for await (const entries of all(writer)) {
      if (!(await goesOn())) return;
      await projectEntries(deps, entries);
    }
  }
}
