import { useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { ReasonDialog } from '../../../parts/reason-dialog.tsx';

/** Asks why an import is undone, and undoes it. */
export function UndoButton({
  file,
  onUndo,
}: {
  readonly file: string;
  readonly onUndo: (reason: string) => Promise<void>;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button look="danger" onPress={() => setOpen(true)} aria-label={`Undo the import of ${file}`}>
        Undo this import
      </Button>
      <ReasonDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={`Undo the import of ${file}?`}
        action="Undo this import"
        isDanger
        onConfirm={(reason) =>
          onUndo(reason).then(
            () => null,
            (error: Error) => error.message,
          )
        }
      >
        <p>
          The answers that it added are removed from every score, and what it replaced is restored. Answers
          that were corrected since, or are under a legal hold, stay.
        </p>
      </ReasonDialog>
    </>
  );
}
