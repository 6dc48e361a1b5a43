import { OLD_OUTCOME_ITEMS, OLD_OUTCOME_PLACES, OLD_OUTCOMES } from '../outcomes/outcome-retention.ts';

/*
 * What is past its period: $1 the moment, $2 cells under a hold, $3 how many, $4 the source (null: any); of dimensions also $5, the cells
 * with a value.
 */

export const NOT_HELD = (subject: string) =>
  `NOT EXISTS (SELECT FROM subject_key s WHERE s.id = ${subject} AND s.held)`;
/** Whether an event still has the item as it arrived, or something made of it. */
export const KEEPS_ITEM = (event: string) =>
  `(${['sealed', 'content', 'stood', 'sent'].map((column) => `${event}.${column} IS NOT NULL`).join(' OR ')})`;
/** Excludes held persons and held segments ($2: their cells). */
const FREE = `NOT k.cell_id = ANY ($2::integer[]) AND ${NOT_HELD('k.subject_id')}`;
const FREE_EVENT = `${FREE} AND ${NOT_HELD('e.subject_id')}`;
const OF_SOURCE = (mapping: string) =>
  `($4::integer IS NULL OR ${mapping} IN (SELECT m.id FROM mapping_version m WHERE m.source_id = $4))`;
const OF_RESPONSE = OF_SOURCE('r.mapping_version_id');
const OF_ASIDE = OF_SOURCE(`(x.row->>'mapping_version_id')::integer`);
const OF_EVENT = OF_SOURCE('e.mapping_version_id');
const STOOD_BEFORE = `e.stood IS NOT NULL AND (e.stood->>'answered_at')::timestamptz < $1`;

/** The rows by what they lose. */
export const OLD = {
  comments: `SELECT r.id, r.answered_at, r.cell_id FROM response r JOIN response_key k ON k.id = r.id
      WHERE r.answered_at < $1 AND r.comment IS NOT NULL AND ${FREE} AND ${OF_RESPONSE} ORDER BY r.answered_at, r.id LIMIT $3`,
  asideComments: `SELECT x.id FROM restricted_response x JOIN response_key k ON k.id = x.id
      WHERE k.answered_at < $1 AND x.row->>'comment' IS NOT NULL AND ${FREE} AND ${OF_ASIDE} LIMIT $3`,
  stoodComments: `SELECT e.id FROM source_event e JOIN response_key k ON k.id = e.response_id
      WHERE ${STOOD_BEFORE} AND e.stood->>'comment' IS NOT NULL AND ${FREE_EVENT} AND ${OF_EVENT} LIMIT $3`,
  responses: `(SELECT r.id FROM response r JOIN response_key k ON k.id = r.id
      WHERE r.answered_at < $1 AND ${FREE} AND ${OF_RESPONSE} ORDER BY r.answered_at, r.id LIMIT $3)
    UNION ALL
    (SELECT x.id FROM restricted_response x JOIN response_key k ON k.id = x.id WHERE k.answered_at < $1 AND ${FREE} AND ${OF_ASIDE} LIMIT $3)`,
  events: `SELECT e.id, e.subject_id AS "subjectId" FROM source_event e JOIN response_key k ON k.id = e.response_id
    WHERE e.received_at < $1 AND ${KEEPS_ITEM('e')} AND ${FREE_EVENT} AND ${OF_EVENT} LIMIT $3`,
  placed: `SELECT r.id FROM response r JOIN response_key k ON k.id = r.id
      WHERE r.answered_at < $1 AND r.cell_id = ANY ($5::integer[]) AND ${FREE} AND ${OF_RESPONSE} LIMIT $3`,
  asidePlaced: `SELECT x.id FROM restricted_response x JOIN response_key k ON k.id = x.id
      WHERE k.answered_at < $1 AND (x.row->>'cell_id')::integer = ANY ($5::integer[]) AND ${FREE} AND ${OF_ASIDE} LIMIT $3`,
  stoodPlaced: `SELECT e.id FROM source_event e JOIN response_key k ON k.id = e.response_id
      WHERE ${STOOD_BEFORE} AND (e.stood->>'cell_id')::integer = ANY ($5::integer[]) AND ${FREE_EVENT} AND ${OF_EVENT} LIMIT $3`,
  outcomePlaced: OLD_OUTCOME_PLACES,
  outcomes: OLD_OUTCOMES,
  outcomeItems: OLD_OUTCOME_ITEMS,
};
