import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/*
 * Everything in the database, page by page: for followers that start over when the journal does not reach back
 * to the beginning.
 */

const PAGE = 2_000;
const RESPONSES = statement(
  'record_pages_responses',
  `SELECT id, answered_at::text AS "answeredAt" FROM (SELECT id, answered_at FROM response
      UNION ALL SELECT id, answered_at FROM uncounted_response) r
    WHERE ($1::timestamptz IS NULL OR (answered_at, id) > ($1::timestamptz, $2::uuid)) ORDER BY answered_at, id LIMIT ${PAGE}`,
);
const HOURS = statement(
  'record_pages_hours',
  `SELECT DISTINCT cell_id AS "cellId", floor(extract(epoch FROM bucket) / 3600)::integer AS hour FROM rollup_hour
    WHERE cell_id = $1 ORDER BY 2`,
);
const REVIEWS = statement(
  'record_pages_reviews',
  `SELECT id FROM review WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT ${PAGE}`,
);
const LAST_SEAL = statement('record_pages_seals', 'SELECT max(id)::float8 AS last FROM seal');

/** Ids of all responses, oldest first. Those added meanwhile may be left out: the journal names them. */
export async function* responsePages(session: Session): AsyncGenerator<string[]> {
  for (let after: { id: string; answeredAt: string } | undefined; ; ) {
    // As text: a Date would cut microseconds off, and the page would begin again.
    const rows: { id: string; answeredAt: string }[] = await session.rows(RESPONSES, [
      after?.answeredAt ?? null,
      after?.id ?? null,
    ]);
    if (rows.length === 0) return;
    yield rows.map(({ id }) => id);
    after = rows.at(-1);
  }
}

/** Hours since 1970 for which the cell has counts, under any model version. */
export async function hoursOfCell(session: Session, cellId: number): Promise<number[]> {
  return (await session.rows<{ hour: number }>(HOURS, [cellId])).map(({ hour }) => hour);
}

/** Ids of all reviews. */
export async function* reviewPages(session: Session): AsyncGenerator<string[]> {
  for (let after: string | null = null; ; ) {
    const rows: { id: string }[] = await session.rows(REVIEWS, [after]);
    if (rows.length === 0) return;
    yield rows.map(({ id }) => id);
    after = rows.at(-1)?.id ?? null;
  }
}

/** The last place in the log of seals; null if it is empty. */
export async function lastSeal(session: Session): Promise<number | null> {
  const [row] = await session.rows<{ last: number | null }>(LAST_SEAL, []);
  return row?.last ?? null;
}
