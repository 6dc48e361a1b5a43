import { useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Link } from 'wouter';
import type { DataConnectionsQuery } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { formatCount, formatMoment } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { ConfirmButton } from './confirm-button.tsx';
import { connectorOf } from './connectors.ts';
import { CreateConnection, type MadeSecret } from './create-connection.tsx';
import { REMOVE_CONNECTION, ROTATE_CONNECTION } from './documents.ts';
import { FirstDelivery } from './first-delivery.tsx';
import { Quarantine } from './quarantine/quarantine.tsx';
import { REFUSALS } from './refusals.ts';
import { MailLinks, WebSurvey } from './survey-html.tsx';
import { useConnections } from './use-connections.ts';

type Connection = DataConnectionsQuery['connections'][number];

/** Accounts at vendors that deliver by webhook, and what of it could not be stored. */
export function Connections() {
  const { connections, error, isLoading, refresh } = useConnections();
  const [made, setMade] = useState<MadeSecret | null>(null);
  const created = (one: MadeSecret) => {
    setMade(one);
    refresh();
  };
  const closed = () => {
    setMade(null);
    refresh();
  };
  return (
    <>
      <Panel title="Connections" testId="connections" actions={<CreateConnection onCreated={created} />}>
        {error ? <Failed title="The connections could not be read" error={error} onRetry={refresh} /> : null}
        {isLoading ? <Skeleton /> : null}
        {connections?.length === 0 ? (
          <Empty title="No survey tool delivers here yet">
            Add a connection, and give its address and secret to the tool: its answers then arrive by
            themselves.
          </Empty>
        ) : null}
        <ul className="plain-list">
          {connections?.map((one) => (
            <ConnectionRow key={one.id} connection={one} onSecret={created} onChanged={refresh} />
          ))}
        </ul>
        {made ? <Made made={made} onClose={closed} /> : null}
      </Panel>
      <Quarantine connections={connections ?? []} onChanged={refresh} />
    </>
  );
}

interface RowProps {
  readonly connection: Connection;
  readonly onSecret: (made: MadeSecret) => void;
  readonly onChanged: () => void;
}

function ConnectionRow({ connection, onSecret, onChanged }: RowProps) {
  const {
    id,
    name,
    connector,
    path,
    lastDeliveryAt,
    accepted,
    duplicates,
    rejected,
    lastRefusal,
    lastError,
  } = connection;
  const send = useSend();
  const href = useHref();
  const known = connectorOf(connector);
  const rotate = async () => {
    const { data, error } = await send(ROTATE_CONNECTION, { id });
    if (error !== undefined) return error;
    onSecret({ id, connector, secret: data.rotateConnection.secret, name, path });
    return null;
  };
  const remove = async () => {
    const { error } = await send(REMOVE_CONNECTION, { id });
    if (error !== undefined) return error;
    onChanged();
    return null;
  };
  return (
    <li className="data-row">
      <div className="stack">
        <p className="row">
          <strong>{name}</strong>
          <span className="muted">{known?.words ?? connector}</span>
        </p>
        {path ? <code className="address">{`${location.origin}${path}`}</code> : null}
        <p className="muted small numbers">
          {lastDeliveryAt ? `Last delivery ${formatMoment(lastDeliveryAt)}` : 'No delivery yet'} ·{' '}
          {formatCount(accepted)} accepted, {formatCount(duplicates)} repeated, {formatCount(rejected)}{' '}
          rejected
        </p>
        {lastRefusal ? (
          <p className="notice small">Refused last: {REFUSALS[lastRefusal] ?? lastRefusal}.</p>
        ) : null}
        {lastError ? <p className="notice small">Rejected last: {lastError}</p> : null}
        <Fetching of={connection.fetching} />
        {connection.waiting > 0 ? (
          <Link className="small numbers" href={href('/data', {}, { quarantine: id })}>
            {formatCount(connection.waiting)} {connection.waiting === 1 ? 'waits' : 'wait'} in the quarantine
          </Link>
        ) : null}
      </div>
      <div className="row data-row-actions">
        {known?.place ? null : (
          <ConfirmButton
            action="Replace the secret"
            label={`Replace the secret of ${name}`}
            title={`Replace the secret of ${name}?`}
            text="The new secret is shown once. The present one is accepted for a while, until the tool has the new one."
            onConfirm={rotate}
          />
        )}
        <ConfirmButton
          action="Remove"
          label={`Remove the connection ${name}`}
          isDanger
          title={`Remove the connection ${name}?`}
          text="Its deliveries are refused from now on, and its secret is destroyed. What it delivered stays."
          onConfirm={remove}
        />
      </div>
    </li>
  );
}

/** What the tool announced and was not fetched yet, and why. */
function Fetching({ of }: { readonly of: Connection['fetching'] }) {
  if (!of || (of.waiting === 0 && !of.lastError)) return null;
  const { waiting, hasKey, lastError, openUntil } = of;
  return (
    <p className="notice small numbers">
      {formatCount(waiting)} announced, not fetched yet.
      {hasKey ? null : ' A key of the tool is missing.'}
      {lastError ? ` Last: ${lastError}.` : null}
      {openUntil && Date.parse(openUntil) > Date.now()
        ? ` Nothing is fetched until ${formatMoment(openUntil)}.`
        : null}
    </p>
  );
}

/** What to do with a connection that was made, or whose secret is new. */
function Made({ made, onClose }: { readonly made: MadeSecret; readonly onClose: () => void }) {
  if (made.connector === 'email-link') return <MailLinks made={made} onClose={onClose} />;
  if (made.connector === 'web-snippet') return <WebSurvey made={made} onClose={onClose} />;
  return made.isNew ? (
    <FirstDelivery made={made} onClose={onClose} />
  ) : (
    <SecretOnce made={made} onClose={onClose} />
  );
}

/** The secret of a connection, which the server does not show again. */
function SecretOnce({ made, onClose }: { readonly made: MadeSecret; readonly onClose: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard?.writeText(made.secret).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <ModalOverlay className="overlay overlay-center" isOpen onOpenChange={(isOpen) => isOpen || onClose()}>
      <Modal className="box">
        <Dialog className="box-dialog">
          <Heading slot="title" level={2}>
            The secret of {made.name}
          </Heading>
          <p className="muted">It is shown only once. Give it to the tool, together with the address.</p>
          <code className="secret">{made.secret}</code>
          <code className="address">{`${location.origin}${made.path}`}</code>
          <div className="row">
            <Button look="primary" onPress={onClose}>
              I have stored it
            </Button>
            <Button icon={isCopied ? 'check' : 'link'} onPress={() => void copy()}>
              {isCopied ? 'Copied' : 'Copy the secret'}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
