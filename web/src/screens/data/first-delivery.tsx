import { useEffect, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Link } from 'wouter';
import type { DataFirstDeliveryQuery } from '../../gql/graphql.ts';
import { errorText, useRead } from '../../lib/api.ts';
import { formatCount } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { FIRST_DELIVERY } from './connect-documents.ts';
import { connectorOf } from './connectors.ts';
import { Copied } from './copied.tsx';
import type { MadeSecret } from './create-connection.tsx';
import { MapByExample } from './map-by-example.tsx';
import { REFUSALS } from './refusals.ts';

const LOOK_EVERY_MS = 2_000;

type Arrived = Extract<NonNullable<DataFirstDeliveryQuery['node']>, { id: string }>;

interface Shown {
  readonly made: MadeSecret;
  readonly onClose: () => void;
}

/** What the tool needs of a new connection, and what arrives from it: shown until the person has seen it work. */
export function FirstDelivery({ made, onClose }: Shown) {
  return (
    <ModalOverlay className="overlay overlay-center" isOpen onOpenChange={(isOpen) => isOpen || onClose()}>
      <Modal className="box">
        <Dialog className="box-dialog">
          <Heading slot="title" level={2}>
            Connect {made.name}
          </Heading>
          {connectorOf(made.connector)?.place ? (
            <p className="muted">What is there now, and what appears later, is read by the server.</p>
          ) : (
            <>
              <p className="muted">
                1. Give the tool this address and this secret. The secret is shown only once.
              </p>
              <Copied what="the address" text={`${location.origin}${made.path}`} />
              <Copied what="the secret" text={made.secret} />
              <p className="muted">2. Send a test, or answer the survey yourself.</p>
            </>
          )}
          <Arrivals made={made} />
          <div className="row">
            <Button onPress={onClose}>Close</Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Looks for the first delivery until an answer is stored. */
function Arrivals({ made }: Pick<Shown, 'made'>) {
  const { data, error, refresh } = useRead(FIRST_DELIVERY, { id: made.id });
  const [stored, setStored] = useState<number | null>(null);
  const seen = data?.node && 'id' in data.node ? (data.node as Arrived) : null;
  const waiting = seen?.quarantine.edges[0]?.node ?? null;
  const isDone = stored !== null || (seen?.accepted ?? 0) > 0;
  useEffect(() => {
    if (isDone || waiting !== null) return;
    const timer = setInterval(refresh, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isDone, waiting, refresh]);
  if (error) return <p className="failure">{errorText(error)}</p>;
  if (isDone) return <Stored count={stored ?? seen?.accepted ?? 0} />;
  if (waiting === null) return <Waiting seen={seen} />;
  if (waiting.reason === 'MAPPING' || waiting.reason === 'SCHEMA')
    return <MapByExample made={made} item={waiting.id} onStored={setStored} />;
  return (
    <p className="notice" role="status">
      A delivery has arrived and could not be stored{waiting.field ? ` (${waiting.field})` : ''}.{' '}
      {waiting.advice}
    </p>
  );
}

function Waiting({ seen }: { readonly seen: Arrived | null }) {
  const refusal = seen?.lastRefusal;
  return (
    <>
      {seen?.files.map(({ path, state, message }) => (
        <p key={path} className={state === 'failed' ? 'notice small' : 'small'}>
          {path ? <strong dir="auto">{path}: </strong> : null}
          {message ?? (state === 'importing' ? 'is being imported' : 'nothing in it was new')}
        </p>
      ))}
      <p role="status">
        {(seen?.ignored ?? 0) > 0
          ? 'A delivery has arrived, without an answer that the mapping reads.'
          : 'Waiting for the first delivery…'}
      </p>
      {refusal ? (
        <p className="notice small">
          One was refused: {REFUSALS[refusal] ?? refusal}. The address is right; check the secret.
        </p>
      ) : null}
    </>
  );
}

function Stored({ count }: { readonly count: number }) {
  return (
    <p role="status" data-testid="first-answer">
      {count === 1 ? 'The first answer is stored.' : `${formatCount(count)} answers are stored.`}{' '}
      <Link href="/">See the score</Link>
    </p>
  );
}
