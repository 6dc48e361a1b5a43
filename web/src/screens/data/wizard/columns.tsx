import { useId } from 'react';
import { formatCount } from '../../../lib/format.ts';
import type { DimensionInfo } from '../../../lib/viewer.tsx';
import type { ColumnGuess, Understood } from '../upload-client.ts';
import { amend, assign, type Choice, choiceKey, decide, type MapDraft } from './map-draft.ts';
import { CERTAINTY_WORDS, FORMATS, ROLE_WORDS, SCALES, sentence } from './words.ts';

export interface ColumnsProps {
  readonly understood: Understood;
  readonly draft: MapDraft;
  readonly dimensions: readonly DimensionInfo[];
  readonly zone: string;
  readonly onChange: (draft: MapDraft) => void;
}

const SINGLE = ['none', 'externalId', 'answeredAt', 'score', 'comment', 'respondent', 'revision'] as const;

/** The columns of a file, each with what it is taken for and why. */
export function Columns({ understood, draft, dimensions, zone, onChange }: ColumnsProps) {
  const columns = [...understood.columns].sort(
    (a, b) => Number(isUnused(draft, a)) - Number(isUnused(draft, b)),
  );
  return (
    <>
      <Decisions understood={understood} draft={draft} onChange={onChange} />
      <ul className="columns" aria-label="Columns of the file">
        {columns.map((column) => (
          <ColumnCard
            key={column.name}
            column={column}
            choice={draft.choices[column.name] ?? { role: 'none', entry: null }}
            rows={understood.rows}
            dimensions={dimensions}
            onRole={(key) => onChange(assign(draft, column, key, zone))}
            onAmend={(change) => onChange(amend(draft, column.name, change))}
          />
        ))}
      </ul>
    </>
  );
}

const isUnused = (draft: MapDraft, { name }: ColumnGuess): boolean => draft.choices[name]?.role === 'none';

/** What the file does not decide. */
function Decisions({ understood, draft, onChange }: Pick<ColumnsProps, 'understood' | 'draft' | 'onChange'>) {
  const name = useId();
  const open = understood.doubts.filter(({ choices }) => choices.length > 1);
  if (open.length === 0) return null;
  return (
    <div className="decisions">
      {open.map(({ message, choices }, at) => (
        <fieldset key={message}>
          <legend>Please decide: {message}</legend>
          {choices.map(({ label, entry }) => {
            const column = (entry as { column: string }).column;
            const current = JSON.stringify(draft.choices[column]?.entry);
            return (
              <label key={label}>
                <input
                  type="radio"
                  name={`${name}-${at}`}
                  checked={current === JSON.stringify(entry)}
                  onChange={() => onChange(decide(draft, entry))}
                />
                {label}
              </label>
            );
          })}
        </fieldset>
      ))}
    </div>
  );
}

interface CardProps {
  readonly column: ColumnGuess;
  readonly choice: Choice;
  readonly rows: number;
  readonly dimensions: readonly DimensionInfo[];
  readonly onRole: (key: string) => void;
  readonly onAmend: (change: Readonly<Record<string, unknown>>) => void;
}

function ColumnCard({ column, choice, rows, dimensions, onRole, onAmend }: CardProps) {
  const id = useId();
  const key = choiceKey(choice);
  const guess = [column.guess, ...column.alternatives].find((one) => choiceKey(one) === key);
  const isGuess = choiceKey(column.guess) === key;
  return (
    <li className="column-card" data-role={choice.role}>
      <div className="column-head">
        <strong className="column-name">{column.name}</strong>
        <span className="column-facts">
          {column.filled === rows
            ? 'In every row'
            : `In ${formatCount(column.filled)} of ${formatCount(rows)} rows`}
        </span>
        <p className="column-reason">
          {guess && guess.reason !== '' ? sentence(guess.reason) : 'You chose this.'}
        </p>
      </div>
      <div className="column-role">
        <label className="sr" htmlFor={id}>
          What {column.name} is
        </label>
        <select id={id} value={key} onChange={({ target }) => onRole(target.value)}>
          {SINGLE.map((role) => (
            <option key={role} value={role}>
              {ROLE_WORDS[role]}
            </option>
          ))}
          <optgroup label="Dimension">
            {dimensions.map(({ field, label }) => (
              <option key={field} value={`dimension:${field}`}>
                {label}
              </option>
            ))}
          </optgroup>
        </select>
        {choice.role !== 'none' && guess && isGuess ? (
          <span className="certainty" data-certainty={guess.certainty}>
            {CERTAINTY_WORDS[guess.certainty]}
          </span>
        ) : null}
      </div>
      <EntryFields choice={choice} name={column.name} onAmend={onAmend} />
      <ul className="column-examples" aria-label={`Values of ${column.name}`}>
        {column.examples.length === 0 ? <li className="muted">no value</li> : null}
        {column.examples.map((value) => (
          <li key={value} title={value}>
            {value}
          </li>
        ))}
      </ul>
    </li>
  );
}

/** How the values of a column are read: the format and zone of dates, the scale of scores. */
function EntryFields({
  choice,
  name,
  onAmend,
}: Pick<CardProps, 'choice' | 'onAmend'> & { readonly name: string }) {
  const id = useId();
  const entry = (typeof choice.entry === 'object' && choice.entry !== null ? choice.entry : {}) as Record<
    string,
    unknown
  >;
  if (choice.role === 'answeredAt' || (choice.role === 'revision' && entry['format'] !== 'number'))
    return (
      <div className="entry-fields">
        <label htmlFor={`${id}-format`}>Format</label>
        <input
          id={`${id}-format`}
          list={`${id}-formats`}
          value={[entry['format'] ?? 'iso'].flat().join(' | ')}
          onChange={({ target }) => onAmend({ format: formatsOf(target.value) })}
          spellCheck={false}
        />
        <datalist id={`${id}-formats`}>
          {FORMATS.map((format) => (
            <option key={format} value={format} />
          ))}
        </datalist>
        <label htmlFor={`${id}-zone`}>Time zone</label>
        <input
          id={`${id}-zone`}
          list={`${id}-zones`}
          value={String(entry['zone'] ?? '')}
          placeholder="in each value"
          onChange={({ target }) => onAmend({ zone: target.value.trim() === '' ? undefined : target.value })}
          spellCheck={false}
        />
        <datalist id={`${id}-zones`}>
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
    );
  if (choice.role !== 'score') return null;
  const scale = entry['scale'];
  const isWritten = typeof scale !== 'string';
  const written = isWritten ? (scale as { name?: string } | undefined)?.name : undefined;
  return (
    <div className="entry-fields">
      <label htmlFor={`${id}-scale`}>Scale</label>
      <select
        id={`${id}-scale`}
        aria-label={`Scale of ${name}`}
        value={isWritten ? 'written' : scale}
        onChange={({ target }) => target.value !== 'written' && onAmend({ scale: target.value })}
      >
        {isWritten ? <option value="written">{written ?? 'written out in the map'}</option> : null}
        {SCALES.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

function formatsOf(text: string): string | string[] {
  const formats = text.split(' | ');
  return formats.length === 1 ? text : formats;
}
