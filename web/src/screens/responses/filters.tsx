import { useEffect, useState } from 'react';
import { Input, SearchField } from 'react-aria-components/SearchField';
import { formatAnswers, formatCount } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { type Chosen, CLASSES, isFiltered, NO_FILTERS, SENTIMENTS } from './address.ts';
import { CLASS_WORDS } from './words.ts';

export const SENTIMENT_WORDS = { POSITIVE: 'Positive', NEUTRAL: 'Neutral', NEGATIVE: 'Negative' } as const;

/** A theme as people read it: "cancellation risk". */
export const themeName = (theme: string): string => theme.replaceAll('_', ' ');

/** A value to choose, with the answers of the window that have it; null where the viewer may not know. */
export interface Facet {
  readonly id: string;
  readonly label: string;
  readonly count: number | null;
}

interface FiltersProps {
  readonly chosen: Chosen;
  readonly onChange: (change: Partial<Chosen>) => void;
  /** Answers of the window by class; null where they are not shown. */
  readonly counts: Readonly<Record<(typeof CLASSES)[number], number | null>>;
  /** Null: the viewer may not read what the model says. */
  readonly themes: readonly Facet[] | null;
  readonly canReadPrediction: boolean;
  /** By sentiment; null before they are counted. */
  readonly sentiments: Readonly<Record<'positive' | 'neutral' | 'negative', number>> | null;
  /** The sources that are known to the page. */
  readonly sources: readonly Facet[];
  /** Sentiments and sources are counted in so many of the newest answers; null: in all. */
  readonly countedIn: number | null;
  readonly canReadComment: boolean;
}

/** What the list is narrowed by, with counts of the segment and window. */
export function ResponseFilters(props: FiltersProps) {
  const { chosen, onChange, counts, themes, sentiments, sources, canReadComment, canReadPrediction } = props;
  return (
    <div className="answers-filters">
      {canReadComment ? <TextFilter text={chosen.text} onChange={(text) => onChange({ text })} /> : null}
      <Facets
        title="Class"
        options={CLASSES.map((id) => ({ id, label: CLASS_WORDS[id], count: counts[id] }))}
        value={chosen.classes}
        onChange={(classes) => onChange({ classes: classes as Chosen['classes'] })}
      />
      {canReadPrediction ? (
        <Facets
          title="Sentiment"
          options={SENTIMENTS.map((id) => ({
            id,
            label: SENTIMENT_WORDS[id],
            count: sentiments?.[lowerCase(id)] ?? null,
          }))}
          value={chosen.sentiment}
          onChange={(sentiment) => onChange({ sentiment: sentiment as Chosen['sentiment'] })}
        />
      ) : null}
      {themes && themes.length > 0 ? (
        <Facets
          title="Themes"
          options={themes}
          value={chosen.themes}
          onChange={(next) => onChange({ themes: next })}
        />
      ) : null}
      {sources.length > 1 || chosen.sources.length > 0 ? (
        <Facets
          title="Source"
          options={sources}
          value={chosen.sources}
          onChange={(next) => onChange({ sources: next })}
        />
      ) : null}
      <Facets
        title="Counting"
        options={[{ id: 'uncounted', label: 'Not counted', count: null }]}
        value={chosen.uncounted ? ['uncounted'] : []}
        onChange={(next) => onChange({ uncounted: next.length > 0 })}
      />
      {props.countedIn === null ? null : (
        <p className="muted small">
          {canReadPrediction ? 'Sentiments and sources are' : 'Sources are'} counted in the newest{' '}
          {formatAnswers(props.countedIn)}.
        </p>
      )}
      {isFiltered(chosen) ? (
        <Button look="quiet" icon="close" onPress={() => onChange(NO_FILTERS)}>
          Clear the filters
        </Button>
      ) : null}
    </div>
  );
}

const lowerCase = <T extends string>(text: T) => text.toLowerCase() as Lowercase<T>;

/** Searches when Enter is pressed or the field is left, not with each letter: every search decrypts comments. */
function TextFilter({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const [written, setWritten] = useState(text);
  useEffect(() => setWritten(text), [text]);
  const submit = (value: string) => {
    if (value.trim() !== text) onChange(value.trim());
  };
  return (
    <SearchField
      className="answers-search"
      aria-label="Words in the answer"
      value={written}
      onChange={setWritten}
      onSubmit={submit}
      onClear={() => submit('')}
      onBlur={() => submit(written)}
    >
      <Icon name="search" />
      <Input placeholder="Words in the answer" data-search="" />
    </SearchField>
  );
}

/** So many values stand there at first. */
const SHOWN = 8;

function Facets({
  title,
  options,
  value,
  onChange,
}: {
  readonly title: string;
  readonly options: readonly Facet[];
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? options : options.filter(({ id }, i) => i < SHOWN || value.includes(id));
  return (
    <fieldset className="facets">
      <legend>{title}</legend>
      {shown.map(({ id, label, count }) => (
        <label key={id} className="facet">
          <input
            type="checkbox"
            checked={value.includes(id)}
            onChange={({ target }) =>
              onChange(target.checked ? [...value, id] : value.filter((one) => one !== id))
            }
          />
          <span dir="auto" className="facet-label">
            {label}
          </span>
          {count === null ? null : <span className="facet-count muted numbers">{formatCount(count)}</span>}
        </label>
      ))}
      {options.length > shown.length || isWhole ? (
        <Button look="quiet" onPress={() => setWhole(!isWhole)}>
          {isWhole ? 'Fewer' : `All ${options.length}`}
        </Button>
      ) : null}
    </fieldset>
  );
}
