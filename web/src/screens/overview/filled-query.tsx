import { type FormEvent, useState } from 'react';
import { request } from '../../lib/session.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { JsonFacts } from '../../parts/json-facts.tsx';
import { Failed } from '../../parts/states.tsx';
import type { Answer } from './ask-panel.tsx';

type Query = NonNullable<Answer['query']>;
type Result = { readonly data: unknown } | { readonly error: string };

/** A value as it is edited: a text as it is, all else as JSON. */
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The value that was written; what is no JSON is a text. */
function writtenValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** "asOf" for people: "As of". */
const labelOf = (name: string) => {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Sends a trusted document by its hash, with other variables. */
async function run({ documentId, name }: Query, variables: object): Promise<Result> {
  const response = await request('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documentId, operationName: name, variables }),
  }).catch(() => null);
  if (response === null) return { error: 'The server does not answer. Check that it runs, then try again.' };
  const { data, errors } = (await response.json()) as {
    readonly data?: unknown;
    readonly errors?: readonly { readonly message: string }[];
  };
  return errors?.length ? { error: errors.map(({ message }) => message).join(' ') } : { data };
}

/** What a question filled in, to be edited and asked again. Only values change; the document is one of the server's. */
export function FilledQuery({ query }: { readonly query: Query }) {
  const filled = query.variables as Readonly<Record<string, unknown>>;
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(Object.entries(filled).map(([name, value]) => [name, textOf(value)])),
  );
  const [result, setResult] = useState<Result | null>(null);
  const [isRunning, setRunning] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = Object.entries(texts).filter(([, text]) => text.trim() !== '');
    setRunning(true);
    setResult(await run(query, Object.fromEntries(given.map(([name, text]) => [name, writtenValue(text)]))));
    setRunning(false);
  };
  return (
    <details className="ask-query" data-testid="ask-query">
      <summary>The query that was filled in</summary>
      <form className="ask-variables" onSubmit={(event) => void submit(event)}>
        {Object.keys(texts).map((name) => (
          <Field
            key={name}
            label={labelOf(name)}
            value={texts[name] ?? ''}
            onChange={(text) => setTexts({ ...texts, [name]: text })}
          />
        ))}
        <Button type="submit" isDisabled={isRunning}>
          Run the edited query
        </Button>
      </form>
      <div aria-live="polite" aria-busy={isRunning}>
        {result && 'error' in result ? (
          <Failed title="The query was not executed" error={result.error} />
        ) : null}
        {result && 'data' in result ? (
          <JsonFacts value={result.data} label="Answer of the edited query" />
        ) : null}
      </div>
      <h3 className="small">{query.name}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wide is scrolled by keyboard */}
      <section className="ask-text" tabIndex={0} aria-label="Text of the query">
        <pre>{query.text}</pre>
      </section>
    </details>
  );
}
