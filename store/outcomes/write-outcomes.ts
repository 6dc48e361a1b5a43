import { asReceived } from '../../domain/responses/newer.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import { revisionColumns } from '../responses/deliveries.ts';
import type { OutcomeRow, OwnedOutcome } from './outcome-row.ts';

/** What decides whether another delivery replaces an outcome. */
export interface StoredOutcome {
  readonly id: string;
  readonly cellId: number;
  readonly at: Date;
  readonly receivedAt: Date;
  readonly contentHash: string;
  readonly formerHashes: readonly string[];
  readonly position: string;
  readonly revision: number | null;
  readonly revisedAt: Date | null;
}

const GONE = statement(
  'outcomes_gone',
  'SELECT id, cell_id AS "cellId" FROM gone_outcome WHERE id = ANY ($1::uuid[])',
);
const NAMES = `id, source_id, external_id, received_at, content_hash, revision, revised_at, kind, at, cell_id, subject_id,
  account_id, staff_id, owner_id, restricted, amount, currency, quantity, name, owner, position, import_id`;
const TYPED = `id uuid, source_id integer, external_id text, received_at timestamptz, content_hash text, revision bigint,
  revised_at timestamptz, kind text, at timestamptz, cell_id integer, subject_id uuid, account_id uuid, staff_id uuid, owner_id uuid, restricted boolean,
  amount bigint, currency text, quantity bigint, name text, owner text, position text, import_id integer, sealed text, former_hashes text[]`;
const INSERT = statement(
  'outcomes_insert',
  `INSERT INTO outcome (${NAMES}, sealed)
    SELECT ${NAMES}, decode(sealed, 'base64') FROM json_to_recordset($1::json) AS o (${TYPED})
    ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id`,
);
const TAKE_BACK = statement('outcomes_take_back', 'DELETE FROM outcome WHERE id = ANY ($1::uuid[])');
const LOCK = statement(
  'outcomes_lock',
  `SELECT id, cell_id AS "cellId", at, received_at AS "receivedAt", content_hash AS "contentHash", former_hashes AS "formerHashes",
      position, revision, revised_at AS "revisedAt"
    FROM outcome WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
);
const UPDATE = statement(
  'outcomes_update',
  `UPDATE outcome SET received_at = o.received_at, content_hash = o.content_hash, former_hashes = o.former_hashes,
      revision = o.revision, revised_at = o.revised_at, kind = o.kind, at = o.at, cell_id = o.cell_id,
      subject_id = o.subject_id, account_id = o.account_id, staff_id = o.staff_id, owner_id = o.owner_id, restricted = o.restricted, amount = o.amount, currency = o.currency,
      quantity = o.quantity, name = o.name, owner = o.owner, position = o.position, import_id = o.import_id, sealed = decode(o.sealed, 'base64')
    FROM json_to_recordset($1::json) AS o (${TYPED}) WHERE outcome.id = o.id`,
);
const REVISE = statement(
  'outcomes_revise',
  `UPDATE outcome SET revision = o.revision, revised_at = o.revised_at
    FROM json_to_recordset($1::json) AS o (id uuid, revision bigint, revised_at timestamptz) WHERE outcome.id = o.id`,
);
/** Those of the subjects, stored in this transaction, that nothing refers to. */
const DROP_UNUSED = statement(
  'outcomes_drop_unused',
  `DELETE FROM subject_key s WHERE s.id = ANY ($1::uuid[]) AND NOT EXISTS (
    SELECT FROM outcome o WHERE o.subject_id = s.id OR o.account_id = s.id OR o.staff_id = s.id OR o.owner_id = s.id)`,
);

/** The cells of those of the rows whose outcome was erased or deleted by age. */
export async function goneOutcomes(
  session: Session,
  rows: readonly Pick<OutcomeRow, 'id'>[],
): Promise<Map<string, number>> {
  const ids = [...new Set(rows.map(({ id }) => id))];
  const found = await session.rows<{ id: string; cellId: number }>(GONE, [ids]);
  return new Map(found.map(({ id, cellId }) => [id, cellId]));
}

/** Inserts the rows whose id is new; returns these ids. */
export async function insertOutcomes(
  session: Session,
  encryption: SubjectEncryption,
  rows: readonly OwnedOutcome[],
  receivedAt: Date,
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const columns = rows.map((row) => columnsOf(encryption, row, receivedAt));
  const inserted = await session.rows<{ id: string }>(INSERT, [JSON.stringify(columns)]);
  return new Set(inserted.map(({ id }) => id));
}

/** Deletes those of the inserted ones that are gone since; returns their cells. */
export async function claimOutcomes(
  session: Session,
  inserted: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const gone = await goneOutcomes(
    session,
    [...inserted].map((id) => ({ id })),
  );
  if (gone.size > 0) await session.rows(TAKE_BACK, [[...gone.keys()]]);
  return gone;
}

/** Locks stored outcomes until the transaction ends. */
export async function lockOutcomes(session: Session, ids: readonly string[]): Promise<StoredOutcome[]> {
  return ids.length === 0 ? [] : session.rows<StoredOutcome>(LOCK, [ids]);
}

/** Replaces the content where a row brings another one, else only raises the revision. */
export async function updateOutcomes(
  session: Session,
  encryption: SubjectEncryption,
  changes: readonly { readonly stored: StoredOutcome; readonly row: OwnedOutcome | null }[],
): Promise<void> {
  const replaced = changes.flatMap(({ stored, row }) =>
    row
      ? [
          {
            ...columnsOf(encryption, row, stored.receivedAt),
            former_hashes: stored.formerHashes,
            revision: stored.revision,
            revised_at: stored.revisedAt,
          },
        ]
      : [],
  );
  const revised = changes.flatMap(({ stored: { id, revision, revisedAt }, row }) =>
    row ? [] : [{ id, revision, revised_at: revisedAt }],
  );
  if (replaced.length > 0) await session.rows(UPDATE, [JSON.stringify(replaced)]);
  if (revised.length > 0) await session.rows(REVISE, [JSON.stringify(revised)]);
}

/** Deletes new subjects that only refused rows named. */
export async function dropUnused(session: Session, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length > 0) await session.rows(DROP_UNUSED, [subjectIds]);
}

/** As stored: what can name a person is encrypted for the respondent, or for the account where there is none. */
function columnsOf(encryption: SubjectEncryption, row: OwnedOutcome, receivedAt: Date) {
  const { ofRespondent, ofAccount, ofStaff, ofOwner, id, contentHash, owner } = row;
  const keeper = (ofRespondent ?? ofAccount) as OpenSubject;
  const { revision, revisedAt } = revisionColumns(asReceived(row.revision, receivedAt.getTime()));
  return {
    id,
    source_id: row.sourceId,
    external_id: row.externalId,
    received_at: receivedAt,
    content_hash: contentHash,
    revision,
    revised_at: revisedAt,
    kind: row.kind,
    at: row.at,
    cell_id: row.cellId,
    subject_id: ofRespondent?.id ?? null,
    account_id: ofAccount?.id ?? null,
    staff_id: ofStaff?.id ?? null,
    owner_id: ofOwner?.id ?? null,
    restricted: (ofRespondent?.restricted ?? false) || (ofAccount?.restricted ?? false),
    amount: row.amount,
    currency: row.currency,
    quantity: row.quantity,
    name: row.name,
    owner: owner === null ? null : encryption.encryptOwner(keeper, id, contentHash, owner),
    position: row.position,
    import_id: row.importId,
    sealed: encryption.encryptOutcome(keeper, id, contentHash, row.content).toString('base64'),
  };
}
