import { useSend } from '../../lib/api.ts';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { SAVE } from './documents.ts';
import { type Draft, ruleOf } from './draft.ts';

interface SaveDialogProps {
  readonly name: string;
  readonly draft: Draft;
  /** Null: closed. */
  readonly saving: 'on' | 'off' | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Asks why, and stores a new version of the rule. */
export function SaveDialog({ name, draft, saving, onClose, onSaved }: SaveDialogProps) {
  const send = useSend();
  const isOn = saving === 'on';
  return (
    <ReasonDialog
      isOpen={saving !== null}
      onClose={onClose}
      title={isOn ? `Save ${name} and switch it on?` : `Save ${name} switched off?`}
      action={isOn ? 'Save and switch on' : 'Save switched off'}
      onConfirm={async (reason) => {
        const { error } = await send(SAVE, { name, rule: ruleOf(draft), enabled: isOn, reason });
        if (error === undefined) onSaved();
        return error ?? null;
      }}
    >
      {isOn
        ? 'It is stored as a new version with its test over the last 365 days, and holds from the next run of the score monitor on.'
        : 'It is stored as a new version. Alerts that the rule raised are resolved.'}
    </ReasonDialog>
  );
}
