import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from './button.tsx';
import { Choice } from './choice.tsx';
import './drawer.css';
import { Field } from './field.tsx';

/** A field above the reason. */
export interface AskedField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly initial?: string;
  readonly lines?: number;
  readonly type?: 'text' | 'date';
  /** One of these is chosen. */
  readonly options?: readonly { readonly id: string; readonly label: string }[];
  /** Said when it is empty; absent: it may be. */
  readonly missing?: string;
}

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
  /** What is asked for beside the reason. */
  readonly fields?: readonly AskedField[];
  /** Does it; `values` are those of the fields, trimmed, by name. @returns what went wrong, in words; null closes the dialog */
  readonly onConfirm: (reason: string, values: Readonly<Record<string, string>>) => Promise<string | null>;
}

/** Asks for a reason before an action; the reason is kept in the audit log. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { isOpen, onClose } = props;
  return (
    <ModalOverlay
      className="overlay overlay-center"
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className="box">
        <Dialog className="box-dialog">
          <ReasonForm {...props} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

const NO_FIELDS: readonly AskedField[] = [];

function ReasonForm({
  title,
  children,
  action,
  isDanger = false,
  fields = NO_FIELDS,
  onConfirm,
  onClose,
}: ReasonDialogProps) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(fields.map(({ name, initial = '' }) => [name, initial])),
  );
  const [missing, setMissing] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = Object.fromEntries(fields.map(({ name }) => [name, values[name]?.trim() ?? '']));
    const empty = fields.find(({ name, missing: words }) => words && given[name] === '');
    setMissing(empty?.name ?? null);
    if (empty) return;
    if (reason.trim() === '') return setProblem('Write a reason.');
    setBusy(true);
    const wrong = await onConfirm(reason.trim(), given);
    // Once it was closed, another one may be open.
    if (!isShown.current) return;
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
      {fields.map((field, i) => (
        <Asked
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          onChange={(text) => setValues((before) => ({ ...before, [field.name]: text }))}
          problem={missing === field.name ? (field.missing ?? null) : null}
          isFirst={i === 0}
        />
      ))}
      <Field
        label="Reason"
        hint="It is kept in the audit log with your name."
        lines={2}
        maxLength={500}
        value={reason}
        onChange={setReason}
        problem={problem}
        autoFocus={fields.length === 0}
      />
      <div className="row">
        <Button type="submit" look={isDanger ? 'danger' : 'primary'} isDisabled={isBusy}>
          {action}
        </Button>
        <Button look="quiet" onPress={onClose}>
          {isBusy ? 'Close' : 'Cancel'}
        </Button>
        <span className="small muted" role="status">
          {isBusy ? 'It is under way, and goes on when this is closed.' : ''}
        </span>
      </div>
    </form>
  );
}

interface AskedProps {
  readonly field: AskedField;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly problem: string | null;
  readonly isFirst: boolean;
}

function Asked({ field, value, onChange, problem, isFirst }: AskedProps) {
  const { label, hint, lines = 1, type = 'text', options } = field;
  if (options)
    return (
      <Choice label={label} value={value} onChange={onChange}>
        {options.map((one) => (
          <option key={one.id} value={one.id}>
            {one.label}
          </option>
        ))}
      </Choice>
    );
  return (
    <Field
      label={label}
      {...(hint ? { hint } : {})}
      lines={lines}
      type={type}
      value={value}
      onChange={onChange}
      problem={problem}
      autoFocus={isFirst}
    />
  );
}
