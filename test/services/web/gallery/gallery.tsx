import { createRoot } from 'react-dom/client';
import { DistributionBar } from '../../../../web/src/charts/distribution-bar.tsx';
import { type Dot, DotPlot } from '../../../../web/src/charts/dot-plot.tsx';
import { DriverBars } from '../../../../web/src/charts/driver-bars.tsx';
import { HeatTable } from '../../../../web/src/charts/heat-table.tsx';
import { IntervalBar } from '../../../../web/src/charts/interval-bar.tsx';
import { Lines } from '../../../../web/src/charts/lines.tsx';
import { PartsList } from '../../../../web/src/charts/parts-list.tsx';
import '../../../../web/src/styles/base.css';
import '../../../../web/src/styles/tokens.css';

/* Every chart with fixed data: a test compares what each draws with what it drew before. */

const MONTH_MS = 30 * 86_400_000;
const BEGIN = Date.UTC(2026, 0, 1);
const day = (time: number) => new Date(time).toISOString().slice(0, 10);

/** Twelve months: a gap in the fourth and fifth, one alone between gaps, one hidden. */
const POINTS = [30, 34, 28, null, null, 41, null, 22, 18, 'hidden', 25, 31].map((score, i) => ({
  time: BEGIN + i * MONTH_MS,
  score: typeof score === 'number' ? score : null,
  low: typeof score === 'number' ? score - 6 : null,
  high: typeof score === 'number' ? score + 6 : null,
  responses: typeof score === 'number' ? 100 + i : 0,
  suppressed: score === 'hidden',
}));

const dot = (name: string, score: number | null, width: number, differs: Dot['differs'] = null): Dot => ({
  key: name,
  name,
  score,
  low: score === null ? null : score - width,
  high: score === null ? null : score + width,
  responses: score === null ? null : 40,
  isHidden: score === null,
  differs,
});

const cell = (row: string, column: string, score: number | null) => ({
  row,
  column,
  score,
  low: score === null ? null : score - 10,
  high: score === null ? null : score + 10,
  responses: score === null ? null : 60,
  suppressed: score === null,
});

const driver = (name: string, mix: number | null, rate: number | null) => ({
  id: name,
  name,
  mix,
  rate,
  low: rate === null ? null : rate - 2,
  high: rate === null ? null : rate + 2,
  shareBefore: mix === null ? null : 0.4,
  shareAfter: mix === null ? null : 0.5,
  suppressed: mix === null,
  href: null,
});

const CHARTS = {
  distribution: <DistributionBar promoters={58} passives={25} detractors={17} />,
  'distribution-without-passives': <DistributionBar promoters={1} passives={0} detractors={2} />,
  interval: <IntervalBar score={41.3} low={35} high={47.2} />,
  'interval-at-the-end': <IntervalBar score={100} low={52} high={100} />,
  'dot-plot': (
    <DotPlot
      caption="Score by region"
      overall={30}
      dots={[
        dot('Japan', 50, 12, 'above'),
        dot('Brazil', 31, 20),
        dot('Germany', -9.1, 8, 'below'),
        dot('Peru', null, 0),
      ]}
    />
  ),
  parts: (
    <PartsList
      caption="Parts of the change"
      parts={[
        {
          key: 'a',
          name: 'onboarding',
          value: -4.2,
          isClear: true,
          note: 'rate −3.9 (−6.0 to −1.8), mix −0.3',
        },
        { key: 'b', name: 'support', value: 0.8, isClear: false },
        { key: 'c', name: 'pricing', value: null, isClear: false },
      ]}
    />
  ),
  'heat-table': (
    <HeatTable
      caption="Score by region and product line"
      rowTitle="Region"
      columnTitle="Product line"
      cells={[
        cell('Japan', 'Rail', 52),
        cell('Japan', 'Air', 4),
        cell('Peru', 'Rail', -18),
        cell('Peru', 'Air', null),
      ]}
    />
  ),
  drivers: (
    <DriverBars
      before={30}
      after={24}
      drivers={[driver('Japan', -0.4, -5.2), driver('Peru', 1.1, -1.5), driver('Chile', null, null)]}
      link={(_href, _label, children) => children}
    />
  ),
  lines: (
    <Lines
      label="Score by month"
      height={240}
      lines={[{ name: 'score', points: POINTS }]}
      formatTime={day}
      marks={[
        { time: BEGIN + 2.2 * MONTH_MS, kind: 'import', label: 'import of answers.csv' },
        { time: BEGIN + 2.21 * MONTH_MS, kind: 'model', label: 'model 2 became champion' },
      ]}
    />
  ),
  'lines-of-two': (
    <Lines
      label="Score by region"
      height={240}
      lines={[
        { name: 'Japan', points: POINTS },
        {
          name: 'Peru',
          points: POINTS.map((point) => ({
            ...point,
            score: point.score && point.score - 20,
            low: null,
            high: null,
          })),
        },
      ]}
      formatTime={day}
    />
  ),
} as const;

const root = document.getElementById('root') as HTMLElement;
createRoot(root).render(
  Object.entries(CHARTS).map(([name, chart]) => (
    <div key={name} data-chart={name} style={{ inlineSize: 720, padding: 16 }}>
      {chart}
    </div>
  )),
);
