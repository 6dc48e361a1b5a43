import type { CellDictionary, Segment } from '../domain/cell.ts';
import type { Scope } from '../domain/scope.ts';
import { visibleCells } from '../domain/scope.ts';
import type { Session, Statement } from './client.ts';

/** A response as the record holds it. class: 0 detractor, 1 passive, 2 promoter. */
export interface ResponseRow {
  readonly id: string;
  readonly answeredAt: Date;
  readonly receivedAt: Date;
  readonly cellId: number;
  readonly mappingVersionId: number;
  readonly externalId: string;
  readonly score: number | null;
  readonly class: 0 | 1 | 2 | null;
  readonly comment: string | null;
  readonly respondent: string | null;
}

/** Where a page ended: the last response's time and id. */
export interface ResponseCursor {
  readonly answeredAt: Date;
  readonly id: string;
}

export interface ResponseQuery {
  readonly segment: Segment;
  readonly from: Date | null;
  /** Exclusive. */
  readonly to: Date | null;
  readonly first: number;
  readonly after: ResponseCursor | null;
}

export interface ResponseDeps {
  readonly store: Session;
  readonly cells: CellDictionary;
}

const COLUMNS = `r.id, r.answered_at AS "answeredAt", r.received_at AS "receivedAt", r.cell_id AS "cellId",
  r.mapping_version_id AS "mappingVersionId", r.external_id AS "externalId", r.score, r.class, r.comment, r.respondent`;

// The bounds on time stand as plain comparisons, so that a hypertable's other chunks are not opened.
const PAGE: Statement = {
  name: 'responses_page',
  text: `SELECT ${COLUMNS} FROM response r
    WHERE r.answered_at >= $2 AND r.answered_at < $3 AND r.answered_at <= $4
      AND (r.answered_at, r.id) < ($4, $5::uuid) AND r.cell_id = ANY ($1::integer[])
    ORDER BY r.answered_at DESC, r.id DESC LIMIT $6`,
};
const BY_IDS: Statement = {
  name: 'responses_by_ids',
  text: `SELECT ${COLUMNS} FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    WHERE k.id = ANY ($1::uuid[])`,
};

const EARLIEST = new Date('0001-01-01T00:00:00Z');
const LATEST = new Date('9999-12-31T00:00:00Z');
const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The newest answers first; up to `first` + 1 rows, so that the caller sees whether there are more. */
export function readResponses(
  deps: ResponseDeps,
  scope: Scope,
  query: ResponseQuery,
): Promise<ResponseRow[]> {
  const cellIds = visibleCells(scope, ['readResponse'], deps.cells, query.segment).map(({ id }) => id);
  return deps.store.rows<ResponseRow>(PAGE, [
    cellIds,
    query.from ?? EARLIEST,
    query.to ?? LATEST,
    query.after?.answeredAt ?? LATEST,
    query.after?.id ?? LAST_UUID,
    query.first + 1,
  ]);
}

/** The responses of those ids that exist and that the caller may see, in any order. */
export async function readResponsesById(
  deps: ResponseDeps,
  scope: Scope,
  ids: readonly string[],
): Promise<ResponseRow[]> {
  const rows = await deps.store.rows<ResponseRow>(BY_IDS, [ids]);
  return rows.filter(({ cellId }) => {
    const cell = deps.cells.get(cellId);
    return cell !== undefined && scope.allows('readResponse', cell);
  });
}
