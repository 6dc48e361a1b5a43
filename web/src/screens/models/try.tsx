import { type FormEvent, useState } from 'react';
import type { TryTextQuery } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { formatShare } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ShadedText } from '../../parts/shaded-text.tsx';
import { TryText } from './documents.ts';
import type { ModelVersion } from './index.tsx';

type Said = TryTextQuery['classify'][number];
const LONGEST = 2_000;

/** Lets a person read what the version makes of a text; nothing is stored. */
export function TryPanel({ version }: { readonly version: ModelVersion }) {
  const send = useSend();
  const [text, setText] = useState('');
  const [tried, setTried] = useState<{ readonly text: string; readonly said: Said } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const read = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return setProblem('Write a text first.');
    setBusy(true);
    const { data, error } = await send(TryText, { text, id: version.id });
    setBusy(false);
    setProblem(error ?? null);
    const said = data?.classify[0];
    if (said) setTried({ text, said });
  };
  return (
    <Panel title="Try a text" testId="model-try">
      <form className="try" onSubmit={(event) => void read(event)}>
        <Field
          label="A text as a respondent would write it"
          hint="It is not stored."
          lines={3}
          maxLength={LONGEST}
          value={text}
          onChange={setText}
          problem={problem}
        />
        <div>
          <Button type="submit" isDisabled={isBusy}>
            {isBusy ? 'Reading it…' : `Read it with version ${version.version}`}
          </Button>
        </div>
      </form>
      <div aria-live="polite">{tried && <Answer text={tried.text} said={tried.said} />}</div>
    </Panel>
  );
}

function Answer({ text, said }: { text: string; said: Said }) {
  const called = said.themes.filter((one) => one.called);
  const themes = called.length > 0 ? called : said.themes.slice(0, 3);
  return (
    <div className="try-answer">
      <ShadedText text={text} shares={said.explanation} toward={said.class?.toLowerCase() ?? null} />
      <p>
        <strong>
          {said.class === null
            ? `The model abstains: ${said.abstained ?? 'it is not sure'}.`
            : `${said.class.charAt(0)}${said.class.slice(1).toLowerCase()}`}
        </strong>
        {said.sentiment !== null && `, ${said.sentiment.toLowerCase()}`}
      </p>
      <dl className="bars small numbers">
        {(['detractor', 'passive', 'promoter'] as const).map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span className="bars-track" aria-hidden="true">
                <span style={{ inlineSize: `${100 * said[name]}%` }} />
              </span>
              {formatShare(said[name])}
            </dd>
          </div>
        ))}
      </dl>
      <p className="small">
        <span className="muted">
          {called.length > 0 ? 'Themes: ' : 'No theme is probable enough. Most probable: '}
        </span>
        {themes
          .map(({ theme, probability }) => `${theme.replaceAll('_', ' ')} ${formatShare(probability)}`)
          .join(', ')}
      </p>
    </div>
  );
}
