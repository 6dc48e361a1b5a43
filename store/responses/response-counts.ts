import type { FieldGroup, Scope } from '../../domain/access/scope.ts';
import { visibleCells } from '../../domain/access/scope.ts';
import { lateralPredictions, lateralResponse } from '../database/lateral-join.ts';
import { statement } from '../database/statement.ts';
import { EARLIEST, LAST_UUID, LATEST, type ResponseDeps, type ResponseQuery } from './responses.ts';

/** The newest `most` responses of a segment and time that the caller may see. */
export interface CountQuery extends Pick<ResponseQuery, 'segment' | 'from' | 'to'> {
  readonly most: number;
}

type CountDeps = Pick<ResponseDeps, 'store' | 'cells'>;

const NEWEST = 'newest_responses($1::integer[], $2, $3, $4, $5, $6) p';
const BY_CLASS = statement(
  'responses_counts',
  `SELECT r.class, count(*) AS responses FROM ${NEWEST} ${lateralResponse('p')} GROUP BY r.class`,
);
const BY_MAPPING = statement(
  'responses_counts_by_mapping',
  `SELECT r.mapping_version_id AS mapping, count(*) AS responses FROM ${NEWEST} ${lateralResponse('p')} GROUP BY 1`,
);
const BY_SENTIMENT = statement(
  'responses_counts_by_sentiment',
  `SELECT s.sentiment, count(*) AS responses FROM ${NEWEST}
      ${lateralPredictions('p', 's', 'it.model_version_id = ANY ($7::integer[]) AND it.sentiment IS NOT NULL')} GROUP BY 1`,
);

const valuesOf = (
  { cells }: CountDeps,
  scope: Scope,
  needs: readonly FieldGroup[],
  { segment, from, to, most }: CountQuery,
) => {
  const cellIds = visibleCells(scope, needs, cells, segment).map(({ id }) => id);
  return [cellIds, from ?? EARLIEST, to ?? LATEST, LATEST, LAST_UUID, most] as const;
};

/** How many responses of each class; class null: without a score. */
export interface ClassCounts {
  readonly responses: number;
  /** By class: detractors, passives, promoters. */
  readonly byClass: readonly [number, number, number];
  /** False: there are more than were counted. */
  readonly complete: boolean;
}

/** Counts by class. */
export async function countResponses(deps: CountDeps, scope: Scope, query: CountQuery): Promise<ClassCounts> {
  const values = valuesOf(deps, scope, ['readResponse'], query);
  const rows = await deps.store.rows<{ class: 0 | 1 | 2 | null; responses: number }>(BY_CLASS, values);
  const of = (wanted: number) => rows.find((row) => row.class === wanted)?.responses ?? 0;
  const responses = rows.reduce((sum, row) => sum + row.responses, 0);
  return { responses, byClass: [of(0), of(1), of(2)], complete: responses < query.most };
}

/** Counts by the mapping that read them, which names their source. */
export function countByMapping(
  deps: CountDeps,
  scope: Scope,
  query: CountQuery,
): Promise<{ readonly mapping: number; readonly responses: number }[]> {
  return deps.store.rows(BY_MAPPING, valuesOf(deps, scope, ['readResponse'], query));
}

/** Negative, neutral, positive: responses of cells whose predictions the caller may read, by what the model versions find in them. */
export async function countBySentiment(
  deps: CountDeps,
  scope: Scope,
  query: CountQuery,
  models: readonly number[],
): Promise<readonly [number, number, number]> {
  const values = [...valuesOf(deps, scope, ['readResponse', 'readPrediction'], query), models];
  const rows = await deps.store.rows<{ sentiment: 0 | 1 | 2; responses: number }>(BY_SENTIMENT, values);
  const of = (wanted: number) => rows.find(({ sentiment }) => sentiment === wanted)?.responses ?? 0;
  return [of(0), of(1), of(2)];
}
