import { type Cell, matchesSegment } from '../../domain/segments/cell.ts';
import { keepHolds } from '../data-subjects/data-subject.ts';
import type { SubjectDeps } from '../data-subjects/erase.ts';
import { activeHolds, type Order } from '../data-subjects/legal-hold.ts';
import { afterDeadlocks } from '../database/after-deadlocks.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { lockPersons } from '../responses/counting.ts';
import { type Claim, FORGET_REPEATS, forgetRevisions, otherSenders, passOn } from '../responses/delivered.ts';
import type { ImportRun } from '../responses/imports.ts';
import { ERASED_CONTENT, WITHDRAWN_CONTENT } from '../responses/response-row.ts';
import { applyUndo, type Plan } from './import-restore.ts';
import { NOTHING_UNDONE, sumOfUndo, type UndoAccount } from './undo-account.ts';
import { countFacts, undoFacts } from './undo-facts.ts';
import { fateOf, type ImportEvent, type KeyState, type Place } from './undo-fate.ts';

/*
 * Undoes an import in slices, each a transaction that leaves consistent responses: it can be stopped and
 * continued anywhere.
 */

/** Responses per slice. */
export const UNDO_SLICE = 100;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

const BEGIN = statement(
  'undo_begin',
  `UPDATE import_run SET undo_at = coalesce(undo_at, $2), undo_by = coalesce(undo_by, $3), undo_reason = coalesce(undo_reason, $4)
    WHERE id = $1`,
);
const COUNT = statement(
  'undo_count',
  `UPDATE import_run SET removed = removed + $2, restored = restored + $3, stayed = stayed + $4 WHERE id = $1`,
);
const DONE = statement(
  'undo_done',
  'UPDATE import_run SET undone_at = coalesce(undone_at, $2) WHERE id = $1',
);
const CANDIDATES = statement(
  'undo_candidates',
  `(SELECT DISTINCT response_id AS id FROM source_event
      WHERE import_id = $1 AND undone_at IS NULL AND response_id > $2 ORDER BY 1 LIMIT ${UNDO_SLICE})
    UNION (SELECT response_id FROM delivered_revision WHERE import_id = $1 AND response_id > $2 ORDER BY 1 LIMIT ${UNDO_SLICE})
    ORDER BY 1 LIMIT ${UNDO_SLICE}`,
);
const SUBJECTS = statement(
  'undo_subjects',
  `SELECT subject_id AS id FROM response_key WHERE id = ANY ($1::uuid[]) AND subject_id IS NOT NULL
    UNION SELECT subject_id FROM source_event WHERE response_id = ANY ($1::uuid[]) AND subject_id IS NOT NULL`,
);
const HELD = statement('undo_held', 'SELECT id FROM subject_key WHERE id = ANY ($1::uuid[]) AND held');
const LOCK_KEYS = statement(
  'undo_lock',
  `SELECT id, answered_at AS "answeredAt", cell_id AS "cellId", subject_id AS "subjectId", content_hash AS "contentHash"
    FROM response_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
);
/** Which event is behind the stored content. */
const STANDING = statement(
  'undo_standing',
  `SELECT r.id, r.source_event_id AS "eventId", false AS aside FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id WHERE k.id = ANY ($1::uuid[])
    UNION ALL SELECT id, (row->>'source_event_id')::uuid, counting IS NULL FROM restricted_response WHERE id = ANY ($1::uuid[])`,
);
const EVENTS = statement(
  'undo_events',
  `SELECT id, response_id AS "responseId", import_id AS "importId", import_line AS "importLine", undone_at IS NOT NULL AS "isUndone", replaced,
      mapping_version_id AS "mappingId", subject_id AS "subjectId", encode(digest, 'hex') AS digest, stood
    FROM source_event e WHERE response_id = ANY ($1::uuid[]) AND (import_id IS NOT NULL
      OR id IN (SELECT replaced FROM source_event x WHERE x.response_id = e.response_id))`,
);

export interface UndoResult extends UndoAccount {
  /** False if time ran out: call again to continue. */
  readonly complete: boolean;
  /** The last response read, if not complete: a dry run continues after it. */
  readonly last: string | null;
}

export interface UndoOptions {
  /** Changes nothing: returns what would be. */
  readonly dryRun?: boolean;
  /**
   * The response after which a dry run continues. A real undo needs none, because it does not find finished
   * ones again.
   */
  readonly after?: string | undefined;
  /** Whether to stop after this slice. */
  readonly isOver?: (isLast: boolean) => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Undoes an import: what it stored and nothing has replaced since is removed, and what it replaced is restored.
 * From its beginning the import accepts nothing more. Returns what this call did.
 */
export async function undoImport(
  deps: SubjectDeps,
  run: ImportRun,
  by: Order,
  { dryRun = false, after: begin = FIRST_UUID, isOver = () => false, now }: UndoOptions,
): Promise<UndoResult> {
  if (!dryRun) {
    await deps.store.transaction(async (session) => {
      await session.rows(BEGIN, [run.id, new Date(now()), by.actor, by.reason]);
      await by.note?.(session, { import: run.key, reason: by.reason });
    });
  }
  let account = NOTHING_UNDONE;
  for (let after = dryRun ? begin : FIRST_UUID; ; ) {
    const slice = await afterDeadlocks(deps.store, (session) =>
      undoSlice(deps, session, run, after, dryRun, now()),
    );
    if (slice === null) break;
    account = sumOfUndo(account, slice.account);
    after = slice.last;
    if (isOver(slice.isLast)) {
      if (dryRun) await noteDryRun(deps, run, by, account);
      return { ...account, complete: false, last: after };
    }
  }
  if (dryRun) {
    account = { ...account, facts: await countFacts(deps.store, deps.cells, run.id) };
    await noteDryRun(deps, run, by, account);
  }
  while (!dryRun) {
    const facts = await afterDeadlocks(deps.store, (session) => undoFacts(session, deps.cells, run.id));
    account = { ...account, facts: account.facts + facts };
    if (facts === 0) break;
    if (isOver(false)) return { ...account, complete: false, last: null };
  }
  if (!dryRun) {
    await deps.store.transaction(async (session) => {
      await session.rows(DONE, [run.id, new Date(now())]);
      await session.rows(FORGET_REPEATS, [run.id]);
      await by.note?.(session, { import: run.key, ...account });
    });
  }
  return { ...account, complete: true, last: null };
}

/** A dry run is in the audit log like other reads of administrators, because it shows which responses are held or disputed. */
async function noteDryRun(
  { store }: Pick<SubjectDeps, 'store'>,
  run: ImportRun,
  { reason, note }: Order,
  account: UndoAccount,
): Promise<void> {
  if (note)
    await store.transaction((session) =>
      note(session, { import: run.key, reason, dryRun: true, ...account }),
    );
}

interface Slice {
  /** The last response that was looked at. */
  readonly last: string;
  readonly account: UndoAccount;
  /** Nothing is left after it. */
  readonly isLast: boolean;
}

/** One slice of the responses after that id; null when there are none left. */
async function undoSlice(
  deps: SubjectDeps,
  session: Session,
  run: ImportRun,
  after: string,
  dryRun: boolean,
  now: number,
): Promise<Slice | null> {
  // One order of locks, as everywhere: holds, subjects, keys (store/data-subjects/data-subject.ts).
  await keepHolds(session);
  const ids = (await session.rows<{ id: string }>(CANDIDATES, [run.id, after])).map(({ id }) => id);
  const last = ids.at(-1);
  if (last === undefined) return null;
  const subjectIds = (await session.rows<{ id: string }>(SUBJECTS, [ids])).map(({ id }) => id).sort();
  if (!dryRun) await lockPersons(session, { subjectIds });
  const subjects = new Map((await deps.encryption.held(session, subjectIds)).map((one) => [one.id, one]));
  const held = await heldPlaces(deps, session, [...subjects.keys()]);
  const keys = await session.rows<KeyState>(LOCK_KEYS, [ids]);
  const places = new Map(
    (await session.rows<Place & { id: string }>(STANDING, [ids])).map(({ id, ...place }) => [id, place]),
  );
  const events = await session.rows<ImportEvent>(EVENTS, [ids]);
  // A right was exercised over one of them meanwhile, and it has another key: read it again.
  const owners = [...keys, ...events].flatMap(({ subjectId }) => subjectId ?? []);
  const asked = new Set(subjectIds);
  if (owners.some((id) => !asked.has(id))) return { last: after, account: NOTHING_UNDONE, isLast: false };
  const ofImport = events.filter(({ importId, isUndone }) => importId === run.id && !isUndone);
  const others = await otherSenders(
    session,
    run.id,
    ofImport.map(({ id }) => id),
  );
  const { plan, settled, account } = planSlice(run.id, keys, { places, events, others }, held);
  if (!dryRun) {
    await passOn(session, plan.passedOn);
    await applyUndo(deps, { session, importKey: run.key, subjects, now }, plan);
    await forgetRevisions(session, run.id, settled, new Set(plan.standing));
    await session.rows(COUNT, [run.id, account.removed, account.restored, account.stayed]);
  }
  return { last, account, isLast: ids.length < UNDO_SLICE };
}

/** What is known of the responses of a slice. */
interface SliceFacts {
  readonly places: ReadonlyMap<string, Place>;
  readonly events: readonly ImportEvent[];
  /** Who else delivered what events of the import brought, by event. */
  readonly others: ReadonlyMap<string, Claim>;
}

/** Decides what becomes of each response of a slice. */
function planSlice(
  importId: number,
  keys: readonly KeyState[],
  { places, events, others }: SliceFacts,
  held: HeldPlaces,
): { readonly plan: Plan; readonly settled: readonly string[]; readonly account: UndoAccount } {
  const byResponse = new Map<string, ImportEvent[]>(keys.map(({ id }) => [id, []]));
  for (const event of events) byResponse.get(event.responseId)?.push(event);
  const plan: Plan = { removed: [], restored: [], undone: [], kept: [], passedOn: [], standing: [] };
  const settled: string[] = [];
  const account = { ...NOTHING_UNDONE };
  for (const key of keys) {
    const before = byResponse.get(key.id) ?? [];
    const own = before.map((event) => withSender(event, others.get(event.id)));
    const undone = own.filter((event) => event.importId === importId && !event.isUndone);
    const isGone = key.contentHash === ERASED_CONTENT || key.contentHash === WITHDRAWN_CONTENT;
    const place = isGone ? undefined : places.get(key.id);
    const fate = fateOf(importId, place, own, held.has(key));
    if (fate.what === 'held' || fate.what === 'restricted') {
      account[fate.what] += 1;
      continue;
    }
    settled.push(key.id);
    if (place && fate.what !== 'removed') plan.standing.push(key.id);
    // It only delivered a revision, or another undo of it came first.
    if (!before.some((event) => event.importId === importId && !event.isUndone)) continue;
    if (fate.what !== 'gone') account[fate.what] += 1;
    plan.passedOn.push(...before.flatMap(({ id }) => others.get(id) ?? []));
    plan.undone.push(...undone.map(({ id }) => id));
    plan.kept.push(...undone.filter(({ subjectId }) => held.isPerson(subjectId)).map(({ id }) => id));
    if (fate.what === 'removed') plan.removed.push(key);
    if (fate.what === 'restored') plan.restored.push({ key, target: fate.target });
    if (fate.what === 'stayed' && fate.eventId) plan.kept.push(fate.eventId);
  }
  return { plan, settled, account };
}

/** The event as what another sender brought, who repeated it. */
function withSender(event: ImportEvent, sender: Claim | undefined): ImportEvent {
  if (!sender) return event;
  return { ...event, importId: sender.importId || null, importLine: sender.line };
}

interface HeldPlaces {
  has(key: KeyState): boolean;
  isPerson(subjectId: string | null): boolean;
}

/** Which of the responses a legal hold keeps, by person or cell. */
async function heldPlaces(
  { cells }: Pick<SubjectDeps, 'cells'>,
  session: Session,
  subjectIds: readonly string[],
): Promise<HeldPlaces> {
  const people = new Set((await session.rows<{ id: string }>(HELD, [subjectIds])).map(({ id }) => id));
  const segments = (await activeHolds(session)).flatMap(({ segment }) => (segment === null ? [] : [segment]));
  // Another process may have added cells; where it is not known what a cell is, a hold may be on it.
  if (segments.length > 0) await cells.refresh(session);
  const isHeld = (cell: Cell | undefined) =>
    segments.some((segment) => !cell || matchesSegment(segment, cell.attributes));
  const isPerson = (subjectId: string | null) => subjectId !== null && people.has(subjectId);
  return { isPerson, has: ({ subjectId, cellId }) => isPerson(subjectId) || isHeld(cells.get(cellId)) };
}
