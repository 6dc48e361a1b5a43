import canonicalize from 'canonicalize';
import type { InputProfile } from '../../domain/drift/input-drift.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { OwnerSession, ScopedSession, Session, Store } from '../database/client.ts';
import { hold, type Lease } from '../database/lease.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';
import type { ModelMetric } from '../tables/monitoring.ts';

const PROFILES = statement(
  'monitoring_profiles',
  `SELECT cell_id AS "cellId", count(*)::float8 AS scored, count(abstained)::float8 AS abstained,
      ARRAY[count(*) FILTER (WHERE words < 2), count(*) FILTER (WHERE words BETWEEN 2 AND 4),
        count(*) FILTER (WHERE words BETWEEN 5 AND 9), count(*) FILTER (WHERE words BETWEEN 10 AND 19),
        count(*) FILTER (WHERE words BETWEEN 20 AND 49), count(*) FILTER (WHERE words BETWEEN 50 AND 99),
        count(*) FILTER (WHERE words >= 100)]::float8[] AS lengths,
      coalesce(sum(words), 0)::float8 AS words, coalesce(sum(tokens), 0)::float8 AS tokens,
      coalesce(sum(unknown_tokens), 0)::float8 AS "unknownTokens",
      (count(*) FILTER (WHERE unknown_tokens > 0))::float8 AS "withUnknown", count(words)::float8 AS measured
    FROM prediction WHERE model_version_id = $1 AND answered_at >= $2 AND answered_at < $3 AND cell_id = ANY ($4::integer[])
    GROUP BY 1 ORDER BY 1`,
);
const LANGUAGES = statement(
  'monitoring_languages',
  `SELECT cell_id AS "cellId", coalesce(language, '') AS language, count(*)::float8 AS texts
    FROM prediction WHERE model_version_id = $1 AND answered_at >= $2 AND answered_at < $3 AND cell_id = ANY ($4::integer[])
      AND words IS NOT NULL
    GROUP BY 1, 2`,
);
/** By hash: a sample that is the same for every reader, and spread over the period. */
const SAMPLE = statement(
  'monitoring_sample',
  `SELECT response_id AS id FROM prediction
    WHERE model_version_id = $1 AND answered_at >= $2 AND answered_at < $3 AND cell_id = ANY ($4::integer[])
    ORDER BY md5(response_id::text) LIMIT $5`,
);

/**
 * The profiles of those cells that have predictions in the period; the caller has restricted the cells to the
 * scope.
 */
export async function readInputProfiles(
  session: Session,
  modelVersionId: number,
  cellIds: readonly number[],
  { from, until }: TimeRange,
): Promise<InputProfile[]> {
  const parameters = [modelVersionId, new Date(from), new Date(until), cellIds];
  const [profiles, languages] = await Promise.all([
    session.rows<Omit<InputProfile, 'languages'>>(PROFILES, parameters),
    session.rows<{ cellId: number; language: string; texts: number }>(LANGUAGES, parameters),
  ]);
  const byCell = new Map<number, Record<string, number>>();
  for (const { cellId, language, texts } of languages) {
    const one = byCell.get(cellId) ?? {};
    one[language] = texts;
    byCell.set(cellId, one);
  }
  return profiles.map((profile) => ({ ...profile, languages: byCell.get(profile.cellId) ?? {} }));
}

/** The ids of at most `most` scored responses of the period, spread over it. */
export async function sampleScored(
  session: Session,
  modelVersionId: number,
  cellIds: readonly number[],
  { from, until }: TimeRange,
  most: number,
): Promise<string[]> {
  const rows = await session.rows<{ id: string }>(SAMPLE, [
    modelVersionId,
    new Date(from),
    new Date(until),
    cellIds,
    most,
  ]);
  return rows.map(({ id }) => id);
}

/** One figure of one model version; see monitor_reading. */
export interface Reading {
  readonly modelVersionId: number;
  readonly metric: ModelMetric;
  readonly segment: Segment;
  readonly from: Date;
  readonly until: Date;
  readonly referenceFrom: Date;
  readonly n: number;
  readonly referenceN: number;
  readonly value: number;
  readonly reference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly pValue: number | null;
  readonly adjustedPValue: number | null;
  readonly alarm: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

const WRITE = statement(
  'monitoring_write',
  `INSERT INTO monitor_reading (model_version_id, metric, segment, segment_key, window_from, window_until, reference_from,
      n, reference_n, value, reference, low, high, p_value, adjusted_p_value, alarm, detail)
    SELECT r."modelVersionId", r.metric, r.segment, r."segmentKey", r."from", r."until", r."referenceFrom", r.n, r."referenceN",
      r.value, r.reference, r.low, r.high, r."pValue", r."adjustedPValue", r.alarm, r.detail
    FROM json_to_recordset($1::json) AS r ("modelVersionId" integer, metric text, segment jsonb, "segmentKey" text,
      "from" timestamptz, "until" timestamptz, "referenceFrom" timestamptz, n integer, "referenceN" integer, value float8,
      reference float8, low float8, high float8, "pValue" float8, "adjustedPValue" float8, alarm boolean, detail jsonb)`,
);
const TAKEN = statement(
  'monitoring_taken',
  'SELECT FROM monitor_reading WHERE model_version_id = $1 AND window_until = $2 LIMIT 1',
);
const COLUMNS = `model_version_id AS "modelVersionId", metric, segment, window_from AS "from", window_until AS "until",
  reference_from AS "referenceFrom", n, reference_n AS "referenceN", value, reference, low, high, p_value AS "pValue",
  adjusted_p_value AS "adjustedPValue", alarm, detail`;
const READ = statement(
  'monitoring_read',
  `SELECT ${COLUMNS} FROM monitor_reading
    WHERE model_version_id = $1 AND window_until >= $2 AND window_until < $3 AND metric = ANY ($4::text[])
    ORDER BY window_until DESC, metric, segment_key LIMIT $5`,
);
const LATEST = statement(
  'monitoring_latest',
  `SELECT ${COLUMNS} FROM monitor_reading r
    WHERE window_until = (SELECT max(window_until) FROM monitor_reading l WHERE l.model_version_id = r.model_version_id)
    ORDER BY model_version_id, metric, segment_key`,
);
/** Advisory lock: at most one monitor writes readings. */
const LOCK = statement('monitoring_lock', `SELECT pg_advisory_xact_lock(${LOCKS.monitoring})`);

/** Stores the readings of one model version and one period, unless they exist; all of them or none. */
export async function writeReadings(
  store: Store,
  readings: readonly Reading[],
  lease?: Lease,
): Promise<void> {
  const [first] = readings;
  if (!first) return;
  await store.transaction(async (session) => {
    await session.rows(LOCK, []);
    if (lease) await hold(session, lease);
    if (await readingsTaken(session, first.modelVersionId, first.until)) return;
    const rows = readings.map((reading) => ({ ...reading, segmentKey: canonicalize(reading.segment) }));
    await session.rows(WRITE, [JSON.stringify(rows)]);
  });
}

/** Whether there are readings of that model version for the window that ends there. */
export async function readingsTaken(session: Session, modelVersionId: number, until: Date): Promise<boolean> {
  return (await session.rows(TAKEN, [modelVersionId, until])).length > 0;
}

/**
 * Readings whose window ends in the period, newest first. They are over all cells: only for callers who may see
 * all.
 */
export function readReadings(
  session: ScopedSession,
  modelVersionId: number,
  { from, until }: TimeRange,
  metrics: readonly ModelMetric[],
  limit: number,
): Promise<Reading[]> {
  return session.rows<Reading>(READ, [modelVersionId, new Date(from), new Date(until), metrics, limit]);
}

/** The newest readings of each model version. */
export function latestReadings(session: OwnerSession): Promise<Reading[]> {
  return session.rows<Reading>(LATEST, []);
}
