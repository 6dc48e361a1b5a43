import { type Counted, mayBeProtected, type Scope } from '../../domain/access/scope.ts';
import { mayRelease } from '../../domain/disclosure/disclosure.ts';
import { groupsWithReleases, type ReleaseSums, sumReleases } from '../../domain/disclosure/release-sums.ts';
import { add, type Counts, ZERO } from '../../domain/nps/nps.ts';
import type { Basis } from '../../domain/scores/score.ts';
import type { Cell, CellDictionary } from '../../domain/segments/cell.ts';
import { mapInSlices, Slice } from '../../domain/text/slices.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { ScopedSession, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type Ledger, openLedger } from './disclosure.ts';
import type { Part } from './disclosure-counts.ts';
import { type DividedGroups, dividedGroups, type ScoreGroup } from './divided-groups.ts';
import { protectedCells } from './protected-cells.ts';

export interface GuardDeps {
  /** The session that the caller reads through: the scoped views. */
  readonly store: ScopedSession;
  /** The session for the ledgers, which callers' sessions cannot write. */
  readonly record: Store;
  readonly cells: CellDictionary;
  readonly now: () => number;
}

/** The visible counts of one group in one window: all, null if suppressed, and the inferred ones by version. */
export interface ReleasedCounts {
  readonly counts: Counts | null;
  readonly inferred: readonly Counts[] | undefined;
}

/** One group's counts. */
export interface ScoreColumn extends ScoreGroup {
  /** The index of the group. */
  readonly place: number;
  /** By index of the window. */
  readonly at: (window: number) => ReleasedCounts;
  /** Whether the ledgers decide what is visible of it. */
  readonly isProtected: boolean;
}

const WITHHELD: ReleasedCounts = { counts: null, inferred: undefined };

/** What the ledgers show of a query's protected cells. */
export interface Guard {
  /** Whether the group has a release of its own: one response must not create a row. */
  lists(place: number): boolean;
  /** Whether the ledgers decide what is visible of the group. */
  isProtected(place: number): boolean;
  /**
   * Adds the ledgers' counts of protected cells to the counts of the others. A group is shown if every part of
   * its basis may be, and no window cuts the surveyed part: otherwise counts of the same people on two bases
   * could be compared.
   */
  tell(columns: readonly ScoreColumn[]): Promise<readonly ScoreColumn[]>;
}

interface ProtectedQuery {
  readonly basis: Basis;
  readonly windows: readonly TimeRange[];
  /** The model versions whose classes are counted. */
  readonly models: readonly number[];
}

/** Protected cells by part, none for a part that is not counted. */
export type ProtectedCells = Readonly<Record<Counted, readonly Cell[]>>;

/** The cells whose counts the caller gets from the ledger, if at all. */
export function protectedFor(scope: Scope, cells: CellDictionary, basis: Basis): ProtectedCells {
  return {
    surveyed: protectedCells(scope, cells, 'surveyed'),
    inferred: basis === 'SURVEYED' ? [] : protectedCells(scope, cells, 'inferred'),
  };
}

/** One part of a basis in the caller's ledger. */
interface OpenPart {
  readonly part: Part;
  readonly ledger: Ledger;
  /** The group of each of the ledger's cells that the database shows. */
  readonly groupOf: ReadonlyMap<number, number>;
  /** Groups that have a release of their own. */
  readonly own: ReadonlySet<number>;
  readonly divided: DividedGroups;
}

/** The same with the sums by window and group. */
type ReleasedPart = OpenPart & { readonly sums: ReleaseSums };

/** Opens the ledgers that the query needs, and finds the groups that they show. */
export async function openGuard(
  deps: GuardDeps,
  scope: Scope,
  protectedCells: ProtectedCells,
  query: ProtectedQuery,
  groups: readonly ScoreGroup[],
): Promise<Guard> {
  const { basis, windows, models } = query;
  const parts = await openParts(deps, scope, protectedCells, query, groups);
  const { countedParts } = partsOf(basis, models);
  const releasable = parts.filter(({ part }) => countedParts.includes(part));
  return {
    lists: (place) => releasable.some(({ own }) => own.has(place)),
    isProtected: (place) => parts.some(({ divided }) => divided.hasClosed(place)),
    tell: async (columns) => {
      const slice = new Slice();
      const listed = columns.length < groups.length ? new Set(columns.map(({ place }) => place)) : null;
      const summed: ReleasedPart[] = [];
      for (const ledger of new Set(parts.map((part) => part.ledger)))
        await ledger.read(async (releasesOf) => {
          for (const part of parts.filter((one) => one.ledger === ledger)) {
            const groupOf = listed ? [...part.groupOf].filter(([, place]) => listed.has(place)) : null;
            const asked = groupOf ? new Map(groupOf) : part.groupOf;
            summed.push({ ...part, sums: await sumReleases(releasesOf(part.part), windows, asked) });
          }
        });
      // No responses there yet; the first one must not be revealed by a row that was shown before.
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
  { basis, models }: ProtectedQuery,
  smallestCount: number,
): ScoreColumn {
  const { place } = column;
  const { countedParts, inferred } = partsOf(basis, models);
  const ofGroup = parts.filter(({ divided }) => divided.hasClosed(place));
  if (ofGroup.length === 0) return column;
  const releasable = ofGroup.filter(({ part }) => countedParts.includes(part));
  const free =
    countedParts.length > releasable.length ||
    releasable.some(({ divided }) => divided.openOf[place]?.length);
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
      counts: add(open.counts ?? ZERO, sum(countedParts, window)),
      inferred: open.inferred?.map((counts, i) => add(counts, sum(inferred[i] ?? [], window))),
    };
  };
  return { ...column, at, isProtected: true };
}

async function openParts(
  deps: GuardDeps,
  scope: Scope,
  protectedCells: ProtectedCells,
  { basis, models }: ProtectedQuery,
  groups: readonly ScoreGroup[],
): Promise<OpenPart[]> {
  const wanted: Record<Counted, Part[]> = {
    surveyed: ['surveyed'],
    inferred: partsOf(basis, models).inferred.flat(),
  };
  const all: OpenPart[] = [];
  for (const counted of ['surveyed', 'inferred'] as const) {
    const parts = wanted[counted];
    if (parts.length === 0 || protectedCells[counted].length === 0) continue;
    const divided = dividedGroups(deps.cells, groups, protectedCells[counted]);
    if (divided.closed.length === 0) continue;
    const opened = [...parts, ...(counted === 'inferred' ? siblingsOf(parts) : [])];
    const ledger = await openLedger(
      { store: deps.record, cells: deps.cells, now: deps.now },
      scope,
      counted,
      protectedCells[counted],
      opened,
      deps.store.seen?.since ?? null,
    );
    const groupOf = await shownOf(deps.store, ledger, divided);
    await ledger.read(async (releasesOf) => {
      for (const part of parts)
        all.push({
          part,
          ledger,
          groupOf,
          own: await groupsWithReleases(releasesOf(part), groupOf),
          divided,
        });
    });
  }
  return all;
}

/** Both parts of a model are continued at once, so that they are cut at the same times for any query. */
function siblingsOf(parts: readonly Part[]): Part[] {
  return parts.flatMap((part): Part[] => {
    const other = part.startsWith('alone')
      ? part.replace('alone', 'beside')
      : part.replace('beside', 'alone');
    return parts.includes(other as Part) ? [] : [other as Part];
  });
}

const BEHIND = statement(
  'guard_cells',
  `SELECT coalesce(array_agg(cell_id), '{}') AS ids FROM disclosure_cell WHERE ledger = $1 AND guarded`,
);

/**
 * The group of each of the ledger's cells that the caller's session shows: releases of others are not summed, even if the program is
 * wrong. Where counts may come from memory the session says it itself, else the caller's database role.
 */
async function shownOf(
  session: ScopedSession,
  { key }: Ledger,
  { closed, groupOf }: DividedGroups,
): Promise<ReadonlyMap<number, number>> {
  if (session.seen?.showScoresOf(closed)) return groupOf;
  const [row] = await session.rows<{ ids: number[] }>(BEHIND, [key]);
  const shown = new Set(row?.ids);
  return new Map([...groupOf].filter(([id]) => shown.has(id)));
}

/** Which responses belong to a basis. */
const COUNTED: Readonly<Record<Basis, readonly Counted[]>> = {
  SURVEYED: ['surveyed'],
  INFERRED: ['inferred'],
  COMBINED: ['surveyed', 'inferred'],
};

/** The parts whose sum a basis is, and the inferred ones among them by model version. */
function partsOf(
  basis: Basis,
  models: readonly number[],
): { countedParts: readonly Part[]; inferred: readonly (readonly Part[])[] } {
  if (basis === 'SURVEYED') return { countedParts: ['surveyed'], inferred: [] };
  const inferred = models.map((model): Part[] =>
    basis === 'INFERRED' ? [`alone ${model}`, `beside ${model}`] : [`alone ${model}`],
  );
  return {
    countedParts: [...(basis === 'COMBINED' ? (['surveyed'] as const) : []), ...inferred.flat()],
    inferred,
  };
}
