import { type ReactNode, useState } from 'react';
import { useSend } from '../../lib/api.ts';
import { saveFile } from '../../lib/csv.ts';
import { formatAnswers, formatMoment, NONE } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Partial } from '../../parts/states.tsx';
import { ERASE, PLACE_HOLD, RESTRICT } from './documents.ts';
import type { Erasure } from './erased.tsx';
import type { Held, HeldAnswer } from './held.ts';
import { Rectify } from './rectify.tsx';

interface PersonProps {
  readonly respondent: string;
  readonly held: Held;
  readonly isStale: boolean;
  readonly onChange: () => void;
  readonly onErased: (erasure: Erasure) => void;
}

type Act = 'restrict' | 'lift' | 'erase' | 'hold';

/** What is held of a person, and what can be done about it. */
export function Person({ respondent, held, isStale, onChange, onErased }: PersonProps) {
  const [act, setAct] = useState<Act | null>(null);
  const [correcting, setCorrecting] = useState<HeldAnswer | null>(null);
  const { responses, restricted, legalHold, pseudonym, trainingSets } = held;
  return (
    <Panel
      title={`${formatAnswers(responses.length)} of this person`}
      isStale={isStale}
      testId="person"
      actions={
        <Button
          icon="download"
          onPress={() => saveFile('access-request.json', JSON.stringify(held, null, 2), 'application/json')}
        >
          Save all of it
        </Button>
      }
    >
      {restricted ? (
        <Partial>Restricted: the answers are kept, but in no score, list or training.</Partial>
      ) : null}
      {legalHold ? (
        <Partial>Under a legal hold: nothing of this person can be erased until it is released.</Partial>
      ) : null}
      <dl className="people-facts">
        <Fact name="Found by">
          <span dir="auto">{respondent}</span>
        </Fact>
        <Fact name="Pseudonym">
          <code>{pseudonym ?? 'none'}</code>
        </Fact>
        <Fact name="Models learned from it">
          {trainingSets.length === 0
            ? 'No training set'
            : `${trainingSets.length} training ${trainingSets.length === 1 ? 'set' : 'sets'}`}
        </Fact>
      </dl>
      <DataTable
        isStacked
        caption="Answers of this person"
        rows={responses}
        rowKey={({ id }) => id}
        columns={columnsOf(setCorrecting)}
      />
      <div className="row no-print">
        <Button onPress={() => setAct(restricted ? 'lift' : 'restrict')}>
          {restricted ? 'Lift the restriction' : 'Restrict'}
        </Button>
        {legalHold ? null : <Button onPress={() => setAct('hold')}>Place a legal hold</Button>}
        <Button look="danger" isDisabled={legalHold} onPress={() => setAct('erase')}>
          Erase this person
        </Button>
      </div>
      <Acts
        act={act}
        count={responses.length}
        respondent={respondent}
        onClose={() => setAct(null)}
        onChange={onChange}
        onErased={onErased}
      />
      <Rectify answer={correcting} onClose={() => setCorrecting(null)} onChange={onChange} />
    </Panel>
  );
}

function columnsOf(onCorrect: (answer: HeldAnswer) => void): Column<HeldAnswer>[] {
  return [
    {
      key: 'at',
      title: 'Answered',
      value: ({ answeredAt }) => answeredAt,
      render: ({ answeredAt }) => <span className="people-when">{formatMoment(answeredAt)}</span>,
    },
    {
      key: 'score',
      title: 'Score',
      isNumber: true,
      value: ({ score }) => score,
      render: ({ score }) => score ?? NONE,
    },
    {
      key: 'comment',
      title: 'Comment',
      value: ({ comment }) => comment,
      render: ({ comment }) =>
        comment ? <span dir="auto">{comment}</span> : <span className="muted">None</span>,
    },
    {
      key: 'segment',
      title: 'Segment',
      value: ({ attributes }) =>
        Object.values(attributes)
          .filter((one) => one !== 'unknown')
          .join(' · '),
    },
    {
      key: 'source',
      title: 'Source',
      value: ({ source, survey }) => `${source}, ${survey}`,
    },
    {
      key: 'kept',
      title: 'Kept beside it',
      render: ({ events, predictions, reviews }) => (
        <span className="muted">
          {[
            `${events.length} as sent`,
            `${predictions.length} ${predictions.length === 1 ? 'prediction' : 'predictions'}`,
            ...(reviews.length > 0 ? [`${reviews.length} reviews`] : []),
          ].join(', ')}
        </span>
      ),
    },
    {
      key: 'act',
      title: '',
      render: (answer) => (
        <Button
          look="quiet"
          label={`Correct the answer of ${formatMoment(answer.answeredAt)}`}
          onPress={() => onCorrect(answer)}
        >
          Correct
        </Button>
      ),
    },
  ];
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface ActsProps extends Pick<PersonProps, 'respondent' | 'onChange' | 'onErased'> {
  readonly act: Act | null;
  readonly count: number;
  readonly onClose: () => void;
}

/** Asks for the reason of what is to be done, and does it. */
function Acts({ act, count, respondent, onClose, onChange, onErased }: ActsProps) {
  const send = useSend();
  const answers = formatAnswers(count);
  const texts = {
    restrict: {
      title: 'Restrict this person?',
      action: `Restrict ${answers}`,
      says: 'The answers are excluded from every score, list and training until you lift the restriction.',
    },
    lift: {
      title: 'Lift the restriction?',
      action: `Put back ${answers}`,
      says: 'The answers count in scores, lists and training again.',
    },
    hold: {
      title: 'Place a legal hold on this person?',
      action: 'Place the hold',
      says: 'Nothing of the person is erased or aged out until someone releases the hold.',
    },
    erase: {
      title: 'Erase this person?',
      action: `Erase ${answers}`,
      says: 'The key that everything of this person is encrypted with is destroyed, and the rows are deleted: answers, what was sent in, predictions and reviews. This cannot be undone. A record of when, why and how much is kept as proof.',
    },
  } as const;
  const done = async (reason: string): Promise<string | null> => {
    if (act === 'erase') {
      const { data, error } = await send(ERASE, { respondent, reason });
      if (data) onErased(data.eraseSubject);
      return error ?? null;
    }
    const { error } =
      act === 'hold'
        ? await send(PLACE_HOLD, { respondent, reason })
        : await send(RESTRICT, { respondent, restricted: act === 'restrict', reason });
    if (!error) onChange();
    return error ?? null;
  };
  const text = texts[act ?? 'restrict'];
  return (
    <ReasonDialog
      isOpen={act !== null}
      onClose={onClose}
      title={text.title}
      action={text.action}
      isDanger={act === 'erase'}
      onConfirm={done}
    >
      {text.says}
    </ReasonDialog>
  );
}
