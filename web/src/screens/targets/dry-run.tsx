import { useEffect, useState } from 'react';
import type { TargetEvent, TargetsTestMutation } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { TEST } from './documents.ts';
import type { Target } from './targets-panel.tsx';
import { EVENT_WORDS } from './words.ts';

type Tested = TargetsTestMutation['testTarget'];

interface DryRunProps {
  /** Null: closed. */
  readonly target: Target | null;
  readonly onClose: () => void;
}

/** The exact request that a target would get, for a made-up event, and the way to send it once. */
export function DryRun({ target, onClose }: DryRunProps) {
  return (
    <Drawer
      title={`Dry run of ${target?.name ?? ''}`}
      isOpen={target !== null}
      onClose={onClose}
      testId="target-test"
    >
      {target ? <Request target={target} /> : null}
    </Drawer>
  );
}

function Request({ target: { id, name, events } }: { readonly target: Target }) {
  const ask = useSend();
  const [event, setEvent] = useState<TargetEvent>(events[0] ?? 'ALERT_RAISED');
  const [tested, setTested] = useState<Tested | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const test = async (send: boolean) => {
    setBusy(true);
    const { data, error } = await ask(TEST, { id, event, send });
    setBusy(false);
    setProblem(error ?? null);
    if (data) setTested(data.testTarget);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another event is chosen
  useEffect(() => {
    void test(false);
  }, [event]);
  return (
    <>
      <p className="muted">
        This is the request of a made-up event, which says that it is a test. Nothing is sent until you send
        it; what is secret in it is replaced by asterisks.
      </p>
      <div className="row">
        <Picker
          label="Event"
          options={Object.entries(EVENT_WORDS).map(([one, label]) => ({ id: one, label }))}
          value={[event]}
          onChange={([one]) => setEvent((one as TargetEvent | undefined) ?? event)}
        />
        <Button look="primary" onPress={() => void test(true)} isDisabled={isBusy}>
          Send it to {name}
        </Button>
      </div>
      {problem ? <Failed title="The request could not be made" error={problem} /> : null}
      {tested === null && problem === null ? <Skeleton lines={8} /> : null}
      {tested ? <Answer tested={tested} /> : null}
      {tested ? <RequestText request={tested.request} /> : null}
    </>
  );
}

function Answer({ tested: { sent, delivered, status, error } }: { readonly tested: Tested }) {
  const code = typeof status === 'number' ? ` (${status})` : '';
  return (
    <p role="status" className={sent && !delivered ? 'targets-refused' : ''}>
      {sent
        ? delivered
          ? `Sent, and the target took it${code}.`
          : `Sent, but the target did not take it${code}: ${error ?? 'there was no answer'}`
        : 'Not sent.'}
    </p>
  );
}

function RequestText({ request: { method, url, headers, body } }: { readonly request: Tested['request'] }) {
  return (
    <pre className="targets-request">
      {[
        `${method} ${url}`,
        ...Object.entries((headers ?? {}) as Record<string, unknown>).map(
          ([name, value]) => `${name}: ${String(value)}`,
        ),
        '',
        pretty(body),
      ].join('\n')}
    </pre>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
