import { DAY_MS, HOUR_MS, splitByLevel, type TimeRange } from '../../domain/time/time-windows.ts';
import type { SeenCells, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { JournalPosition } from '../journal/journal.ts';
import { changesBetween, earliestOf, type UsedCounts } from './counts-together.ts';
import { followedCounts } from './followed-counts.ts';
import type { RememberedCounts } from './remembered-counts.ts';
import {
  type CountedLevel,
  type CountQuery,
  countBuckets,
  countParts,
  type IntervalCounts,
  type PartCounts,
} from './rollup-statements.ts';

export type { CountedClasses, CountQuery, IntervalCounts } from './rollup-statements.ts';

const MINUTE_ROLLUPS_MS = 48 * 3_600_000;

/**
 * Intervals, and rows of single cells, per statement: others wait for the embedded database, and rows are
 * objects here.
 */
const INTERVALS_AT_ONCE = 500;
const ROWS_AT_ONCE = 20_000;

/**
 * Passes on the counts of the intervals between the edges, from the coarsest rollups that fit: whole UTC days,
 * whole UTC hours, and minutes for the rest (where a zone's offset splits an hour). Intervals without responses
 * have no row. A long series is read part by part, so that it blocks neither the database nor this process; the
 * counts of one interval are always of one state of the database.
 * In place of a caller's views this process's memory answers where it holds the same.
 */
export async function eachInterval(
  session: Session,
  query: CountQuery,
  take: (counts: IntervalCounts) => void,
): Promise<void> {
  const { cellIds, byCell, groups, classes } = query;
  const isHere = classes.kind === 'surveyed' && session.seen?.showScoresOf(cellIds) === true;
  const stored = partSize(byCell ? cellIds.length : 1);
  const size = isHere ? partSize(byCell ? (groups ?? cellIds).length : 1) : stored;
  for (const part of partsBy(query, size)) {
    const rows =
      (isHere && session.seen && (await countHere(session, session.seen, part.query, stored))) ||
      (await countByParts(session, part.query, stored));
    for (const row of rows) take(movedBy(row, part.first));
  }
}

/** The same in one array and always from the rollups, for few intervals. */
export async function countIntervals(
  session: Session,
  query: CountQuery,
): Promise<readonly IntervalCounts[]> {
  return (await countStored(session, query, LEVELS)).rows;
}

/** Intervals per statement or look into memory. `each`: the most rows that one interval has. */
const partSize = (each: number) =>
  Math.max(1, Math.min(INTERVALS_AT_ONCE, Math.floor(ROWS_AT_ONCE / Math.max(1, each))));

/** The query in parts of so many intervals; `first`: the place of a part's first interval. */
function partsBy(query: CountQuery, size: number): { query: CountQuery; first: number }[] {
  const { edges } = query;
  if (edges.length - 1 <= size) return [{ query, first: 0 }];
  const parts: { query: CountQuery; first: number }[] = [];
  for (let first = 0; first + 1 < edges.length; first += size)
    parts.push({ query: { ...query, edges: edges.slice(first, first + size + 1) }, first });
  return parts;
}

const movedBy = (row: IntervalCounts, first: number): IntervalCounts =>
  first === 0 ? row : { ...row, interval: row.interval + first };

const LEVELS: ReadonlySet<CountedLevel> = new Set(['DAY', 'HOUR', 'MINUTE', 'FACT']);

/**
 * What memory answers, if it may, what statements answer of the other levels, and what the entries of the journal changed that not
 * all of these have. Null: there are too many, and memory is of no use.
 */
async function countHere(
  session: Session,
  seen: SeenCells,
  query: CountQuery,
  stored: number,
): Promise<readonly IntervalCounts[] | null> {
  const { rows, left, used } = await countRemembered(query, seen);
  if (left.size === 0) {
    const later = await changesBetween(seen.store, used, null, query);
    return later && (later.length === 0 ? rows : [...rows, ...later]);
  }
  const found = [...rows];
  for (const { query: small, first } of partsBy(query, stored)) {
    const { rows: added, entries } = await countStored(session, small, left, earliestOf(used));
    const later = entries === null ? [] : await changesBetween(seen.store, used, entries, small);
    if (!later) return null;
    for (const row of [...added, ...later]) found.push(movedBy(row, first));
  }
  return found;
}

/** What memory answers, if it may, which counts did, and the levels that it leaves to statements. */
async function countRemembered(query: CountQuery, seen: SeenCells) {
  const { edges, cellIds, now, notes } = query;
  const left = new Set<CountedLevel>();
  const used: UsedCounts[] = [];
  const fromMemory = async (level: CountedLevel, from: number): Promise<IntervalCounts[]> => {
    // Used before anything else can run: later it would be of another moment.
    const current: RememberedCounts | null =
      level === 'DAY' || level === 'HOUR'
        ? await followedCounts(seen.store, level).current(now, seen.since)
        : null;
    const known = current && from >= current.from ? current : null;
    notes?.note(known, cellIds);
    if (!known) {
      left.add(level);
      return [];
    }
    used.push({ unit: known.unit, from: known.from, taken: known.taken });
    return known.count(query);
  };
  const asked = cellIds.length === 0 || edges.length < 2 ? [] : [...levelsOf(edges, now)];
  const answers = await Promise.all(asked.map(([level, [first]]) => fromMemory(level, first?.from ?? 0)));
  return { rows: answers.flat(), left, used };
}

/** What statements on the rollups answer, part by part. */
async function countByParts(session: Session, query: CountQuery, stored: number): Promise<IntervalCounts[]> {
  query.notes?.note(null, query.cellIds);
  const found: IntervalCounts[] = [];
  for (const { query: small, first } of partsBy(query, stored))
    for (const row of (await countStored(session, small, LEVELS)).rows) found.push(movedBy(row, first));
  return found;
}

/** What one statement on the rollups of those levels answers; `beyond`: and what it sees of the journal beyond that position. */
async function countStored(
  session: Session,
  query: CountQuery,
  levels: ReadonlySet<CountedLevel>,
  beyond?: JournalPosition,
): Promise<PartCounts> {
  const { edges, cellIds, now } = query;
  if (cellIds.length === 0 || edges.length < 2) return { rows: [], entries: null };
  const unit = bucketUnit(edges);
  if (unit !== null)
    return { rows: levels.has(unit) ? await countBuckets(session, unit, query) : [], entries: null };
  const asked = [...levelsOf(edges, now)].filter(([level]) => levels.has(level));
  return asked.length === 0
    ? { rows: [], entries: null }
    : countParts(session, new Map(asked), query, beyond);
}

/** The levels that the intervals need, each with its parts. */
function levelsOf(edges: readonly number[], now: number): Map<CountedLevel, readonly TimeRange[]> {
  const unit = bucketUnit(edges);
  if (unit !== null) return new Map([[unit, [{ from: edges[0] as number, until: edges.at(-1) as number }]]]);
  const parts = Object.entries(partsByLevel(edges, now)) as [CountedLevel, TimeRange[]][];
  return new Map(parts.filter(([, list]) => list.length > 0));
}

/** The bucket that every interval exactly equals, or null. */
function bucketUnit(edges: readonly number[]): 'DAY' | 'HOUR' | null {
  const [first = 0, second = 0] = edges;
  const size = second - first;
  if ((size !== DAY_MS && size !== HOUR_MS) || first % size !== 0) return null;
  if (!edges.every((edge, index) => edge === first + index * size)) return null;
  return size === DAY_MS ? 'DAY' : 'HOUR';
}

/** The parts of all intervals by level, neighbours joined. */
function partsByLevel(edges: readonly number[], now: number) {
  const parts: Record<CountedLevel, { from: number; until: number }[]> = {
    DAY: [],
    HOUR: [],
    MINUTE: [],
    FACT: [],
  };
  const oldestMinute = now - MINUTE_ROLLUPS_MS;
  for (let i = 0; i + 1 < edges.length; i++) {
    const interval = { from: edges[i] as number, until: edges[i + 1] as number };
    for (const { level, from, until } of splitByLevel(interval)) {
      const list = parts[level === 'MINUTE' && from < oldestMinute ? 'FACT' : level];
      const last = list.at(-1);
      if (last?.until === from) last.until = until;
      else list.push({ from, until });
    }
  }
  return parts;
}

/**
 * Along the key: rows deleted before are not visited again. Whatever the clock of this process says, what the writers of minutes still
 * keep by the clock of the database stays.
 */
const PURGE = statement(
  'rollup_minute_purge',
  `DELETE FROM rollup_minute r USING (
      SELECT cell_id, model_version_id, bucket FROM rollup_minute
      WHERE bucket < least($1, now() - interval '50 hours') AND (cell_id, model_version_id, bucket) > ($2::integer, $3::integer, $4::timestamptz)
      ORDER BY cell_id, model_version_id, bucket LIMIT $5
    ) old WHERE r.cell_id = old.cell_id AND r.model_version_id = old.model_version_id AND r.bucket = old.bucket AND r.bucket < $1
    RETURNING r.cell_id AS "cellId", r.model_version_id AS model, r.bucket`,
);
const PURGED_AT_ONCE = 5_000;

interface PurgedKey {
  readonly cellId: number;
  readonly model: number;
  readonly bucket: Date;
}

/** Removes minute rollups that readers no longer use, batch by batch. */
export async function purgeMinuteRollups(
  session: Session,
  now: number,
  batch = PURGED_AT_ONCE,
): Promise<void> {
  const before = new Date(now - MINUTE_ROLLUPS_MS - 2 * 3_600_000);
  let after: PurgedKey | undefined = { cellId: -1, model: 0, bucket: before };
  while (after) {
    const from: PurgedKey = after;
    const parameters = [before, from.cellId, from.model, from.bucket, batch];
    const purged = await session.rows<PurgedKey>(PURGE, parameters);
    after = purged.sort(byKey).at(-1);
  }
}

const byKey = (a: PurgedKey, b: PurgedKey) =>
  a.cellId - b.cellId || a.model - b.model || a.bucket.getTime() - b.bucket.getTime();
