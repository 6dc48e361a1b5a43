import type { RollupKey } from '../domain/lineage.ts';
import { HOUR_MS } from '../domain/time-windows.ts';
import type { Session, Statement } from './client.ts';

/** The lineage that the record itself holds: statements over the same tables, nothing stored twice. */

const HOUR = (column: string) => `floor(extract(epoch FROM ${column}) / 3600)::integer`;
const MS = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)::float8`;
const SELECTED = `r.bucket >= $2 AND r.bucket < $3 AND r.cell_id = ANY (ARRAY(SELECT id FROM cell WHERE key = ANY ($1::text[])))
  AND ($4::integer[] IS NULL OR r.model_version_id = ANY ($4)) AND r.n > 0`;
const FED_BY = `EXISTS (SELECT FROM rollup_mapping f JOIN mapping_version m ON m.id = f.mapping_version_id
  WHERE f.cell_id = r.cell_id AND f.model_version_id = r.model_version_id AND f.bucket = r.bucket AND f.n > 0
    AND m.key = ANY ($5::text[]))`;

const rollupsStatement = (fed: boolean): Statement => ({
  name: `lineage_rollups${fed ? '_fed' : ''}`,
  text: `SELECT ${HOUR('r.bucket')} AS hour, c.key AS cell, r.model_version_id AS model
    FROM rollup_hour r JOIN cell c ON c.id = r.cell_id
    WHERE ${SELECTED} AND ${fed ? FED_BY : '$5::text[] IS NULL'}
      AND (r.bucket, c.key COLLATE "C", r.model_version_id) > ($6, $7 COLLATE "C", $8)
    ORDER BY r.bucket, c.key COLLATE "C", r.model_version_id LIMIT $9`,
});
const ROLLUPS = rollupsStatement(false);
const ROLLUPS_FED = rollupsStatement(true);

export interface SelectionParameters {
  readonly cells: readonly string[];
  readonly fromHour: number;
  readonly untilHour: number;
  readonly mappings: readonly string[] | null;
  readonly models: readonly number[] | null;
}

function selected({ cells, fromHour, untilHour, mappings, models }: SelectionParameters): unknown[] {
  return [cells, new Date(fromHour * HOUR_MS), new Date(untilHour * HOUR_MS), models, mappings];
}

/** Hour rollups with answers, by hour, cell key and model version. */
export function readRollups(
  session: Session,
  selection: SelectionParameters,
  after: RollupKey | null,
  limit: number,
) {
  const start = after ?? { hour: -1_000_000, cell: '', model: -1 };
  return session.rows<RollupKey>(selection.mappings ? ROLLUPS_FED : ROLLUPS, [
    ...selected(selection),
    new Date(start.hour * HOUR_MS),
    start.cell,
    start.model,
    limit,
  ]);
}

/** Rollups as parameters: parallel arrays, joined back with their place. */
const GIVEN = `unnest($1::timestamptz[], $2::text[], $3::integer[]) WITH ORDINALITY AS given (bucket, cell, model, place)`;
const given = (rollups: readonly RollupKey[]): unknown[] => [
  rollups.map(({ hour }) => new Date(hour * HOUR_MS)),
  rollups.map(({ cell }) => cell),
  rollups.map(({ model }) => model),
];

const MAPPINGS_OF: Statement = {
  name: 'lineage_mappings_of',
  text: `SELECT given.place::integer - 1 AS place, m.key AS mapping FROM ${GIVEN} JOIN cell c ON c.key = given.cell
      JOIN rollup_mapping f ON f.cell_id = c.id AND f.model_version_id = given.model AND f.bucket = given.bucket AND f.n > 0
      JOIN mapping_version m ON m.id = f.mapping_version_id
    ORDER BY given.place, m.key COLLATE "C"`,
};

/** Which mappings feed the rollups; `place` is the rollup's index. */
export function readMappingsOf(session: Session, rollups: readonly RollupKey[]) {
  return session.rows<{ place: number; mapping: string }>(MAPPINGS_OF, given(rollups));
}

const dictionaryStatement = (fed: boolean): Statement => ({
  name: `lineage_dictionary${fed ? '_fed' : ''}`,
  text: `WITH chosen AS (SELECT r.cell_id, r.model_version_id, r.bucket FROM rollup_hour r
      WHERE ${SELECTED} AND ${fed ? FED_BY : '$5::text[] IS NULL'})
    SELECT ARRAY(SELECT key FROM cell WHERE id IN (SELECT cell_id FROM chosen) ORDER BY key COLLATE "C") AS cells,
      ARRAY(SELECT DISTINCT model_version_id FROM chosen ORDER BY 1) AS models,
      ARRAY(SELECT key FROM mapping_version WHERE id IN (
        SELECT f.mapping_version_id FROM chosen JOIN rollup_mapping f USING (cell_id, model_version_id, bucket)
        WHERE f.n > 0) ORDER BY key COLLATE "C") AS mappings`,
});
const DICTIONARY = dictionaryStatement(false);
const DICTIONARY_FED = dictionaryStatement(true);

/** The distinct cells, model versions and mappings of the selected rollups. */
export async function readDictionary(session: Session, selection: SelectionParameters) {
  const statement = selection.mappings ? DICTIONARY_FED : DICTIONARY;
  const [row] = await session.rows<{ cells: string[]; models: number[]; mappings: string[] }>(
    statement,
    selected(selection),
  );
  return row ?? { cells: [], models: [], mappings: [] };
}

export interface CountedRow {
  readonly place: number;
  readonly id: string;
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly mapping: string;
  readonly eventId: string;
  readonly position: string;
  readonly eventReceivedAt: number;
}

/** A surveyed rollup counts responses with a class, a model's those that it gave one. */
const COUNTED_BY_MODEL = `CASE WHEN given.model = 0 THEN r.class IS NOT NULL ELSE EXISTS (
  SELECT FROM prediction p WHERE p.response_id = r.id AND p.answered_at = r.answered_at
    AND p.model_version_id = given.model AND p.class IS NOT NULL) END`;

const COUNTED: Statement = {
  name: 'lineage_counted',
  text: `SELECT p.place, p.id, ${MS('p.answered_at')} AS "answeredAt", ${MS('p.received_at')} AS "receivedAt",
      p.key AS mapping, e.id AS "eventId", e.position, ${MS('e.received_at')} AS "eventReceivedAt"
    FROM (
      SELECT given.place::integer - 1 AS place, r.id, r.answered_at, r.received_at, r.source_event_id, m.key
      FROM ${GIVEN} JOIN cell c ON c.key = given.cell
        JOIN response r ON r.cell_id = c.id AND r.answered_at >= given.bucket
          AND r.answered_at < given.bucket + interval '1 hour' AND ${COUNTED_BY_MODEL}
        JOIN mapping_version m ON m.id = r.mapping_version_id
      WHERE r.answered_at >= $4 AND r.answered_at < $5 AND ($6::text[] IS NULL OR m.key = ANY ($6))
        AND (given.place > 1 OR $7::uuid IS NULL OR r.id >= $7)
      ORDER BY given.place, r.id LIMIT $8
    ) p JOIN source_event e ON e.id = p.source_event_id
    ORDER BY p.place, p.id`,
};

/** Responses counted in the rollups, by rollup and id, each with its source event. */
export function readCounted(
  session: Session,
  rollups: readonly RollupKey[],
  range: { from: number; until: number },
  mappings: readonly string[] | null,
  from: string | null,
  limit: number,
) {
  const first = rollups[0]?.hour ?? 0;
  const last = rollups.at(-1)?.hour ?? 0;
  // Narrowed to the rollups' own hours, so that a hypertable opens only their chunks.
  const lower = new Date(Math.max(range.from, first * HOUR_MS));
  const upper = new Date(Math.min(range.until, (last + 1) * HOUR_MS));
  return session.rows<CountedRow>(COUNTED, [...given(rollups), lower, upper, mappings, from, limit]);
}

export interface ResponseLineageRow {
  readonly id: string;
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly cell: string;
  readonly mapping: string;
  readonly counted: boolean;
  readonly hour: number;
  readonly eventId: string;
}

const RESPONSES: Statement = {
  name: 'lineage_responses',
  text: `SELECT r.id, ${MS('r.answered_at')} AS "answeredAt", ${MS('r.received_at')} AS "receivedAt", c.key AS cell,
      m.key AS mapping, r.class IS NOT NULL AS counted, ${HOUR('r.answered_at')} AS hour, r.source_event_id AS "eventId"
    FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
      JOIN cell c ON c.id = r.cell_id JOIN mapping_version m ON m.id = r.mapping_version_id
    WHERE k.id = ANY ($1::uuid[]) ORDER BY r.id`,
};

/** The identity of those of the responses that exist, by id. */
export function readResponseLineage(session: Session, ids: readonly string[]) {
  return session.rows<ResponseLineageRow>(RESPONSES, [ids]);
}

const INFERRED: Statement = {
  name: 'lineage_inferred',
  text: `SELECT p.response_id AS "responseId", ${HOUR('p.answered_at')} AS hour, c.key AS cell, p.model_version_id AS model
    FROM response_key k JOIN prediction p ON p.response_id = k.id AND p.answered_at = k.answered_at AND p.cell_id = k.cell_id
      JOIN cell c ON c.id = p.cell_id
    WHERE k.id = ANY ($1::uuid[]) AND p.class IS NOT NULL ORDER BY p.response_id, p.model_version_id`,
};

/** The rollups of model versions that count the responses, by response and model version. */
export function readInferredRollups(session: Session, responseIds: readonly string[]) {
  return session.rows<RollupKey & { readonly responseId: string }>(INFERRED, [responseIds]);
}

export interface EventRow {
  readonly id: string;
  readonly responseId: string;
  readonly position: string;
  readonly receivedAt: number;
  readonly mapping: string;
}

const EVENTS: Statement = {
  name: 'lineage_events',
  text: `SELECT e.id, e.response_id AS "responseId", e.position, ${MS('e.received_at')} AS "receivedAt", m.key AS mapping
    FROM source_event e JOIN mapping_version m ON m.id = e.mapping_version_id
    WHERE e.response_id = ANY ($1::uuid[]) ORDER BY e.response_id, e.id`,
};

/** All source events of the responses, present and superseded, by response and id. */
export function readEvents(session: Session, responseIds: readonly string[]) {
  return session.rows<EventRow>(EVENTS, [responseIds]);
}

const RESPONSE_OF_EVENT: Statement = {
  name: 'lineage_response_of_event',
  text: 'SELECT response_id AS id FROM source_event WHERE id = $1',
};

/** The response that the source event belongs to. */
export async function readResponseOfEvent(session: Session, eventId: string): Promise<string | null> {
  const [row] = await session.rows<{ id: string }>(RESPONSE_OF_EVENT, [eventId]);
  return row?.id ?? null;
}

const FEEDING: Statement = {
  name: 'lineage_feeding',
  text: `SELECT given.cell, ${HOUR('given.bucket')} AS hour, f.model_version_id AS model, m.key AS mapping, f.n > 0 AS fed
    FROM unnest($1::timestamptz[], $2::text[]) AS given (bucket, cell) JOIN cell c ON c.key = given.cell
      JOIN rollup_mapping f ON f.cell_id = c.id AND f.bucket = given.bucket
      JOIN mapping_version m ON m.id = f.mapping_version_id
    ORDER BY given.bucket, given.cell, f.model_version_id, m.key`,
};

/** Which mappings feed, or no longer feed, the rollups of those hours and cells. */
export function readFeeding(session: Session, hours: readonly { hour: number; cell: string }[]) {
  return session.rows<RollupKey & { mapping: string; fed: boolean }>(FEEDING, [
    hours.map(({ hour }) => new Date(hour * HOUR_MS)),
    hours.map(({ cell }) => cell),
  ]);
}
