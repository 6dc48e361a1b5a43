import { type Part, PartsList } from '../../charts/parts-list.tsx';
import { useTwin } from '../../charts/twin.tsx';
import { isBeyondChance } from '../../lib/change-words.ts';
import { formatScore } from '../../lib/format.ts';
import { useParam } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Empty, Failed, Hidden, Skeleton } from '../../parts/states.tsx';
import { DRIVER_COLUMNS } from './driver-columns.tsx';
import { ThemesNow, useThemesNow } from './themes-now.tsx';
import { type Driver, DriverName, nameOf, useDrivers, wholeOf } from './use-drivers.tsx';
import { type Score, useOnPulse } from './use-score.ts';

interface MoversPanelProps {
  readonly score: Score;
  readonly onWhy: () => void;
}

const SHOWN = 6;

const VIEWS = [
  { id: 'change', label: 'the change' },
  { id: 'now', label: 'the score now' },
] as const;

/** Which themes the change comes from, or which hold the score up and down now; where themes are not to be seen, which segments. */
export function MoversPanel({ score, onWhy }: MoversPanelProps) {
  const { can, dimensions } = useViewer();
  const [chosen, choose] = useParam('themes');
  const ofThemes = can('readPrediction') && can('readComment');
  const isNow = ofThemes && chosen === 'now';
  const change = useDrivers(score, ofThemes ? null : (dimensions[0]?.enumValue ?? null), isNow);
  useOnPulse(score.pulse, () => isNow || change.refresh());
  const now = useThemesNow(score, !isNow);
  const drivers = change.data?.drivers ?? [];
  const twin = useTwin({
    name: 'drivers',
    caption: 'What moved it',
    columns: DRIVER_COLUMNS,
    rows: drivers,
    rowKey: nameOf,
    isEmpty: drivers.every((driver) => wholeOf(driver) === null),
  });
  const read = isNow ? now.read : change;
  const rows = isNow ? now.themes : drivers;
  const hasNothing = isNow ? rows.length === 0 : drivers.every((driver) => wholeOf(driver) === null);
  const shown = isNow ? now.twin : twin;
  return (
    <Panel
      title={
        ofThemes ? (
          <Picker
            label="Themes of"
            options={VIEWS}
            value={[isNow ? 'now' : 'change']}
            onChange={([id]) => choose(id === 'now' ? id : null, { replace: true })}
          />
        ) : (
          'What moved it'
        )
      }
      className="overview-movers"
      testId="themes"
      actions={shown.actions}
      isStale={read.isOfBefore}
    >
      {read.error ? (
        <Failed title="The themes could not be read" error={read.error} onRetry={read.refresh} />
      ) : read.isLoading ? (
        <Skeleton lines={6} />
      ) : hasNothing && rows.some(({ suppressed }) => suppressed) ? (
        <Hidden />
      ) : hasNothing ? (
        <Empty title={isNow ? 'No themes in this window' : 'Nothing to compare'}>
          {isNow
            ? 'The model names the themes of a comment soon after it arrives.'
            : `One of the two windows has no answers${ofThemes ? ' that the model has read yet' : ''}.`}
        </Empty>
      ) : (
        (shown.table ??
        (isNow ? (
          <ThemesNow themes={now.themes} />
        ) : (
          <Movers drivers={drivers} score={score} onWhy={onWhy} />
        )))
      )}
    </Panel>
  );
}

function Movers({ drivers, score, onWhy }: MoversPanelProps & { readonly drivers: readonly Driver[] }) {
  const sorted = drivers.toSorted(
    (one, other) => Math.abs(wholeOf(other) ?? 0) - Math.abs(wholeOf(one) ?? 0),
  );
  const [shown, others] = [sorted.slice(0, SHOWN), sorted.slice(SHOWN)];
  const sum = (of: readonly Driver[]) => of.reduce((all, driver) => all + (wholeOf(driver) ?? 0), 0);
  const parts: Part[] = [
    ...shown.map((driver) => ({
      key: nameOf(driver),
      name: <DriverName driver={driver} />,
      value: wholeOf(driver),
      isClear: isBeyondChance(driver.low, driver.high),
    })),
    ...(others.length > 0
      ? [{ key: 'others', name: `${others.length} others`, value: sum(others), isClear: false }]
      : []),
  ];
  return (
    <>
      <PartsList caption="Parts of the change, in points" parts={parts} />
      <p className="small muted" data-testid="parts-sum">
        The parts add up to {formatScore(sum(drivers), { sign: true })} points, the change against{' '}
        {score.view.compare === 'year' ? 'a year before' : 'the window before'}.
      </p>
      <div>
        <Button icon="arrow" onPress={onWhy}>
          Why
        </Button>
      </div>
    </>
  );
}
