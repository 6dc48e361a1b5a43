import type { Cell, Segment } from '../domain/cell.ts';
import { mayTell, sumLots } from '../domain/disclosure.ts';
import { add, type Counts, ZERO } from '../domain/nps.ts';
import type { Scope } from '../domain/scope.ts';
import type { Basis } from '../domain/score.ts';
import type { TimeRange } from '../domain/time-windows.ts';
import { type DisclosureDeps, openLedger } from './disclosure.ts';
import type { Part } from './disclosure-counts.ts';

/** One group's cells and counts: of each window, all of them and those that a model inferred. */
export interface ScoreColumn {
  readonly group: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
  readonly counts: readonly Counts[];
  readonly inferred: readonly Counts[] | undefined;
  /** Which windows may be told, where the caller may not read all the responses. */
  readonly told?: readonly boolean[];
}

interface GuardedQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  readonly windows: readonly TimeRange[];
  /** The model version whose answers are asked for, if any. */
  readonly model: number | null;
}

/**
 * Adds to counts of cells whose responses the caller may read what the ledger tells of the other cells, `guarded`.
 * A group is told where every part of its basis may be, and the surveyed part is cut nowhere: else counts of the same
 * people on two bases could be compared.
 */
export async function guardCounts(
  deps: DisclosureDeps,
  scope: Scope,
  guarded: readonly Cell[],
  { segment, basis, windows, model }: GuardedQuery,
  columns: readonly ScoreColumn[],
): Promise<readonly ScoreColumn[]> {
  const ids = new Set(guarded.map(({ id }) => id));
  const ofColumns = columns.map(({ cells }) => cells.filter(({ id }) => ids.has(id)));
  if (ofColumns.every((cells) => cells.length === 0)) {
    // Nobody answered there yet; the first who does must not show by a row that was told before.
    const empty = guardsNewCells(scope, segment) ? windows.map(() => false) : undefined;
    return empty ? columns.map((one) => (one.cells.length === 0 ? { ...one, told: empty } : one)) : columns;
  }
  const ledger = await openLedger(deps, scope, guarded, model);
  const groupOf = new Map(ofColumns.flatMap((cells, group) => cells.map(({ id }) => [id, group] as const)));
  const { told, inferred } = partsOf(basis, model);
  const sumsOf = new Map(
    [...new Set<Part>(['surveyed', ...told])].map((part) => [
      part,
      sumLots(ledger.lotsOf(part), windows, groupOf, columns.length),
    ]),
  );
  return columns.map((column, group) => {
    if (ofColumns[group]?.length === 0) return column;
    const at = (part: Part, window: number) => sumsOf.get(part)?.[window]?.[group] ?? null;
    const sum = (parts: readonly Part[], window: number) =>
      parts.reduce((all, part) => add(all, at(part, window) ?? ZERO), ZERO);
    const whole = (window: number) => [...sumsOf.keys()].every((part) => at(part, window) !== null);
    return {
      ...column,
      counts: column.counts.map((counts, window) => add(counts, sum(told, window))),
      inferred: column.inferred?.map((counts, window) => add(counts, sum(inferred, window))),
      told: windows.map(
        (_, window) =>
          whole(window) &&
          mayTell(
            told.map((part) => at(part, window) ?? ZERO),
            scope.smallestCount,
          ),
      ),
    };
  });
}

/** Whether the caller would be told scores but no responses of a cell that the segment has not got yet. */
function guardsNewCells(scope: Scope, segment: Segment): boolean {
  if (scope.smallestCount <= 1 || scope.allowsAll('readResponse')) return false;
  const attributes = Object.fromEntries(Object.entries(segment).map(([name, [value = '']]) => [name, value]));
  const cell = { id: 0, key: '', attributes };
  return scope.allows('readScore', cell) && !scope.allows('readResponse', cell);
}

/** The parts whose sum a basis is, and those of them that a model inferred. */
function partsOf(basis: Basis, model: number | null): { told: Part[]; inferred: Part[] } {
  const alone: Part[] = model === null ? [] : [`alone ${model}`];
  const beside: Part[] = model === null ? [] : [`beside ${model}`];
  if (basis === 'SURVEYED') return { told: ['surveyed'], inferred: [] };
  if (basis === 'INFERRED') return { told: [...alone, ...beside], inferred: [...alone, ...beside] };
  return { told: ['surveyed', ...alone], inferred: alone };
}
