import { againEventId } from '../../domain/responses/normalised-response.ts';
import { compileRules, type RulesInForce, type SentAttributes } from '../../domain/segments/apply-rules.ts';
import { type Cell, type CellAttributes, matchesSegment, type Segment } from '../../domain/segments/cell.ts';
import type { CellLimits } from '../../domain/segments/cell-filing.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { placementOf, sentInto } from '../../domain/segments/placement.ts';
import { keepHolds } from '../data-subjects/data-subject.ts';
import { activeHolds } from '../data-subjects/legal-hold.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import { CellGoneError, type StoredCellDictionary } from '../responses/cell-dictionary.ts';
import type { MappingRegistry } from '../responses/mappings.ts';
import {
  type KeyBehind,
  lockBehind,
  markReached,
  type Refiled,
  readAnswers,
  readBehind,
  type StoredAnswer,
  writeRefiled,
} from './refile-rows.ts';
import { newestRules, readRuleVersion } from './rule-versions.ts';

/*
 * Files stored answers by the newest segment rules (decision 0162). Every key says by which version its answer was filed, so the
 * job needs no position: what is behind is filed again, also what arrived by older rules, or was restored from an undone import.
 */

export interface RefileDeps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  readonly dimensions: readonly Dimension[];
  readonly cellLimits: CellLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Answers per transaction. */
const REFILED_AT_ONCE = 100;
const COUNT = statement(
  'refile_count',
  `UPDATE segment_rules SET seen = seen + $2, moved = moved + $3, held = held + $4, undeclared = undeclared + $5 WHERE id = $1`,
);
const APPLIED = statement(
  'refile_applied',
  'UPDATE segment_rules SET applied_at = now() WHERE id <= $1 AND applied_at IS NULL',
);

/**
 * Files what is behind, batch by batch, each in one transaction with its numbers; it can be stopped anywhere. Returns how many answers it
 * looked at.
 */
export async function refile(deps: RefileDeps, isStopped: () => boolean = () => false): Promise<number> {
  let all = 0;
  while (!isStopped()) {
    const seen = await refileBatch(deps);
    // None of a batch: something else changes them just now.
    if (!seen) break;
    all += seen;
  }
  return all;
}

/** One batch; null when nothing is behind. */
export async function refileBatch(deps: RefileDeps): Promise<number | null> {
  const { store, dimensions } = deps;
  const newest = await newestRules(store);
  if (newest === 0) return null;
  const behind = await readBehind(store, newest, REFILED_AT_ONCE);
  if (behind.length === 0) {
    await store.rows(APPLIED, [newest]);
    return null;
  }
  const version = await readRuleVersion(store, newest);
  if (!version) return null;
  const rules = { version: newest, ...compileRules(version.rules, dimensions) };
  const places = await findPlaces(deps, rules, behind);
  try {
    const batch = await store.transaction((session) => applyBatch(deps, session, rules, behind, places));
    deps.cells.noteUsed(batch.used);
    return batch.seen;
  } catch (error) {
    if (!(error instanceof CellGoneError)) throw error;
    await deps.cells.reload(store);
    return 0;
  }
}

/** An answer with its cell, and what rules read of it. */
interface Read {
  readonly answer: StoredAnswer;
  readonly cell: Cell;
  readonly sent: SentAttributes;
}

/** The stored answers with what rules read of them, by id; null for one in a cell that this process does not know yet. */
async function readSent(
  { encryption, cells }: RefileDeps,
  session: Session,
  ids: readonly string[],
  subjects: ReadonlyMap<string, OpenSubject>,
): Promise<Map<string, Read | null>> {
  const read = new Map<string, Read | null>();
  for (const answer of await readAnswers(session, ids)) {
    const cell = cells.get(answer.row.cell_id);
    const owner = subjects.get(answer.row.subject_id);
    const text =
      answer.sent && owner ? encryption.openSent(owner, answer.row.source_event_id, answer.sent) : null;
    const kept = text === null ? null : (JSON.parse(text) as SentAttributes);
    read.set(answer.id, cell ? { answer, cell, sent: kept ?? sentInto(cell) } : null);
  }
  return read;
}

const placeName = (to: CellAttributes) => JSON.stringify(to);

/** Finds or adds the cells that the answers will need, before the transaction that moves them. */
async function findPlaces(
  deps: RefileDeps,
  rules: RulesInForce,
  behind: readonly { readonly id: string; readonly subjectId: string }[],
): Promise<Map<string, Cell>> {
  const { store, cells, mappings, dimensions, cellLimits, encryption } = deps;
  await cells.refresh(store);
  const subjects = await encryption.subjects(behind.map(({ subjectId }) => subjectId));
  const ids = behind.map(({ id }) => id);
  const wanted = new Map<string, { readonly attributes: CellAttributes; readonly source: string }>();
  for (const one of (await readSent(deps, store, ids, subjects)).values()) {
    if (!one) continue;
    const { answer, cell, sent } = one;
    const place = placementOf(rules, dimensions, cell, sent, answer.aged);
    if (place.is !== 'moved' || (place.home !== null && cells.byKey(place.home))) continue;
    const { source } = await mappings.get(store, answer.row.mapping_version_id);
    wanted.set(placeName(place.to), { attributes: place.to, source });
  }
  const filing = {
    maker: 'segment rules',
    isShared: false,
    limits: cellLimits,
    permits: () => true,
    onUsedUp: () => undefined,
  };
  const filed = await cells.file(store, [...wanted.values()], filing);
  return new Map([...wanted.keys()].flatMap((name, i) => (filed[i] ? [[name, filed[i]] as const] : [])));
}

async function applyBatch(
  deps: RefileDeps,
  session: Session,
  rules: RulesInForce,
  behind: readonly { readonly id: string; readonly subjectId: string }[],
  places: ReadonlyMap<string, Cell>,
): Promise<{ readonly seen: number; readonly used: readonly number[] }> {
  const { encryption, cells, dimensions } = deps;
  // One order of locks, as everywhere: holds, subjects, keys, cells.
  await keepHolds(session);
  const owners = [...new Set(behind.map(({ subjectId }) => subjectId))].sort();
  const subjects = new Map((await encryption.held(session, owners)).map((one) => [one.id, one]));
  const ids = behind.map(({ id }) => id);
  const keys = await lockBehind(session, ids, [...subjects.keys()], rules.version);
  const holds = (await activeHolds(session)).flatMap(({ segment }) => (segment === null ? [] : [segment]));
  const locked = keys.map(({ id }) => id);
  const read = await readSent(deps, session, locked, subjects);
  const account = { held: 0, undeclared: 0 };
  const reached: string[] = [];
  const moves: { readonly key: KeyBehind; readonly one: Read; readonly to: Cell }[] = [];
  for (const key of keys) {
    const one = read.get(key.id);
    if (one === null) continue;
    const place = one && placementOf(rules, dimensions, one.cell, one.sent, one.answer.aged);
    if (one && place?.is === 'moved') {
      const to =
        (place.home === null ? undefined : cells.byKey(place.home)) ?? places.get(placeName(place.to));
      if (isHeld(holds, one.cell)) account.held += 1;
      // It changed since the cells were found: the next batch has it again.
      else if (!to) continue;
      else if (to.id !== one.cell.id) moves.push({ key, one, to });
    } else if (place?.is === 'undeclared') account.undeclared += 1;
    reached.push(key.id);
  }
  const used = [...new Set(moves.map(({ to }) => to.id))];
  await cells.use(session, used);
  const at = new Date(deps.now());
  const refiled = moves.map((move) => refiledOf(encryption, subjects, move, rules.version, at));
  if (refiled.length > 0) await writeRefiled(session, refiled, at);
  await markReached(session, reached, rules.version);
  await session.rows(COUNT, [
    rules.version,
    reached.length,
    refiled.length,
    account.held,
    account.undeclared,
  ]);
  return { seen: reached.length, used };
}

const isHeld = (holds: readonly Segment[], { attributes }: Cell) =>
  holds.some((segment) => matchesSegment(segment, attributes));

/** The answer in its new cell, brought by an event of its own: seals and lineage show what moved it. */
function refiledOf(
  encryption: SubjectEncryption,
  subjects: ReadonlyMap<string, OpenSubject>,
  { key, one, to }: { readonly key: KeyBehind; readonly one: Read; readonly to: Cell },
  version: number,
  at: Date,
): Refiled {
  const { row, event, sealed } = one.answer;
  const owner = subjects.get(key.subjectId);
  if (!owner || row.subject_id !== owner.id) throw new Error(`response ${key.id} has no owner`);
  const eventId = againEventId(key.id, key.contentHash, row.mapping_version_id, at.getTime());
  const former = row.source_event_id;
  const kept = sealed ?? event?.content ?? null;
  const item =
    kept === null
      ? null
      : encryption.encryptEvent(owner, eventId, encryption.decrypt(owner, 'event', former, kept));
  const text = row.comment === null ? null : encryption.openComment(owner, key.id, former, row.comment);
  const comment = text === null ? null : encryption.encryptComment(owner, key.id, eventId, text);
  return {
    before: one.answer,
    row: { ...row, comment, cell_id: to.id, source_event_id: eventId },
    event: {
      ...{
        id: eventId,
        response_id: key.id,
        mapping_version_id: row.mapping_version_id,
        subject_id: owner.id,
      },
      position: `filed again by segment rules ${version}`,
      digest: event?.digest ?? null,
      sealed: item?.toString('base64') ?? null,
      ...{
        import_id: event?.import_id ?? null,
        import_line: event?.import_line ?? null,
        replaced: event?.replaced ?? null,
      },
      sent: encryption.encryptSent(owner, eventId, JSON.stringify(one.sent)),
    },
  };
}
