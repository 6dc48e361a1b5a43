import { type FormEvent, useState } from 'react';
import { errorText, useRead, useSend } from '../../lib/api.ts';
import { formatDay } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Field } from '../../parts/field.tsx';
import { Narrowing } from '../../parts/narrowing.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Failed } from '../../parts/states.tsx';
import { CREATE, ROLES } from './documents.ts';
import { NewKey } from './new-key.tsx';
import { Permissions } from './sees.tsx';

interface CreateProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onCreated: () => void;
}

const DAY_MS = 86_400_000;
const LIVES = [
  { id: '30', label: '30 days' },
  { id: '90', label: '90 days' },
  { id: '365', label: 'One year' },
  { id: 'never', label: 'Never' },
] as const;

/** A form for a new key; then the key, which is shown once. */
export function CreateKey({ isOpen, onClose, onCreated }: CreateProps) {
  const [made, setMade] = useState<{ readonly name: string; readonly key: string } | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Drawer
      title={made ? `The key “${made.name}”` : 'Create a key'}
      isOpen={isOpen}
      onClose={close}
      testId="create-key"
      isForm
    >
      {made ? (
        <NewKey secret={made.key} onDone={close} />
      ) : (
        <Form
          onMade={(name, key) => {
            setMade({ name, key });
            onCreated();
          }}
          onCancel={close}
        />
      )}
    </Drawer>
  );
}

interface FormProps {
  readonly onMade: (name: string, key: string) => void;
  readonly onCancel: () => void;
}

function Form({ onMade, onCancel }: FormProps) {
  const roles = useRead(ROLES, {});
  const send = useSend();
  const [name, setName] = useState('');
  const [role, setRole] = useState('analyst');
  const [segment, setSegment] = useState<Readonly<Record<string, readonly string[]>>>({});
  const [life, setLife] = useState('90');
  const [sources, setSources] = useState('');
  const [isReadOnly, setReadOnly] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const attributes = Object.keys(segment).length > 0 ? segment : null;
  const ends = life === 'never' ? null : new Date(Date.now() + Number(life) * DAY_MS);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return setProblem('Write whose key it is, or what for.');
    setBusy(true);
    const bound = sources
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
    const { data, error } = await send(CREATE, {
      input: {
        name: name.trim(),
        role,
        attributes,
        expiresAt: ends?.toISOString() ?? null,
        readOnly: isReadOnly,
        sources: bound.length > 0 ? bound : null,
      },
    });
    setBusy(false);
    if (data) onMade(name.trim(), data.createApiKey.key);
    else setWrong(error);
  };
  return (
    <form className="access-form" onSubmit={(event) => void submit(event)}>
      <Field
        label="Name"
        hint="Whose it is, or which program uses it. It appears in the audit log."
        value={name}
        onChange={(text) => {
          setName(text);
          setProblem(null);
        }}
        problem={problem}
        maxLength={200}
        autoFocus
      />
      <fieldset>
        <legend>What it may do</legend>
        <div className="row">
          <Picker
            label="Role"
            options={roles.data?.roles.map((one) => ({ id: one.name, label: one.name }))}
            value={[role]}
            problem={roles.error ? errorText(roles.error) : null}
            onChange={([chosen]) => setRole(chosen ?? role)}
          />
          <Narrowing segment={segment} onChange={setSegment} />
        </div>
        <label className="access-check">
          <input
            type="checkbox"
            checked={isReadOnly}
            onChange={(event) => setReadOnly(event.target.checked)}
          />
          Reads only: it may not change or send anything
        </label>
        <Field
          label="Sources (optional)"
          hint="For a program that sends answers in: the sources that it may send for, separated by commas."
          value={sources}
          onChange={setSources}
        />
      </fieldset>
      <Until life={life} ends={ends} onChange={setLife} />
      {wrong ? <Failed title="The key was not created" error={wrong} /> : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          Create the key
        </Button>
        <Button look="quiet" onPress={onCancel}>
          Cancel
        </Button>
      </div>
      <details className="access-preview">
        <summary>What it will see</summary>
        <Permissions role={role} attributes={attributes} />
      </details>
    </form>
  );
}

interface UntilProps {
  readonly life: string;
  readonly ends: Date | null;
  readonly onChange: (life: string) => void;
}

function Until({ life, ends, onChange }: UntilProps) {
  return (
    <fieldset>
      <legend>Until when</legend>
      <div className="row">
        <Picker
          label="Expires in"
          options={LIVES}
          value={[life]}
          onChange={([one]) => onChange(one ?? life)}
        />
        <span className="muted small">
          {ends ? `On ${formatDay(ends)}.` : 'It works until it is revoked.'}
        </span>
      </div>
    </fieldset>
  );
}
