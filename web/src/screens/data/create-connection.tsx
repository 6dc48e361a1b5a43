import { type FormEvent, useId, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useSend } from '../../lib/api.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { CREATE_CONNECTION } from './documents.ts';

/** A connection whose secret is shown once. */
export interface MadeSecret {
  readonly id: string;
  readonly connector: string;
  readonly secret: string;
  readonly name: string;
  readonly path: string;
  /** The connection is new: nothing has arrived yet. */
  readonly isNew?: true;
}

interface Connector {
  readonly name: string;
  readonly words: string;
  readonly mapping?: object;
  /** A survey of our own: the server makes its secret. */
  readonly isOwn?: true;
  /** The tool only announces what it has: it is fetched with its key from a host such as this. */
  readonly fetches?: string;
}

/** What can deliver, with a mapping to begin with: tools by webhook, and surveys of our own. */
export const CONNECTORS: readonly Connector[] = [
  { name: 'canonical', words: 'Standard Webhooks', mapping: {} },
  {
    name: 'formbricks',
    words: 'Formbricks',
  },
  {
    name: 'typeform',
    words: 'Typeform',
  },
  {
    name: 'posthog',
    words: 'PostHog surveys',
  },
  {
    name: 'qualtrics',
    words: 'Qualtrics',
    fetches: 'fra1.qualtrics.com',
    mapping: { score: { column: 'values.QID1', scale: '0-10' }, comment: 'values.QID2_TEXT' },
  },
  {
    name: 'surveymonkey',
    words: 'SurveyMonkey',
    fetches: 'api.surveymonkey.com',
    mapping: { score: { column: 'numbers.QUESTION', scale: '0-10' }, comment: 'answers.QUESTION' },
  },
  { name: 'delighted', words: 'Delighted (archived events)', mapping: {} },
  { name: 'retently', words: 'Retently', mapping: {} },
  { name: 'wootric', words: 'Wootric / InMoment (by a relay)', mapping: {} },
  { name: 'asknicely', words: 'AskNicely', mapping: {} },
  {
    name: 'segment',
    words: 'Segment (track)',
    mapping: {
      score: { column: 'properties.score', scale: '0-10' },
      comment: 'properties.comment',
      where: { event: ['NPS Response Sent'] },
    },
  },
  { name: 'chatwoot', words: 'Chatwoot satisfaction', mapping: {} },
  { name: 'zendesk', words: 'Zendesk satisfaction', fetches: 'acme.zendesk.com', mapping: {} },
  { name: 'intercom', words: 'Intercom ratings', mapping: {} },
  { name: 'twilio', words: 'Twilio SMS replies', mapping: {} },
  { name: 'stripe', words: 'Stripe billing (outcomes)', mapping: { outcomes: {} } },
  { name: 'hubspot', words: 'HubSpot deals and tickets (outcomes)', mapping: { outcomes: {} } },
  {
    name: 'email-link',
    words: 'Survey by mail (our own)',
    isOwn: true,
    mapping: {
      source: 'mail',
      survey: { name: 'Survey by mail', version: '1' },
      invitations: true,
      texts: { en: { question: 'How likely are you to recommend us?' } },
    },
  },
  {
    name: 'web-snippet',
    words: 'Survey on web pages (our own)',
    isOwn: true,
    mapping: {
      source: 'web',
      survey: { name: 'Survey on web pages', version: '1' },
      origins: ['https://www.example.com'],
    },
  },
];

/** Makes a connection, and hands on its secret. */
export function CreateConnection({ onCreated }: { readonly onCreated: (made: MadeSecret) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon="plus" onPress={() => setOpen(true)}>
        Add a connection
      </Button>
      <ModalOverlay className="overlay overlay-center" isOpen={isOpen} onOpenChange={setOpen} isDismissable>
        <Modal className="box">
          <Dialog className="box-dialog">
            <ConnectionForm
              onClose={() => setOpen(false)}
              onCreated={(made) => {
                setOpen(false);
                onCreated(made);
              }}
            />
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

function ConnectionForm({
  onClose,
  onCreated,
}: {
  readonly onClose: () => void;
  readonly onCreated: (made: MadeSecret) => void;
}) {
  const id = useId();
  const [connector, setConnector] = useState('canonical');
  const [name, setName] = useState('');
  const [mapping, setMapping] = useState('{}');
  const [secret, setSecret] = useState('');
  const [key, setKey] = useState('');
  const [host, setHost] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = useSend();
  const choose = (next: string) => {
    setConnector(next);
    const template = CONNECTORS.find((one) => one.name === next)?.mapping;
    setMapping(template ? JSON.stringify(template, null, 2) : '');
  };
  const fetches = CONNECTORS.find((one) => one.name === connector)?.fetches;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const declared = mapping.trim() === '' ? null : parsed(mapping);
    if (name.trim() === '') return setProblem('Name the connection.');
    if (declared === undefined) return setProblem('The mapping is not JSON.');
    const input = {
      connector,
      name: name.trim(),
      ...(declared === null ? {} : { mapping: declared }),
      ...(secret.trim() ? { secret: secret.trim() } : {}),
      ...(fetches && key.trim() ? { vendorKey: key.trim() } : {}),
      ...(fetches && host.trim() ? { vendorHost: host.trim() } : {}),
    };
    setBusy(true);
    const { data, error } = await send(CREATE_CONNECTION, { input });
    setBusy(false);
    if (error !== undefined) return setProblem(error);
    const { connection, secret: made } = data.createConnection;
    onCreated({ ...connection, connector, secret: made, isNew: true });
  };
  return (
    <form className="box-dialog" onSubmit={(event) => void submit(event)}>
      <Heading slot="title" level={2}>
        Add a connection
      </Heading>
      <Field label="Name" value={name} onChange={setName} maxLength={200} autoComplete="off" />
      <div className="field">
        <label htmlFor={`${id}-tool`}>Tool</label>
        <select
          id={`${id}-tool`}
          className="input"
          value={connector}
          onChange={({ target }) => choose(target.value)}
        >
          {CONNECTORS.map((one) => (
            <option key={one.name} value={one.name}>
              {one.words}
            </option>
          ))}
        </select>
      </div>
      <Field
        label="Mapping"
        hint="JSON: which field of a delivery is what. Leave it empty to choose from what arrives first."
        lines={6}
        value={mapping}
        onChange={setMapping}
        spellCheck="false"
      />
      {CONNECTORS.find((one) => one.name === connector)?.isOwn ? null : (
        <Field
          label="Secret of the tool"
          hint="If the tool has made one. Otherwise one is made here and shown once."
          type="password"
          autoComplete="off"
          value={secret}
          onChange={setSecret}
        />
      )}
      {fetches ? <VendorAccess example={fetches} keyOf={[key, setKey]} hostOf={[host, setHost]} /> : null}
      {problem ? (
        <p className="failure" role="alert">
          {problem}
        </p>
      ) : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          Add the connection
        </Button>
        <Button look="quiet" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

type State = readonly [string, (text: string) => void];

/** How a tool is asked for what it only announces. */
function VendorAccess({
  example,
  keyOf: [key, setKey],
  hostOf: [host, setHost],
}: {
  readonly example: string;
  readonly keyOf: State;
  readonly hostOf: State;
}) {
  return (
    <>
      <Field
        label="Key of the tool"
        hint="The tool announces answers; they are fetched with this key, which is not shown again."
        type="password"
        autoComplete="off"
        value={key}
        onChange={setKey}
      />
      <Field
        label="Host of the tool"
        hint={`Where it is asked, such as ${example}.`}
        autoComplete="off"
        value={host}
        onChange={setHost}
      />
    </>
  );
}

/** Undefined for a text that is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
