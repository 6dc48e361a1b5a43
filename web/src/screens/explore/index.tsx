import { useEffect, useRef } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useView } from '../../lib/url-state.ts';
import { CompareView } from './compare-view.tsx';
import './explore.css';
import { useMoment } from '../../lib/use-moment.ts';
import { HeatView } from './heat-view.tsx';
import { SeriesView } from './series-view.tsx';
import { SnapshotView } from './snapshot-view.tsx';
import { SHOWN, type Shown, useExplored } from './state.ts';
import { WhyView } from './why-view.tsx';

const TITLES: Readonly<Record<Shown, string>> = {
  series: 'Over time',
  snapshot: 'By segment',
  compare: 'Side by side',
  heat: 'Two dimensions',
  why: 'Why it changed',
};

const VIEWS = {
  series: SeriesView,
  snapshot: SnapshotView,
  compare: CompareView,
  heat: HeatView,
  why: WhyView,
} as const;

/** Any cut of the scores: over time, by segment, side by side, by two dimensions, and why they changed. */
export default function Explore() {
  const [{ show }, change] = useExplored();
  const [{ asOf }] = useView();
  const moment = useMoment(asOf);
  const View = VIEWS[show];
  const tabs = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone the chosen tab may be out of sight
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const chosen = tabs.current?.querySelector('[aria-selected="true"]');
      chosen?.scrollIntoView({ block: 'nearest', inline: 'center' });
    });
    return () => cancelAnimationFrame(frame);
  }, [show]);
  return (
    <Tabs className="explore" selectedKey={show} onSelectionChange={(key) => change({ show: key as Shown })}>
      <TabList ref={tabs} className="explore-tabs no-print" aria-label="Views">
        {SHOWN.map((one) => (
          <Tab key={one} id={one} className="explore-tab">
            {TITLES[one]}
          </Tab>
        ))}
      </TabList>
      <TabPanel id={show} className="explore-panel">
        <View moment={moment} />
      </TabPanel>
    </Tabs>
  );
}
