import {
  type Counted,
  isProtected,
  readsAllAnswers,
  type Scope,
  visibleCells,
} from '../../domain/access/scope.ts';
import type { Slot } from '../../domain/memory/memory.ts';
import type { Cell, CellDictionary } from '../../domain/segments/cell.ts';

/** As found in one version of the cells; a scope does not change. */
interface Found {
  readonly of: number;
  readonly cells: readonly Cell[];
}

const FOUND: Slot<WeakMap<Scope, Map<Counted, Found>>> = { begin: () => new WeakMap() };

/**
 * The cells whose scores the scope reads, but not their responses one by one; none for callers who may read
 * every response. Every score needs them, so they are computed once per version of the cells.
 */
export function protectedCells(scope: Scope, cells: CellDictionary, counted: Counted): readonly Cell[] {
  if (readsAllAnswers(scope, counted)) return [];
  const byScope = cells.memory.of(FOUND);
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
