import { type FormEvent, useState } from 'react';
import { useSend } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Field } from '../../parts/field.tsx';
import { Failed } from '../../parts/states.tsx';
import { RECTIFY } from './documents.ts';
import type { HeldAnswer } from './held.ts';

interface RectifyProps {
  readonly answer: HeldAnswer | null;
  readonly onClose: () => void;
  readonly onChange: () => void;
}

/** Corrects what a person answered. */
export function Rectify({ answer, onClose, onChange }: RectifyProps) {
  return (
    <Drawer
      title={answer ? `Correct the answer of ${formatMoment(answer.answeredAt)}` : 'Correct an answer'}
      isOpen={answer !== null}
      onClose={onClose}
      testId="rectify"
      isForm
    >
      {answer ? <Form key={answer.id} answer={answer} onClose={onClose} onChange={onChange} /> : null}
    </Drawer>
  );
}

function Form({ answer, onClose, onChange }: RectifyProps & { readonly answer: HeldAnswer }) {
  const send = useSend();
  const [score, setScore] = useState(answer.score === null ? '' : String(answer.score));
  const [comment, setComment] = useState(answer.comment ?? '');
  const [reason, setReason] = useState('');
  const [problems, setProblems] = useState<{ score?: string; reason?: string }>({});
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const isWhole = /^\d{0,3}$/.test(score.trim());
    const mistakes = {
      ...(isWhole ? {} : { score: 'Write a whole number, or nothing to remove the score.' }),
      ...(reason.trim() === '' ? { reason: 'Write a reason.' } : {}),
    };
    setProblems(mistakes);
    if (Object.keys(mistakes).length > 0) return;
    // What is left out stays as it is.
    const change = {
      ...(score.trim() === String(answer.score ?? '')
        ? {}
        : { score: score.trim() === '' ? null : Number(score) }),
      ...(comment === (answer.comment ?? '') ? {} : { comment: comment.trim() === '' ? null : comment }),
    };
    if (Object.keys(change).length === 0) return setWrong('Nothing differs from what is kept.');
    setBusy(true);
    const { data, error } = await send(RECTIFY, {
      response: `Response:${answer.id}`,
      ...change,
      reason: reason.trim(),
    });
    setBusy(false);
    if (error) return setWrong(error);
    if (!data?.correctResponse) return setWrong('This answer is not there any more. Find the person again.');
    onChange();
    onClose();
  };
  return (
    <form className="people-form" onSubmit={(event) => void submit(event)}>
      <p className="muted">
        The former text is erased. Scores and predictions are made again, and the answer says that it was
        corrected.
      </p>
      <Field
        label="Score"
        hint="On the scale of its survey; empty removes the score."
        inputMode="numeric"
        value={score}
        onChange={setScore}
        problem={problems.score ?? null}
      />
      <Field
        label="Comment"
        hint="Empty removes the comment. Names and addresses are redacted as usual."
        lines={4}
        value={comment}
        onChange={setComment}
      />
      <Field
        label="Reason"
        hint="It is kept in the audit log with your name."
        lines={2}
        maxLength={500}
        value={reason}
        onChange={setReason}
        problem={problems.reason ?? null}
      />
      {wrong ? <Failed title="The answer was not corrected" error={wrong} /> : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          Correct the answer
        </Button>
        <Button look="quiet" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
