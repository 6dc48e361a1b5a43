import { type FormEvent, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useSend } from '../../../lib/api.ts';
import { useViewer } from '../../../lib/viewer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Choice } from '../../../parts/choice.tsx';
import { Field } from '../../../parts/field.tsx';
import { DUE } from './documents.ts';
import { type Asked, askedOf, choices, type Draft, FIRST, UNITS } from './draft.ts';

/** A period, and how many rows are past it now; null: that is not counted. */
export type Counted = Asked & { readonly due: number | null };

interface FormProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onCounted: (counted: Counted) => void;
}

/** Asks what is kept for how long, and counts what a rule would take now. */
export function RuleForm({ isOpen, onClose, onCounted }: FormProps) {
  return (
    <ModalOverlay
      className="overlay overlay-center"
      isOpen={isOpen}
      onOpenChange={(open) => open || onClose()}
    >
      <Modal className="box">
        <Dialog className="box-dialog">
          <Fields onClose={onClose} onCounted={onCounted} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Fields({ onClose, onCounted }: Omit<FormProps, 'isOpen'>) {
  const { dimensions } = useViewer();
  const [draft, setDraft] = useState<Draft>(FIRST);
  const [wrongCount, setWrongCount] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = useSend();
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const asked = askedOf(draft);
    setWrongCount('problem' in asked ? asked.problem : null);
    if ('problem' in asked) return;
    if (asked.field === 'QUARANTINE') return onCounted({ ...asked, due: null });
    setBusy(true);
    const { data, error } = await send(DUE, asked);
    setBusy(false);
    setFailure(error ?? null);
    if (data) onCounted({ ...asked, due: data.retentionDue });
  };
  return (
    <form className="box-dialog" onSubmit={(event) => void submit(event)}>
      <Heading slot="title" level={2}>
        Set how long something is kept
      </Heading>
      <Choice label="What" value={draft.what} onChange={(what) => change({ what })}>
        <Options of={choices(dimensions)} />
      </Choice>
      <Field
        label="Source"
        hint="As its name stands in the list of sources; it need not have sent anything yet. Leave it empty for every source."
        value={draft.source}
        onChange={(source) => change({ source })}
        maxLength={200}
        autoComplete="off"
        spellCheck="false"
      />
      <div className="retention-period">
        <Field
          label="Keep for"
          inputMode="numeric"
          value={draft.count}
          onChange={(count) => {
            change({ count });
            setWrongCount(null);
          }}
          problem={wrongCount}
        />
        <Choice label="Unit" value={draft.unit} onChange={(unit) => change({ unit })}>
          <Options of={UNITS} />
        </Choice>
      </div>
      {failure ? (
        <p className="failure" role="alert">
          {failure}
        </p>
      ) : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          {isBusy ? 'Counting…' : 'Count what is older'}
        </Button>
        <Button look="quiet" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

const Options = ({ of }: { readonly of: readonly { readonly id: string; readonly label: string }[] }) =>
  of.map(({ id, label }) => (
    <option key={id} value={id}>
      {label}
    </option>
  ));
