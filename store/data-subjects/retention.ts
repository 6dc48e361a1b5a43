import type { Retained, RetainedKind } from '../../domain/privacy/retention.ts';
import { matchesSegment } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { REENCRYPTING } from '../encryption/reencrypt-comments.ts';
import { dropIdleMerged, NOT_MERGED } from '../outcomes/forget-merged.ts';
import { ageOutcomes, emptyOutcomeItems } from '../outcomes/outcome-retention.ts';
import { accountsOf, dropIdleAccounts } from '../outcomes/outcome-rights.ts';
import { CELLS_LOCK } from '../responses/add-cells.ts';
import { reconsider } from '../responses/counting.ts';
import { forgetReasons } from '../reviews/review-reasons.ts';
import { type Sign, tombstoneLeaves } from '../seals/leaf-tombstones.ts';
import { type AgeingCells, ageDimension, type OldRows } from './age-dimension.ts';
import { emptyItems, lockFree, lockOld, noteAged } from './aged-answers.ts';
import { keepHolds } from './data-subject.ts';
import { noteDeletion } from './deletion-records.ts';
import { deleteResponses } from './erase.ts';
import { activeHolds } from './legal-hold.ts';
import { KEEPS_ITEM, NOT_HELD, OLD } from './old-rows.ts';

/** Rows per transaction. */
export const BATCH = 500;

const OLD_COMMENTS = statement(
  'retention_comments',
  `UPDATE response r SET comment = NULL FROM (${OLD.comments}) old WHERE r.id = old.id AND r.answered_at = old.answered_at AND r.cell_id = old.cell_id AND r.answered_at < $1
    RETURNING r.id`,
);
/** Restricted responses age like others. */
const OLD_RESTRICTED_COMMENTS = statement(
  'retention_restricted_comments',
  `UPDATE restricted_response x SET row = x.row || '{"comment": null}' WHERE x.id IN (${OLD.asideComments}) RETURNING x.id`,
);
/** And what a row of an import replaced, which is stored with its event. */
const OLD_STOOD_COMMENTS = statement(
  'retention_stood_comments',
  `UPDATE source_event e SET stood = e.stood || '{"comment": null}' WHERE e.id IN (${OLD.stoodComments}) RETURNING e.response_id AS id`,
);
const OLD_RESPONSES = statement('retention_responses', OLD.responses);
const OLD_EVENTS = statement('retention_old_events', OLD.events);
const EMPTY_EVENTS = statement(
  'retention_empty_events',
  `UPDATE source_event SET sealed = NULL, content = NULL, stood = NULL, sent = NULL
    WHERE id = ANY ($1::uuid[]) AND subject_id = ANY ($2::uuid[]) AND ${KEEPS_ITEM('source_event')} RETURNING id`,
);
const DELETE_EVENTS = statement(
  'retention_delete_events',
  `DELETE FROM source_event e WHERE e.response_id = ANY ($1::uuid[]) AND ${NOT_HELD('e.subject_id')}`,
);
/** A person without remaining data needs no key. They are locked: nothing of theirs arrives meanwhile. */
const DELETE_IDLE = statement(
  'retention_idle',
  `DELETE FROM subject_key s WHERE s.id = ANY ($1::uuid[]) AND NOT s.held
    AND NOT EXISTS (SELECT FROM response_key k WHERE k.subject_id = s.id)
    AND NOT EXISTS (SELECT FROM outcome o WHERE o.subject_id = s.id OR o.account_id = s.id)
    AND NOT EXISTS (SELECT FROM source_event e WHERE e.subject_id = s.id
      AND ${KEEPS_ITEM('e')}) AND ${NOT_MERGED}`,
);
const SOURCE = statement('retention_source', 'SELECT id FROM source WHERE name = $1');

/** What a rule calls old: what it is about, its period, and the moment before which it is past. */
export interface PastPeriod extends Retained {
  readonly what: RetainedKind;
  readonly keep: string;
  readonly before: Date;
}

/** What deleting by age needs. */
export interface AgeingDeps {
  readonly cells: AgeingCells;
  /** Signs notes about sealed leaves. */
  readonly sign: Sign;
}

/**
 * Deletes one batch of what is past its period, except what a legal hold keeps, in the caller's transaction. A batch leaves a record of
 * the amount and the rule, and an entry in the audit log. Triggers follow: scores of those periods change. Returns the rows.
 * @param now epoch milliseconds.
 */
export async function deleteBatch(
  session: Session,
  deps: AgeingDeps,
  past: PastPeriod,
  now: number,
): Promise<number> {
  // What is not under a hold now stays so until the transaction ends.
  await keepHolds(session);
  const old = await oldRows(session, deps.cells, past, BATCH);
  if (old === null) return 0;
  const { rows, aged } = await batchOf(session, deps, past, old);
  if (rows > 0) await noteAged(session, aged, past, await noteDeletion(session, { ...past, rows }, now));
  return rows;
}

/** The first parameters of what is old; null: nothing came from a source of that name. */
export async function oldRows(
  session: Session,
  cells: HoldCells,
  { source, before }: Pick<PastPeriod, 'source' | 'before'>,
  most: number,
): Promise<OldRows | null> {
  const [of] = source === null ? [] : await session.rows<{ id: number }>(SOURCE, [source]);
  if (source !== null && !of) return null;
  return [before, await heldCells(session, cells), most, of?.id ?? null];
}

/** Cells as a legal hold is judged by them. */
export type HoldCells = Pick<AgeingCells, 'all' | 'refresh'>;

/**
 * The cells of segments under a legal hold, also those that another process added. Where there are such segments, no cell is added until
 * the transaction ends: it would be under the hold, and not among these.
 */
export async function heldCells(session: Session, cells: HoldCells): Promise<number[]> {
  const held = (await activeHolds(session)).flatMap(({ segment }) => (segment === null ? [] : [segment]));
  if (held.length === 0) return [];
  await session.rows(CELLS_LOCK, []);
  await cells.refresh(session);
  return cells
    .all()
    .filter(({ attributes }) => held.some((segment) => matchesSegment(segment, attributes)))
    .map(({ id }) => id);
}

/** How many rows a batch changed, and the answers that lack a field from now on. */
interface Batch {
  readonly rows: number;
  readonly aged: readonly string[];
}

async function batchOf(
  session: Session,
  deps: AgeingDeps,
  { what, dimension }: PastPeriod,
  old: OldRows,
): Promise<Batch> {
  const count = (rows: number): Batch => ({ rows, aged: [] });
  if (what === 'outcomes') return count(await ageOutcomes(session, old));
  if (what === 'comments') return ageComments(session, old);
  if (what === 'dimensions') return ageDimension(session, deps, dimension ?? '', old);
  return count(await (what === 'sourceEvents' ? ageItems(session, old) : ageResponses(session, deps, old)));
}

/** Predictions and scores stay: only the text goes, and what has it or may quote it: items, and reasons of reviews. */
async function ageComments(session: Session, old: OldRows): Promise<Batch> {
  await session.rows(REENCRYPTING, []);
  const free = await session.rows<{ id: string }>(OLD_COMMENTS, [...old]);
  const aside = await session.rows<{ id: string }>(OLD_RESTRICTED_COMMENTS, [...old]);
  const stood = await session.rows<{ id: string }>(OLD_STOOD_COMMENTS, [...old]);
  const aged = [...free, ...aside].map(({ id }) => id);
  const replaced = stood.map(({ id }) => id);
  await forgetReasons(session, aged, replaced, old[0]);
  await emptyItems(session, [...aged, ...replaced]);
  return { rows: aged.length + stood.length, aged };
}

async function ageItems(session: Session, old: OldRows): Promise<number> {
  const found = await session.rows<{ id: string; subjectId: string | null }>(OLD_EVENTS, [...old]);
  const subjects = await lockFree(session, found);
  const emptied = await session.rows(EMPTY_EVENTS, [found.map(({ id }) => id), subjects]);
  await session.rows(DELETE_IDLE, [subjects]);
  await dropIdleMerged(session, subjects);
  return emptied.length + (await emptyOutcomeItems(session, old));
}

async function ageResponses(session: Session, { sign }: AgeingDeps, old: OldRows): Promise<number> {
  const [before, held] = old;
  const found = (await session.rows<{ id: string }>(OLD_RESPONSES, [...old])).map(({ id }) => id);
  const { subjects, keys } = await lockOld(session, found, { before, held });
  const ids = keys.map(({ id }) => id);
  const accounts = await accountsOf(session, [], ids);
  await deleteResponses(session, keys);
  await session.rows(DELETE_EVENTS, [ids]);
  await session.rows(DELETE_IDLE, [subjects]);
  await dropIdleMerged(session, subjects);
  await dropIdleAccounts(session, accounts);
  await tombstoneLeaves(session, sign, ids, 'aged');
  // An answer that stood for others may be gone.
  await reconsider(session, sign, { subjectIds: subjects });
  return ids.length;
}
