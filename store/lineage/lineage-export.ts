import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** What exports of lineage read besides the journal. */

const FIRST_EVENTS = statement(
  'export_first_model_entries',
  `SELECT (payload->>'model')::integer AS model, min(position)::float8 AS position FROM journal
    WHERE kind = 'model' AND (payload->>'model')::integer = ANY ($1::integer[]) GROUP BY 1`,
);

/** The journal position at which each of the model versions was registered. */
export function readRegistrations(session: Session, models: readonly number[]) {
  return session.rows<{ model: number; position: number }>(FIRST_EVENTS, [models]);
}

const CHECKPOINTS = statement(
  'export_seal_heads',
  `SELECT h.size::float8 AS size, h.before::float8 AS before, s.recorded_at AS at FROM (
      SELECT size, coalesce(lag(size) OVER (ORDER BY size), 0) AS before FROM seal_head) h
    JOIN seal s ON s.id = h.size - 1 WHERE h.size > $1 ORDER BY h.size LIMIT $2`,
);
const SEALED = statement(
  'export_seals',
  `SELECT cell_id AS "cellId", count(*)::integer AS seals FROM seal WHERE id >= $1 AND id < $2 GROUP BY cell_id`,
);

/**
 * Checkpoints after that size of the log, oldest first, each with the previous size and the time of its last
 * seal.
 */
export function readCheckpoints(session: Session, after: number, limit: number) {
  return session.rows<{ size: number; before: number; at: Date }>(CHECKPOINTS, [after, limit]);
}

/** How many seals of each cell are in that part of the log. */
export function readSealedCells(session: Session, from: number, until: number) {
  return session.rows<{ cellId: number; seals: number }>(SEALED, [from, until]);
}
