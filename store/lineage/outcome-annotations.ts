import type { OutcomeKind } from '../../domain/outcomes/outcome-kinds.ts';
import type { OwnerSession, ScopedSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { allOf } from '../encryption/merged.ts';

/*
 * An outcome stands in the lineage behind the answer that came before it: the last one of its respondent until then, or, where it names
 * no respondent, of its account. Which answer that is says who answered, so links are read with the owner's session, after the caller's
 * right to see respondents was checked: through the scoped views no index leads from a person to their answers.
 */

/** An outcome as its node shows it. */
export interface OutcomeAnnotation {
  readonly id: string;
  readonly kind: OutcomeKind;
  readonly at: Date;
  readonly receivedAt: Date;
  readonly cellId: number;
}

/** With the answer before it, and the item that brought what stands: of which delivery, request or file. */
export interface OutcomeLink extends OutcomeAnnotation {
  readonly responseId: string;
  readonly position: string;
}

const COLUMNS = 'o.id, o.kind, o.at, o.received_at AS "receivedAt", o.cell_id AS "cellId"';
const BY_IDS = statement(
  'outcome_marks',
  `SELECT ${COLUMNS} FROM outcome o WHERE o.id = ANY ($1::uuid[]) AND NOT o.restricted ORDER BY o.at, o.id`,
);
/** Rows o of outcomes with the id of the answer before each. */
const LINKED = (outcomes: string) =>
  `SELECT ${COLUMNS}, o.position, before.id AS "responseId" FROM (${outcomes}) o CROSS JOIN LATERAL (
      (SELECT k.id, k.answered_at FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
        WHERE o.subject_id IS NOT NULL AND k.subject_id = ANY (${allOf('o.subject_id')}) AND k.answered_at <= o.at
        ORDER BY k.answered_at DESC, k.id DESC LIMIT 1)
      UNION ALL
      (SELECT r.id, r.answered_at FROM response r
        WHERE o.subject_id IS NULL AND r.account_id = ANY (${allOf('o.account_id')}) AND r.answered_at <= o.at
        ORDER BY r.answered_at DESC, r.id DESC LIMIT 1)) before`;
const LINKS = statement(
  'outcome_links',
  LINKED('SELECT * FROM outcome WHERE id = ANY ($1::uuid[]) AND NOT restricted'),
);
/** Outcomes of the people and accounts of those answers. */
const OF_RESPONSES = `SELECT o.* FROM outcome o WHERE NOT o.restricted AND (
    o.subject_id IN (SELECT unnest(${allOf('k.subject_id')}) FROM response_key k WHERE k.id = ANY ($1::uuid[]))
    OR (o.subject_id IS NULL AND o.account_id IN (SELECT unnest(${allOf('r.account_id')}) FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at WHERE k.id = ANY ($1::uuid[]))))`;
/** The newest of one answer. */
const MOST = 500;
const AFTER = statement(
  'outcome_links_after',
  `SELECT * FROM (SELECT * FROM (${LINKED(OF_RESPONSES)}) l WHERE l."responseId" = ANY ($1::uuid[]) ORDER BY at DESC, id DESC LIMIT ${MOST}) n
    ORDER BY at, id`,
);
const BEHIND = statement('outcome_links_behind', `SELECT id FROM (${OF_RESPONSES}) o ORDER BY id`);
const OF_MERGES = statement(
  'outcome_links_of_merges',
  `SELECT o.id FROM (SELECT DISTINCT unnest(${allOf('e.id')}) AS id FROM identity_merge m CROSS JOIN LATERAL unnest(ARRAY[m.from_id, m.into_id]) AS e (id)
      WHERE m.id = ANY ($1::uuid[])) s
    JOIN outcome o ON (o.subject_id = s.id OR (o.subject_id IS NULL AND o.account_id = s.id)) AND NOT o.restricted`,
);
const PAGES = statement(
  'record_pages_outcomes',
  'SELECT id FROM outcome WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT 2000',
);

/** The existing ones of the outcomes, without the answers before them. */
export function readOutcomeAnnotations(
  session: ScopedSession,
  ids: readonly string[],
): Promise<OutcomeAnnotation[]> {
  return session.rows<OutcomeAnnotation>(BY_IDS, [ids]);
}

/** Those of the outcomes that an answer came before. */
export function readOutcomeLinks(session: Session, ids: readonly string[]): Promise<OutcomeLink[]> {
  return session.rows<OutcomeLink>(LINKS, [ids]);
}

/** The newest outcomes that this answer came before, the oldest first. */
export function outcomesAfter(session: OwnerSession, responseId: string): Promise<OutcomeLink[]> {
  return session.rows<OutcomeLink>(AFTER, [[responseId]]);
}

/** Ids of the outcomes whose answer may have changed with these. */
export async function outcomesBehind(session: Session, responseIds: readonly string[]): Promise<string[]> {
  if (responseIds.length === 0) return [];
  return (await session.rows<{ id: string }>(BEHIND, [responseIds])).map(({ id }) => id);
}

/** Ids of the outcomes whose answer may have changed with these merges. */
export async function outcomesOfMerges(session: Session, mergeIds: readonly string[]): Promise<string[]> {
  if (mergeIds.length === 0) return [];
  return (await session.rows<{ id: string }>(OF_MERGES, [mergeIds])).map(({ id }) => id);
}

/** Ids of all outcomes. */
export async function* outcomePages(session: Session): AsyncGenerator<string[]> {
  for (let after: string | null = null; ; ) {
    const rows: { id: string }[] = await session.rows(PAGES, [after]);
    if (rows.length === 0) return;
    yield rows.map(({ id }) => id);
    after = rows.at(-1)?.id ?? null;
  }
}
