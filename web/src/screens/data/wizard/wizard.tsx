import type { ReactNode } from 'react';
import { saveFile } from '../../../lib/csv.ts';
import { formatAnswers, formatCount, viewerZone } from '../../../lib/format.ts';
import { type DimensionInfo, useViewer } from '../../../lib/viewer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Skeleton } from '../../../parts/states.tsx';
import type { DryRun, FileMap, Understood, Upload, UploadClient } from '../upload-client.ts';
import { Columns } from './columns.tsx';
import { DryRunResult } from './dry-run.tsx';
import { ImportProgress } from './import-progress.tsx';
import { lacks, type MapDraft, mapOf } from './map-draft.ts';
import { type Step, useWizard } from './use-wizard.ts';
import { formWords, sentence, stopped } from './words.ts';
import './wizard.css';

export interface WizardProps {
  readonly client: UploadClient;
  readonly id: string;
  readonly onLeave: () => void;
  /** Called when rows were stored or removed by an undo. */
  readonly onChanged: () => void;
  /** Undoes an import; resolves when the undo is complete. */
  readonly undo: ((importId: string, reason: string) => Promise<string>) | null;
}

const STEPS: readonly (readonly [Step, string])[] = [
  ['columns', 'Columns'],
  ['check', 'Dry run'],
  ['import', 'Import'],
];

/** From a file on the server to its import: what was understood, its columns, a dry run, progress and account. */
export function Wizard({ client, id, onLeave, onChanged, undo }: WizardProps) {
  const dimensions = useViewer().dimensions;
  const {
    upload,
    understood,
    draft,
    setDraft,
    run,
    step,
    goTo,
    isBusy,
    problem,
    heading,
    understand,
    check,
    begin,
  } = useWizard(client, id);
  const missing = draft ? lacks(draft) : [];
  return (
    <section className="wizard" aria-labelledby="wizard-title" aria-busy={isBusy}>
      <header className="wizard-head">
        <div>
          <h1 id="wizard-title" ref={heading} tabIndex={-1}>
            Import {upload?.name ?? 'a file'}
          </h1>
          {understood?.readAs ? (
            <Summary understood={understood} onSheet={(sheet) => void understand(sheet)} />
          ) : null}
        </div>
        <Button look="quiet" onPress={onLeave}>
          Back to Data
        </Button>
      </header>
      <Steps current={step} />
      {problem ? (
        <p className="failure" role="alert">
          {stopped(problem)}
        </p>
      ) : null}
      {step === 'columns' ? (
        <ColumnsStep
          understood={understood}
          draft={draft}
          dimensions={dimensions}
          missing={missing}
          isBusy={isBusy}
          onChange={setDraft}
          onNext={() => void check()}
          onSave={(map) => saveMap(upload, map)}
        />
      ) : null}
      {step === 'check' ? (
        <>
          {run ? (
            <DryRunResult run={run.result} dimensions={dimensions} />
          ) : isBusy ? (
            <Waiting words="Reading the file…" />
          ) : null}
          <footer className="wizard-foot">
            <Button onPress={() => goTo('columns')}>Change columns</Button>
            <Button isDisabled={!draft} onPress={() => draft && saveMap(upload, mapOf(draft))}>
              Save the map
            </Button>
            {run ? <ImportButton run={run.result} isBusy={isBusy} onPress={() => void begin()} /> : null}
          </footer>
        </>
      ) : null}
      {step === 'import' && upload ? (
        <ImportProgress client={client} upload={upload} undo={undo} onChanged={onChanged} />
      ) : null}
    </section>
  );
}

/** Saves the map as the file that `scoreline import --map` takes. */
function saveMap(upload: Upload | null, map: FileMap): void {
  const name = (upload?.name ?? 'answers').replace(/\.[a-z0-9.]{1,8}$/i, '');
  saveFile(`${name}.map.json`, `${JSON.stringify(map, null, 2)}\n`, 'application/json');
}

function Steps({ current }: { readonly current: Step }) {
  const at = STEPS.findIndex(([step]) => step === current);
  return (
    <ol className="steps" aria-label="Steps">
      {STEPS.map(([step, words], index) => (
        <li
          key={step}
          data-state={index < at ? 'done' : index === at ? 'current' : 'later'}
          aria-current={index === at ? 'step' : undefined}
        >
          {words}
        </li>
      ))}
    </ol>
  );
}

function Summary({
  understood,
  onSheet,
}: {
  readonly understood: Understood;
  readonly onSheet: (sheet: string) => void;
}) {
  const { readAs, rows, isWhole, columns, tool, sheets, unreadable } = understood;
  if (!readAs) return null;
  return (
    <div className="understood">
      <p>
        {formWords(readAs)} · {isWhole ? '' : 'first '}
        {formatCount(rows)} {rows === 1 ? 'row' : 'rows'} · {columns.length}{' '}
        {columns.length === 1 ? 'column' : 'columns'}
        {tool ? ` · an export of ${tool}` : ''}
        {unreadable > 0 ? ` · ${formatCount(unreadable)} rows cannot be read` : ''}
      </p>
      {sheets.length > 1 ? (
        <label className="sheet">
          Sheet
          <select value={readAs.sheet ?? ''} onChange={({ target }) => onSheet(target.value)}>
            {sheets.map(({ name, isHidden }) => (
              <option key={name} value={name}>
                {name}
                {isHidden ? ' (hidden)' : ''}
              </option>
            ))}
          </select>
        </label>
      ) : null}
    </div>
  );
}

interface ColumnsStepProps {
  readonly understood: Understood | null;
  readonly draft: MapDraft | null;
  readonly dimensions: readonly DimensionInfo[];
  readonly missing: readonly string[];
  readonly isBusy: boolean;
  readonly onChange: (draft: MapDraft) => void;
  readonly onNext: () => void;
  readonly onSave: (map: FileMap) => void;
}

function ColumnsStep({
  understood,
  draft,
  dimensions,
  missing,
  isBusy,
  onChange,
  onNext,
  onSave,
}: ColumnsStepProps): ReactNode {
  if (!understood || !draft) return isBusy ? <Waiting words="Reading the file…" /> : null;
  const notes = understood.doubts.filter(({ choices }) => choices.length < 2);
  return (
    <>
      <div className="names">
        <label>
          Source
          <input
            value={draft.source}
            maxLength={128}
            onChange={({ target }) => onChange({ ...draft, source: target.value })}
          />
        </label>
        <label>
          Survey
          <input
            value={draft.survey.name}
            maxLength={200}
            onChange={({ target }) => onChange({ ...draft, survey: { ...draft.survey, name: target.value } })}
          />
        </label>
        <label>
          Version of the survey
          <input
            value={draft.survey.version}
            maxLength={100}
            onChange={({ target }) =>
              onChange({ ...draft, survey: { ...draft.survey, version: target.value } })
            }
          />
        </label>
      </div>
      {notes.map(({ message }) => (
        <p key={message} className="notice">
          {sentence(message)}
        </p>
      ))}
      <Columns
        understood={understood}
        draft={draft}
        dimensions={dimensions}
        zone={viewerZone()}
        onChange={onChange}
      />
      <footer className="wizard-foot">
        {missing.length > 0 ? (
          <p className="failure" role="status">
            {missing.join(' ')}
          </p>
        ) : null}
        <Button isDisabled={missing.length > 0} onPress={() => onSave(mapOf(draft))}>
          Save the map
        </Button>
        <Button look="primary" isDisabled={missing.length > 0 || isBusy} onPress={onNext}>
          Try it: dry run
        </Button>
      </footer>
    </>
  );
}

function ImportButton({
  run,
  isBusy,
  onPress,
}: {
  readonly run: DryRun;
  readonly isBusy: boolean;
  readonly onPress: () => void;
}) {
  const { accepted, isWhole } = run;
  if (accepted === 0)
    return (
      <p className="failure" role="status">
        No row can be imported with these columns.
      </p>
    );
  return (
    <Button look="primary" isDisabled={isBusy} onPress={onPress}>
      {isWhole ? `Import ${formatAnswers(accepted)}` : 'Import the file'}
    </Button>
  );
}

function Waiting({ words }: { readonly words: string }) {
  return (
    <div className="stack" role="status">
      <p className="muted">{words}</p>
      <Skeleton lines={5} />
    </div>
  );
}
