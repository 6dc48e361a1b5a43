import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from './button.tsx';
import { Field } from './field.tsx';

interface ReasonDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** "Restrict this person's answers?" */
  readonly title: string;
  /** What happens, and whether it can be undone. */
  readonly children?: ReactNode;
  /** The verb on the button: "Restrict 3 answers". */
  readonly action: string;
  readonly isDanger?: boolean;
  /** Does it. @returns what went wrong, in words; null closes the dialog */
  readonly onConfirm: (reason: string) => Promise<string | null>;
}

/** Asks for a reason before an action; the reason is kept in the audit log. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { isOpen, onClose } = props;
  return (
    <ModalOverlay
      className="overlay overlay-center"
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
    >
      <Modal className="box">
        <Dialog className="box-dialog">
          <ReasonForm {...props} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function ReasonForm({ title, children, action, isDanger = false, onConfirm, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') return setProblem('Write a reason.');
    setBusy(true);
    const wrong = await onConfirm(reason.trim());
    setBusy(false);
    if (wrong === null) onClose();
    else setProblem(wrong);
  };
  return (
    <form className="box-dialog" onSubmit={(event) => void submit(event)}>
      <Heading slot="title" level={2}>
        {title}
      </Heading>
      {children ? <div className="muted">{children}</div> : null}
      <Field
        label="Reason"
        hint="It is kept in the audit log with your name."
        lines={2}
        maxLength={500}
        value={reason}
        onChange={setReason}
        problem={problem}
        autoFocus
      />
      <div className="row">
        <Button type="submit" look={isDanger ? 'danger' : 'primary'} isDisabled={isBusy}>
          {action}
        </Button>
        <Button look="quiet" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
