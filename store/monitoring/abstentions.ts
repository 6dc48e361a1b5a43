import { ABSTENTION_REASONS, ABSTENTIONS, type AbstentionReason } from '../../domain/models/abstention.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** How often a model abstained for that reason. */
export interface AbstentionCount {
  /** Null: in words of a former version. */
  readonly reason: AbstentionReason | null;
  readonly n: number;
}

const REASON = `CASE ${ABSTENTION_REASONS.map((reason) => `WHEN starts_with(abstained, '${ABSTENTIONS[reason]}') THEN '${reason}'`).join(' ')} END`;
const COUNTS = statement(
  'abstentions_by_reason',
  `SELECT ${REASON} AS reason, count(*)::float8 AS n FROM prediction
    WHERE model_version_id = $1 AND answered_at >= $2 AND answered_at < $3 AND cell_id = ANY ($4::integer[]) AND abstained IS NOT NULL
    GROUP BY 1 ORDER BY 2 DESC, 1`,
);

/** How often the model abstained in the period, by reason, most first; the caller has restricted the cells to the scope. */
export function countAbstentions(
  session: Session,
  modelVersionId: number,
  cellIds: readonly number[],
  { from, until }: TimeRange,
): Promise<AbstentionCount[]> {
  return session.rows<AbstentionCount>(COUNTS, [modelVersionId, new Date(from), new Date(until), cellIds]);
}
