import type { Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** Rows per transaction. */
const BATCH = 1_000;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

/** "1." and base64 becomes "1" and the bytes; a hash of an item has 64 hex digits, a correction has none. */
const MOVE = statement(
  'move_events',
  `WITH batch AS (SELECT id FROM source_event WHERE hash IS NOT NULL AND id > $1 ORDER BY id LIMIT ${BATCH} FOR UPDATE)
    UPDATE source_event e SET hash = NULL, content = NULL,
      digest = CASE WHEN e.hash ~ '^[0-9a-f]{64}$' THEN decode(e.hash, 'hex') ELSE e.digest END,
      sealed = CASE WHEN e.content IS NULL THEN e.sealed
        ELSE convert_to(left(e.content, 1), 'UTF8') || decode(substr(e.content, 3), 'base64') END
    FROM batch WHERE e.id = batch.id RETURNING e.id`,
);

/**
 * Moves items that an earlier version stored as text into bytes, in batches, while reads and writes continue;
 * returns how many. An index has only what is left to move, so that a database without any costs one lookup.
 */
export async function moveEvents(store: Store, stopped: () => boolean = () => false): Promise<number> {
  let moved = 0;
  for (let after = FIRST_UUID; !stopped(); ) {
    const rows = await store.rows<{ id: string }>(MOVE, [after]);
    if (rows.length === 0) break;
    moved += rows.length;
    after = rows.reduce((last, { id }) => (id > last ? id : last), after);
  }
  return moved;
}
