import type { Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { StoredCellDictionary } from './cell-dictionary.ts';

/**
 * Cells that were added for responses which were then not stored (a stale one, a transaction that failed). A
 * cell that ever held a response stays: rollups, the journal, seals and the id of the response name it.
 *
 * Filing a response flags its cell as used in the same transaction, which locks the row: this statement waits
 * for it and looks again; a later filer finds no row (CellGoneError) and adds the cell again. The age only
 * saves that work.
 *
 * A server of an earlier version does not flag cells, so references to one are looked up too. Predictions have
 * their hours in rollup_hour, which keeps its rows after an erasure.
 *
 * A cell is kept if only it distinguishes two ledgers of small cells: they would become one, and releases of
 * one could be subtracted from the other's (decision 0036).
 */
const GIVE_BACK = statement(
  'cells_give_back',
  `WITH given AS (
      DELETE FROM cell g WHERE NOT g.used AND g.recorded_at < now() - interval '15 minutes'
        AND NOT EXISTS (SELECT FROM response r WHERE r.cell_id = g.id)
        AND NOT EXISTS (SELECT FROM rollup_hour h WHERE h.cell_id = g.id)
        AND NOT EXISTS (SELECT FROM seal s WHERE s.cell_id = g.id)
        AND NOT EXISTS (SELECT FROM seal_pending p WHERE p.cell_id = g.id)
        AND NOT EXISTS (
        SELECT FROM disclosure_cell a JOIN disclosure_cell b ON b.cell_id = a.cell_id AND a.guarded AND NOT b.guarded
        WHERE a.cell_id = g.id AND NOT EXISTS (
          SELECT FROM disclosure_cell c JOIN disclosure_cell d ON d.cell_id = c.cell_id AND d.guarded <> c.guarded
            JOIN cell held ON held.id = c.cell_id AND held.used
          WHERE c.ledger = a.ledger AND d.ledger = b.ledger))
      RETURNING g.id),
    forgotten AS (DELETE FROM disclosure_cell USING given WHERE cell_id = given.id)
    SELECT count(*)::integer AS n FROM given`,
);

/**
 * Deletes the cells that never held anything, and returns how many; other processes find out when they use one.
 */
export async function giveBackCells(store: Store, cells: StoredCellDictionary): Promise<number> {
  const [given] = await store.rows<{ n: number }>(GIVE_BACK, []);
  const n = given?.n ?? 0;
  if (n > 0) await cells.reload(store);
  return n;
}
