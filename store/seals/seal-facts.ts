import type { RollupSums, SealedFact } from '../../domain/seals/seal.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** A rollup by this database's numbers. `hour`: hours since 1970. */
export interface RollupRef {
  readonly hour: number;
  readonly cellId: number;
  readonly cell: string;
  readonly model: number;
}

/** Model version 0: the respondent gave the number. */
export const SURVEYED = 0;

const GIVEN = `unnest($1::timestamptz[], $2::integer[], $3::integer[]) WITH ORDINALITY AS given (bucket, cell, model, place)`;
const BETWEEN = (fact: string) =>
  `${fact}.answered_at >= given.bucket AND ${fact}.answered_at < given.bucket + interval '1 hour'
      AND ${fact}.answered_at >= $4 AND ${fact}.answered_at < $5`;
const MS = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)::bigint`;

/**
 * One row per rollup, mapping and model version, its facts as text: many small rows, and their keys, would cost
 * more than all the hashing.
 */
const RESPONSES = statement(
  'seal_facts_responses',
  `SELECT f.place, m.key AS mapping, f.facts FROM (
      SELECT given.place::integer - 1 AS place, r.mapping_version_id AS mapping, string_agg(r.id || ',' || r.source_event_id || ',' ||
        r.class || ',' || ${MS('r.answered_at')} || ',' || coalesce(r.points::text, ''), ';' ORDER BY r.id) AS facts
      FROM ${GIVEN} JOIN response r ON r.cell_id = given.cell AND ${BETWEEN('r')}
      WHERE r.class IS NOT NULL AND given.model = 0 GROUP BY 1, 2
    ) f JOIN mapping_version m ON m.id = f.mapping`,
);
const PREDICTIONS = statement(
  'seal_facts_predictions',
  `SELECT f.place, m.key AS mapping, coalesce(v.key, '') AS model, f.facts FROM (
      SELECT given.place::integer - 1 AS place, p.mapping_version_id AS mapping, given.model, string_agg(p.response_id || ',' ||
        (extract(epoch FROM p.predicted_at) * 1000000)::bigint || ',' || p.class || ',' || ${MS('p.answered_at')} || ',' ||
        p.detractor || ',' || p.passive || ',' || p.promoter || ',' || p.surveyed, ';' ORDER BY p.response_id) AS facts
      FROM ${GIVEN} JOIN prediction p ON p.cell_id = given.cell AND p.model_version_id = given.model AND ${BETWEEN('p')}
      WHERE p.class IS NOT NULL GROUP BY 1, 2, 3
    ) f JOIN mapping_version m ON m.id = f.mapping JOIN model_version v ON v.id = f.model`,
);

/** The common part of the facts in one row. */
interface FactRow {
  readonly place: number;
  readonly mapping: string;
  readonly facts: string;
}

const UUID_LENGTH = 36;

/** Cut at the commas: `split` would allocate an array for each of a hundred thousand. */
function parseResponse(cell: string, mapping: string, text: string): SealedFact {
  const origin = UUID_LENGTH + 1;
  const given = origin + UUID_LENGTH + 1;
  const answeredAt = text.indexOf(',', given) + 1;
  const points = text.indexOf(',', answeredAt) + 1;
  return {
    id: text.slice(0, UUID_LENGTH),
    answeredAt: Number(text.slice(answeredAt, points - 1)),
    cell,
    class: Number(text.slice(given, answeredAt - 1)),
    mapping,
    origin: text.slice(origin, given - 1),
    points: points === text.length ? null : Number(text.slice(points)),
    inferred: null,
  };
}

function parsePrediction(cell: string, mapping: string, model: string, text: string): SealedFact {
  const [id = '', origin = '', given, answeredAt, detractor, passive, promoter, surveyed] = text.split(',');
  return {
    id,
    answeredAt: Number(answeredAt),
    cell,
    class: Number(given),
    mapping,
    origin,
    points: null,
    inferred: {
      model,
      detractor: Number(detractor),
      passive: Number(passive),
      promoter: Number(promoter),
      surveyed: surveyed === 'true',
    },
  };
}

/** Rollups as parameters, with their hours (so that a hypertable opens only their chunks). */
export function rollupParameters(rollups: readonly RollupRef[]): unknown[] {
  return [
    rollups.map(({ hour }) => new Date(hour * HOUR_MS)),
    rollups.map(({ cellId }) => cellId),
    rollups.map(({ model }) => model),
  ];
}

/**
 * The facts of the rollups, read from the responses and predictions; in the order of the rollups, each by
 * response id.
 */
export async function readFacts(session: Session, rollups: readonly RollupRef[]): Promise<SealedFact[][]> {
  const facts: SealedFact[][] = rollups.map(() => []);
  if (rollups.length === 0) return facts;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { hour } of rollups) [first, last] = [Math.min(first, hour), Math.max(last, hour)];
  const hours = [new Date(first * HOUR_MS), new Date((last + 1) * HOUR_MS)];
  const parameters = [...rollupParameters(rollups), ...hours];
  const add = (place: number, text: string, parse: (cell: string, one: string) => SealedFact) => {
    const cell = rollups[place]?.cell ?? '';
    const found = text.split(';').map((one) => parse(cell, one));
    const known = facts[place] ?? [];
    // Another mapping in the same hour: each row is in order, but not all of them together.
    facts[place] = known.length === 0 ? found : [...known, ...found].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  if (rollups.some(({ model }) => model === SURVEYED)) {
    for (const { place, mapping, facts: text } of await session.rows<FactRow>(RESPONSES, parameters))
      add(place, text, (cell, one) => parseResponse(cell, mapping, one));
  }
  if (rollups.some(({ model }) => model !== SURVEYED)) {
    const rows = await session.rows<FactRow & { model: string }>(PREDICTIONS, parameters);
    for (const { place, mapping, model, facts: text } of rows)
      add(place, text, (cell, one) => parsePrediction(cell, mapping, model, one));
  }
  return facts;
}

/** The integers of hour rollups under the names used in statements. */
const SUMS = `r.promoters, r.passives, r.detractors, r.n, r.sum::float8 AS sum, r.sum_squares::float8 AS "sumSquares",
  r.alone_promoters AS "alonePromoters", r.alone_passives AS "alonePassives", r.alone_detractors AS "aloneDetractors",
  r.promoter_millionths::float8 AS "promoterMillionths", r.passive_millionths::float8 AS "passiveMillionths",
  r.detractor_millionths::float8 AS "detractorMillionths"`;
const ROLLUPS = statement(
  'seal_rollups',
  `SELECT ${SUMS}, floor(extract(epoch FROM r.bucket) / 3600)::integer AS hour, r.cell_id AS "cellId", c.key AS cell,
      r.model_version_id AS model
    FROM rollup_hour r JOIN cell c ON c.id = r.cell_id
    WHERE r.cell_id = ANY ($1::integer[]) AND r.model_version_id = ANY ($2::integer[]) AND r.bucket >= $3 AND r.bucket < $4`,
);

/** Hour rollups of the cells and models, including empty ones, in any order. */
export function readRollupSums(
  session: Session,
  cellIds: readonly number[],
  models: readonly number[],
  hours: { readonly from: number; readonly until: number },
) {
  const bounds = [new Date(hours.from * HOUR_MS), new Date(hours.until * HOUR_MS)];
  return session.rows<RollupRef & RollupSums>(ROLLUPS, [cellIds, models, ...bounds]);
}
