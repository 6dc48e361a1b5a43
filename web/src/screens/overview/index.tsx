import { Suspense, useEffect, useRef } from 'react';
import { useParam, useView } from '../../lib/url-state.ts';
import { READS_AGENTS, useViewer } from '../../lib/viewer.tsx';
import { later } from '../../parts/later.tsx';
import { AskPanel } from './ask-panel.tsx';
import { MoversPanel } from './movers-panel.tsx';
import { NewestPanel } from './newest-panel.tsx';
import './ask.css';
import './overview.css';
import { ScorePanel } from './score-panel.tsx';
import { SegmentsPanel } from './segments-panel.tsx';
import { TrendPanel } from './trend-panel.tsx';
import { type Score, useScore } from './use-score.ts';
import { WeekPanel } from './week-panel.tsx';

const WhyDrawer = later(() => import('./why-drawer.tsx'), { isInCorner: true });

/** What the score is, whether it moved, where and why. */
export default function Overview() {
  const { can } = useViewer();
  const score = useScore();
  useNewestWindow(score);
  const [why, setWhy] = useParam('why');
  return (
    <div className="overview">
      <ScorePanel score={score} onWhy={() => setWhy('themes')} />
      <TrendPanel score={score} />
      <SegmentsPanel score={score} />
      <MoversPanel score={score} onWhy={() => setWhy('themes')} />
      {can('readResponse') ? <NewestPanel score={score} /> : null}
      {READS_AGENTS.every(can) ? <WeekPanel /> : null}
      <AskPanel />
      {why === null ? null : (
        <Suspense>
          <WhyDrawer
            score={score}
            by={why}
            onBy={(by) => setWhy(by, { replace: true })}
            onClose={() => setWhy(null)}
          />
        </Suspense>
      )}
    </div>
  );
}

/**
 * A history without answers in the present window is shown as of its newest answer, once: who clears that sees the empty
 * window.
 */
function useNewestWindow({ newest, view: { asOf } }: Score): void {
  const [, change] = useView();
  const wasMoved = useRef(asOf !== null);
  useEffect(() => {
    if (wasMoved.current || newest === null) return;
    wasMoved.current = true;
    change({ asOf: newest });
  }, [newest, change]);
}
