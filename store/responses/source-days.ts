import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { withCommit } from '../database/transaction.ts';

/*
 * What arrived of each source by day of UTC: `source_day`. What was stored is counted in the transaction that stores it, what was
 * rejected a second later.
 */

/** The id under which rejected items are counted that name no source that is known. */
export const NO_SOURCE = 0;
/** How long a day is kept. */
const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;

/** What was stored of one source, and what repeats it. */
export interface Stored {
  accepted: number;
  duplicates: number;
  /** Of the stored ones, those without a field. */
  readonly missing: Record<string, number>;
  /** Of the stored ones, imports left out, by the class of their delay (domain/detection/delays.ts). */
  readonly delays: Record<string, number>;
}
/** Nothing yet, to be counted up. */
export const nothingStored = (): Stored => ({ accepted: 0, duplicates: 0, missing: {}, delays: {} });
/** Items by a name. */
type Counts = Readonly<Record<string, number>>;
/** Rejected items by code. */
export type Rejections = Counts;

/** What arrived of a source in some days. */
export interface Deliveries {
  readonly sourceId: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: Rejections;
  readonly lastAcceptedAt: Date | null;
  readonly lastRejectedAt: Date | null;
}

/** The counts of the stored row and of the given one, added by name. */
const added = (column: string) => `(SELECT coalesce(jsonb_object_agg(s.key, s.items), '{}') FROM (
        SELECT e.key, sum(e.value::bigint) AS items FROM (
          SELECT * FROM jsonb_each_text(d.${column}) UNION ALL SELECT * FROM jsonb_each_text(excluded.${column})) e
        GROUP BY e.key) s)`;
const ADD_STORED = statement(
  'source_day_stored',
  `INSERT INTO source_day AS d (source_id, day, accepted, examined, duplicates, missing, delays, last_accepted_at)
    SELECT s.id, $2::date, s.accepted, s.accepted, s.duplicates, s.missing, s.delays, CASE WHEN s.accepted > 0 THEN $3::timestamptz END
    FROM json_to_recordset($1::json) AS s (id integer, accepted bigint, duplicates bigint, missing jsonb, delays jsonb) ORDER BY s.id
    ON CONFLICT (source_id, day) DO UPDATE SET accepted = d.accepted + excluded.accepted, examined = d.examined + excluded.examined,
      duplicates = d.duplicates + excluded.duplicates, missing = ${added('missing')}, delays = ${added('delays')},
      last_accepted_at = greatest(d.last_accepted_at, excluded.last_accepted_at)`,
);
const ADD_REJECTED = statement(
  'source_day_rejected',
  `INSERT INTO source_day AS d (source_id, day, rejected, last_rejected_at)
    SELECT r.id, r.day, r.rejected, r.at
    FROM json_to_recordset($1::json) AS r (id integer, day date, rejected jsonb, at timestamptz) ORDER BY r.id, r.day
    ON CONFLICT (source_id, day) DO UPDATE SET last_rejected_at = greatest(d.last_rejected_at, excluded.last_rejected_at),
      rejected = ${added('rejected')}`,
  { isSmall: true },
);
const READ = statement(
  'source_day_read',
  `SELECT d.source_id AS "sourceId", sum(d.accepted)::float8 AS accepted, sum(d.duplicates)::float8 AS duplicates,
      max(d.last_accepted_at) AS "lastAcceptedAt", max(d.last_rejected_at) AS "lastRejectedAt",
      coalesce((SELECT jsonb_object_agg(s.code, s.items) FROM (
        SELECT e.key AS code, sum(e.value::bigint) AS items FROM source_day o, jsonb_each_text(o.rejected) e
        WHERE o.source_id = d.source_id AND o.day >= $2::date GROUP BY e.key) s), '{}') AS rejected
    FROM source_day d WHERE d.source_id = ANY ($1::integer[]) AND d.day >= $2::date GROUP BY d.source_id`,
);
const DAYS = statement(
  'source_day_list',
  `SELECT d.source_id AS "sourceId", s.name, d.day::text AS day, d.accepted::float8 AS accepted, d.duplicates::float8 AS duplicates,
      d.rejected, d.examined::float8 AS examined, d.missing, d.delays, d.last_accepted_at AS "lastAcceptedAt"
    FROM source_day d JOIN source s ON s.id = d.source_id
    WHERE d.day >= $1::date AND ($2::integer[] IS NULL OR d.source_id = ANY ($2::integer[])) ORDER BY s.name, d.day`,
);
const FORGET = statement('source_day_forget', 'DELETE FROM source_day WHERE day < $1::date');

/** The day of UTC: "2026-11-27". */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Adds what a transaction stores, with its commit, by the id of the source; sorted, because two writers lock rows in one order. */
export function addStored(session: Session, counts: ReadonlyMap<number, Stored>, at: Date): void {
  if (counts.size === 0) return;
  const rows = [...counts].map(([id, stored]) => ({ id, ...stored }));
  withCommit(session.rows(ADD_STORED, [JSON.stringify(rows), dayOf(at), at]));
}

/** Rejected items of one source and day. */
export interface RejectedOfDay {
  readonly id: number;
  readonly day: string;
  readonly rejected: Rejections;
  readonly at: Date;
}

/** Adds rejected items. */
export async function addRejected(session: Session, rows: readonly RejectedOfDay[]): Promise<void> {
  await session.rows(ADD_REJECTED, [JSON.stringify(rows)]);
}

/** What arrived of those sources since that day, by the id of the source; nothing of a source that has no days. */
export async function readDeliveries(
  session: Session,
  sourceIds: readonly number[],
  since: Date,
): Promise<Map<number, Deliveries>> {
  const rows = await session.rows<Deliveries>(READ, [sourceIds, dayOf(since)]);
  return new Map(rows.map((row) => [row.sourceId, row]));
}

/** What arrived of a source on one day of UTC. */
export interface SourceDayRow {
  readonly sourceId: number;
  readonly name: string;
  readonly day: string;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: Rejections;
  /** Of the accepted items those whose fields were looked at, and of these the ones without a field. */
  readonly examined: number;
  readonly missing: Counts;
  /** By the class of the delay (domain/detection/delays.ts). */
  readonly delays: Counts;
  readonly lastAcceptedAt: Date | null;
}

/** The days of sources since that day, by name and day; days on which nothing arrived have no row. `sourceIds` null: of all sources. */
export function readSourceDays(
  session: OwnerSession,
  since: Date,
  sourceIds: readonly number[] | null = null,
): Promise<SourceDayRow[]> {
  return session.rows<SourceDayRow>(DAYS, [dayOf(since), sourceIds]);
}

/** The rows of each source, by its name. */
export function bySource<Row extends { readonly name: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const byName = new Map<string, Row[]>();
  for (const row of rows) {
    const of = byName.get(row.name) ?? [];
    of.push(row);
    byName.set(row.name, of);
  }
  return byName;
}

/** Deletes days that are older than 90 days. */
export async function forgetSourceDays(session: Session, now: number): Promise<void> {
  await session.rows(FORGET, [dayOf(new Date(now - KEPT_DAYS * DAY_MS))]);
}
