import { matchesSegment } from '../domain/cell.ts';
import type { Session, Statement } from './client.ts';
import { deleteResponses, type SubjectDeps } from './erase.ts';
import { forgetLeaves } from './leaf-notes.ts';
import { activeHolds } from './legal-hold.ts';
import { SEALING } from './seal-stored.ts';

/** For how long what is kept, as ISO 8601 durations; what is not named is kept for ever. */
export type Retention = Readonly<Partial<Record<RetainedKind, string>>>;
export type RetainedKind = 'comments' | 'responses' | 'sourceEvents';

/** Rows of one transaction. */
const BATCH = 500;

/** Neither of held persons ($2: cells of held segments). */
const FREE = `NOT r.cell_id = ANY ($2::integer[])
  AND NOT EXISTS (SELECT FROM response_key k JOIN subject_key s ON s.id = k.subject_id WHERE k.id = r.id AND s.held)`;
const OLD_COMMENTS: Statement = {
  name: 'retention_comments',
  text: `UPDATE response r SET comment = NULL FROM (
      SELECT r.id, r.answered_at, r.cell_id FROM response r WHERE r.answered_at < $1 AND r.comment IS NOT NULL AND ${FREE}
      ORDER BY r.answered_at, r.id LIMIT $3
    ) old WHERE r.id = old.id AND r.answered_at = old.answered_at AND r.cell_id = old.cell_id AND r.answered_at < $1
    RETURNING r.id`,
};
const OLD_RESPONSES: Statement = {
  name: 'retention_responses',
  text: `SELECT r.id FROM response r WHERE r.answered_at < $1 AND ${FREE} ORDER BY r.answered_at, r.id LIMIT $3`,
};
const LOCK: Statement = {
  name: 'retention_lock',
  text: `SELECT id, answered_at AS "answeredAt", cell_id AS "cellId", subject_id AS "subjectId" FROM response_key
    WHERE id = ANY ($1::uuid[]) AND answered_at < $2 ORDER BY id FOR UPDATE`,
};
/** A person of whom nothing is left needs no key. */
const IDLE_SUBJECTS: Statement = {
  name: 'retention_subjects',
  text: `DELETE FROM subject_key s WHERE s.id = ANY ($1::uuid[]) AND NOT s.held
    AND NOT EXISTS (SELECT FROM response_key k WHERE k.subject_id = s.id)`,
};
const OLD_EVENTS: Statement = {
  name: 'retention_events',
  text: `UPDATE source_event e SET content = NULL WHERE e.id IN (
      SELECT e.id FROM source_event e JOIN response_key r ON r.id = e.response_id
      WHERE e.received_at < $1 AND e.content IS NOT NULL AND ${FREE} LIMIT $3
    ) RETURNING e.id`,
};
const NOTE: Statement = {
  name: 'retention_note',
  text: 'INSERT INTO deletion_record (what, keep, before, rows) VALUES ($1, $2, $3, $4)',
};

/**
 * Deletes what is older than the policy says, batch by batch, but nothing that a legal hold keeps; every batch leaves a
 * record of how much and by which rule. Responses go through the triggers: scores of those times change, as their facts do.
 * Answers with the rows by kind.
 * @param cutoffs the moments before which each kind is old.
 */
export async function ageOut(
  deps: SubjectDeps,
  retention: Retention,
  cutoffs: Readonly<Partial<Record<RetainedKind, Date>>>,
): Promise<Record<RetainedKind, number>> {
  const rows = { comments: 0, responses: 0, sourceEvents: 0 };
  for (const kind of ['responses', 'comments', 'sourceEvents'] as const) {
    const [keep, before] = [retention[kind], cutoffs[kind]];
    if (keep === undefined || before === undefined) continue;
    for (let deleted = -1; deleted !== 0; rows[kind] += deleted) {
      deleted = await deps.store.transaction(async (session) => {
        const n = await batchOf(session, deps, kind, before);
        if (n > 0) await session.rows(NOTE, [kind, keep, before, n]);
        return n;
      });
    }
  }
  return rows;
}

async function batchOf(
  session: Session,
  deps: SubjectDeps,
  kind: RetainedKind,
  before: Date,
): Promise<number> {
  const holds = (await activeHolds(session)).flatMap(({ segment }) => (segment === null ? [] : [segment]));
  const heldCells = deps.cells
    .all()
    .filter(({ attributes }) => holds.some((segment) => matchesSegment(segment, attributes)))
    .map(({ id }) => id);
  const parameters = [before, heldCells, BATCH];
  if (kind === 'sourceEvents') return (await session.rows(OLD_EVENTS, parameters)).length;
  if (kind === 'comments') {
    // What was said of the text stays, and so do the scores: only the text goes.
    await session.rows(SEALING, []);
    return (await session.rows(OLD_COMMENTS, parameters)).length;
  }
  const old = await session.rows<{ id: string }>(OLD_RESPONSES, parameters);
  const keys = await session.rows<{ id: string; answeredAt: Date; cellId: number; subjectId: string | null }>(
    LOCK,
    [old.map(({ id }) => id), before],
  );
  await deleteResponses(session, keys);
  await session.rows(IDLE_SUBJECTS, [keys.flatMap(({ subjectId }) => subjectId ?? [])]);
  const ids = keys.map(({ id }) => id);
  await forgetLeaves(session, deps.attest, ids, 'aged');
  return keys.length;
}
