import { nameOfRetained, type Retained } from '../../domain/privacy/retention.ts';
import { audit } from '../audit/audit.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** What a batch deleted: a rule, the moment before which it is past, and how many rows. */
interface Deletion extends Retained {
  readonly keep: string;
  readonly before: Date;
  readonly rows: number;
}

const NOTE = statement(
  'retention_note',
  `INSERT INTO deletion_record (what, keep, before, rows, source, dimension) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
);

/** Notes a batch, also in the audit log; returns the id of its row. */
export async function noteDeletion(
  session: Session,
  { what, source, dimension, keep, before, rows }: Deletion,
  now: number,
): Promise<number> {
  const [kept] = await session.rows<{ id: number }>(NOTE, [what, keep, before, rows, source, dimension]);
  if (!kept)
    throw new Error(`the deletion of ${nameOfRetained({ what, source, dimension })} was not recorded`);
  const policy = { actor: 'system', actorName: 'retention policy', role: 'system', policyVersion: null };
  const about = { ...(source === null ? {} : { source }), ...(dimension === null ? {} : { dimension }) };
  const subject = { deletion: kept.id, what, ...about, keep, before: before.toISOString(), rows };
  await audit(session, { ...policy, purpose: null, at: now, action: 'retention', subject, outcome: 'done' });
  return kept.id;
}

/** One batch of deletions by the policy: amount and rule, no content. */
export interface DeletionRow extends Deletion {
  readonly id: number;
  readonly recordedAt: Date;
}

const LAST = statement('retention_last', 'SELECT max(id) AS id FROM deletion_record');

/** The id of the last batch that was deleted; null: there was none. */
export async function lastDeletion(session: Session): Promise<number | null> {
  const [row] = await session.rows<{ id: number | null }>(LAST, []);
  return row?.id ?? null;
}

const RECORDS = statement(
  'retention_records',
  `SELECT id, what, source, dimension, keep, before, rows, recorded_at AS "recordedAt" FROM deletion_record WHERE id < $1
    ORDER BY id DESC LIMIT $2`,
);

/** Newest first, those below that id (null: from the newest on). */
export function readDeletions(
  session: Session,
  before: number | null,
  limit: number,
): Promise<DeletionRow[]> {
  return session.rows<DeletionRow>(RECORDS, [before ?? Number.MAX_SAFE_INTEGER, limit]);
}
