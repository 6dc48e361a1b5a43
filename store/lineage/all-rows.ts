import type { Session, Statement } from '../database/client.ts';

/*
 * Everything in the database, page by page: for followers that start over when the journal does not reach back
 * to the beginning.
 */

const PAGE = 2_000;
const RESPONSES: Statement = {
  name: 'record_pages_responses',
  text: `SELECT id, answered_at::text AS "answeredAt" FROM response
    WHERE ($1::timestamptz IS NULL OR (answered_at, id) > ($1::timestamptz, $2::uuid)) ORDER BY answered_at, id LIMIT ${PAGE}`,
};
const HOURS: Statement = {
  name: 'record_pages_hours',
  text: `SELECT DISTINCT cell_id AS "cellId", floor(extract(epoch FROM bucket) / 3600)::integer AS hour FROM rollup_hour
    WHERE cell_id = $1 ORDER BY 2`,
};
const REVIEWS: Statement = {
  name: 'record_pages_reviews',
  text: `SELECT id FROM review WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT ${PAGE}`,
};
const LAST_SEAL: Statement = { name: 'record_pages_seals', text: 'SELECT max(id)::float8 AS last FROM seal' };

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
