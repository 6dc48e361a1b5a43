import { type FormEvent, useState } from 'react';
import { graphql } from '../../gql/gql.ts';
import type { OverviewAskQuery } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { FilledQuery } from './filled-query.tsx';

const ASK = graphql(`
  query OverviewAsk($question: String!) {
    ask(question: $question) {
      kind
      by
      sentences
      examples
      failure
      query {
        name
        documentId
        text
        variables
      }
    }
  }
`);

export type Answer = OverviewAskQuery['ask'];

/** Questions that show what can be asked before one was. */
const FIRST = ['What is the score this month?', 'Why did the score change?', 'Which themes are mentioned?'];

/** Answers questions in plain English, and shows the query that each filled in. */
export function AskPanel() {
  const send = useSend();
  const [question, setQuestion] = useState('');
  const [asked, setAsked] = useState<{ readonly question: string; readonly answer: Answer } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = async (text: string) => {
    if (text.trim() === '' || isAsking) return;
    setQuestion(text);
    setAsking(true);
    setProblem(null);
    const { data, error } = await send(ASK, { question: text.trim() });
    setAsking(false);
    if (data) setAsked({ question: text.trim(), answer: data.ask });
    else setProblem(error ?? null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void ask(question);
  };
  return (
    <Panel title="Ask a question" className="overview-ask" testId="ask">
      <form className="ask-form" onSubmit={submit}>
        <Field
          label="Question"
          value={question}
          onChange={setQuestion}
          maxLength={200}
          placeholder={FIRST[0]}
          type="search"
          isSearch
        />
        <Button type="submit" look="primary" isDisabled={isAsking}>
          Ask
        </Button>
      </form>
      <div aria-live="polite" aria-busy={isAsking} className="ask-answer">
        {problem === null ? null : (
          <Failed title="The question was not answered" error={problem} onRetry={() => void ask(question)} />
        )}
        {isAsking ? <Skeleton lines={2} /> : null}
        {!isAsking && problem === null && asked ? (
          <Shown {...asked} onAsk={(text) => void ask(text)} />
        ) : null}
      </div>
      {asked === null && !isAsking && problem === null ? (
        <Examples questions={FIRST} onAsk={(text) => void ask(text)} />
      ) : null}
    </Panel>
  );
}

function Shown({
  question,
  answer,
  onAsk,
}: {
  readonly question: string;
  readonly answer: Answer;
  readonly onAsk: (question: string) => void;
}) {
  const { sentences, examples, query, by } = answer;
  return (
    <>
      <p className="small muted" dir="auto">
        {question}
      </p>
      <ul className="ask-sentences" data-testid="ask-answer">
        {sentences.map((text) => (
          <li key={text} dir="auto">
            {text}
          </li>
        ))}
      </ul>
      {by === 'MODEL' ? (
        <p className="small muted">The language model read the question. See below what it filled in.</p>
      ) : null}
      {query ? <FilledQuery key={`${question} ${query.documentId}`} query={query} /> : null}
      {examples.length > 0 ? (
        <>
          {by === null ? <Reader failure={answer.failure} /> : null}
          <Examples questions={examples} onAsk={onAsk} />
        </>
      ) : null}
    </>
  );
}

/** Who reads questions here, where one was not understood. */
function Reader({ failure }: Pick<Answer, 'failure'>) {
  const { languageModel } = useViewer().viewer;
  return (
    <p className="small">
      {languageModel === null
        ? 'This deployment has no language model: a fixed grammar reads questions of these kinds.'
        : failure === null
          ? 'Neither the grammar nor the language model understood it. These kinds of questions have a plan.'
          : 'The grammar did not understand it, and the language model gave no answer. These kinds of questions have a plan.'}
    </p>
  );
}

function Examples({
  questions,
  onAsk,
}: {
  readonly questions: readonly string[];
  readonly onAsk: (question: string) => void;
}) {
  return (
    <ul className="ask-examples" aria-label="Questions to ask">
      {questions.map((one) => (
        <li key={one}>
          <button type="button" className="link" onClick={() => onAsk(one)}>
            {one}
          </button>
        </li>
      ))}
    </ul>
  );
}
