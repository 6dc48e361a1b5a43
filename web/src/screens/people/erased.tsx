import { useState } from 'react';
import type { PeopleEraseMutation } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { saveFile } from '../../lib/csv.ts';
import { formatAnswers, formatMoment } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { ERASE } from './documents.ts';

export type Erasure = PeopleEraseMutation['eraseSubject'];

interface ErasedProps {
  readonly respondent: string;
  readonly erasure: Erasure;
  readonly onChange: (erasure: Erasure) => void;
}

/** What an erasure did, and whether the check over every store found anything left. */
export function Erased({ respondent, erasure, onChange }: ErasedProps) {
  const { complete, responses, remaining, models, trainingSets, records } = erasure;
  const send = useSend();
  const [isAsking, setAsking] = useState(false);
  const [last] = records;
  return (
    <Panel
      title="Erased"
      testId="erased"
      actions={
        <Button
          icon="download"
          onPress={() => saveFile('erasure.json', JSON.stringify(erasure, null, 2), 'application/json')}
        >
          Save the proof
        </Button>
      }
    >
      <div className={`people-verdict ${complete ? 'people-done' : 'people-left'}`} role="status">
        <Icon name={complete ? 'check' : 'warning'} size={20} />
        <div>
          <p>
            <strong>
              {complete
                ? `${formatAnswers(responses)} erased; a check over every store found nothing left.`
                : `${formatAnswers(responses)} erased; something is left to be deleted.`}
            </strong>
          </p>
          {last ? (
            <p className="muted small">
              {formatMoment(last.at)}, by {last.by}. Record <code>{last.id}</code>.
              {last.wrappedBy.length > 0 && !last.copiesUnreadableSince
                ? ' Older backups can be read until the wrapping key is retired.'
                : ''}
            </p>
          ) : null}
        </div>
      </div>
      {remaining.length > 0 ? (
        <ul>
          {remaining.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      ) : null}
      {models.length > 0 ? (
        <p>
          {models.length === 1 ? 'Model' : 'Models'} {models.map(({ version }) => version).join(', ')} learned
          from {trainingSets.length} training {trainingSets.length === 1 ? 'set' : 'sets'} with these answers.
          Training again leaves them out.
        </p>
      ) : null}
      {complete ? null : (
        <div>
          <Button icon="refresh" onPress={() => setAsking(true)}>
            Check again
          </Button>
        </div>
      )}
      <ReasonDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Check the erasure again?"
        action="Check and finish"
        onConfirm={async (reason) => {
          const { data, error } = await send(ERASE, { respondent, reason });
          if (data) onChange(data.eraseSubject);
          return error ?? null;
        }}
      >
        It checks every store again and deletes what is left.
      </ReasonDialog>
    </Panel>
  );
}
