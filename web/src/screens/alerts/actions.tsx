import type { Severity } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { pageOfId } from '../../lib/node-href.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { ACKNOWLEDGE, DISMISS, OPEN_CASE } from './documents.ts';
import { isOpen } from './words.ts';

/** What can be done with an alert. */
export type Action = 'acknowledge' | 'dismiss' | 'case';

interface Acted {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly state: Parameters<typeof isOpen>[0];
}

/** Which actions there are for an alert now. */
export function actionsOn({ state }: Acted): readonly Action[] {
  if (!isOpen(state)) return [];
  return state === 'OPEN' ? ['acknowledge', 'case', 'dismiss'] : ['case', 'dismiss'];
}

const WORDS: Readonly<Record<Action, string>> = {
  acknowledge: 'Acknowledge',
  case: 'Open a case',
  dismiss: 'Dismiss',
};
/** The key of each action in the inbox. */
export const KEYS: Readonly<Record<string, Action>> = { a: 'acknowledge', c: 'case', d: 'dismiss' };
const keyOf = (action: Action) => Object.keys(KEYS).find((key) => KEYS[key] === action);

/** The buttons of an alert, for viewers who may work on alerts. */
export function AlertButtons({
  alert,
  onAction,
}: {
  readonly alert: Acted;
  readonly onAction: (action: Action) => void;
}) {
  const { can } = useViewer();
  const actions = actionsOn(alert);
  if (!can('manageCases') || actions.length === 0) return null;
  return (
    <div className="row no-print alerts-actions">
      {actions.map((action) => (
        <Button
          key={action}
          onPress={() => onAction(action)}
          look={action === actions[0] ? 'primary' : 'plain'}
        >
          {WORDS[action]} <kbd>{keyOf(action)}</kbd>
        </Button>
      ))}
    </div>
  );
}

interface AlertDialogProps {
  readonly alert: Acted;
  readonly action: Action | null;
  readonly onClose: () => void;
  /** It is done: what to say, and the page of what was made. */
  readonly onDone: (words: string, page?: string) => void;
}

const DAY_MS = 86_400_000;
const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/** Asks for the reason of an action, and does it. */
export function AlertDialog({ alert, action, onClose, onDone }: AlertDialogProps) {
  const send = useSend();
  const { viewer } = useViewer();
  const { id, title, severity } = alert;
  const settle = async (how: 'acknowledge' | 'dismiss', reason: string) => {
    const { error } =
      how === 'dismiss' ? await send(DISMISS, { id, reason }) : await send(ACKNOWLEDGE, { id, reason });
    if (error === undefined) onDone(how === 'dismiss' ? 'Dismissed.' : 'You have it in hand.');
    return error ?? null;
  };
  const openCase = async (reason: string, given: Readonly<Record<string, string>>) => {
    const dueAt = given.due ? `${given.due}T23:59:59Z` : null;
    const input = {
      cause: id,
      title: given.title ?? title,
      severity,
      owner: given.owner || null,
      dueAt,
      reason,
    };
    const { data, error } = await send(OPEN_CASE, { input });
    if (data) onDone('A case is open.', pageOfId(data.openCase.id) ?? undefined);
    return error ?? null;
  };
  return (
    <>
      <ReasonDialog
        isOpen={action === 'acknowledge'}
        onClose={onClose}
        title="Acknowledge this alert?"
        action="Acknowledge"
        onConfirm={(reason) => settle('acknowledge', reason)}
      >
        {title}. Others see that you work on it, and it is not escalated. It stays until its cause is over.
      </ReasonDialog>
      <ReasonDialog
        isOpen={action === 'dismiss'}
        onClose={onClose}
        title="Dismiss this alert?"
        action="Dismiss"
        isDanger
        onConfirm={(reason) => settle('dismiss', reason)}
      >
        {title}. It is closed for everyone. If its cause persists, the agent may raise another one.
      </ReasonDialog>
      <ReasonDialog
        isOpen={action === 'case'}
        onClose={onClose}
        title="Open a case?"
        action="Open the case"
        fields={[
          { name: 'title', label: 'Title', initial: title, missing: 'Say what the case is about.' },
          { name: 'owner', label: 'Owner (optional)', initial: viewer.name, hint: 'Who works on it.' },
          { name: 'due', label: 'Due (optional)', type: 'date', initial: dayIn(7) },
        ]}
        onConfirm={openCase}
      >
        A case has an owner, a due date and an outcome. One case is open for each alert.
      </ReasonDialog>
    </>
  );
}
