import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import type { OutcomeKind } from '../../domain/outcomes/outcome-kinds.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import type { ScopedSession } from '../database/client.ts';
import { lateralJoin } from '../database/lateral-join.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';

/** An outcome as callers read it. */
export interface OutcomeView {
  readonly id: string;
  readonly source: string;
  readonly externalId: string;
  readonly kind: OutcomeKind;
  readonly at: Date;
  readonly receivedAt: Date;
  readonly cellId: number;
  /** In the currency's smallest unit. */
  readonly amount: number | null;
  readonly currency: string | null;
  readonly quantity: number | null;
  readonly name: string | null;
  /** Pseudonyms. */
  readonly respondent: string | null;
  readonly account: string | null;
  /** In clear. */
  readonly owner: string | null;
  /** The pseudonym of the staff member who handled it. */
  readonly agent: string | null;
}

interface EncryptedOutcome extends Omit<OutcomeView, 'respondent' | 'account' | 'agent'> {
  readonly subjectId: string | null;
  readonly accountId: string | null;
  readonly staffId: string | null;
  readonly contentHash: string;
}

/** The end of a page. */
export interface OutcomeCursor {
  readonly at: Date;
  readonly id: string;
}

export interface OutcomeQuery {
  readonly segment: Segment;
  readonly from: Date | null;
  /** Exclusive. */
  readonly to: Date | null;
  /** Null: every kind. */
  readonly kinds: readonly OutcomeKind[] | null;
  readonly first: number;
  readonly after: OutcomeCursor | null;
}

export interface OutcomeDeps {
  readonly store: ScopedSession;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary;
}

const COLUMNS = `o.id, s.name AS source, o.external_id AS "externalId", o.kind, o.at, o.received_at AS "receivedAt", o.cell_id AS "cellId",
  o.amount, o.currency, o.quantity, o.name, o.owner, o.subject_id AS "subjectId", o.account_id AS "accountId", o.staff_id AS "staffId",
  o.content_hash AS "contentHash"`;
const PAGE = statement(
  'outcomes_page',
  `SELECT ${COLUMNS} FROM newest_outcomes($1::integer[], $2::text[], $3, $4, $5, $6, $7) p
      ${lateralJoin('outcome', 'o', 'it.id = p.id')} JOIN source s ON s.id = o.source_id
    ORDER BY o.at DESC, o.id DESC`,
);
const BY_ID = statement(
  'outcomes_by_id',
  `SELECT ${COLUMNS} FROM outcome o JOIN source s ON s.id = o.source_id WHERE o.id = $1`,
);

const EARLIEST = new Date('0001-01-01T00:00:00Z');
const LATEST = new Date('9999-12-31T00:00:00Z');
const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The newest outcomes of the segment; up to `first` + 1 rows, so that the caller sees whether there are more. */
export async function readOutcomes(
  deps: OutcomeDeps,
  scope: Scope,
  { segment, from, to, kinds, first, after }: OutcomeQuery,
): Promise<OutcomeView[]> {
  const cellIds = visibleCells(scope, ['readResponse'], deps.cells, segment).map(({ id }) => id);
  const rows = await deps.store.rows<EncryptedOutcome>(PAGE, [
    cellIds,
    kinds,
    from ?? EARLIEST,
    to ?? LATEST,
    after?.at ?? LATEST,
    after?.id ?? LAST_UUID,
    first + 1,
  ]);
  return open(deps.encryption, rows);
}

/** The outcome of that id; null where there is none for this caller. */
export async function readOutcome(deps: OutcomeDeps, scope: Scope, id: string): Promise<OutcomeView | null> {
  const rows = await deps.store.rows<EncryptedOutcome>(BY_ID, [id]);
  const visible = rows.filter(({ cellId }) => {
    const cell = deps.cells.get(cellId);
    return cell !== undefined && scope.allows('readResponse', cell);
  });
  return (await open(deps.encryption, visible))[0] ?? null;
}

/** Pseudonyms and owners are null where the key is gone, or its subject is not visible to the reader. */
async function open(
  encryption: SubjectEncryption,
  rows: readonly EncryptedOutcome[],
): Promise<OutcomeView[]> {
  const ids = rows.flatMap(({ subjectId, accountId, staffId }) =>
    [subjectId, accountId, staffId].flatMap((id) => id ?? []),
  );
  const subjects = await encryption.subjects(ids);
  const named = await encryption.merged(ids);
  return rows.map(({ subjectId, accountId, staffId, contentHash, ...row }) => {
    const [person, account] = [subjects.get(subjectId ?? ''), subjects.get(accountId ?? '')];
    const keeper = person ?? account;
    const place = { row: row.id, version: contentHash };
    return {
      ...row,
      respondent: named.get(subjectId ?? '')?.pseudonym ?? null,
      account: named.get(accountId ?? '')?.pseudonym ?? null,
      agent: named.get(staffId ?? '')?.pseudonym ?? null,
      owner: row.owner !== null && keeper ? encryption.openOutcome(keeper, 'owner', place, row.owner) : null,
    };
  });
}
