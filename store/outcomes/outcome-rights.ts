import { majorUnits } from '../../domain/outcomes/money.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import { REENCRYPTED, REENCRYPTING } from '../encryption/reencrypt-comments.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { forgetAccounts } from './forget-accounts.ts';
import { dropIdleMerged, NOT_MERGED } from './forget-merged.ts';

/*
 * Rights of data subjects over outcomes, and over accounts. $1 is always ids of subjects, persons and accounts alike. An outcome of a
 * person and an account is the person's: it goes with the person, and only loses its account with the account. Locks: after the
 * subjects and the keys of responses, by id.
 */

const LOCK = statement(
  'outcome_rights_lock',
  `SELECT id, cell_id AS "cellId" FROM outcome WHERE subject_id = ANY ($1::uuid[]) OR account_id = ANY ($1::uuid[])
    OR staff_id = ANY ($1::uuid[]) OR owner_id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
);
const ERASE = statement(
  'outcome_rights_erase',
  `WITH gone AS (
      DELETE FROM outcome WHERE subject_id = ANY ($1::uuid[]) OR (subject_id IS NULL AND account_id = ANY ($1::uuid[]))
      RETURNING id, cell_id
    ) INSERT INTO gone_outcome (id, cell_id) SELECT id, cell_id FROM gone ON CONFLICT DO NOTHING RETURNING id`,
);
/** The item names the account, so it goes too. */
const UNLINK = statement(
  'outcome_rights_unlink',
  'UPDATE outcome SET account_id = NULL, sealed = NULL WHERE account_id = ANY ($1::uuid[])',
);
/** What a member of staff handled or owns is their customer's: it stays, without them. */
const UNLINK_STAFF = statement(
  'outcome_rights_unlink_staff',
  `UPDATE outcome SET sealed = NULL, staff_id = CASE WHEN staff_id = ANY ($1::uuid[]) THEN NULL ELSE staff_id END,
      owner_id = CASE WHEN owner_id = ANY ($1::uuid[]) THEN NULL ELSE owner_id END,
      owner = CASE WHEN owner_id = ANY ($1::uuid[]) THEN NULL ELSE owner END
    WHERE staff_id = ANY ($1::uuid[]) OR owner_id = ANY ($1::uuid[])`,
);

/** Locks the outcomes of the subjects; returns their cells. */
export async function lockOutcomesOf(session: Session, subjectIds: readonly string[]): Promise<number[]> {
  const rows = await session.rows<{ cellId: number }>(LOCK, [subjectIds]);
  return [...new Set(rows.map(({ cellId }) => cellId))];
}

/** Deletes the outcomes of the subjects, which are locked; only their ids stay. Returns how many. */
export async function eraseOutcomes(session: Session, subjectIds: readonly string[]): Promise<number> {
  const gone = await session.rows(ERASE, [subjectIds]);
  await session.rows(UNLINK, [subjectIds]);
  await session.rows(UNLINK_STAFF, [subjectIds]);
  await forgetAccounts(session, subjectIds);
  return gone.length;
}

/** $1 accounts, $2 the responses that name them, which are locked. */
const UNLINK_RESPONSES: readonly Statement[] = [
  statement(
    'account_unlink_responses',
    `UPDATE response r SET account_id = NULL FROM response_key k WHERE k.id = ANY ($2::uuid[]) AND r.id = k.id
      AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id AND r.account_id = ANY ($1::uuid[])`,
  ),
  statement(
    'account_unlink_restricted',
    `UPDATE restricted_response SET row = row || '{"account_id": null}'
      WHERE id = ANY ($2::uuid[]) AND (row->>'account_id')::uuid = ANY ($1::uuid[])`,
  ),
  statement(
    'account_unlink_stood',
    `UPDATE source_event SET stood = stood || '{"account_id": null}'
      WHERE stood IS NOT NULL AND (stood->>'account_id')::uuid = ANY ($1::uuid[]) AND $2::uuid[] IS NOT NULL`,
  ),
  statement(
    'account_unlink_items',
    'UPDATE source_event SET sealed = NULL, content = NULL, sent = NULL WHERE response_id = ANY ($2::uuid[]) AND $1::uuid[] IS NOT NULL',
  ),
];
/** The responses that name an account. */
export const RESPONSES_OF_ACCOUNTS = `SELECT id FROM response WHERE account_id = ANY ($1::uuid[])
  UNION SELECT id FROM restricted_response WHERE (row->>'account_id')::uuid = ANY ($1::uuid[])`;

/** Removes accounts from responses of others, with the items that name them. No count changes, and what models read in them stays. */
export async function unlinkAccounts(
  session: Session,
  accountIds: readonly string[],
  responseIds: readonly string[],
): Promise<void> {
  await session.rows(REENCRYPTING, []);
  for (const statement of UNLINK_RESPONSES) await session.rows(statement, [accountIds, responseIds]);
  await session.rows(REENCRYPTED, []);
}

/** Members of staff are dropped like accounts, with the last outcome that names them. */
const ACCOUNTS_OF = statement(
  'accounts_of',
  `SELECT r.account_id AS id FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
        AND r.cell_id = k.cell_id WHERE k.id = ANY ($2::uuid[]) AND r.account_id IS NOT NULL
    UNION SELECT (row->>'account_id')::uuid FROM restricted_response WHERE id = ANY ($2::uuid[]) AND row->>'account_id' IS NOT NULL
    UNION SELECT x.id FROM outcome o CROSS JOIN LATERAL (VALUES (o.account_id), (o.staff_id), (o.owner_id)) AS x (id)
      WHERE x.id IS NOT NULL AND (o.subject_id = ANY ($1::uuid[]) OR (o.subject_id IS NULL AND o.account_id = ANY ($1::uuid[])))`,
);
/** Those that another transaction holds are about to get data; waiting for them could deadlock. */
const DROP_IDLE = statement(
  'accounts_drop_idle',
  `DELETE FROM subject_key WHERE id IN (
      SELECT s.id FROM subject_key s WHERE s.id = ANY ($1::uuid[]) AND NOT s.held
        AND NOT EXISTS (SELECT FROM response r WHERE r.account_id = s.id)
        AND NOT EXISTS (SELECT FROM restricted_response x WHERE (x.row->>'account_id')::uuid = s.id)
        AND NOT EXISTS (SELECT FROM source_event e WHERE e.stood IS NOT NULL AND (e.stood->>'account_id')::uuid = s.id)
        AND NOT EXISTS (SELECT FROM outcome o WHERE o.account_id = s.id OR o.staff_id = s.id OR o.owner_id = s.id) AND ${NOT_MERGED}
      FOR UPDATE SKIP LOCKED) RETURNING id`,
);

/** The accounts and members of staff that the responses, and the outcomes of the subjects, name. */
export async function accountsOf(
  session: Session,
  subjectIds: readonly string[],
  responseIds: readonly string[],
): Promise<string[]> {
  const rows = await session.rows<{ id: string }>(ACCOUNTS_OF, [subjectIds, responseIds]);
  return rows.map(({ id }) => id);
}

/** Deletes those of the accounts that nothing names any more; returns their ids. */
export async function dropIdleAccounts(session: Session, accountIds: readonly string[]): Promise<string[]> {
  if (accountIds.length === 0) return [];
  const rows = await session.rows<{ id: string }>(DROP_IDLE, [accountIds]);
  const ids = [...rows.map(({ id }) => id), ...(await dropIdleMerged(session, accountIds))];
  await forgetAccounts(session, ids);
  return ids;
}

const RESTRICT = statement(
  'outcome_rights_restrict',
  `UPDATE outcome o SET restricted = s.restricted FROM (
      SELECT o.id, EXISTS (SELECT FROM subject_key s WHERE s.restricted AND s.id IN (o.subject_id, o.account_id)) AS restricted
      FROM outcome o WHERE o.subject_id = ANY ($1::uuid[]) OR o.account_id = ANY ($1::uuid[])
    ) s WHERE o.id = s.id AND o.restricted <> s.restricted RETURNING o.id`,
);

/** Takes the outcomes of the subjects out of everything that is counted and read, or puts them back; returns how many. */
export async function restrictOutcomes(session: Session, subjectIds: readonly string[]): Promise<number> {
  await lockOutcomesOf(session, subjectIds);
  await forgetAccounts(session, subjectIds);
  return (await session.rows(RESTRICT, [subjectIds])).length;
}

const OF_SUBJECTS = statement(
  'outcome_rights_of_subjects',
  `SELECT o.id, s.name AS source, o.external_id AS "externalId", o.kind, o.at, o.received_at AS "receivedAt", o.amount, o.currency,
      o.quantity, o.name, o.owner, o.restricted, c.attributes, o.position, o.sealed, o.content_hash AS "contentHash",
      coalesce(o.subject_id, o.account_id) AS "keeperId", o.account_id AS "accountId",
      NOT coalesce(o.subject_id, o.account_id) = ANY ($1::uuid[]) AS "isOthers"
    FROM outcome o JOIN source s ON s.id = o.source_id JOIN cell c ON c.id = o.cell_id
    WHERE o.subject_id = ANY ($1::uuid[]) OR (o.subject_id IS NULL AND o.account_id = ANY ($1::uuid[]))
      OR o.staff_id = ANY ($1::uuid[]) OR o.owner_id = ANY ($1::uuid[]) ORDER BY o.at, o.id`,
);

interface OutcomeOfSubject {
  readonly id: string;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly owner: string | null;
  readonly sealed: Uint8Array | null;
  readonly contentHash: string;
  readonly keeperId: string;
  readonly accountId: string | null;
  /** A customer's that names the subject as a member of staff: only that it does. */
  readonly isOthers: boolean;
}

/** The outcomes of the subjects, decrypted, for the person's report. */
export async function outcomesOfSubjects(
  session: Session,
  encryption: SubjectEncryption,
  subjectIds: readonly string[],
): Promise<object[]> {
  const rows = await session.rows<OutcomeOfSubject>(OF_SUBJECTS, [subjectIds]);
  const keepers = await encryption.subjects(rows.map(({ keeperId }) => keeperId));
  const accounts = await encryption.merged(rows.flatMap(({ accountId }) => accountId ?? []));
  return rows.map(({ owner, sealed, contentHash, keeperId, accountId, isOthers, ...row }) => {
    if (isOthers) return { ...row, amount: null, currency: null, account: null, owner: null, item: null };
    const keeper = keepers.get(keeperId);
    const place = { row: row.id, version: contentHash };
    const open = (field: 'owner' | 'outcome', text: string | Uint8Array | null) =>
      keeper && text !== null ? encryption.openOutcome(keeper, field, place, text) : null;
    return {
      ...row,
      amount: row.amount === null ? null : majorUnits(row.amount, row.currency ?? ''),
      account: accounts.get(accountId ?? '')?.pseudonym ?? null,
      owner: open('owner', owner),
      item: open('outcome', sealed),
    };
  });
}
