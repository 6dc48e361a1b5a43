import type { RecordCells } from './cells.ts';
import type { Session, Statement, Store } from './client.ts';
import type { ArrivingSubject, OpenSubject, SubjectRef, Vault } from './vault.ts';

/** One response as its rows will stand, with the source event that brought it. */
export interface AcceptRow {
  readonly id: string;
  readonly cellId: number;
  readonly mappingVersionId: number;
  readonly externalId: string;
  readonly answeredAt: Date;
  readonly score: number | null;
  readonly points: number | null;
  readonly class: 0 | 1 | 2 | null;
  readonly comment: string | null;
  readonly subject: Omit<SubjectRef, 'responseId'>;
  readonly contentHash: string;
  /** Hashes of the same content under former peppers. */
  readonly formerHashes: readonly string[];
  readonly eventId: string;
  readonly position: string;
  readonly eventHash: string;
  /** Whether who brings it may put something in the place of a response of that cell. */
  readonly mayReplace: (cellId: number) => boolean;

  readonly eventContent: string;
}

/** stale: another content for a known id, but not a later answer; future: a correction that is dated after it arrived; erased:
 * the id was erased for its respondent; forbidden: the known one is not theirs to replace. */
export type Acceptance = 'accepted' | 'duplicate' | 'stale' | 'future' | 'erased' | 'forbidden';

/** What became of a row, and in which cell the response with its id lies. */
export interface Accepted {
  readonly acceptance: Acceptance;
  readonly cellId: number;
}

/** By how much the clock of who corrects may be ahead. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

interface KeyRow {
  id: string;
  answeredAt: Date;
  receivedAt: Date;
  cellId: number;
  subjectId: string | null;
  contentHash: string;
}

/** Who holds a lock for longer makes the batch be tried again, and its senders be answered in the end. */
const LOCK_MS = 10_000;

/** Stands in place of the content hash of an erased response. */
export const ERASED_CONTENT = 'erased';

const CLAIM_KEYS: Statement = {
  name: 'accept_claim',
  text: `INSERT INTO response_key (id, answered_at, received_at, cell_id, subject_id, content_hash)
    SELECT * FROM json_to_recordset($1::json)
      AS k (id uuid, answered_at timestamptz, received_at timestamptz, cell_id integer, subject_id uuid, content_hash text)
    ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id`,
};
const LOCK_KEYS: Statement = {
  name: 'accept_lock',
  text: `SELECT id, answered_at AS "answeredAt", received_at AS "receivedAt", cell_id AS "cellId",
      subject_id AS "subjectId", content_hash AS "contentHash"
    FROM response_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
};
const UPDATE_KEYS: Statement = {
  name: 'accept_update',
  text: `UPDATE response_key SET answered_at = k.answered_at, received_at = k.received_at, cell_id = k.cell_id,
      subject_id = k.subject_id, content_hash = k.content_hash
    FROM json_to_recordset($1::json)
      AS k (id uuid, answered_at timestamptz, received_at timestamptz, cell_id integer, subject_id uuid, content_hash text)
    WHERE response_key.id = k.id`,
};
/** Names time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE_REPLACED: Statement = {
  name: 'accept_delete',
  text: 'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
};
const INSERT_EVENTS: Statement = {
  name: 'accept_events',
  text: `INSERT INTO source_event (id, response_id, mapping_version_id, position, digest, received_at, subject_id, sealed)
    SELECT id, response_id, mapping_version_id, position, decode(digest, 'hex'), received_at, subject_id, decode(sealed, 'base64')
    FROM json_to_recordset($1::json)
      AS e (id uuid, response_id uuid, mapping_version_id integer, position text, digest text, received_at timestamptz,
        subject_id uuid, sealed text)
    ON CONFLICT (id) DO NOTHING`,
};
/** The columns of a response as JSON gives them. */
export const RESPONSE_COLUMNS = `id uuid, answered_at timestamptz, received_at timestamptz, cell_id integer,
  mapping_version_id integer, source_event_id uuid, external_id text, score smallint, points smallint, class smallint, comment text,
  subject_id uuid`;
const INSERT_RESPONSES: Statement = {
  name: 'accept_responses',
  text: `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id,
      score, points, class, comment, subject_id)
    SELECT * FROM json_to_recordset($1::json) AS r (${RESPONSE_COLUMNS})`,
};
const INSERT_RESTRICTED: Statement = {
  name: 'accept_restricted',
  text: `INSERT INTO restricted_response (id, subject_id, row)
    SELECT * FROM json_to_recordset($1::json) AS r (id uuid, subject_id uuid, row jsonb)
    ON CONFLICT (id) DO UPDATE SET subject_id = excluded.subject_id, row = excluded.row, recorded_at = now()`,
};
/** What was put aside is replaced too: by an answer of somebody who is not restricted. */
const DELETE_RESTRICTED: Statement = {
  name: 'accept_delete_restricted',
  text: 'DELETE FROM restricted_response WHERE id = ANY ($1::uuid[])',
};

export interface AcceptDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly cells: RecordCells;
}

/** A row with the subject that it is sealed for. */
interface Arrival extends AcceptRow {
  readonly owner: ArrivingSubject;
}

/**
 * Accepts rows in one transaction: the idempotency keys, the source events and the responses; the triggers add the
 * rollups and the journal. The answer has one entry per row, in order. The same content again is a duplicate; another
 * content with a later time of answer replaces, unless that time is after its arrival: then it would stand against
 * everything that comes until then. Rows of one batch see those before them. What tells of a person is sealed here.
 *
 * `receivedAt` must be the same when a batch is tried again after an error whose outcome is unknown (a connection lost
 * during COMMIT): what the first try stored is then recognised as this batch's own and counts as accepted.
 */
export async function acceptRows(
  { store, vault, cells }: AcceptDeps,
  rows: readonly AcceptRow[],
  receivedAt: Date,
): Promise<Accepted[]> {
  const accept = async (session: Session) => {
    // Locks in one order in every writer: subjects, keys, cells, new subjects; each sorted. Nobody waits in a circle.
    const owners = await vault.find(
      session,
      rows.map(({ id, subject }) => ({ ...subject, responseId: id })),
      receivedAt,
    );
    const arrivals = rows.map((row, i): Arrival => ({ ...row, owner: owners[i] as ArrivingSubject }));
    const known = await claimKeys(session, arrivals, receivedAt);
    const { outcomes, final, events } = decide(arrivals, known, receivedAt);
    const used = final.map(({ cellId }) => cellId);
    await cells.use(session, used);
    if (final.length > 0) await write(session, vault, known, { final, events }, receivedAt);
    return { outcomes, used };
  };
  const { outcomes, used } = await store.transaction(accept, { lockMs: LOCK_MS });
  cells.noteUsed(used);
  return outcomes;
}

/** Inserts the keys that are new and locks those that are not; the answer holds only the latter. */
async function claimKeys(session: Session, rows: readonly Arrival[], receivedAt: Date) {
  // Inserts first, locks second, both in the order of the ids: two writers never wait for each other in a circle.
  const first = new Map<string, Arrival>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  const claimed = await session.rows<{ id: string }>(CLAIM_KEYS, [keysOf([...first.values()], receivedAt)]);
  for (const { id } of claimed) first.delete(id);
  if (first.size === 0) return new Map<string, KeyRow>();
  const locked = await session.rows<KeyRow>(LOCK_KEYS, [[...first.keys()]]);
  return new Map(locked.map((key) => [key.id, key]));
}

function decide(rows: readonly Arrival[], known: ReadonlyMap<string, KeyRow>, receivedAt: Date) {
  const final = new Map<string, Arrival>();
  const events: Arrival[] = [];
  const outcomes = rows.map((row): Accepted => {
    const key = known.get(row.id);
    const earlier = final.get(row.id);
    const present = earlier ? { ...earlier, receivedAt } : key;
    const acceptance = present ? compare(row, present, receivedAt) : 'accepted';
    if (acceptance !== 'accepted') {
      const ownEarlierTry = acceptance === 'duplicate' && present === key && isSame(key, receivedAt);
      return { acceptance: ownEarlierTry ? 'accepted' : acceptance, cellId: present?.cellId ?? row.cellId };
    }
    final.set(row.id, row);
    events.push(row);
    return { acceptance, cellId: row.cellId };
  });
  return { outcomes, final: [...final.values()], events };
}

const isSame = (key: KeyRow | undefined, receivedAt: Date) =>
  key?.receivedAt.getTime() === receivedAt.getTime();

/** What becomes of a row whose id is there already; accepted: it takes the place of the present one. */
function compare(
  row: AcceptRow,
  present: Pick<KeyRow, 'answeredAt' | 'receivedAt' | 'cellId' | 'contentHash'>,
  receivedAt: Date,
): Acceptance {
  const mayReplace = row.mayReplace(present.cellId);
  if (present.contentHash === ERASED_CONTENT) return mayReplace ? 'erased' : 'forbidden';
  if ([row.contentHash, ...row.formerHashes].includes(present.contentHash)) return 'duplicate';
  if (!mayReplace) return 'forbidden';
  const answeredAt = row.answeredAt.getTime();
  if (answeredAt > receivedAt.getTime() + CLOCKS_DIFFER_MS) return 'future';
  // One that was dated ahead stands from when it arrived.
  const stands = Math.min(present.answeredAt.getTime(), present.receivedAt.getTime());
  return answeredAt <= stands ? 'stale' : 'accepted';
}

async function write(
  session: Session,
  vault: Vault,
  known: ReadonlyMap<string, KeyRow>,
  accepted: { readonly final: readonly Arrival[]; readonly events: readonly Arrival[] },
  receivedAt: Date,
): Promise<void> {
  const owners = await vault.store(
    session,
    accepted.events.map(({ owner }) => owner),
    receivedAt,
  );
  const events = accepted.events.map((row, i) => ({
    ...row,
    drawn: row.owner,
    owner: owners[i] as OpenSubject,
  }));
  const current = new Set(accepted.final);
  const final = events.filter((_row, i) => current.has(accepted.events[i] as Arrival));
  const replaced = final.flatMap((row) => known.get(row.id) ?? []);
  for (const { id, answeredAt, cellId } of replaced) {
    await session.rows(DELETE_REPLACED, [id, answeredAt, cellId]);
  }
  // Keys claimed above hold the first row of the batch: a later row of the same batch may have replaced it. And another
  // transaction may have stored the subject first.
  const superseded = new Set(accepted.events.filter((row) => !current.has(row)).map((row) => row.id));
  const outdated = final.filter(
    (row) => known.has(row.id) || superseded.has(row.id) || row.owner.id !== row.drawn.id,
  );
  if (outdated.length > 0) await session.rows(UPDATE_KEYS, [keysOf(outdated, receivedAt)]);
  await session.rows(INSERT_EVENTS, [
    JSON.stringify(
      events.map((row) => ({
        id: row.eventId,
        response_id: row.id,
        mapping_version_id: row.mappingVersionId,
        position: row.position,
        digest: row.eventHash,
        received_at: receivedAt,
        subject_id: row.owner.id,
        sealed: vault.sealEvent(row.owner, row.eventId, row.eventContent).toString('base64'),
      })),
    ),
  ]);
  const free = final.filter(({ owner }) => !owner.restricted);
  const rowsOf = (row: Sealable) => responseRow(vault, row, receivedAt);
  const freed = free.filter(({ id }) => known.has(id)).map(({ id }) => id);
  if (freed.length > 0) await session.rows(DELETE_RESTRICTED, [freed]);
  if (free.length > 0) await session.rows(INSERT_RESPONSES, [JSON.stringify(free.map(rowsOf))]);
  const restricted = final
    .filter(({ owner }) => owner.restricted)
    .map((row) => ({ id: row.id, subject_id: row.owner.id, row: rowsOf(row) }));
  if (restricted.length > 0) await session.rows(INSERT_RESTRICTED, [JSON.stringify(restricted)]);
}

type Sealable = Omit<Arrival, 'owner'> & { readonly owner: OpenSubject };

function responseRow(vault: Vault, row: Sealable, receivedAt: Date) {
  return {
    id: row.id,
    answered_at: row.answeredAt,
    received_at: receivedAt,
    cell_id: row.cellId,
    mapping_version_id: row.mappingVersionId,
    source_event_id: row.eventId,
    external_id: row.externalId,
    score: row.score,
    points: row.points,
    class: row.class,
    comment: row.comment === null ? null : vault.sealComment(row.owner, row.id, row.eventId, row.comment),
    subject_id: row.owner.id,
  };
}

function keysOf(rows: readonly Sealable[], receivedAt: Date): string {
  return JSON.stringify(
    rows.map((row) => ({
      id: row.id,
      answered_at: row.answeredAt,
      received_at: receivedAt,
      cell_id: row.cellId,
      subject_id: row.owner.id,
      content_hash: row.contentHash,
    })),
  );
}
