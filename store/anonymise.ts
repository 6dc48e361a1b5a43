import { randomUUID } from 'node:crypto';
import { ERASED_CONTENT } from './accept-row.ts';
import type { Session, Statement, Store } from './client.ts';
import type { JournalPayload } from './schema.ts';

/*
 * The journal tells of each response as what it was counted and when it was deleted: that explains how a number was known
 * (graph/known). Of erased responses it says the same of ids that were drawn for them and lead nowhere.
 */

interface Entry {
  readonly position: number;
  readonly payload: JournalPayload;
}

const ENTRIES: Statement = {
  name: 'anonymise_entries',
  text: `SELECT position, payload FROM journal WHERE kind IN ('responses', 'predictions')
      AND (payload->'added' ?| $1::text[] OR payload->'removed' ?| $1::text[]) ORDER BY position FOR UPDATE`,
};
const RENAME: Statement = {
  name: 'anonymise_rename',
  text: `UPDATE journal j SET payload = n.payload FROM json_to_recordset($1::json) AS n (position bigint, payload jsonb)
    WHERE j.position = n.position`,
};
/** What stands for them: where they counted, and that they are erased. */
const STAND_IN: Statement = {
  name: 'anonymise_stand_in',
  text: `INSERT INTO response_key (id, answered_at, received_at, cell_id, subject_id, content_hash)
    SELECT d.drawn, 'epoch', 'epoch', k.cell_id, NULL, $2
    FROM json_to_recordset($1::json) AS d (id uuid, drawn uuid) JOIN response_key k ON k.id = d.id ORDER BY d.drawn`,
};
const DONE: Statement = {
  name: 'anonymise_done',
  text: 'UPDATE erasure SET journal_at = now() WHERE id = $1 AND journal_at IS NULL RETURNING id',
};

/** Lets the journal name the responses no more. Once followers that must forget them have read that they are gone. */
export function anonymise(store: Store, erasure: string, responseIds: readonly string[]): Promise<void> {
  return store.transaction(async (session: Session) => {
    // First, so that of two checks at once one waits, and then finds it done.
    if ((await session.rows(DONE, [erasure])).length === 0 || responseIds.length === 0) return;
    const drawn = new Map(responseIds.map((id) => [id, randomUUID()]));
    const entries = await session.rows<Entry>(ENTRIES, [responseIds]);
    const rename = (ids: readonly string[]) => ids.map((id) => drawn.get(id) ?? id);
    const renamed = entries.map(({ position, payload }) => ({
      position,
      payload: { ...payload, added: rename(payload.added), removed: rename(payload.removed) },
    }));
    await session.rows(RENAME, [JSON.stringify(renamed)]);
    const pairs = [...drawn].map(([id, one]) => ({ id, drawn: one }));
    await session.rows(STAND_IN, [JSON.stringify(pairs), ERASED_CONTENT]);
  });
}
