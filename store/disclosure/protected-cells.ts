import {
  type Counted,
  isProtected,
  readsAllAnswers,
  type Scope,
  visibleCells,
} from '../../domain/access/scope.ts';
import type { Cell, CellDictionary } from '../../domain/segments/cell.ts';

/** As found in one version of the cells; a scope does not change. */
interface Found {
  readonly of: number;
  readonly cells: readonly Cell[];
}

const found = new WeakMap<CellDictionary, WeakMap<Scope, Map<Counted, Found>>>();

/**
 * The cells whose scores the scope reads, but not their responses one by one; none for callers who may read
 * every response. Every score needs them, so they are computed once per version of the cells.
 */
export function protectedCells(scope: Scope, cells: CellDictionary, counted: Counted): readonly Cell[] {
  if (readsAllAnswers(scope, counted)) return [];
  const byScope = found.get(cells) ?? new WeakMap<Scope, Map<Counted, Found>>();
  found.set(cells, byScope);
  const known = byScope.get(scope) ?? new Map<Counted, Found>();
  byScope.set(scope, known);
  const of = cells.version;
  const before = known.get(counted);
  if (before?.of === of) return before.cells;
  const protectedCells = visibleCells(scope, ['readScore'], cells, {}).filter((cell) =>
    isProtected(scope, cell, counted),
  );
  known.set(counted, { of, cells: protectedCells });
  return protectedCells;
}
