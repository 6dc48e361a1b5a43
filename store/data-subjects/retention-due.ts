import type { RetainedKind } from '../../domain/privacy/retention.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { cellsWithValue } from './age-dimension.ts';
import { OLD } from './old-rows.ts';
import { type HoldCells, oldRows, type PastPeriod } from './retention.ts';

/** Up to so many rows of each query. */
const counting = (name: string, ...queries: readonly string[]) =>
  statement(
    `retention_due_${name}`,
    `SELECT ${queries.map((query) => `(SELECT count(*) FROM (${query}) AS q)`).join(' + ')} AS n`,
  );
const COUNTS = {
  responses: counting('responses', OLD.responses),
  dimensions: counting('dimensions', OLD.placed, OLD.asidePlaced, OLD.stoodPlaced, OLD.outcomePlaced),
  comments: counting('comments', OLD.comments, OLD.asideComments, OLD.stoodComments),
  outcomes: counting('outcomes', OLD.outcomes),
  sourceEvents: counting('items', OLD.events, OLD.outcomeItems),
} as const satisfies Readonly<Record<RetainedKind, unknown>>;

/** How many rows that a rule is about are past the moment and under no legal hold, `most` at most. */
export async function countDue(
  session: Session,
  cells: HoldCells,
  past: Omit<PastPeriod, 'keep'>,
  most: number,
): Promise<number> {
  const { what, dimension } = past;
  const old = await oldRows(session, cells, past, most);
  if (old === null) return 0;
  const valued = dimension === null ? [] : [cellsWithValue(cells, dimension).map(({ id }) => id)];
  const [row] = await session.rows<{ n: number }>(COUNTS[what], [...old, ...valued]);
  return Math.min(most, row?.n ?? 0);
}
