import { type FormEvent, useState } from 'react';
import type { TargetEvent, TargetKind } from '../../gql/graphql.ts';
import { errorText, useRead, useSend } from '../../lib/api.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Field } from '../../parts/field.tsx';
import { Narrowing } from '../../parts/narrowing.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Failed } from '../../parts/states.tsx';
import { CREATE, ROLES } from './documents.ts';
import { EVENT_WORDS, KINDS } from './words.ts';

interface CreateProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onCreated: () => void;
}

/** A form for a new target; then its secret, if one was made, which is shown once. */
export function CreateTarget({ isOpen, onClose, onCreated }: CreateProps) {
  const [secret, setSecret] = useState<string | null>(null);
  const close = () => {
    setSecret(null);
    onClose();
  };
  const made = (given: string | null) => {
    onCreated();
    if (given === null) close();
    else setSecret(given);
  };
  return (
    <Drawer
      title={secret === null ? 'Add a target' : 'The secret of the target'}
      isOpen={isOpen}
      onClose={close}
      testId="create-target"
      isForm
    >
      {secret === null ? (
        <Form onMade={made} onCancel={close} />
      ) : (
        <>
          <p>The receiver checks the signature of each request with it. It is shown only once.</p>
          <code className="targets-secret">{secret}</code>
          <div className="row">
            <Button look="primary" onPress={close}>
              I have stored it
            </Button>
          </div>
        </>
      )}
    </Drawer>
  );
}

const EVENTS = Object.keys(EVENT_WORDS) as TargetEvent[];
const FIRST_EVENTS: readonly TargetEvent[] = ['ALERT_RAISED', 'ALERT_RESOLVED', 'CASE_OPENED'];
const settingsOf = (kind: TargetKind) => JSON.stringify(KINDS[kind].settings, null, 2);

interface FormProps {
  readonly onMade: (secret: string | null) => void;
  readonly onCancel: () => void;
}

function Form({ onMade, onCancel }: FormProps) {
  const roles = useRead(ROLES, {});
  const send = useSend();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<TargetKind>('WEBHOOK');
  const [settings, setSettings] = useState(settingsOf('WEBHOOK'));
  const [secret, setSecret] = useState('');
  const [events, setEvents] = useState(FIRST_EVENTS);
  const [role, setRole] = useState('analyst');
  const [segment, setSegment] = useState<Readonly<Record<string, readonly string[]>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const declared = parseJson(settings);
    if (name.trim() === '') return setProblem('Name the target.');
    if (declared === undefined) return setProblem('The settings are not JSON.');
    if (events.length === 0) return setProblem('Choose at least one event.');
    setProblem(null);
    setBusy(true);
    const { data, error } = await send(CREATE, {
      input: {
        name: name.trim(),
        kind,
        settings: declared,
        secret: secret.trim() || null,
        events: [...events],
        role,
        segment: Object.keys(segment).length > 0 ? segment : null,
      },
    });
    setBusy(false);
    if (data) onMade(data.createTarget.secret ?? null);
    else setProblem(error);
  };
  return (
    <form className="targets-form" onSubmit={(event) => void submit(event)}>
      <Field label="Name" value={name} onChange={setName} maxLength={200} autoComplete="off" autoFocus />
      <Choice
        label="Kind"
        value={kind}
        onChange={(next) => {
          setKind(next);
          setSettings(settingsOf(next));
        }}
      >
        {Object.entries(KINDS).map(([one, { label }]) => (
          <option key={one} value={one}>
            {label}
          </option>
        ))}
      </Choice>
      <Field
        label="Settings"
        hint="JSON: where it is, and what is not secret."
        lines={6}
        value={settings}
        onChange={setSettings}
        spellCheck="false"
      />
      <Field
        label="Secret"
        hint={KINDS[kind].secret}
        type="password"
        autoComplete="off"
        value={secret}
        onChange={setSecret}
      />
      <EventsField events={events} onChange={setEvents} />
      <fieldset>
        <legend>What it may see</legend>
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
        <p className="muted small">An event about something that the role may not read is not sent.</p>
      </fieldset>
      {problem ? <Failed title="The target was not made" error={problem} /> : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          Add the target
        </Button>
        <Button look="quiet" onPress={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

interface EventsFieldProps {
  readonly events: readonly TargetEvent[];
  readonly onChange: (events: readonly TargetEvent[]) => void;
}

function EventsField({ events, onChange }: EventsFieldProps) {
  return (
    <fieldset>
      <legend>What it gets</legend>
      {EVENTS.map((one) => (
        <label key={one} className="targets-check">
          <input
            type="checkbox"
            checked={events.includes(one)}
            onChange={({ target }) =>
              onChange(target.checked ? [...events, one] : events.filter((other) => other !== one))
            }
          />
          {EVENT_WORDS[one]}
        </label>
      ))}
    </fieldset>
  );
}
