import { useMemo } from 'react';
import { iso, windowAt } from '../../lib/ranges.ts';
import { segmentInput, useView } from '../../lib/url-state.ts';
import { useMoment } from '../../lib/use-moment.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { CasesPanel } from './cases.tsx';
import './business.css';
import { ChurnPanel } from './churn.tsx';
import { FiguresPanel } from './figures.tsx';
import { RetentionPanel } from './retention.tsx';

/** What became of the people who answered: retention, churn, money and how soon someone acted. */
export default function Business() {
  const [view] = useView();
  const { can } = useViewer();
  const { window, asOf } = view;
  const moment = useMoment(asOf);
  const range = useMemo(() => {
    const { from, until } = windowAt(window, moment);
    return { from: iso(from), to: iso(until) };
  }, [window, moment]);
  const asked = { segment: segmentInput(view), ...range };
  return (
    <div className="business">
      <header>
        <h1>Business</h1>
        <p className="muted small">
          What became of the accounts that answered, from the outcomes that you send. These are associations:
          they do not show that an answer leads to what comes after it.
        </p>
      </header>
      <RetentionPanel asked={asked} />
      <ChurnPanel asked={asked} />
      <FiguresPanel asked={asked} />
      {can('readPrediction') ? <CasesPanel range={range} /> : null}
    </div>
  );
}
