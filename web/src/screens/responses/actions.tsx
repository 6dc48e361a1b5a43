import { useState } from 'react';
import { useSend } from '../../lib/api.ts';
import { formatAnswers, formatCount } from '../../lib/format.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import type { FullAnswer } from './answer.tsx';
import { CORRECT, COUNT, DISPUTE, ERASE, RESTRICT } from './documents.ts';

interface ActionsProps {
  readonly answer: FullAnswer;
  readonly onChanged: (words: string, undo?: { readonly respondent: string }) => void;
}

type Action = 'count' | 'dispute' | 'correct' | 'restrict' | 'erase';

/** What the viewer may do with the answer; each action asks for its reason. */
export function AnswerActions({ answer, onChanged }: ActionsProps) {
  const { can } = useViewer();
  const [open, setOpen] = useState<Action | null>(null);
  const isOfficer = can('manageSubjects');
  const mayDispute = answer.prediction !== null && answer.prediction !== undefined;
  const mayCount = can('administer');
  if (!isOfficer && !mayDispute && !mayCount) return null;
  const close = () => setOpen(null);
  return (
    <section className="answer-actions no-print" aria-label="Actions">
      {mayDispute ? <Button onPress={() => setOpen('dispute')}>Dispute the reading</Button> : null}
      {mayCount ? (
        <Button onPress={() => setOpen('count')}>
          {answer.counting.counted ? 'Leave out' : 'Count it after all'}
        </Button>
      ) : null}
      {isOfficer ? (
        <>
          <Button onPress={() => setOpen('correct')}>Correct</Button>
          <Button onPress={() => setOpen('restrict')}>Restrict</Button>
          <Button look="danger" onPress={() => setOpen('erase')}>
            Erase
          </Button>
        </>
      ) : null}
      <Count answer={answer} isOpen={open === 'count'} onClose={close} onChanged={onChanged} />
      <Dispute answer={answer} isOpen={open === 'dispute'} onClose={close} onChanged={onChanged} />
      {open === 'correct' ? <Correct answer={answer} onClose={close} onChanged={onChanged} /> : null}
      <Restrict answer={answer} isOpen={open === 'restrict'} onClose={close} onChanged={onChanged} />
      <Erase answer={answer} isOpen={open === 'erase'} onClose={close} onChanged={onChanged} />
    </section>
  );
}

interface DialogProps extends ActionsProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function Count({ answer: { id, counting }, isOpen, onClose, onChanged }: DialogProps) {
  const send = useSend();
  const counted = !counting.counted;
  return (
    <ReasonDialog
      isOpen={isOpen}
      onClose={onClose}
      title={counted ? 'Count this answer after all?' : 'Leave this answer out?'}
      action={counted ? 'Count the answer' : 'Leave the answer out'}
      onConfirm={async (reason) => {
        const { data, error } = await send(COUNT, { response: id, counted, reason });
        if (error !== undefined) return error;
        if (!data.countResponse) return 'The answer is not there any more.';
        onChanged(counted ? 'The answer is counted.' : 'The answer is left out. It is kept with the reason.');
        return null;
      }}
    >
      {counted
        ? 'Scores count it from now on, whatever the policy of its survey and the rules say.'
        : 'No score, reading or training uses it until it is put back. It stays in the list of answers that are not counted.'}
    </ReasonDialog>
  );
}

function Dispute({ answer: { id }, isOpen, onClose, onChanged }: DialogProps) {
  const send = useSend();
  return (
    <ReasonDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Dispute what the model read?"
      action="Dispute the reading"
      onConfirm={async (reason) => {
        const { error } = await send(DISPUTE, { response: id, reason });
        if (error !== undefined) return error;
        onChanged('The reading is disputed: reviewers will look at it.');
        return null;
      }}
    >
      Reviewers see the answer with your reason and decide. The respondent’s own score stays as it is.
    </ReasonDialog>
  );
}

function Correct({ answer, onClose, onChanged }: Omit<DialogProps, 'isOpen'>) {
  const send = useSend();
  const [score, setScore] = useState(answer.score?.toString() ?? '');
  const [comment, setComment] = useState(answer.comment ?? '');
  const confirm = async (reason: string) => {
    const change = {
      // What is left as it was is not sent.
      ...(score.trim() === (answer.score?.toString() ?? '')
        ? {}
        : { score: score.trim() === '' ? null : Number(score) }),
      ...(comment === (answer.comment ?? '') ? {} : { comment: comment.trim() === '' ? null : comment }),
    };
    if (Object.keys(change).length === 0) return 'Change the score or the text first.';
    if ('score' in change && change.score !== null && !Number.isInteger(change.score))
      return 'The score is a whole number.';
    const { data, error } = await send(CORRECT, { response: answer.id, reason, ...change });
    if (error !== undefined) return error;
    if (!data.correctResponse) return 'The answer is not there any more.';
    onChanged('The answer is corrected. Scores that count it follow.');
    return null;
  };
  return (
    <ReasonDialog
      isOpen
      onClose={onClose}
      title="Correct this answer?"
      action="Correct the answer"
      onConfirm={confirm}
    >
      <div className="stack">
        <p>For a person who asks to correct their answer. The lineage shows that it was corrected.</p>
        <Field
          label="Score"
          hint={`On its scale: ${answer.scale}. Empty removes it.`}
          inputMode="numeric"
          value={score}
          onChange={setScore}
        />
        <Field label="Text" lines={3} value={comment} onChange={setComment} />
      </div>
    </ReasonDialog>
  );
}

function Restrict({ answer: { id }, isOpen, onClose, onChanged }: DialogProps) {
  const send = useSend();
  return (
    <ReasonDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Restrict this person’s answers?"
      action="Restrict the answers"
      onConfirm={async (reason) => {
        const { data, error } = await send(RESTRICT, { respondent: id, restricted: true, reason });
        if (error !== undefined) return error;
        onChanged(`${formatAnswers(data.restrictSubject)} restricted.`, { respondent: id });
        return null;
      }}
    >
      No score, reading or training uses the answers of this person until the restriction is lifted.
    </ReasonDialog>
  );
}

/** Lifts a restriction. */
export function LiftRestriction({
  respondent,
  isOpen,
  onClose,
  onChanged,
}: Omit<DialogProps, 'answer'> & { readonly respondent: string }) {
  const send = useSend();
  return (
    <ReasonDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Lift the restriction?"
      action="Lift the restriction"
      onConfirm={async (reason) => {
        const { data, error } = await send(RESTRICT, { respondent, restricted: false, reason });
        if (error !== undefined) return error;
        onChanged(`${formatAnswers(data.restrictSubject)} put back.`);
        return null;
      }}
    >
      The person’s answers count again in scores, readings and training.
    </ReasonDialog>
  );
}

function Erase({ answer: { id }, isOpen, onClose, onChanged }: DialogProps) {
  const send = useSend();
  return (
    <ReasonDialog
      isOpen={isOpen}
      onClose={onClose}
      isDanger
      title="Erase this person?"
      action="Erase the person"
      onConfirm={async (reason) => {
        const { data, error } = await send(ERASE, { respondent: id, reason });
        if (error !== undefined) return error;
        const { known, responses, complete, remaining } = data.eraseSubject;
        if (!known) return 'Nothing is held of this person any more.';
        const words = `${formatCount(responses)} ${responses === 1 ? 'answer is' : 'answers are'} erased.`;
        onChanged(complete ? words : `${words} Still to do: ${remaining.join(', ')}.`);
        return null;
      }}
    >
      All answers of this person are deleted with the key that they are encrypted with. This cannot be undone.
      Scores are counted again without them.
    </ReasonDialog>
  );
}
