import {
  asReceived,
  higherRevision,
  judge,
  type Revision,
  type Verdict,
} from '../../domain/responses/newer.ts';
import type { Session, Store } from '../database/client.ts';
import type { ArrivingSubject, OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { StoredCellDictionary } from '../responses/cell-dictionary.ts';
import { revisionColumns, revisionOf } from '../responses/deliveries.ts';
import { assertImportsOpen } from '../responses/imports.ts';
import type { OutcomeRow, OwnedOutcome } from './outcome-row.ts';
import {
  claimOutcomes,
  dropUnused,
  goneOutcomes,
  insertOutcomes,
  lockOutcomes,
  type StoredOutcome,
  updateOutcomes,
} from './write-outcomes.ts';

export type { OutcomeRow } from './outcome-row.ts';

/** The result of a row: as `judge` says; erased: the id is gone; forbidden: the sender may not replace the stored one. */
export type OutcomeAcceptance = Exclude<Verdict, 'corrected'> | 'erased' | 'forbidden';

/** The result of a row, and the cell of the outcome with its id. */
export interface AcceptedOutcome {
  readonly acceptance: OutcomeAcceptance;
  readonly cellId: number;
  /** It replaced an earlier content. */
  readonly replaced: boolean;
}

/** Contents that are remembered of one outcome: none of them wins again by arriving later. */
const MOST_FORMER = 100;
/** If a lock is held for longer, the batch is retried, and its senders get an error in the end. */
const LOCK_MS = 10_000;

interface Deps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly cells: StoredCellDictionary;
}

/**
 * Stores rows in one transaction; triggers add the journal. Returns one entry per row, in order. The same content again is a
 * duplicate; different content replaces if it is newer (`judge`). Rows of one batch see those before them.
 *
 * `receivedAt` must be the same when a batch is retried after an error whose outcome is unknown: what the first try stored is then
 * recognised as this batch's own and counts as accepted.
 */
export async function storeOutcomes(
  { store, encryption, cells }: Deps,
  rows: readonly OutcomeRow[],
  receivedAt: Date,
): Promise<AcceptedOutcome[]> {
  const used = [...new Set(rows.map(({ cellId }) => cellId))];
  const results = await store.transaction(
    async (session) => {
      await assertImportsOpen(
        session,
        rows.flatMap(({ importId }) => importId ?? []),
      );
      // One order of locks, as everywhere: subjects, cells, new subjects, ids; each sorted. So there are no deadlocks.
      const arriving = await encryption.find(session, rows.flatMap(refsOf), receivedAt);
      await cells.use(session, used);
      const subjects = await encryption.store(session, arriving, receivedAt);
      const owned = rows.map((row): OwnedOutcome => {
        // In the order of `refsOf`.
        const next = (named: object | null) => named && (subjects.shift() as OpenSubject);
        const [ofRespondent, ofAccount] = [next(row.respondent), next(row.account)];
        return { ...row, ofRespondent, ofAccount, ofStaff: next(row.staff), ofOwner: next(row.ownerStaff) };
      });
      const decided = await decide(session, encryption, owned, receivedAt);
      await dropUnused(session, newSubjects(arriving));
      return decided;
    },
    { lockMs: LOCK_MS },
  );
  cells.noteUsed(used);
  return results;
}

/** The respondent of a row, its account, the staff member and the owner, as far as it names them. */
const refsOf = ({ id, respondent, account, staff, ownerStaff }: OutcomeRow) =>
  [respondent, account, staff, ownerStaff].flatMap((one) => (one ? [{ ...one, responseId: id }] : []));

const newSubjects = (arriving: readonly ArrivingSubject[]) => [
  ...new Set(arriving.flatMap(({ id, ref }) => (ref ? [id] : []))),
];

/** Inserts new ids, locks known ones, and judges the rows one after the other. */
async function decide(
  session: Session,
  encryption: SubjectEncryption,
  rows: readonly OwnedOutcome[],
  receivedAt: Date,
): Promise<AcceptedOutcome[]> {
  const gone = await goneOutcomes(session, rows);
  const open = rows.filter(({ id }) => !gone.has(id));
  const first = new Map<string, OwnedOutcome>();
  for (const row of open) if (!first.has(row.id)) first.set(row.id, row);
  const claimed = await insertOutcomes(session, encryption, [...first.values()], receivedAt);
  // An erasure may have ended while the insertion waited for its row.
  for (const [id, cellId] of await claimOutcomes(session, claimed)) gone.set(id, cellId);
  const known = await lockOutcomes(
    session,
    [...first.keys()].filter((id) => !claimed.has(id)),
  );
  const states = new Map<string, State>();
  for (const stored of known) states.set(stored.id, new State(stored, null));
  const results = rows.map((row): AcceptedOutcome => {
    const cell = gone.get(row.id);
    if (cell !== undefined)
      return { acceptance: row.mayReplace(cell) ? 'erased' : 'forbidden', cellId: cell, replaced: false };
    const state = states.get(row.id);
    if (state) return state.take(row, receivedAt);
    states.set(row.id, new State(storedOf(row, receivedAt), row));
    return { acceptance: 'accepted', cellId: row.cellId, replaced: false };
  });
  const changed = [...states.values()].filter((state) => state.isChanged);
  await updateOutcomes(
    session,
    encryption,
    changed.map((state) => state.change()),
  );
  return results;
}

/** What the row is as stored now. */
const storedOf = (row: OwnedOutcome, receivedAt: Date): StoredOutcome => ({
  id: row.id,
  cellId: row.cellId,
  at: row.at,
  receivedAt,
  contentHash: row.contentHash,
  formerHashes: [],
  position: row.position,
  ...revisionColumns(asReceived(row.revision, receivedAt.getTime())),
});

/** The stored state of one id while the rows of a batch are judged. */
class State {
  #stored: StoredOutcome;
  /** The row of the batch that brought what stands; null: it stood before. */
  #row: OwnedOutcome | null;
  readonly #inserted: OwnedOutcome | null;
  #isRevised = false;

  constructor(stored: StoredOutcome, inserted: OwnedOutcome | null) {
    this.#stored = stored;
    this.#row = inserted;
    this.#inserted = inserted;
  }

  get isChanged(): boolean {
    return this.#row !== this.#inserted || this.#isRevised;
  }

  /** The stored columns, and the row that brings the content if it is another one than was stored. */
  change() {
    return { stored: this.#stored, row: this.#row === this.#inserted ? null : this.#row };
  }

  take(row: OwnedOutcome, receivedAt: Date): AcceptedOutcome {
    const { cellId, contentHash, formerHashes } = this.#stored;
    const hashes = [row.contentHash, ...row.formerHashes];
    const sameContent = hashes.includes(contentHash);
    const isOwn =
      this.#row === null &&
      sameContent &&
      this.#stored.position === row.position &&
      this.#stored.receivedAt.getTime() === receivedAt.getTime();
    // An earlier try of this batch, whose answer was lost, stored it.
    if (isOwn) return { acceptance: 'accepted', cellId, replaced: false };
    const mayReplace = row.mayReplace(cellId);
    const revision = asReceived(row.revision, receivedAt.getTime());
    if (sameContent && mayReplace) this.#revise(higherRevision(revision, revisionOf(this.#stored)));
    if (!mayReplace) return { acceptance: sameContent ? 'duplicate' : 'forbidden', cellId, replaced: false };
    const seen = hashes.some((hash) => formerHashes.includes(hash));
    const verdict = judge(
      { answeredAt: row.at.getTime(), receivedAt: receivedAt.getTime(), revision: row.revision },
      {
        answeredAt: this.#stored.at.getTime(),
        receivedAt: this.#stored.receivedAt.getTime(),
        revision: revisionOf(this.#stored),
        correctedAt: null,
      },
      { sameContent, seen, seenSoRead: seen, sameReading: true, sameItem: false, furtherUp: false },
    );
    if (verdict !== 'accepted')
      return { acceptance: verdict === 'corrected' ? 'stale' : verdict, cellId, replaced: false };
    this.#stored = {
      ...storedOf(row, receivedAt),
      ...revisionColumns(revision ?? revisionOf(this.#stored)),
      formerHashes: [...formerHashes, contentHash].slice(-MOST_FORMER),
    };
    this.#row = row;
    return { acceptance: 'accepted', cellId: row.cellId, replaced: true };
  }

  #revise(revision: Revision | null): void {
    const columns = revisionColumns(revision);
    const { revision: number, revisedAt } = this.#stored;
    if (columns.revision === number && columns.revisedAt?.getTime() === revisedAt?.getTime()) return;
    this.#stored = { ...this.#stored, ...columns };
    this.#isRevised = true;
  }
}
