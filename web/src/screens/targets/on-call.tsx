import { type FormEvent, useState } from 'react';
import type { TargetsOnCallQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { RowList } from '../../parts/row-list.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { ON_CALL, SAVE_ON_CALL } from './documents.ts';

type Plan = NonNullable<TargetsOnCallQuery['onCall']>;

/** Who is on call now and next, when it is quiet, and what follows where no one acknowledges an alert. */
export function OnCall() {
  const { data, error, isLoading, refresh } = useRead(ON_CALL, {});
  const [isEditing, setEditing] = useState(false);
  const plan = data?.onCall ?? null;
  const edit = (
    <Button onPress={() => setEditing(true)} isDisabled={!data}>
      {plan ? 'Change the plan' : 'Make a plan'}
    </Button>
  );
  return (
    <Panel title="On call" testId="on-call" actions={edit}>
      {error ? <Failed title="The plan could not be read" error={error} onRetry={refresh} /> : null}
      {isLoading ? <Skeleton lines={3} /> : null}
      {data && !plan ? (
        <Empty title="No one is on call">
          A plan says who takes turns, when it is quiet, and who is asked next where no one acknowledges an
          alert.
        </Empty>
      ) : null}
      {plan ? <Facts plan={plan} /> : null}
      <Drawer
        title="The on-call plan"
        isOpen={isEditing}
        onClose={() => setEditing(false)}
        testId="edit-on-call"
        isForm
      >
        <Form plan={plan} onSaved={refresh} onClose={() => setEditing(false)} />
      </Drawer>
    </Panel>
  );
}

function Facts({
  plan: { now, steps, quietUntil, version, createdBy, createdAt, reason },
}: {
  readonly plan: Plan;
}) {
  return (
    <div className="stack">
      <RowList>
        {now.map(({ schedule, target, next, until }) => (
          <li key={schedule}>
            <strong>{target}</strong> is on call ({schedule}) until {formatMoment(until)}, then {next}.
          </li>
        ))}
        {now.length === 0 ? <li>The plan has no schedules.</li> : null}
        <li>
          {quietUntil === null || quietUntil === undefined
            ? 'It is not quiet now.'
            : `It is quiet until ${formatMoment(quietUntil)}: only severe alerts are sent.`}
        </li>
      </RowList>
      {steps.length > 0 ? (
        <ol aria-label="Escalation">
          {steps.map(({ step, target, schedule, minutes }) => (
            <li key={step}>
              Ask {target}
              {schedule ? ` (${schedule})` : ''}, and wait {minutes} minutes.
            </li>
          ))}
        </ol>
      ) : null}
      <p className="muted small">
        Version {version} by {createdBy}, {formatMoment(createdAt)}: {reason}
      </p>
    </div>
  );
}

const EXAMPLE = {
  quietHours: { timeZone: 'Europe/Berlin', windows: [{ from: '20:00', until: '07:00' }] },
  schedules: {
    primary: { timeZone: 'Europe/Berlin', begins: '2026-01-05', targets: ['the name of a target'] },
  },
  escalation: { steps: [{ schedule: 'primary', minutes: 15 }] },
};

interface FormProps {
  readonly plan: Plan | null;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

function Form({ plan, onSaved, onClose }: FormProps) {
  const send = useSend();
  const [text, setText] = useState(JSON.stringify(plan?.plan ?? EXAMPLE, null, 2));
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = parseJson(text);
    if (given === undefined) return setProblem('The plan is not JSON.');
    if (reason.trim() === '') return setProblem('Say why; it is kept with the plan.');
    setProblem(null);
    setBusy(true);
    const { data, error } = await send(SAVE_ON_CALL, { plan: given, reason: reason.trim() });
    setBusy(false);
    if (!data) return setProblem(error);
    onSaved();
    onClose();
  };
  return (
    <form className="targets-form" onSubmit={(event) => void submit(event)}>
      <Field
        label="Plan"
        hint="JSON: quietHours, schedules and escalation; targets by name. {} ends all three."
        lines={18}
        value={text}
        onChange={setText}
        spellCheck="false"
        autoFocus
      />
      <Field label="Reason" value={reason} onChange={setReason} maxLength={500} autoComplete="off" />
      {problem ? <Failed title="The plan was not saved" error={problem} /> : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          Save the plan
        </Button>
        <Button look="quiet" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
