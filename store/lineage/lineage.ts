import type { RollupKey } from '../../domain/lineage/lineage.ts';
import type { UncountedReason } from '../../domain/responses/counting.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { lateralJoin, lateralPredictions, lateralResponse } from '../database/lateral-join.ts';
import { statement } from '../database/statement.ts';

/** Lineage from the database itself: statements over the same tables, nothing stored twice. */

const HOUR = (column: string) => `floor(extract(epoch FROM ${column}) / 3600)::integer`;
const MS = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)::float8`;
const MODELS = 'SELECT id FROM model_version WHERE $4::integer[] IS NULL OR id = ANY ($4)';
/**
 * Rollups of the selection; r is `rollup_hour`, or `rollup_mapping`, which has one row for each mapping that
 * fed one.
 */
const SELECTED = `r.bucket >= $2 AND r.bucket < $3 AND r.cell_id = ANY (ARRAY(SELECT id FROM cell WHERE key = ANY ($1::text[])))
  AND r.model_version_id = ANY (ARRAY(${MODELS})) AND r.n > 0`;
const MAPPINGS = 'SELECT id FROM mapping_version WHERE key = ANY ($5::text[])';
const FED_BY = `r.mapping_version_id = ANY (ARRAY(${MAPPINGS}))`;
const UNFED = '$5::text[] IS NULL';

const ROLLUPS = statement(
  'lineage_rollups',
  `SELECT ${HOUR('r.bucket')} AS hour, c.key AS cell, r.model_version_id AS model
    FROM first_rollups(ARRAY(SELECT id FROM cell WHERE key = ANY ($1::text[])), ARRAY(${MODELS}),
      CASE WHEN $5::text[] IS NOT NULL THEN ARRAY(${MAPPINGS}) END, $2, $3, $6, $9) r JOIN cell c ON c.id = r.cell_id
    WHERE (r.bucket, c.key COLLATE "C", r.model_version_id) > ($6, $7 COLLATE "C", $8)
    ORDER BY r.bucket, c.key COLLATE "C", r.model_version_id LIMIT $9`,
);

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

/** Hour rollups with responses, by hour, cell key and model version. */
export function readRollups(
  session: Session,
  selection: SelectionParameters,
  after: RollupKey | null,
  limit: number,
) {
  const start = after ?? { hour: -1_000_000, cell: '', model: -1 };
  return session.rows<RollupKey>(ROLLUPS, [
    ...selected(selection),
    new Date(start.hour * HOUR_MS),
    start.cell,
    start.model,
    limit,
  ]);
}

/** Rollups as parameters: parallel arrays, joined back with their index. */
const GIVEN = `unnest($1::timestamptz[], $2::text[], $3::integer[]) WITH ORDINALITY AS given (bucket, cell, model, place)`;
export const given = (rollups: readonly RollupKey[]): unknown[] => [
  rollups.map(({ hour }) => new Date(hour * HOUR_MS)),
  rollups.map(({ cell }) => cell),
  rollups.map(({ model }) => model),
];

/** The given rollups, each with the mappings that feed it (m) and with how many responses (f.n). */
export const GIVEN_FED = `${GIVEN} JOIN cell c ON c.key = given.cell
      ${lateralJoin(
        'rollup_mapping',
        'f',
        'it.cell_id = c.id AND it.model_version_id = given.model AND it.bucket = given.bucket AND it.n > 0',
      )}
      JOIN mapping_version m ON m.id = f.mapping_version_id`;
const MAPPINGS_OF = statement(
  'lineage_mappings_of',
  `SELECT given.place::integer - 1 AS place, m.key AS mapping FROM ${GIVEN_FED}
    ORDER BY given.place, m.key COLLATE "C"`,
);

/** Which mappings feed the rollups; `place` is the rollup's index. */
export function readMappingsOf(session: Session, rollups: readonly RollupKey[]) {
  return session.rows<{ place: number; mapping: string }>(MAPPINGS_OF, given(rollups));
}

/**
 * For each candidate one rollup is looked up: there may be millions of rollups, but few cells, model versions
 * and mappings.
 */
const found = (table: string, condition: string): string =>
  `(SELECT true FROM ${table} r WHERE ${SELECTED} AND ${condition} LIMIT 1)`;
const partText = (part: 'cells' | 'models' | 'mappings', fed: boolean): string => {
  const table = fed || part === 'mappings' ? 'rollup_mapping' : 'rollup_hour';
  const among = fed ? FED_BY : UNFED;
  return {
    cells: `SELECT c.key AS part FROM cell c WHERE c.key = ANY ($1) AND ${found(table, `r.cell_id = c.id AND ${among}`)}
      ORDER BY c.key COLLATE "C"`,
    models: `SELECT v.id AS part FROM (${MODELS}) v WHERE ${found(table, `r.model_version_id = v.id AND ${among}`)} ORDER BY v.id`,
    mappings: `SELECT m.key AS part FROM mapping_version m WHERE ($5::text[] IS NULL OR m.key = ANY ($5))
      AND ${found(table, 'r.mapping_version_id = m.id')} ORDER BY m.key COLLATE "C"`,
  }[part];
};
const forBoth = (name: string, text: (fed: boolean) => string) => ({
  fed: statement(`${name}_fed`, text(true)),
  all: statement(name, text(false)),
});
const MODELS_FOUND = forBoth('lineage_models', (fed) => partText('models', fed));
const MAPPINGS_FOUND = forBoth('lineage_mappings', (fed) => partText('mappings', fed));
const PARTS = forBoth('lineage_parts', (fed) => {
  const parts = (['cells', 'models', 'mappings'] as const).map(
    (part) => `ARRAY(${partText(part, fed)}) AS ${part}`,
  );
  return `SELECT ${parts.join(', ')}`;
});
const ofSelection = ({ fed, all }: ReturnType<typeof forBoth>, { mappings }: SelectionParameters) =>
  mappings ? fed : all;

/** The distinct model versions of the selected rollups, in order. */
export async function readModels(session: Session, selection: SelectionParameters): Promise<number[]> {
  const rows = await session.rows<{ part: number }>(
    ofSelection(MODELS_FOUND, selection),
    selected(selection),
  );
  return rows.map(({ part }) => part);
}

/** The keys of the distinct mappings that feed the selected rollups, in order. */
export async function readMappings(session: Session, selection: SelectionParameters): Promise<string[]> {
  const rows = await session.rows<{ part: string }>(
    ofSelection(MAPPINGS_FOUND, selection),
    selected(selection),
  );
  return rows.map(({ part }) => part);
}

interface SelectedParts {
  readonly cells: readonly string[];
  readonly models: readonly number[];
  readonly mappings: readonly string[];
}

/** The distinct cells and mappings (keys) and model versions (ids) of the selected rollups, each in order. */
export async function readParts(session: Session, selection: SelectionParameters): Promise<SelectedParts> {
  const [row] = await session.rows<SelectedParts>(ofSelection(PARTS, selection), selected(selection));
  return row ?? { cells: [], models: [], mappings: [] };
}

/** A response that is counted in a rollup: `place` is the index of the rollup in the question. */
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

/** A surveyed rollup counts responses with a class, a model's those that it classified. */
const COUNTED_BY_MODEL = `CASE WHEN given.model = 0 THEN it.class IS NOT NULL ELSE EXISTS (
  SELECT FROM prediction p WHERE p.response_id = it.id AND p.answered_at = it.answered_at
    AND p.model_version_id = given.model AND p.class IS NOT NULL) END`;

const COUNTED = statement(
  'lineage_counted',
  `SELECT p.place, p.id, ${MS('p.answered_at')} AS "answeredAt", ${MS('p.received_at')} AS "receivedAt",
      p.key AS mapping, e.id AS "eventId", e.position, ${MS('e.received_at')} AS "eventReceivedAt"
    FROM (
      SELECT given.place::integer - 1 AS place, r.id, r.answered_at, r.received_at, r.source_event_id, m.key
      FROM ${GIVEN} JOIN cell c ON c.key = given.cell
        ${lateralJoin(
          'response',
          'r',
          `it.cell_id = c.id AND it.answered_at >= given.bucket AND it.answered_at < given.bucket + interval '1 hour'
            AND it.answered_at >= $4 AND it.answered_at < $5 AND ${COUNTED_BY_MODEL}`,
        )}
        JOIN mapping_version m ON m.id = r.mapping_version_id
      WHERE ($6::text[] IS NULL OR m.key = ANY ($6)) AND (given.place > 1 OR $7::uuid IS NULL OR r.id >= $7)
      ORDER BY given.place, r.id LIMIT $8
    ) p ${lateralJoin('source_event', 'e', 'it.id = p.source_event_id')}
    ORDER BY p.place, p.id`,
);

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
  // Restricted to the rollups' own hours, so that a hypertable opens only their chunks.
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
  /** Why it is not counted, if it is kept apart. */
  readonly uncounted: UncountedReason | null;
  readonly hour: number;
  readonly eventId: string;
}

const RESPONSES = statement(
  'lineage_responses',
  `SELECT r.id, ${MS('r.answered_at')} AS "answeredAt", ${MS('r.received_at')} AS "receivedAt", c.key AS cell,
      m.key AS mapping, r.class IS NOT NULL AND r.counting IS NULL AS counted, r.counting AS uncounted,
      ${HOUR('r.answered_at')} AS hour, r.source_event_id AS "eventId"
    FROM (
      SELECT r.id, r.answered_at, r.received_at, r.cell_id, r.mapping_version_id, r.class, r.source_event_id, NULL::text AS counting
        FROM response_key k
        ${lateralResponse('k')} WHERE k.id = ANY ($1::uuid[])
      UNION ALL SELECT u.id, u.answered_at, u.received_at, u.cell_id, u.mapping_version_id, u.class, u.source_event_id, u.counting
        FROM uncounted_response u WHERE u.id = ANY ($1::uuid[])) r
      JOIN cell c ON c.id = r.cell_id JOIN mapping_version m ON m.id = r.mapping_version_id
    ORDER BY r.id`,
);

/** The identity of the existing ones of the responses, by id. */
export function readResponseLineage(session: Session, ids: readonly string[]) {
  return session.rows<ResponseLineageRow>(RESPONSES, [ids]);
}

const INFERRED = statement(
  'lineage_inferred',
  `SELECT p.response_id AS "responseId", ${HOUR('p.answered_at')} AS hour, c.key AS cell, p.model_version_id AS model
    FROM response_key k
      ${lateralPredictions('k')}
      JOIN cell c ON c.id = p.cell_id
    WHERE k.id = ANY ($1::uuid[]) AND p.class IS NOT NULL ORDER BY p.response_id, p.model_version_id`,
);

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

const EVENTS = statement(
  'lineage_events',
  `SELECT e.id, e.response_id AS "responseId", e.position, ${MS('e.received_at')} AS "receivedAt", m.key AS mapping
    FROM source_event e JOIN mapping_version m ON m.id = e.mapping_version_id
    WHERE e.response_id = ANY ($1::uuid[]) ORDER BY e.response_id, e.id`,
);

/** All source events of the responses, current and superseded, by response and id. */
export function readEvents(session: Session, responseIds: readonly string[]) {
  return session.rows<EventRow>(EVENTS, [responseIds]);
}

const RESPONSE_OF_EVENT = statement(
  'lineage_response_of_event',
  'SELECT response_id AS id FROM source_event WHERE id = $1',
);

/** The response of the source event. */
export async function readResponseOfEvent(session: Session, eventId: string): Promise<string | null> {
  const [row] = await session.rows<{ id: string }>(RESPONSE_OF_EVENT, [eventId]);
  return row?.id ?? null;
}

const FEEDING = statement(
  'lineage_feeding',
  `SELECT given.cell, ${HOUR('given.bucket')} AS hour, f.model_version_id AS model, m.key AS mapping, f.n > 0 AS fed
    FROM unnest($1::timestamptz[], $2::text[]) AS given (bucket, cell) JOIN cell c ON c.key = given.cell
      JOIN rollup_mapping f ON f.cell_id = c.id AND f.bucket = given.bucket
      JOIN mapping_version m ON m.id = f.mapping_version_id
    ORDER BY given.bucket, given.cell, f.model_version_id, m.key`,
);

/** Which mappings feed, or no longer feed, the rollups of those hours and cells. */
export function readFeeding(session: Session, hours: readonly { hour: number; cell: string }[]) {
  return session.rows<RollupKey & { mapping: string; fed: boolean }>(FEEDING, [
    hours.map(({ hour }) => new Date(hour * HOUR_MS)),
    hours.map(({ cell }) => cell),
  ]);
}
