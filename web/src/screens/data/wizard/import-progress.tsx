import { useEffect, useState } from 'react';
import { Label } from 'react-aria-components/Label';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import { Link } from 'wouter';
import { saveFile } from '../../../lib/csv.ts';
import { formatAnswers, formatCount } from '../../../lib/format.ts';
import { Button } from '../../../parts/button.tsx';
import type { ImportState, Upload, UploadClient } from '../upload-client.ts';
import { UndoButton } from './undo-button.tsx';
import { reasonWords, rowWords, stopped } from './words.ts';

const LOOK_EVERY_MS = 500;

export interface ImportProgressProps {
  readonly client: UploadClient;
  readonly upload: Upload;
  readonly undo: ((importId: string, reason: string) => Promise<string>) | null;
  readonly onChanged: () => void;
}

/** An import while it runs, its account, and its undo. */
export function ImportProgress({ client, upload, undo, onChanged }: ImportProgressProps) {
  const [state, setState] = useState<ImportState | null>(upload.import);
  const [problem, setProblem] = useState<string | null>(null);
  const [undone, setUndone] = useState<string | null>(null);
  const isRunning = state?.state === 'running';

  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => {
      client.get(upload.id).then(
        (found) => {
          setProblem(null);
          setState(found.import);
          if (found.import?.state === 'done') onChanged();
        },
        (error: Error) =>
          setProblem(`The progress cannot be read now: ${error.message}. The import goes on.`),
      );
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [client, upload.id, isRunning, onChanged]);

  const act = (work: Promise<Upload>) => {
    work.then(
      (found) => {
        setProblem(null);
        setState(found.import);
      },
      (error: Error) => setProblem(error.message),
    );
  };
  if (!state) return null;
  const share = state.bytes === 0 ? 0 : Math.min(100, (100 * state.bytesRead) / state.bytes);
  return (
    <div className="import-progress">
      {state.state === 'done' ? null : (
        <ProgressBar value={share} className="progress">
          <Label>{TITLES[state.state]}</Label>
          <div className="progress-track">
            <div className="progress-fill" style={{ inlineSize: `${share}%` }} />
          </div>
        </ProgressBar>
      )}
      {undone ? (
        <p className="notice" role="status">
          {undone}
        </p>
      ) : null}
      {state.state === 'done' && !undone ? (
        <div role="status">
          <h2 className="done-title">
            {formatAnswers(state.accepted)} {state.accepted === 1 ? 'was' : 'were'} imported
          </h2>
        </div>
      ) : null}
      {(problem ?? state.message) ? (
        <p className="failure" role="alert">
          {stopped(problem ?? state.message ?? '')}
        </p>
      ) : null}
      <Account state={state} />
      <footer className="wizard-foot">
        {isRunning ? <Button onPress={() => act(client.pause(upload.id))}>Pause</Button> : null}
        {state.state === 'paused' || state.state === 'interrupted' || state.state === 'failed' ? (
          <Button look="primary" onPress={() => act(client.start(upload.id))}>
            Continue the import
          </Button>
        ) : null}
        {state.rejected > 0 && !isRunning ? (
          <Button
            icon="download"
            onPress={() =>
              void client.rejects(upload.id).then(
                (content) => saveFile(`${upload.name}.rejects.ndjson`, content),
                (error: Error) => setProblem(`The rejected rows cannot be read: ${error.message}`),
              )
            }
          >
            Save the rejected rows
          </Button>
        ) : null}
        {undo && state.importId && !isRunning && !undone ? (
          <UndoButton
            file={upload.name}
            onUndo={async (reason) => {
              setUndone(await undo(state.importId as string, reason));
              onChanged();
            }}
          />
        ) : null}
        {state.state === 'done' ? (
          <Link className="button button-primary" href="/">
            See the score
          </Link>
        ) : null}
      </footer>
    </div>
  );
}

const TITLES: Readonly<Record<ImportState['state'], string>> = {
  running: 'Importing. It goes on when you leave this page.',
  paused: 'Paused. What was imported so far counts.',
  interrupted: 'Interrupted. What was imported so far counts.',
  failed: 'The import failed. What was imported so far counts.',
  done: 'Done',
};

function Account({ state }: { readonly state: ImportState }) {
  const { rows, accepted, duplicates, rejected, filtered, blank, reasons, firstRejects, firstDoubts } = state;
  const counts = [
    ['rows', rows],
    ['accepted', accepted],
    ['duplicates', duplicates],
    ['rejected', rejected],
    ...(filtered > 0 ? [['left out', filtered] as const] : []),
    ...(blank > 0 ? [['blank', blank] as const] : []),
  ] as const;
  return (
    <>
      <dl className="counts">
        {counts.map(([name, value]) => (
          <div
            key={name}
            data-tone={name === 'accepted' ? 'good' : name === 'rejected' && rejected > 0 ? 'bad' : undefined}
          >
            <dt>{name}</dt>
            <dd>{formatCount(value)}</dd>
          </div>
        ))}
      </dl>
      {rejected > 0 ? (
        <p className="muted">
          {Object.entries(reasons)
            .map(([code, count]) => `${formatCount(count)}: ${reasonWords(code)}`)
            .join('; ')}
        </p>
      ) : null}
      {firstRejects.length > 0 ? (
        <ul className="first-rejects">
          {firstRejects.map(({ line, item, message }) => (
            <li key={`${line} ${item ?? ''}`}>
              Line {line}: {rowWords(message)}
            </li>
          ))}
        </ul>
      ) : null}
      {firstDoubts.map((doubt) => (
        <p key={doubt} className="notice">
          In doubt: {doubt}
        </p>
      ))}
    </>
  );
}
