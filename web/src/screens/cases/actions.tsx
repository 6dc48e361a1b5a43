import { useState } from 'react';
import { useSend } from '../../lib/api.ts';
import { useKeys } from '../../lib/use-keys.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import type { FullCase } from './case.tsx';
import { ASSIGN, CLOSE, START } from './documents.ts';

type Action = 'assign' | 'start' | 'close';
const KEYS: Readonly<Record<string, Action>> = { a: 'assign', s: 'start', c: 'close' };

/** What can be done with a case, for viewers who may work on cases. */
export function CaseActions({ one }: { readonly one: FullCase }) {
  const { can, viewer } = useViewer();
  const send = useSend();
  const [action, setAction] = useState<Action | null>(null);
  const { id, state, title, owner } = one;
  const may: readonly Action[] =
    !can('manageCases') || state === 'CLOSED'
      ? []
      : state === 'OPEN'
        ? ['start', 'assign', 'close']
        : ['close', 'assign'];
  useKeys((key) => {
    const wanted = KEYS[key];
    if (!wanted || !may.includes(wanted)) return false;
    setAction(wanted);
    return true;
  }, action === null);
  if (may.length === 0) return null;
  const close = () => setAction(null);
  const words = { assign: owner ? 'Assign to another' : 'Assign', start: 'Start', close: 'Close' };
  return (
    <div className="row no-print case-actions">
      {may.map((one, i) => (
        <Button key={one} look={i === 0 ? 'primary' : 'plain'} onPress={() => setAction(one)}>
          {words[one]} <kbd>{one.charAt(0)}</kbd>
        </Button>
      ))}
      <ReasonDialog
        isOpen={action === 'assign'}
        onClose={close}
        title="Who works on this case?"
        action="Assign"
        fields={[{ name: 'owner', label: 'Owner', initial: viewer.name, missing: 'Say who works on it.' }]}
        onConfirm={async (reason, { owner: next = '' }) =>
          (await send(ASSIGN, { id, owner: next, reason })).error ?? null
        }
      >
        {title}
      </ReasonDialog>
      <ReasonDialog
        isOpen={action === 'start'}
        onClose={close}
        title="Start this case?"
        action="Start"
        onConfirm={async (reason) => (await send(START, { id, reason })).error ?? null}
      >
        The time until the first action ends here.
      </ReasonDialog>
      <ReasonDialog
        isOpen={action === 'close'}
        onClose={close}
        title="How did it end?"
        action="Close the case"
        fields={[
          {
            name: 'outcome',
            label: 'Outcome',
            hint: 'In a few words, such as: refunded, fixed, churned, no answer.',
            missing: 'Say how it ended.',
          },
        ]}
        onConfirm={async (reason, { outcome = '' }) =>
          (await send(CLOSE, { id, outcome, reason })).error ?? null
        }
      >
        A closed case is not opened again; another one can be opened about the same.
      </ReasonDialog>
    </div>
  );
}
