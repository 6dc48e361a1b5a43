import type { UncountedReason } from '../../domain/responses/counting.ts';
import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { allOf } from '../encryption/merged.ts';
import type { IdentityKind } from '../tables/identities.ts';

/*
 * A merge stands in the lineage behind the answers and outcomes of everyone that it names: of both identifiers, and of those merged with
 * either. Which these are says who answered, so links are read with the owner's session, after the caller's right to see respondents was
 * checked.
 */

/** A merge as its node shows it: without the identifiers. */
export interface MergeAnnotation {
  readonly id: string;
  readonly kind: IdentityKind;
  readonly at: Date;
  readonly undoneAt: Date | null;
}

/** With an answer that it is about; times of the answer in epoch milliseconds. */
export interface MergeLink extends MergeAnnotation {
  readonly responseId: string;
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly uncounted: UncountedReason | null;
}

/** The newest answers, the newest outcomes, and the newest merges of one. */
export const MOST_OF_MERGE = 200;

const MS = (moment: string) => `(extract(epoch FROM ${moment}) * 1000)::float8`;
const COLUMNS = 'i.id, i.kind, i.recorded_at AS at, i.undone_at AS "undoneAt"';
/** Rows i of merges, with each subject s that they name. `m` is taken by `allOf`. */
const NAMED = `identity_merge i CROSS JOIN LATERAL (SELECT DISTINCT unnest(${allOf('i.from_id')} || ${allOf('i.into_id')}) AS id) s`;
/** $2 the cells whose answers count (null: all), $3 the newest answers of each. */
const LINKS = statement(
  'merge_links',
  `SELECT ${COLUMNS}, a.id AS "responseId", ${MS('a.answered_at')} AS "answeredAt", ${MS('a.received_at')} AS "receivedAt", a.uncounted
    FROM identity_merge i CROSS JOIN LATERAL (
      SELECT b.* FROM (SELECT DISTINCT unnest(${allOf('i.from_id')} || ${allOf('i.into_id')}) AS id) s CROSS JOIN LATERAL (
        (SELECT k.id, k.answered_at, coalesce(r.received_at, u.received_at) AS received_at, u.counting AS uncounted FROM response_key k
          LEFT JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at LEFT JOIN uncounted_response u ON u.id = k.id
          WHERE i.kind = 'RESPONDENT' AND k.subject_id = s.id AND (r.id IS NOT NULL OR u.id IS NOT NULL)
            AND ($2::integer[] IS NULL OR coalesce(r.cell_id, u.cell_id) = ANY ($2)) ORDER BY k.answered_at DESC, k.id DESC LIMIT $3)
        UNION ALL
        (SELECT r.id, r.answered_at, r.received_at, NULL FROM response r
          WHERE i.kind = 'ACCOUNT' AND r.account_id = s.id
            AND ($2::integer[] IS NULL OR r.cell_id = ANY ($2)) ORDER BY r.answered_at DESC, r.id DESC LIMIT $3)) b
      ORDER BY b.answered_at DESC, b.id DESC LIMIT $3) a
    WHERE i.id = ANY ($1::uuid[]) ORDER BY i.id, a.answered_at DESC, a.id DESC`,
);
const OUTCOMES = statement(
  'merge_outcomes',
  `SELECT id, "outcomeId" FROM (
      SELECT i.id, o.id AS "outcomeId", row_number() OVER (PARTITION BY i.id ORDER BY o.at DESC, o.id DESC) AS place
        FROM ${NAMED} JOIN outcome o ON (o.subject_id = s.id OR o.account_id = s.id) AND NOT o.restricted
        WHERE i.id = ANY ($1::uuid[])) n
    WHERE place <= ${MOST_OF_MERGE} ORDER BY id, place`,
);
/** Subjects of the answers $1 and of the outcomes $2, with all that are merged with them. */
const OF_ROWS = `SELECT unnest(${allOf('k.subject_id')}) FROM response_key k WHERE k.id = ANY ($1::uuid[])
  UNION SELECT unnest(${allOf('r.account_id')}) FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
    WHERE k.id = ANY ($1::uuid[]) AND r.account_id IS NOT NULL
  UNION SELECT unnest(${allOf('o.subject_id')} || ${allOf('o.account_id')}) FROM outcome o WHERE o.id = ANY ($2::uuid[])`;
const naming = (subjects: string) =>
  `SELECT id FROM identity_merge WHERE from_id IN (${subjects}) UNION SELECT id FROM identity_merge WHERE into_id IN (${subjects})`;
const ABOUT = statement(
  'merges_about',
  `SELECT * FROM (SELECT ${COLUMNS} FROM identity_merge i WHERE i.id IN (${naming(OF_ROWS)})
      ORDER BY i.recorded_at DESC, i.id DESC LIMIT ${MOST_OF_MERGE}) n ORDER BY at, id`,
);
const BEHIND = statement('merges_behind', `${naming(OF_ROWS)} ORDER BY 1`);
const BESIDE = statement(
  'merges_beside',
  `${naming(`SELECT s.id FROM ${NAMED} WHERE i.id = ANY ($1::uuid[])`)} ORDER BY 1`,
);
const PAGES = statement(
  'record_pages_merges',
  'SELECT id FROM identity_merge WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT 2000',
);

/** Answers and outcomes by their ids. */
export interface MergedRows {
  readonly responseIds?: readonly string[];
  readonly outcomeIds?: readonly string[];
}

/** The newest answers that each of the merges is about, in those cells (null: all). */
export function readMergeLinks(
  session: OwnerSession,
  ids: readonly string[],
  { cellIds = null, limit = MOST_OF_MERGE }: { cellIds?: readonly number[] | null; limit?: number } = {},
): Promise<MergeLink[]> {
  return session.rows<MergeLink>(LINKS, [ids, cellIds, limit]);
}

/** The newest outcomes that each of the merges is about. */
export function readMergeOutcomes(
  session: OwnerSession,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly outcomeId: string }[]> {
  return session.rows(OUTCOMES, [ids]);
}

/** The newest merges that are about these rows, the oldest first. */
export function mergesAbout(
  session: OwnerSession,
  { responseIds = [], outcomeIds = [] }: MergedRows,
): Promise<MergeAnnotation[]> {
  return session.rows<MergeAnnotation>(ABOUT, [responseIds, outcomeIds]);
}

/** Ids of all merges that are about one of these rows. */
export async function mergesBehind(
  session: OwnerSession,
  { responseIds = [], outcomeIds = [] }: MergedRows,
): Promise<string[]> {
  return (await session.rows<{ id: string }>(BEHIND, [responseIds, outcomeIds])).map(({ id }) => id);
}

/** Ids of the merges whose rows may have changed with these merges. */
export async function mergesBeside(session: OwnerSession, mergeIds: readonly string[]): Promise<string[]> {
  const rows = await session.rows<{ id: string }>(BESIDE, [mergeIds]);
  return [...new Set([...mergeIds, ...rows.map(({ id }) => id)])];
}

/** Ids of all merges. */
export async function* mergePages(session: Session): AsyncGenerator<string[]> {
  for (let after: string | null = null; ; ) {
    const rows: { id: string }[] = await session.rows(PAGES, [after]);
    if (rows.length === 0) return;
    yield rows.map(({ id }) => id);
    after = rows.at(-1)?.id ?? null;
  }
}
