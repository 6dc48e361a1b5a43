import type { Store } from '../database/client.ts';
import type { StoredCellDictionary } from '../responses/cell-dictionary.ts';
import { type DeliveredFact, deliveredTable, type FactAcceptance } from './delivered-facts.ts';

/** Invitations that are ready to be stored, one or the number of a day, with their cell. */
export type NewInvitation = DeliveredFact<number> & { readonly cellId: number };

const LOCK_MS = 10_000;
const put = deliveredTable<number>(
  'invitation',
  { at: 'timestamptz', cell_id: 'integer', invited: 'bigint', started: 'bigint' },
  'cell_id',
);

/**
 * Stores invitations in one transaction, and returns what became of each, in order.
 * @throws CellGoneError when a cell was released meanwhile
 */
export async function storeInvitations(
  { store, cells }: { readonly store: Store; readonly cells: StoredCellDictionary },
  invitations: readonly NewInvitation[],
  receivedAt: Date,
): Promise<FactAcceptance[]> {
  const used = invitations.map(({ cellId }) => cellId);
  const outcomes = await store.transaction(
    async (session) => {
      const accepted = await put(session, invitations, receivedAt);
      await cells.use(session, used);
      return accepted;
    },
    { lockMs: LOCK_MS },
  );
  cells.noteUsed(used);
  return outcomes;
}
