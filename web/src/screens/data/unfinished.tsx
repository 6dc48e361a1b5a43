import { useEffect, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import type { Upload, UploadClient } from './upload-client.ts';

/** Files of the viewer that were sent and not imported to their end. */
export function Unfinished({
  client,
  onOpen,
}: {
  readonly client: UploadClient;
  readonly onOpen: (id: string) => void;
}) {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  useEffect(() => {
    let isHere = true;
    client.list().then(
      (found) =>
        isHere &&
        setUploads(found.filter((one) => one.import?.state !== 'done' && one.received === one.bytes)),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [client]);
  if (uploads.length === 0) return null;
  const remove = (id: string) => {
    setUploads(uploads.filter((one) => one.id !== id));
    client.remove(id).catch(() => undefined);
  };
  return (
    <ul className="unfinished" aria-label="Files that are not imported yet">
      {uploads.map(({ id, name, import: state }) => (
        <li key={id}>
          <span>
            <strong>{name}</strong>{' '}
            <span className="muted">{state ? STATES[state.state] : 'not imported yet'}</span>
          </span>
          <span className="row">
            <Button onPress={() => onOpen(id)}>
              {state?.state === 'running' ? 'See the progress' : 'Continue'}
            </Button>
            {state?.state === 'running' ? null : (
              <Button look="quiet" onPress={() => remove(id)} aria-label={`Remove ${name}`}>
                Remove
              </Button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

const STATES: Readonly<Record<string, string>> = {
  running: 'is being imported',
  paused: 'its import is paused',
  interrupted: 'its import was interrupted',
  failed: 'its import failed',
};
