import { PartsList } from '../../charts/parts-list.tsx';
import { useTwin } from '../../charts/twin.tsx';
import { isBeyondChance } from '../../lib/change-words.ts';
import { formatInterval, formatScore } from '../../lib/format.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { VerdictWords } from '../../parts/verdict-words.tsx';
import { DRIVER_COLUMNS } from './driver-columns.tsx';
import { Narrative } from './narrative.tsx';
import { DriverName, nameOf, useDrivers, wholeOf } from './use-drivers.tsx';
import type { Score } from './use-score.ts';

interface WhyDrawerProps {
  readonly score: Score;
  /** "themes", or the field of a dimension. */
  readonly by: string;
  readonly onBy: (by: string) => void;
  readonly onClose: () => void;
}

const THEMES = 'themes';

/** Why the score changed: mix and rate of each part, with the answers behind it. */
export default function WhyDrawer({ score, by, onBy, onClose }: WhyDrawerProps) {
  const { change } = score;
  return (
    <Drawer title="Why it changed" isOpen onClose={onClose} testId="why">
      {change ? (
        <p>
          <VerdictWords change={change} />
        </p>
      ) : null}
      {score.view.compare === 'previous' ? <Narrative score={score} /> : null}
      <Drivers score={score} by={by} onBy={onBy} />
    </Drawer>
  );
}

function Drivers({ score, by, onBy }: Omit<WhyDrawerProps, 'onClose'>) {
  const { can, dimensions } = useViewer();
  const mayThemes = can('readPrediction') && can('readComment');
  const options = [
    ...(mayThemes ? [{ id: THEMES, label: 'themes' }] : []),
    ...dimensions.map(({ field, label }) => ({ id: field, label: label.toLowerCase() })),
  ];
  const chosen = options.find(({ id }) => id === by) ?? options[0];
  const dimension = dimensions.find(({ field }) => field === chosen?.id);
  const { data, error, isLoading, refresh } = useDrivers(score, dimension?.enumValue ?? null);
  const drivers = data?.drivers ?? [];
  const twin = useTwin({
    name: 'drivers',
    caption: 'Parts of the change',
    columns: DRIVER_COLUMNS,
    rows: drivers,
    rowKey: nameOf,
  });
  const sum = (part: 'mix' | 'rate') => drivers.reduce((all, driver) => all + (driver[part] ?? 0), 0);
  if (error) return <Failed title="The parts could not be read" error={error} onRetry={refresh} />;
  return (
    <>
      <div className="spread">
        <Picker
          label="By"
          options={options}
          value={chosen ? [chosen.id] : []}
          onChange={([id]) => onBy(id ?? THEMES)}
        />
        <div className="row no-print">{twin.actions}</div>
      </div>
      {isLoading ? (
        <Skeleton lines={8} />
      ) : (
        <>
          {twin.table ?? (
            <PartsList
              caption="Parts of the change, in points"
              parts={drivers.map((driver) => ({
                key: nameOf(driver),
                name: <DriverName driver={driver} />,
                value: wholeOf(driver),
                isClear: isBeyondChance(driver.low, driver.high),
                note: driver.suppressed
                  ? 'too few answers to show'
                  : `rate ${formatScore(driver.rate, { sign: true })} (${formatInterval(driver.low, driver.high)}), mix ${formatScore(driver.mix, { sign: true })}`,
              }))}
            />
          )}
          <p className="small muted">
            Together: rate {formatScore(sum('rate'), { sign: true })}, mix{' '}
            {formatScore(sum('mix'), { sign: true })}, in all{' '}
            {formatScore(sum('rate') + sum('mix'), { sign: true })} points. Rate: the same people answered
            otherwise. Mix: other people answered.
          </p>
        </>
      )}
    </>
  );
}
