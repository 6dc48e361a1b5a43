import { useEffect, useState } from 'react';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import { useRead, useSend } from '../../lib/api.ts';
import { formatAnswers } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import './data.css';
import { FIRST_VISIT, LOAD_EXAMPLE, START_DEMO } from './documents.ts';

const LOOK_EVERY_MS = 1_000;

/** Where nothing is stored yet: what to try without a file. Also shows how far the demo is while it fills. */
export function FirstVisit({ onChanged }: { readonly onChanged: () => void }) {
  const { data, refresh } = useRead(FIRST_VISIT, {});
  const send = useSend();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isFilling = data?.demo.state === 'FILLING';
  useEffect(() => {
    if (!isFilling) return;
    const timer = setInterval(refresh, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      onChanged();
    };
  }, [isFilling, onChanged, refresh]);
  const act = async (document: typeof LOAD_EXAMPLE | typeof START_DEMO) => {
    setBusy(true);
    const { error } = await send(document as typeof LOAD_EXAMPLE, {});
    setBusy(false);
    setProblem(error ?? null);
    refresh();
    onChanged();
  };
  if (!data) return null;
  const { state, progress, answers, failure } = data.demo;
  if (isFilling) return <DemoProgress share={100 * progress} answers={answers} />;
  if (data.responses.edges.length > 0) return null;
  return (
    <section aria-label="Try it without a file" className="stack">
      <div className="offers">
        <Offer
          title="Load the example"
          text="56 answers of a survey, and four rows that are wrong on purpose. It can be undone."
          action="Load the example"
          isBusy={isBusy}
          onPress={() => void act(LOAD_EXAMPLE)}
        />
        <Offer
          title="Start the demo"
          text="Half a year of simulated answers with two stories in them, then live answers for an hour. It can be undone."
          action={state === 'INTERRUPTED' || state === 'FAILED' ? 'Continue the demo' : 'Start the demo'}
          isBusy={isBusy}
          onPress={() => void act(START_DEMO)}
        />
      </div>
      {(problem ?? failure) ? (
        <p className="failure" role="alert">
          {problem ?? failure}
        </p>
      ) : null}
    </section>
  );
}

interface OfferProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly isBusy: boolean;
  readonly onPress: () => void;
}

function Offer({ title, text, action, isBusy, onPress }: OfferProps) {
  return (
    <article className="offer">
      <div>
        <h2>{title}</h2>
        <p className="muted small">{text}</p>
      </div>
      <Button isDisabled={isBusy} onPress={onPress}>
        {action}
      </Button>
    </article>
  );
}

function DemoProgress({ share, answers }: { readonly share: number; readonly answers: number }) {
  return (
    <ProgressBar aria-label="The demo is being filled" value={share} className="progress offer">
      <p>
        The demo is being filled: <span className="numbers">{formatAnswers(answers)}</span>
      </p>
      <div className="progress-track">
        <div className="progress-fill" style={{ inlineSize: `${share}%` }} />
      </div>
    </ProgressBar>
  );
}
