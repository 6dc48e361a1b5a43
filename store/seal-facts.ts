import type { RollupSums, SealedFact } from '../domain/seal.ts';
import { HOUR_MS } from '../domain/time-windows.ts';
import type { Session, Statement } from './client.ts';

/** A rollup by the numbers of this record. `hour`: hours since 1970. */
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

/** One row for each rollup, its facts as text: the many small rows would cost more than all the hashing. */
const RESPONSES: Statement = {
  name: 'seal_facts_responses',
  text: `SELECT given.place::integer - 1 AS place, string_agg(r.id || ',' || ${MS('r.answered_at')} || ',' || r.class || ',' || m.key || ',' ||
      r.source_event_id || ',' || coalesce(r.points::text, ''), ';' ORDER BY r.id) AS facts
    FROM ${GIVEN} JOIN response r ON r.cell_id = given.cell AND ${BETWEEN('r')}
      JOIN mapping_version m ON m.id = r.mapping_version_id
    WHERE r.class IS NOT NULL AND given.model = 0 GROUP BY given.place`,
};
const PREDICTIONS: Statement = {
  name: 'seal_facts_predictions',
  text: `SELECT given.place::integer - 1 AS place, string_agg(p.response_id || ',' || ${MS('p.answered_at')} || ',' || p.class || ',' ||
      m.key || ',' || (extract(epoch FROM p.predicted_at) * 1000000)::bigint || ',' || coalesce(v.key, '') || ',' || p.detractor || ',' ||
      p.passive || ',' || p.promoter || ',' || p.surveyed, ';' ORDER BY p.response_id) AS facts
    FROM ${GIVEN} JOIN prediction p ON p.cell_id = given.cell AND p.model_version_id = given.model AND ${BETWEEN('p')}
      JOIN mapping_version m ON m.id = p.mapping_version_id JOIN model_version v ON v.id = p.model_version_id
    WHERE p.class IS NOT NULL GROUP BY given.place`,
};

function parseFact(cell: string, text: string): SealedFact {
  const [id = '', answeredAt, given, mapping = '', origin = '', ...rest] = text.split(',');
  const fact = { id, answeredAt: Number(answeredAt), cell, class: Number(given), mapping, origin };
  if (rest.length === 1) return { ...fact, points: rest[0] === '' ? null : Number(rest[0]), inferred: null };
  const [model = '', detractor, passive, promoter, surveyed] = rest;
  const inferred = {
    model,
    detractor: Number(detractor),
    passive: Number(passive),
    promoter: Number(promoter),
    surveyed: surveyed === 'true',
  };
  return { ...fact, points: null, inferred };
}

/** Rollups as parameters, with the hours that they lie in (so that a hypertable opens only their chunks). */
export function rollupParameters(rollups: readonly RollupRef[]): unknown[] {
  return [
    rollups.map(({ hour }) => new Date(hour * HOUR_MS)),
    rollups.map(({ cellId }) => cellId),
    rollups.map(({ model }) => model),
  ];
}

/** What the rollups are made of, read from the responses and predictions; in the order of the rollups, each by response id. */
export async function readFacts(session: Session, rollups: readonly RollupRef[]): Promise<SealedFact[][]> {
  const facts: SealedFact[][] = rollups.map(() => []);
  if (rollups.length === 0) return facts;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { hour } of rollups) [first, last] = [Math.min(first, hour), Math.max(last, hour)];
  const hours = [new Date(first * HOUR_MS), new Date((last + 1) * HOUR_MS)];
  const parameters = [...rollupParameters(rollups), ...hours];
  const surveyed = rollups.some(({ model }) => model === SURVEYED);
  const inferred = rollups.some(({ model }) => model !== SURVEYED);
  for (const statement of [...(surveyed ? [RESPONSES] : []), ...(inferred ? [PREDICTIONS] : [])]) {
    for (const row of await session.rows<{ place: number; facts: string }>(statement, parameters)) {
      const cell = rollups[row.place]?.cell ?? '';
      facts[row.place] = row.facts.split(';').map((text) => parseFact(cell, text));
    }
  }
  return facts;
}

/** The integers of hour rollups as the statements name them. */
const SUMS = `r.promoters, r.passives, r.detractors, r.n, r.sum::float8 AS sum, r.sum_squares::float8 AS "sumSquares",
  r.alone_promoters AS "alonePromoters", r.alone_passives AS "alonePassives", r.alone_detractors AS "aloneDetractors",
  r.promoter_millionths::float8 AS "promoterMillionths", r.passive_millionths::float8 AS "passiveMillionths",
  r.detractor_millionths::float8 AS "detractorMillionths"`;
const ROLLUPS: Statement = {
  name: 'seal_rollups',
  text: `SELECT ${SUMS}, floor(extract(epoch FROM r.bucket) / 3600)::integer AS hour, r.cell_id AS "cellId", c.key AS cell,
      r.model_version_id AS model
    FROM rollup_hour r JOIN cell c ON c.id = r.cell_id
    WHERE r.cell_id = ANY ($1::integer[]) AND r.model_version_id = ANY ($2::integer[]) AND r.bucket >= $3 AND r.bucket < $4`,
};

/** Hour rollups of the cells and models, empty ones too, in no order. */
export function readRollupSums(
  session: Session,
  cellIds: readonly number[],
  models: readonly number[],
  hours: { readonly from: number; readonly until: number },
) {
  const bounds = [new Date(hours.from * HOUR_MS), new Date(hours.until * HOUR_MS)];
  return session.rows<RollupRef & RollupSums>(ROLLUPS, [cellIds, models, ...bounds]);
}
