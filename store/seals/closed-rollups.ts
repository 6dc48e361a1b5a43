import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { isAfter, parsePosition } from '../journal/journal.ts';
import { type RollupRef, rollupParameters } from './seal-facts.ts';

/*
 * The rollups that wait to be sealed. They are read without a lock and removed when the seals are written: a transaction that
 * has written something holds back every follower of the journal until it ends.
 */

/** A rollup that may be sealed now. */
export interface ClosedRollup extends RollupRef {
  readonly firstEntry: string;
  readonly lastEntry: string;
  readonly firstTouched: Date;
  readonly lastTouched: Date;
  readonly modelKey: string | null;
  readonly featureSet: string | null;
}

/** When a rollup is closed: by its hour, and by the time since it was last touched. */
export interface Closing {
  /** Hours that begin at this moment or earlier. Epoch milliseconds, like everything here. */
  readonly bucketUntil: number;
  readonly lastTouchedUntil: number;
  /** Continuously touched ones are sealed once the first touch is this long ago. */
  readonly firstTouchedUntil: number;
  /** About as many responses at once, but at least one rollup. */
  readonly responses: number;
}

const CLOSED = `bucket <= $1 AND (last_touched <= $2 OR first_touched <= $3) AND refused IS NULL`;
const DUE = statement('sealing_due', `SELECT FROM seal_pending WHERE ${CLOSED} LIMIT 1`);
const CLOSED_ONES = statement(
  'sealing_closed',
  `SELECT floor(extract(epoch FROM bucket) / 3600)::integer AS hour, cell_id AS "cellId", cell, model_version_id AS model,
      first_entry AS "firstEntry", last_entry AS "lastEntry", first_touched AS "firstTouched", last_touched AS "lastTouched",
      model_key AS "modelKey", feature_set_key AS "featureSet"
    FROM (SELECT p.*, c.key AS cell, v.key AS model_key, v.feature_set_key,
        sum(coalesce(r.n, 0) + 1) OVER (ORDER BY p.bucket, p.cell_id, p.model_version_id) - coalesce(r.n, 0) - 1 AS before
      FROM (SELECT * FROM seal_pending WHERE ${CLOSED}
          ORDER BY bucket, cell_id, model_version_id LIMIT $5) p
        JOIN cell c ON c.id = p.cell_id JOIN model_version v ON v.id = p.model_version_id
        LEFT JOIN rollup_hour r USING (cell_id, model_version_id, bucket)) closed
    WHERE before < $4`,
);

/** Whether any rollup is closed. */
export async function hasClosed(session: Session, closing: Closing): Promise<boolean> {
  return (await session.rows(DUE, timesOf(closing))).length > 0;
}

/** Closed rollups, which stay pending until they are settled. */
export function readClosed(session: Session, closing: Closing): Promise<ClosedRollup[]> {
  const { responses } = closing;
  return session.rows<ClosedRollup>(CLOSED_ONES, [...timesOf(closing), responses, responses]);
}

const timesOf = ({ bucketUntil, lastTouchedUntil, firstTouchedUntil }: Closing) =>
  [bucketUntil, lastTouchedUntil, firstTouchedUntil].map((time) => new Date(time));

const IS_GIVEN = 'p.bucket = given.bucket AND p.cell_id = given.cell AND p.model_version_id = given.model';
/** In the order of the key, as they are noted: neither waits for the other in a circle. */
const LOCK = statement(
  'sealing_lock_pending',
  `SELECT given.place::integer - 1 AS place, p.last_entry AS "lastEntry"
    FROM unnest($1::timestamptz[], $2::integer[], $3::integer[]) WITH ORDINALITY AS given (bucket, cell, model, place)
      JOIN seal_pending p ON ${IS_GIVEN}
    ORDER BY p.cell_id, p.model_version_id, p.bucket FOR UPDATE OF p`,
);
const REMOVE = statement(
  'sealing_remove_pending',
  `DELETE FROM seal_pending p USING unnest($1::timestamptz[], $2::integer[], $3::integer[]) AS given (bucket, cell, model)
    WHERE ${IS_GIVEN}`,
);
const GO_ON = statement(
  'sealing_go_on_pending',
  `UPDATE seal_pending p SET first_entry = given.entry, first_touched = last_touched
    FROM unnest($1::timestamptz[], $2::integer[], $3::integer[], $4::text[]) AS given (bucket, cell, model, entry)
    WHERE ${IS_GIVEN}`,
);
const REFUSE = statement(
  'sealing_refuse',
  `UPDATE seal_pending p SET refused = given.reason
    FROM unnest($1::timestamptz[], $2::integer[], $3::integer[], $4::text[]) AS given (bucket, cell, model, reason)
    WHERE ${IS_GIVEN}`,
);

/** What was found of a closed rollup. */
export interface Judged {
  readonly rollup: ClosedRollup;
  /** The last entry of the journal that touched it when its facts had been read, whether or not they contain it: "transaction.position". */
  readonly lastEntry: string;
  /** Why it must not be sealed; null: it is sealed, or equals its seal. */
  readonly refused: string | null;
}

/**
 * Removes the sealed rollups from the pending ones; refused ones stay, not to be sealed until they are touched again. One that was
 * touched since it was read stays pending, and is judged again: its facts may contain the new entry or not, because entries are
 * committed in another order than they are numbered in.
 */
export async function settleClosed(session: Session, judged: readonly Judged[]): Promise<void> {
  const rows = await session.rows<{ place: number; lastEntry: string }>(
    LOCK,
    rollupParameters(judged.map(({ rollup }) => rollup)),
  );
  const groups = { done: [] as Judged[], touched: [] as Judged[], refused: [] as Judged[] };
  const firstEntries: string[] = [];
  for (const { place, lastEntry } of rows) {
    const one = judged[place];
    if (!one) continue;
    const isTouched = lastEntry !== one.rollup.lastEntry;
    if (one.refused !== null) {
      if (!isTouched) groups.refused.push(one);
    } else if (isTouched) {
      groups.touched.push(one);
      firstEntries.push(isLater(lastEntry, one.lastEntry) ? one.lastEntry : lastEntry);
    } else groups.done.push(one);
  }
  const keys = (list: readonly Judged[]) => rollupParameters(list.map(({ rollup }) => rollup));
  if (groups.done.length > 0) await session.rows(REMOVE, keys(groups.done));
  if (groups.touched.length > 0) await session.rows(GO_ON, [...keys(groups.touched), firstEntries]);
  const { refused } = groups;
  if (refused.length > 0)
    await session.rows(REFUSE, [...keys(refused), refused.map(({ refused: reason }) => reason)]);
}

/** Whether the one entry of the journal comes after the other. */
function isLater(one: string, other: string): boolean {
  const [a, b] = [parsePosition(one), parsePosition(other)];
  return a !== null && b !== null && isAfter(a, b);
}
