import type { FieldGroup, Scope } from '../../domain/access/scope.ts';
import { visibleCells } from '../../domain/access/scope.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import type { OwnerSession, ScopedSession } from '../database/client.ts';
import { lateralJoin, lateralResponse } from '../database/lateral-join.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { EncryptedComment } from '../encryption/subject-rows.ts';

/** A response as stored. class: 0 detractor, 1 passive, 2 promoter. */
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
  /** Pseudonym. */
  readonly respondent: string | null;
  readonly account: string | null;
}

type EncryptedRow = Omit<ResponseRow, 'respondent' | 'account'> & EncryptedComment;

/** By the time of the answer, then by id. */
export const RESPONSE_ORDERS = ['NEWEST', 'OLDEST'] as const;
export type ResponseOrder = (typeof RESPONSE_ORDERS)[number];

/** The end of a page: the last response's time and id. */
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
  /** Those that are not counted, instead of those that are. */
  readonly uncounted?: boolean;
  /** Absent: the newest first. */
  readonly order?: ResponseOrder;
  /** Field groups that the caller must have besides `readResponse`; responses of other cells are left out. */
  readonly needs?: readonly FieldGroup[];
}

export interface ResponseDeps {
  readonly store: ScopedSession;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary;
}

const COLUMNS = `r.id, r.answered_at AS "answeredAt", r.received_at AS "receivedAt", r.cell_id AS "cellId",
  r.mapping_version_id AS "mappingVersionId", r.external_id AS "externalId", r.score, r.class, r.comment, r.subject_id AS "subjectId",
  r.source_event_id AS "sourceEventId", r.account_id AS "accountId",
  k.subject_id AS "ownerId"`;

const pageFrom = (page: string, order: string) =>
  `SELECT ${COLUMNS} FROM ${page}($1::integer[], $2, $3, $4, $5, $6) p
      ${lateralResponse('p')} ${lateralJoin('response_key', 'k', 'it.id = r.id')}
    ORDER BY ${order}`;
const PAGES = {
  NEWEST: statement('responses_page', pageFrom('newest_responses', 'r.answered_at DESC, r.id DESC')),
  OLDEST: statement('responses_page_oldest', pageFrom('oldest_responses', 'r.answered_at, r.id')),
};
const uncountedPage = (after: string, order: string) =>
  `SELECT ${COLUMNS} FROM (SELECT * FROM uncounted_response r WHERE r.cell_id = ANY ($1::integer[]) AND r.answered_at >= $2
        AND r.answered_at < $3 AND (r.answered_at, r.id) ${after} ($4, $5::uuid) ORDER BY ${order} LIMIT $6) r
      ${lateralJoin('response_key', 'k', 'it.id = r.id')}
    ORDER BY ${order}`;
const UNCOUNTED_PAGES = {
  NEWEST: statement('uncounted_page', uncountedPage('<', 'r.answered_at DESC, r.id DESC')),
  OLDEST: statement('uncounted_page_oldest', uncountedPage('>', 'r.answered_at, r.id')),
};
const BY_IDS = statement(
  'responses_by_ids',
  `SELECT ${COLUMNS} FROM response_key k
      ${lateralResponse('k')}
    WHERE k.id = ANY ($1::uuid[])
    UNION ALL SELECT ${COLUMNS} FROM uncounted_response r ${lateralJoin('response_key', 'k', 'it.id = r.id')}
    WHERE r.id = ANY ($1::uuid[])`,
);

/** Before and after every answer. */
export const EARLIEST = new Date('0001-01-01T00:00:00Z');
export const LATEST = new Date('9999-12-31T00:00:00Z');
export const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';
/** Where each order begins. */
const BEGINNINGS: Readonly<Record<ResponseOrder, ResponseCursor>> = {
  NEWEST: { answeredAt: LATEST, id: LAST_UUID },
  OLDEST: { answeredAt: EARLIEST, id: FIRST_UUID },
};

/** The first responses of the order; up to `first` + 1 rows, so that the caller sees whether there are more. */
export async function readResponses(
  deps: ResponseDeps,
  scope: Scope,
  query: ResponseQuery,
): Promise<ResponseRow[]> {
  const needs = ['readResponse', ...(query.needs ?? [])] as const;
  const cellIds = visibleCells(scope, needs, deps.cells, query.segment).map(({ id }) => id);
  const order = query.order ?? 'NEWEST';
  const after = query.after ?? BEGINNINGS[order];
  const pages = query.uncounted ? UNCOUNTED_PAGES : PAGES;
  const rows = await deps.store.rows<EncryptedRow>(pages[order], [
    cellIds,
    query.from ?? EARLIEST,
    query.to ?? LATEST,
    after.answeredAt,
    after.id,
    query.first + 1,
  ]);
  return deps.encryption.openComments(rows);
}

/** The existing responses of those ids that the caller may see, counted or not, in any order. */
export async function readResponsesById(
  deps: ResponseDeps,
  scope: Scope,
  ids: readonly string[],
): Promise<ResponseRow[]> {
  const rows = await deps.store.rows<EncryptedRow>(BY_IDS, [ids]);
  const visible = rows.filter(({ cellId }) => {
    const cell = deps.cells.get(cellId);
    return cell !== undefined && scope.allows('readResponse', cell);
  });
  return deps.encryption.openComments(visible);
}

const NEWEST_SEEN = statement(
  'responses_newest_seen',
  'SELECT answered_at AS "answeredAt" FROM newest_responses($1::integer[], $2, $3, $3, $4, 1)',
);

/** The time of the newest response of the segment that the caller may see; null: there is none. */
export async function readNewest(
  { store, cells }: Pick<ResponseDeps, 'store' | 'cells'>,
  scope: Scope,
  segment: Segment,
): Promise<Date | null> {
  const cellIds = visibleCells(scope, ['readResponse'], cells, segment).map(({ id }) => id);
  if (cellIds.length === 0) return null;
  const values = [cellIds, EARLIEST, LATEST, LAST_UUID];
  const [row] = await store.rows<{ answeredAt: Date }>(NEWEST_SEEN, values);
  return row?.answeredAt ?? null;
}

const NEWEST = statement(
  'responses_newest',
  'SELECT answered_at AS "answeredAt" FROM response ORDER BY answered_at DESC LIMIT 1',
);

/** The time of the newest response of all; null: there is none. For the operator: not restricted to a scope. */
export async function newestAnswer(session: OwnerSession): Promise<Date | null> {
  const [row] = await session.rows<{ answeredAt: Date }>(NEWEST, []);
  return row?.answeredAt ?? null;
}
