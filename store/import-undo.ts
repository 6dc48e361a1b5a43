import { type Cell, matchesSegment } from '../domain/cell.ts';
import { againEventId } from '../domain/provenance.ts';
import { ERASED_CONTENT, RESPONSE_COLUMNS, WITHDRAWN_CONTENT } from './accept-row.ts';
import type { Session, Statement } from './client.ts';
import type { SubjectDeps } from './erase.ts';
import type { ImportRun } from './imports.ts';
import { noteRestricted, noteWithdrawn } from './leaf-notes.ts';
import { activeHolds, type Order } from './legal-hold.ts';
import { keepHolds } from './person.ts';
import { fateOf, type ImportEvent, type KeyState, type Place, type Restored } from './undo-fate.ts';
import type { OpenSubject } from './vault.ts';

/* Takes an import back in slices, each a transaction of its own that leaves whole answers: it may be stopped and gone on with anywhere. */

/** Responses of one slice. */
const SLICE = 100;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

const BEGIN: Statement = {
  name: 'undo_begin',
  text: `UPDATE import_run SET undo_at = coalesce(undo_at, $2), undo_by = coalesce(undo_by, $3), undo_reason = coalesce(undo_reason, $4)
    WHERE id = $1`,
};
const COUNT: Statement = {
  name: 'undo_count',
  text: `UPDATE import_run SET removed = removed + $2, restored = restored + $3, stayed = stayed + $4 WHERE id = $1`,
};
const DONE: Statement = {
  name: 'undo_done',
  text: 'UPDATE import_run SET undone_at = coalesce(undone_at, $2) WHERE id = $1',
};
const CANDIDATES: Statement = {
  name: 'undo_candidates',
  text: `SELECT DISTINCT response_id AS id FROM source_event
    WHERE import_id = $1 AND undone_at IS NULL AND response_id > $2 ORDER BY 1 LIMIT ${SLICE}`,
};
const SUBJECTS: Statement = {
  name: 'undo_subjects',
  text: `SELECT subject_id AS id FROM response_key WHERE id = ANY ($1::uuid[]) AND subject_id IS NOT NULL
    UNION SELECT subject_id FROM source_event WHERE response_id = ANY ($1::uuid[]) AND subject_id IS NOT NULL`,
};
const HELD: Statement = {
  name: 'undo_held',
  text: 'SELECT id FROM subject_key WHERE id = ANY ($1::uuid[]) AND held',
};
const LOCK_KEYS: Statement = {
  name: 'undo_lock',
  text: `SELECT id, answered_at AS "answeredAt", cell_id AS "cellId", subject_id AS "subjectId", content_hash AS "contentHash"
    FROM response_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
};
/** Which event is behind what stands. */
const STANDING: Statement = {
  name: 'undo_standing',
  text: `SELECT r.id, r.source_event_id AS "eventId", false AS aside FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id WHERE k.id = ANY ($1::uuid[])
    UNION ALL SELECT id, (row->>'source_event_id')::uuid, true FROM restricted_response WHERE id = ANY ($1::uuid[])`,
};
const EVENTS: Statement = {
  name: 'undo_events',
  text: `SELECT id, response_id AS "responseId", import_id AS "importId", undone_at IS NOT NULL AS "isUndone", replaced,
      mapping_version_id AS "mappingId", subject_id AS "subjectId", encode(digest, 'hex') AS digest, stood
    FROM source_event e WHERE response_id = ANY ($1::uuid[]) AND (import_id IS NOT NULL
      OR id IN (SELECT replaced FROM source_event x WHERE x.response_id = e.response_id))`,
};
const CONTENTS: Statement = {
  name: 'undo_contents',
  text: 'SELECT id, sealed, content FROM source_event WHERE id = ANY ($1::uuid[])',
};
/** Names time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE: Statement = {
  name: 'undo_delete',
  text: 'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
};
const WITHDRAW: Statement = {
  name: 'undo_withdraw',
  text: `UPDATE response_key SET content_hash = $2, revision = NULL, revised_at = NULL, event_id = NULL WHERE id = ANY ($1::uuid[])`,
};
const RESTORE_KEYS: Statement = {
  name: 'undo_restore_keys',
  text: `UPDATE response_key k SET answered_at = s.answered_at, received_at = s.received_at, cell_id = s.cell_id,
      subject_id = s.subject_id, content_hash = s.content_hash, revision = s.revision, revised_at = s.revised_at,
      event_id = s.source_event_id
    FROM json_to_recordset($1::json) AS s (id uuid, answered_at timestamptz, received_at timestamptz, cell_id integer, subject_id uuid,
      content_hash text, revision bigint, revised_at timestamptz, source_event_id uuid)
    WHERE k.id = s.id`,
};
const INSERT_EVENTS: Statement = {
  name: 'undo_insert_events',
  text: `INSERT INTO source_event (id, response_id, mapping_version_id, position, digest, received_at, subject_id, sealed)
    SELECT id, response_id, mapping_version_id, position, decode(digest, 'hex'), now(), subject_id, decode(sealed, 'base64')
    FROM json_to_recordset($1::json) AS e (id uuid, response_id uuid, mapping_version_id integer, position text, digest text,
      subject_id uuid, sealed text)`,
};
const INSERT_RESPONSES: Statement = {
  name: 'undo_insert_responses',
  text: `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points,
      class, comment, subject_id) SELECT * FROM json_to_recordset($1::json) AS r (${RESPONSE_COLUMNS})`,
};
const INSERT_RESTRICTED: Statement = {
  name: 'undo_insert_restricted',
  text: `INSERT INTO restricted_response (id, subject_id, row)
    SELECT * FROM json_to_recordset($1::json) AS r (id uuid, subject_id uuid, row jsonb)`,
};
/** What was taken back is not kept; that it came, and from where, is. */
const MARK: Statement = {
  name: 'undo_mark',
  text: `UPDATE source_event SET undone_at = now(),
      sealed = CASE WHEN id = ANY ($2::uuid[]) THEN sealed END, content = CASE WHEN id = ANY ($2::uuid[]) THEN content END, stood = NULL
    WHERE id = ANY ($1::uuid[])`,
};
const FORGET_STOOD: Statement = {
  name: 'undo_forget_stood',
  text: 'UPDATE source_event SET stood = NULL WHERE id = ANY ($1::uuid[])',
};

/** What became of the answers of an import: how many, so far or as it would be. */
export interface UndoAccount {
  /** Nothing is there in their place. */
  readonly removed: number;
  /** What they had replaced stands again. */
  readonly restored: number;
  /** Replaced or corrected since by something else, which stays; or what they had replaced is no longer kept. */
  readonly stayed: number;
  /** They stay as they are until the legal hold is released. */
  readonly held: number;
  /** They stay as they are until the dispute is settled. */
  readonly restricted: number;
}

export interface UndoResult extends UndoAccount {
  /** False where time ran out: ask again, and it goes on. */
  readonly complete: boolean;
}

const NOTHING: UndoAccount = { removed: 0, restored: 0, stayed: 0, held: 0, restricted: 0 };

export interface UndoOptions {
  /** Nothing is changed: the answer says what would be. */
  readonly dryRun?: boolean;
  /** Whether to stop after this slice. */
  readonly isOver?: () => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Takes an import back: what it stored and nothing replaced since is removed, and what it replaced stands again. From its begin on
 * the import brings nothing more. Answers with what this call did.
 */
export async function undoImport(
  deps: SubjectDeps,
  run: ImportRun,
  by: Order,
  { dryRun = false, isOver = () => false, now }: UndoOptions,
): Promise<UndoResult> {
  if (!dryRun) {
    await deps.store.transaction(async (session) => {
      await session.rows(BEGIN, [run.id, new Date(now()), by.actor, by.reason]);
      await by.note?.(session, { import: run.key, reason: by.reason });
    });
  }
  let account = NOTHING;
  for (let after = FIRST_UUID; ; ) {
    const slice = await deps.store.transaction((session) =>
      undoSlice(deps, session, run, after, dryRun, now()),
    );
    if (slice === null) break;
    account = sum(account, slice.account);
    after = slice.last;
    if (isOver()) return { ...account, complete: false };
  }
  if (!dryRun) {
    await deps.store.transaction(async (session) => {
      await session.rows(DONE, [run.id, new Date(now())]);
      await by.note?.(session, { import: run.key, ...account });
    });
  }
  return { ...account, complete: true };
}

const sum = (a: UndoAccount, b: UndoAccount): UndoAccount => ({
  removed: a.removed + b.removed,
  restored: a.restored + b.restored,
  stayed: a.stayed + b.stayed,
  held: a.held + b.held,
  restricted: a.restricted + b.restricted,
});

/** One slice of the responses after that id; null when there are none left. */
async function undoSlice(
  deps: SubjectDeps,
  session: Session,
  run: ImportRun,
  after: string,
  dryRun: boolean,
  now: number,
): Promise<{ readonly last: string; readonly account: UndoAccount } | null> {
  // Locks in one order, as everywhere: holds, subjects, keys (store/person.ts).
  await keepHolds(session);
  const ids = (await session.rows<{ id: string }>(CANDIDATES, [run.id, after])).map(({ id }) => id);
  const last = ids.at(-1);
  if (last === undefined) return null;
  const subjectIds = (await session.rows<{ id: string }>(SUBJECTS, [ids])).map(({ id }) => id).sort();
  const subjects = new Map((await deps.vault.held(session, subjectIds)).map((one) => [one.id, one]));
  const held = await heldPlaces(deps, session, [...subjects.keys()]);
  const keys = await session.rows<KeyState>(LOCK_KEYS, [ids]);
  const places = new Map(
    (await session.rows<Place & { id: string }>(STANDING, [ids])).map(({ id, ...place }) => [id, place]),
  );
  const events = await session.rows<ImportEvent>(EVENTS, [ids]);
  // Somebody exercised a right over one of them meanwhile, and it has another key: it is looked at again.
  const owners = [...keys, ...events].flatMap(({ subjectId }) => subjectId ?? []);
  const asked = new Set(subjectIds);
  if (owners.some((id) => !asked.has(id))) return { last: after, account: NOTHING };
  const byResponse = new Map<string, ImportEvent[]>(ids.map((id) => [id, []]));
  for (const event of events) byResponse.get(event.responseId)?.push(event);
  const plan: Plan = { removed: [], restored: [], undone: [], kept: [] };
  const account = { ...NOTHING };
  for (const key of keys) {
    const own = byResponse.get(key.id) ?? [];
    const isGone = key.contentHash === ERASED_CONTENT || key.contentHash === WITHDRAWN_CONTENT;
    const fate = fateOf(run.id, isGone ? undefined : places.get(key.id), own, held.has(key));
    const eventIds = own
      .filter(({ importId, isUndone }) => importId === run.id && !isUndone)
      .map(({ id }) => id);
    if (fate.what === 'held' || fate.what === 'restricted') {
      account[fate.what] += 1;
      continue;
    }
    if (fate.what !== 'gone') account[fate.what] += 1;
    plan.undone.push(...eventIds);
    if (fate.what === 'removed') plan.removed.push(key);
    if (fate.what === 'restored') plan.restored.push({ key, target: fate.target });
    if (fate.what === 'stayed' && fate.eventId) plan.kept.push(fate.eventId);
  }
  if (!dryRun) {
    await apply(deps, session, run, plan, subjects, now);
    await session.rows(COUNT, [run.id, account.removed, account.restored, account.stayed]);
  }
  return { last, account };
}

interface Plan {
  readonly removed: KeyState[];
  readonly restored: { readonly key: KeyState; readonly target: Restored }[];
  /** Events that tell nothing any more of what is newer. */
  readonly undone: string[];
  /** Those of them whose item stays, since the response does. */
  readonly kept: string[];
}

/** Which of the responses a legal hold keeps, by their person or their cell. */
async function heldPlaces(
  { cells }: Pick<SubjectDeps, 'cells'>,
  session: Session,
  subjectIds: readonly string[],
): Promise<{ has(key: KeyState): boolean }> {
  const people = new Set((await session.rows<{ id: string }>(HELD, [subjectIds])).map(({ id }) => id));
  const segments = (await activeHolds(session)).flatMap(({ segment }) => (segment === null ? [] : [segment]));
  const isHeld = (cell: Cell | undefined) =>
    cell !== undefined && segments.some((segment) => matchesSegment(segment, cell.attributes));
  return { has: ({ subjectId, cellId }) => people.has(subjectId ?? '') || isHeld(cells.get(cellId)) };
}

async function apply(
  { vault, attest }: SubjectDeps,
  session: Session,
  run: ImportRun,
  { removed, restored, undone, kept }: Plan,
  subjects: ReadonlyMap<string, OpenSubject>,
  now: number,
): Promise<void> {
  for (const { id, answeredAt, cellId } of [...removed, ...restored.map(({ key }) => key)])
    await session.rows(DELETE, [id, answeredAt, cellId]);
  const removedIds = removed.map(({ id }) => id);
  if (removed.length > 0) await session.rows(WITHDRAW, [removedIds, WITHDRAWN_CONTENT]);
  const aside = await restore({ vault, session, run, subjects, now }, restored);
  if (undone.length > 0) await session.rows(MARK, [undone, kept]);
  // Last, as their locks are.
  await noteWithdrawn(session, attest, removedIds);
  await noteRestricted(session, attest, aside);
}

/** Puts back what stood; answers with the responses that were put aside, since their person is restricted by now. */
async function restore(
  on: {
    readonly vault: SubjectDeps['vault'];
    readonly session: Session;
    readonly run: ImportRun;
    readonly subjects: ReadonlyMap<string, OpenSubject>;
    readonly now: number;
  },
  restored: Plan['restored'],
): Promise<string[]> {
  const { vault, session, run, subjects, now } = on;
  if (restored.length === 0) return [];
  const targets = restored.map(({ target }) => target.id);
  type Kept = { readonly id: string; readonly sealed: Uint8Array | null; readonly content: string | null };
  const items = new Map((await session.rows<Kept>(CONTENTS, [targets])).map((one) => [one.id, one]));
  const rows = restored.map(({ key, target }) => {
    const owner = subjects.get(target.subjectId ?? '');
    if (!owner) throw new Error(`what response ${key.id} was before is nobody's`);
    const { stood, mappingId, digest } = target;
    const eventId = againEventId(key.id, stood.content_hash, mappingId, now);
    const item = items.get(target.id);
    const kept = item?.sealed ?? item?.content ?? null;
    const sealed =
      kept === null ? null : vault.sealEvent(owner, eventId, vault.unseal(owner, 'event', target.id, kept));
    const text = stood.comment === null ? null : vault.openComment(owner, key.id, target.id, stood.comment);
    const comment = text === null ? null : vault.sealComment(owner, key.id, eventId, text);
    return {
      owner,
      event: {
        ...{ id: eventId, response_id: key.id, mapping_version_id: mappingId, digest, subject_id: owner.id },
        position: `stands again: import ${run.key} was taken back`,
        sealed: sealed?.toString('base64') ?? null,
      },
      row: { ...stood, comment, subject_id: owner.id, source_event_id: eventId },
    };
  });
  await session.rows(INSERT_EVENTS, [JSON.stringify(rows.map(({ event }) => event))]);
  await session.rows(RESTORE_KEYS, [JSON.stringify(rows.map(({ row }) => row))]);
  const free = rows.filter(({ owner }) => !owner.restricted).map(({ row }) => row);
  const aside = rows.filter(({ owner }) => owner.restricted).map(({ row }) => row);
  if (free.length > 0) await session.rows(INSERT_RESPONSES, [JSON.stringify(free)]);
  const put = aside.map((row) => ({ id: row.id, subject_id: row.subject_id, row: responseOf(row) }));
  if (put.length > 0) await session.rows(INSERT_RESTRICTED, [JSON.stringify(put)]);
  await session.rows(FORGET_STOOD, [targets]);
  return aside.map(({ id }) => id);
}

/** Only what is of the response, without what is of its key. */
function responseOf({
  content_hash: _hash,
  revision: _revision,
  revised_at: _at,
  ...row
}: Restored['stood']) {
  return row;
}
