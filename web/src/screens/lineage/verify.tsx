import { useState } from 'react';
import type { VerifyScoreQuery } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { saveFile } from '../../lib/csv.ts';
import { formatAnswers, formatClock, formatCount, formatScore } from '../../lib/format.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Failed } from '../../parts/states.tsx';
import { PROOF, VERIFY } from './documents.ts';
import { CHECKS, kindName, labelText, VERDICTS } from './words.ts';

type Verification = VerifyScoreQuery['verify'];

interface Checked {
  readonly verification: Verification | null;
  readonly error: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** In the head of a lineage: the verdict about its score, the steps that led to it, and its proof as a file. */
export function Verify({ id, onOpen }: { readonly id: string; readonly onOpen: (id: string) => void }) {
  const send = useSend();
  const { can } = useViewer();
  const [checked, setChecked] = useState<Checked | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const verify = async () => {
    setBusy(true);
    const { data, error } = await send(VERIFY, { id });
    setChecked({ verification: data?.verify ?? null, error: error ?? null, at: Date.now() });
    setBusy(false);
  };
  const download = async () => {
    const { data, error } = await send(PROOF, { id });
    setProblem(error ?? null);
    if (data) saveFile('proof.json', JSON.stringify(data.exportProof), 'application/json');
  };
  return (
    <div className="stack">
      <div className="row">
        <Button look="primary" icon="check" onPress={() => void verify()} isDisabled={isBusy}>
          {isBusy ? 'Verifying…' : checked ? 'Verify again' : 'Verify this score'}
        </Button>
        {can('readAudit') ? (
          <Button icon="download" onPress={() => void download()}>
            Download the proof
          </Button>
        ) : null}
      </div>
      <div aria-live="polite" data-testid="verdict">
        {checked?.error ? <Failed title="The score could not be verified" error={checked.error} /> : null}
        {checked?.verification ? (
          <Verdict verification={checked.verification} at={checked.at} onOpen={onOpen} />
        ) : null}
      </div>
      {problem ? <Failed title="The proof could not be made" error={problem} /> : null}
    </div>
  );
}

interface VerdictProps {
  readonly verification: Verification;
  readonly at: number;
  readonly onOpen: (id: string) => void;
}

function Verdict({ verification, at, onOpen }: VerdictProps) {
  const { verdict, reason, responses, rollups, root, offender, steps, stated, recomputed } = verification;
  const { says = verdict, look = 'warning' } = VERDICTS[verdict] ?? {};
  const facts = [
    `${formatAnswers(responses)} recounted`,
    // Each hour rollup has a seal of its own, unless a check found otherwise.
    `${formatCount(rollups)} ${kindName(look === 'danger' || verdict === 'UNVERIFIABLE' ? 'Rollup' : 'Seal', rollups)}`,
    ...(root ? [`root ${root.slice(0, 8)}`] : []),
  ];
  return (
    <div className="stack">
      <p className={`lineage-verdict lineage-${look}`}>
        <Icon name={look === 'good' ? 'check' : 'warning'} />
        <span>
          <strong>
            {says} {formatClock(at)}
          </strong>
          {steps.length > 0 ? `: ${facts.join(', ')}.` : '.'}
        </span>
      </p>
      {reason ? <p className="small">{sentence(reason)}</p> : null}
      {stated !== recomputed ? (
        <p className="small">
          Stated {formatScore(stated)}, counted again {formatScore(recomputed)}.
        </p>
      ) : null}
      {offender ? (
        <div>
          <Button icon="arrow" onPress={() => onOpen(offender)}>
            Open the hour rollup that does not match
          </Button>
        </div>
      ) : null}
      {steps.length > 0 ? (
        <details className="lineage-steps" open={steps.some(({ passed }) => passed === false)}>
          <summary>The {steps.length} steps of the check</summary>
          <ol>
            {steps.map(({ check, passed, says: text }) => (
              <li key={check}>
                <details open={passed === false}>
                  <summary>
                    <span
                      className={`lineage-mark lineage-${passed === null ? 'warning' : passed ? 'good' : 'danger'}`}
                    >
                      {passed === null ? 'open' : passed ? 'passed' : 'failed'}
                    </span>
                    {CHECKS[check] ?? check}
                  </summary>
                  <p className="small muted">{sentence(text)}</p>
                </details>
              </li>
            ))}
          </ol>
          {root ? (
            <p className="small muted lineage-root">
              Root <code>{root}</code>
            </p>
          ) : null}
        </details>
      ) : null}
    </div>
  );
}

/** What the server says, as a sentence with the viewer's times. */
const sentence = (text: string): string =>
  labelText(`${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`);
