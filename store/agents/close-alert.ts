import { UserError } from '../../domain/errors/user-error.ts';
import type { NoteChange } from '../audit/audit.ts';
import type { Store } from '../database/client.ts';
import type { AlertState } from '../tables/agents.ts';
import { type AlertActor, type AlertRow, holdAlert, moveAlert } from './alerts.ts';

/** The alert is in another state than the change needs; the message says in which. */
export class AlertError extends UserError {
  override readonly name = 'AlertError';
}

const FROM: Readonly<Record<'ACKNOWLEDGED' | 'DISMISSED', readonly AlertState[]>> = {
  ACKNOWLEDGED: ['OPEN'],
  DISMISSED: ['OPEN', 'ACKNOWLEDGED'],
};

/**
 * Acknowledges or dismisses an alert that the person sees.
 * @throws AlertError when it is in another state, because someone else was first or its cause is over.
 */
export function settleAlert(
  store: Store,
  id: string,
  to: 'ACKNOWLEDGED' | 'DISMISSED',
  by: AlertActor & { readonly note: NoteChange },
): Promise<AlertRow> {
  return store.transaction(async (session) => {
    const found = await holdAlert(session, id);
    if (!found) throw new AlertError('id: no such alert exists here');
    if (!FROM[to].includes(found.state))
      throw new AlertError(
        `id: the alert is ${found.state.toLowerCase()} already; only what is open can be ${to.toLowerCase()}`,
      );
    const moved = await moveAlert(session, id, to, by);
    await by.note(session, { alert: id, to });
    return moved;
  });
}
