import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { heldCells, OLD, type RetainedKind } from './retention.ts';

/** Up to so many rows of each query: $1 the moment, $2 cells under a hold, $3 how many. */
const counting = (name: string, ...queries: readonly string[]) =>
  statement(
    `retention_due_${name}`,
    `SELECT ${queries.map((query) => `(SELECT count(*) FROM (${query}) AS q)`).join(' + ')} AS n`,
  );
const COUNTS = {
  responses: counting('responses', OLD.responses),
  comments: counting('comments', OLD.comments, OLD.restrictedComments, OLD.stoodComments),
  outcomes: counting('outcomes', OLD.outcomes),
  sourceEvents: counting('items', OLD.events, OLD.outcomeItems),
} as const satisfies Readonly<Record<RetainedKind, unknown>>;

/** How many rows of a kind are past the moment and under no legal hold, `most` at most. */
export async function countDue(
  session: Session,
  cells: Pick<CellDictionary, 'all'>,
  { kind, before, most }: { readonly kind: RetainedKind; readonly before: Date; readonly most: number },
): Promise<number> {
  const held = await heldCells(session, cells);
  const [row] = await session.rows<{ n: number }>(COUNTS[kind], [before, held, most]);
  return Math.min(most, row?.n ?? 0);
}
