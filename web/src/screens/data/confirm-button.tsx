import { useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from '../../parts/button.tsx';

interface ConfirmButtonProps {
  readonly action: string;
  readonly label: string;
  readonly title: string;
  /** What happens. */
  readonly text: string;
  readonly isDanger?: boolean;
  /** Does it. @returns what went wrong, in words; null closes the dialog */
  readonly onConfirm: () => Promise<string | null>;
}

/** A button whose action is confirmed in a dialog. */
export function ConfirmButton({
  action,
  label,
  title,
  text,
  isDanger = false,
  onConfirm,
}: ConfirmButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const confirm = async () => {
    setBusy(true);
    const wrong = await onConfirm();
    setBusy(false);
    setProblem(wrong);
    if (wrong === null) setOpen(false);
  };
  return (
    <>
      <Button look={isDanger ? 'danger' : 'plain'} aria-label={label} onPress={() => setOpen(true)}>
        {action}
      </Button>
      <ModalOverlay
        className="overlay overlay-center"
        isOpen={isOpen}
        onOpenChange={setOpen}
        isDismissable={!isBusy}
      >
        <Modal className="box">
          <Dialog role="alertdialog" className="box-dialog">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <p className="muted">{text}</p>
            {problem ? (
              <p className="failure" role="alert">
                {problem}
              </p>
            ) : null}
            <div className="row">
              <Button
                look={isDanger ? 'danger' : 'primary'}
                isDisabled={isBusy}
                onPress={() => void confirm()}
              >
                {action}
              </Button>
              <Button look="quiet" isDisabled={isBusy} onPress={() => setOpen(false)}>
                Cancel
              </Button>
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}
