import { useState } from 'react';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import { Button } from '../../parts/button.tsx';
import type { UploadClient } from './upload-client.ts';

export interface DropFileProps {
  readonly client: UploadClient;
  /** Called with the id of the file once it is on the server. */
  readonly onArrived: (id: string) => void;
}

interface Sending {
  readonly name: string;
  readonly share: number;
  readonly abort: AbortController;
}

const TYPES = ['.csv', '.tsv', '.txt', '.xlsx', '.xlsm', '.parquet', '.ndjson', '.jsonl', '.json', '.gz'];

/** Takes a file by drop or by choice, and sends it. */
export function DropFile({ client, onArrived }: DropFileProps) {
  const [sending, setSending] = useState<Sending | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const send = (file: File) => {
    const abort = new AbortController();
    const onProgress = (sent: number) =>
      setSending({ name: file.name, share: (100 * sent) / Math.max(1, file.size), abort });
    setProblem(null);
    onProgress(0);
    client
      .upload(file, onProgress, abort.signal)
      .then(({ id }) => onArrived(id))
      .catch((error: Error) => {
        if (!abort.signal.aborted) setProblem(`${file.name} could not be sent: ${error.message}`);
      })
      .finally(() => setSending(null));
  };
  return (
    <div className="stack">
      <DropZone
        className="drop-zone"
        aria-label="Drop a file of answers here"
        getDropOperation={() => (sending ? 'cancel' : 'copy')}
        onDrop={({ items }) => {
          const item = items.find(({ kind }) => kind === 'file');
          if (item && 'getFile' in item) void item.getFile().then(send);
        }}
      >
        {sending ? <SendingFile sending={sending} /> : <ChooseFile onFile={send} />}
      </DropZone>
      {problem ? (
        <p className="failure" role="alert">
          {problem}
        </p>
      ) : null}
    </div>
  );
}

function ChooseFile({ onFile }: { readonly onFile: (file: File) => void }) {
  return (
    <>
      <p className="drop-title">Drop a file of answers here</p>
      <p className="muted small">
        CSV, Excel (XLSX), Parquet, NDJSON or JSON, up to 1 GB. You see what it would be before anything is
        stored.
      </p>
      <FileTrigger acceptedFileTypes={TYPES} onSelect={(files) => files?.[0] && onFile(files[0])}>
        <Button look="primary">Choose a file</Button>
      </FileTrigger>
    </>
  );
}

function SendingFile({ sending: { name, share, abort } }: { readonly sending: Sending }) {
  return (
    <div className="sending">
      <ProgressBar aria-label={`Sending ${name}`} value={share} className="progress">
        <p>Sending {name}</p>
        <div className="progress-track">
          <div className="progress-fill" style={{ inlineSize: `${share}%` }} />
        </div>
      </ProgressBar>
      <Button onPress={() => abort.abort()}>Cancel</Button>
    </div>
  );
}
