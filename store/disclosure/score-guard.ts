import { type Counted, mayBeProtected, type Scope } from '../../domain/access/scope.ts';
import { mayRelease, type Release } from '../../domain/disclosure/disclosure.ts';
import { groupsWithReleases, type ReleaseSums, sumReleases } from '../../domain/disclosure/release-sums.ts';
import { add, type Counts, ZERO } from '../../domain/nps/nps.ts';
import type { Basis } from '../../domain/scores/score.ts';
import type { Cell, CellDictionary } from '../../domain/segments/cell.ts';
import { mapInSlices, Slice } from '../../domain/text/slices.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { Session, Statement, Store } from '../database/client.ts';
import { type Ledger, openLedger } from './disclosure.ts';
import type { Part } from './disclosure-counts.ts';
import { protectedCells } from './protected-cells.ts';

export interface GuardDeps {
  /** What the caller reads through: the wall. */
  readonly store: Session;
  /** Where the ledgers are kept; who reads through the wall cannot write them. */
  readonly record: Store;
  readonly cells: CellDictionary;
  readonly now: () => number;
}

/** The cells of one group. */
export interface ScoreGroup {
  readonly group: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
}

/** What is told of one group in one window: all counts, null where they are withheld, and those that a model inferred. */
export interface ReleasedCounts {
  readonly counts: Counts | null;
  readonly inferred: Counts | undefined;
}

/** One group's counts. */
export interface ScoreColumn extends ScoreGroup {
  /** The place of the group among all of the query. */
  readonly place: number;
  /** By the place of the window. */
  readonly at: (window: number) => ReleasedCounts;
  /** Whether the ledgers decide what is told of it. */
  readonly isProtected: boolean;
}

const WITHHELD: ReleasedCounts = { counts: null, inferred: undefined };

/** What the ledgers tell of a query's guarded cells. */
export interface Guard {
  /** Whether the group, by its place, has a lot of its own: one answer must not make a row. */
  lists(place: number): boolean;
  /** Whether the ledgers decide what is told of the group. */
  isProtected(place: number): boolean;
  /**
   * Adds to counts of cells whose answers the caller may read what the ledgers tell of the others. A group is told where every
   * part of its basis may be, and the surveyed part is cut nowhere: else counts of the same people on two bases could be
   * compared.
   */
  tell(columns: readonly ScoreColumn[]): Promise<readonly ScoreColumn[]>;
}

interface ProtectedQuery {
  readonly basis: Basis;
  readonly windows: readonly TimeRange[];
  /** The model version whose answers are asked for, if any. */
  readonly model: number | null;
}

/** Guarded cells by what is counted, no cell where it is not asked for. */
export type ProtectedCells = Readonly<Record<Counted, readonly Cell[]>>;

/** The cells whose counts the caller is told from the ledger, if at all. */
export function protectedFor(scope: Scope, cells: CellDictionary, basis: Basis): ProtectedCells {
  return {
    surveyed: protectedCells(scope, cells, 'surveyed'),
    inferred: basis === 'SURVEYED' ? [] : protectedCells(scope, cells, 'inferred'),
  };
}

/** One part of a basis, as the caller's ledger has it. */
interface OpenPart {
  readonly part: Part;
  readonly releases: readonly Release[];
  /** The group of each cell that the database shows of the ledger. */
  readonly groupOf: ReadonlyMap<number, number>;
  /** Groups that have a lot of their own. */
  readonly own: ReadonlySet<number>;
  /** Which groups have guarded cells, and which have others beside. */
  readonly hasProtected: readonly boolean[];
  readonly free: readonly boolean[];
}

/** The same with the sums by window and group. */
type ReleasedPart = OpenPart & { readonly sums: ReleaseSums };

/** Opens the ledgers that the query needs, and finds the groups of which they tell. */
export async function openGuard(
  deps: GuardDeps,
  scope: Scope,
  protectedCells: ProtectedCells,
  query: ProtectedQuery,
  groups: readonly ScoreGroup[],
): Promise<Guard> {
  const { basis, windows, model } = query;
  const parts = await openParts(deps, scope, protectedCells, query, groups);
  const { told } = partsOf(basis, model);
  const releasable = parts.filter(({ part }) => told.includes(part));
  return {
    lists: (place) => releasable.some(({ own }) => own.has(place)),
    isProtected: (place) => parts.some(({ hasProtected: protectedCells }) => protectedCells[place]),
    tell: async (columns) => {
      const slice = new Slice();
      const listed = new Set(columns.map(({ place }) => place));
      const summed: ReleasedPart[] = [];
      for (const part of parts) {
        const groupOf = new Map([...part.groupOf].filter(([, place]) => listed.has(place)));
        summed.push({ ...part, sums: await sumReleases(part.releases, windows, groupOf) });
      }
      // Nobody answered there yet; the first who does must not show by a row that was told before.
      const isEmptyWithheld = mayBeProtected(scope, 'readScore', COUNTED[basis]);
      return mapInSlices(
        columns,
        (column) => {
          if (column.cells.length === 0)
            return isEmptyWithheld ? { ...column, at: () => WITHHELD, isProtected: true } : column;
          return releasedColumn(column, summed, query, scope.smallestCount);
        },
        slice,
      );
    },
  };
}

function releasedColumn(
  column: ScoreColumn,
  parts: readonly ReleasedPart[],
  { basis, model }: ProtectedQuery,
  smallestCount: number,
): ScoreColumn {
  const { place } = column;
  const { told, inferred } = partsOf(basis, model);
  const ofGroup = parts.filter((part) => part.hasProtected[place]);
  if (ofGroup.length === 0) return column;
  const releasable = ofGroup.filter(({ part }) => told.includes(part));
  const free = told.length > releasable.length || releasable.some((part) => part.free[place]);
  const sum = (of: readonly Part[], window: number) =>
    releasable.reduce(
      (all, { part, sums }) => (of.includes(part) ? add(all, sums.at(window, place) ?? ZERO) : all),
      ZERO,
    );
  const sizes = (window: number) => releasable.map(({ sums }) => sums.at(window, place) ?? ZERO);
  const whole = (window: number) => ofGroup.every(({ sums }) => sums.at(window, place) !== null);
  const at = (window: number): ReleasedCounts => {
    if (!whole(window) || !mayRelease(sizes(window), smallestCount, free)) return WITHHELD;
    const open = column.at(window);
    return {
      counts: add(open.counts ?? ZERO, sum(told, window)),
      inferred: open.inferred && add(open.inferred, sum(inferred, window)),
    };
  };
  return { ...column, at, isProtected: true };
}

async function openParts(
  deps: GuardDeps,
  scope: Scope,
  protectedCells: ProtectedCells,
  { basis, model }: ProtectedQuery,
  groups: readonly ScoreGroup[],
): Promise<OpenPart[]> {
  const wanted: Record<Counted, Part[]> = {
    surveyed: ['surveyed'],
    inferred: partsOf(basis, model).inferred,
  };
  const all: OpenPart[] = [];
  for (const counted of ['surveyed', 'inferred'] as const) {
    const ids = new Set(protectedCells[counted].map(({ id }) => id));
    const ofGroups = groups.map(({ cells }) => cells.filter(({ id }) => ids.has(id)));
    const parts = wanted[counted];
    if (parts.length === 0 || ofGroups.every((cells) => cells.length === 0)) continue;
    const opened = [...parts, ...(counted === 'inferred' ? siblingsOf(parts) : [])];
    const ledger = await openLedger(
      { ...deps, store: deps.record },
      scope,
      counted,
      protectedCells[counted],
      opened,
    );
    const seen = await cellsBehind(deps.store, ledger);
    const groupOf = new Map<number, number>();
    ofGroups.forEach((cells, place) => {
      for (const { id } of cells) if (seen.has(id)) groupOf.set(id, place);
    });
    for (const part of parts) {
      const releases = ledger.releasesOf(part);
      all.push({
        part,
        releases,
        groupOf,
        own: await groupsWithReleases(releases, groupOf),
        hasProtected: ofGroups.map((cells) => cells.length > 0),
        free: ofGroups.map((cells, place) => cells.length < (groups[place]?.cells.length ?? 0)),
      });
    }
  }
  return all;
}

/** Both parts of a model are continued at once, so that they are cut at the same times whatever is asked. */
function siblingsOf(parts: readonly Part[]): Part[] {
  return parts.flatMap((part): Part[] => {
    const other = part.startsWith('alone')
      ? part.replace('alone', 'beside')
      : part.replace('beside', 'alone');
    return parts.includes(other as Part) ? [] : [other as Part];
  });
}

const BEHIND: Statement = {
  name: 'guard_cells',
  text: `SELECT coalesce(array_agg(cell_id), '{}') AS ids FROM disclosure_cell WHERE ledger = $1 AND guarded`,
};

/** The ledger's cells as the database role of the caller sees them: lots of others are not summed, whatever the program says. */
async function cellsBehind(scopedReader: Session, { key }: Ledger): Promise<Set<number>> {
  const [row] = await scopedReader.rows<{ ids: number[] }>(BEHIND, [key]);
  return new Set(row?.ids);
}

/** What the answers of a basis are. */
const COUNTED: Readonly<Record<Basis, readonly Counted[]>> = {
  SURVEYED: ['surveyed'],
  INFERRED: ['inferred'],
  COMBINED: ['surveyed', 'inferred'],
};

/** The parts whose sum a basis is, and those of them that a model inferred. */
function partsOf(basis: Basis, model: number | null): { told: Part[]; inferred: Part[] } {
  const alone: Part[] = model === null ? [] : [`alone ${model}`];
  const beside: Part[] = model === null ? [] : [`beside ${model}`];
  if (basis === 'SURVEYED') return { told: ['surveyed'], inferred: [] };
  if (basis === 'INFERRED') return { told: [...alone, ...beside], inferred: [...alone, ...beside] };
  return { told: ['surveyed', ...alone], inferred: alone };
}
