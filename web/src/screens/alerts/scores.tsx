import { IntervalBar } from '../../charts/interval-bar.tsx';
import { useRead } from '../../lib/api.ts';
import { pValueWords } from '../../lib/change-words.ts';
import { formatAnswers, formatDay, formatInterval, formatScore } from '../../lib/format.ts';
import { Panel } from '../../parts/panel.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { VerdictWords } from '../../parts/verdict-words.tsx';
import type { FullAlert } from './alert.tsx';
import { CHANGE } from './documents.ts';
import type { Windows } from './windows.ts';

/** The score before and since, and their difference, as the viewer sees them now. */
export function Scores({ alert, windows }: { readonly alert: FullAlert; readonly windows: Windows }) {
  const { data, error, refresh } = useRead(CHANGE, windows);
  const change = data?.npsChange;
  return (
    <Panel title="Did it really move?" testId="alert-scores">
      <div className="alert-scores">
        <Score name="Before" row={alert.before} />
        <Score name="Since" row={alert.after} />
      </div>
      {error ? <Failed title="The two could not be compared" error={error} onRetry={refresh} /> : null}
      {change ? (
        <p>
          <VerdictWords change={change} /> <span className="muted small">{pValueWords(change.pValue)}</span>
        </p>
      ) : error ? null : (
        <Skeleton lines={1} />
      )}
    </Panel>
  );
}

function Score({ name, row }: { readonly name: string; readonly row: FullAlert['before'] }) {
  if (!row) return null;
  const { score, low, high, responses, suppressed, time, until } = row;
  return (
    <section className="alert-score" aria-label={name}>
      <p className="muted small">
        {name}: {formatDay(time)} to {formatDay(until)}
      </p>
      {suppressed ? (
        <p className="muted">Too few answers to show.</p>
      ) : typeof score !== 'number' || typeof low !== 'number' || typeof high !== 'number' ? (
        <p className="muted">No answers.</p>
      ) : (
        <>
          <p className="numbers">
            <strong className="alert-number">{formatScore(score, { sign: true })}</strong>{' '}
            <span className="small">{formatInterval(low, high)}</span>
          </p>
          <IntervalBar score={score} low={low} high={high} />
          <p className="muted small numbers">{formatAnswers(responses)}</p>
        </>
      )}
    </section>
  );
}
