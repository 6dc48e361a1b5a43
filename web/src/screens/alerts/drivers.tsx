import { useState } from 'react';
import { Link } from 'wouter';
import { PartsList } from '../../charts/parts-list.tsx';
import type { AlertsDriversQuery, Dimension } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { isBeyondChance } from '../../lib/change-words.ts';
import { formatScore } from '../../lib/format.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { segmentOf } from '../../parts/segment-words.tsx';
import { Empty, Failed, Hidden, Skeleton } from '../../parts/states.tsx';
import type { FullAlert } from './alert.tsx';
import { DRIVERS } from './documents.ts';
import type { Windows } from './windows.ts';

type Driver = AlertsDriversQuery['drivers'][number];
const THEMES = 'themes';
const SHOWN = 8;

/** Which themes and segments contribute to the change. */
export function Drivers({ alert, windows }: { readonly alert: FullAlert; readonly windows: Windows }) {
  const { can, dimensions } = useViewer();
  const fixed = new Set(alert.segmentValues.map(({ field }) => field));
  const options = [
    ...(can('readPrediction') && can('readComment') ? [{ id: THEMES, label: 'themes' }] : []),
    ...dimensions
      .filter(({ field }) => !fixed.has(field))
      .map(({ field, label }) => ({ id: field, label: label.toLowerCase() })),
  ];
  const [wanted, choose] = useState<string | null>(null);
  const chosen = options.find(({ id }) => id === wanted) ?? options[0];
  const dimension = dimensions.find(({ field }) => field === chosen?.id);
  const { data, error, isLoading, refresh } = useRead(
    DRIVERS,
    { ...windows, by: dimension ? [dimension.enumValue as Dimension] : [], themes: !dimension },
    { pause: chosen === undefined },
  );
  if (chosen === undefined) return null;
  const drivers = (data?.drivers ?? []).toSorted(
    (one, other) => Math.abs(wholeOf(other) ?? 0) - Math.abs(wholeOf(one) ?? 0),
  );
  return (
    <Panel
      title="Where it comes from"
      testId="alert-drivers"
      actions={
        <Picker label="By" options={options} value={[chosen.id]} onChange={([id]) => choose(id ?? null)} />
      }
    >
      {error ? (
        <Failed title="The parts could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton lines={6} />
      ) : drivers.some((driver) => wholeOf(driver) !== null) ? (
        <PartsList
          caption="Parts of the change, in points"
          parts={drivers.slice(0, SHOWN).map((driver) => ({
            key: nameOf(driver),
            name: <Name driver={driver} alert={alert} />,
            value: wholeOf(driver),
            isClear: isBeyondChance(driver.low, driver.high),
            note: driver.suppressed
              ? 'too few answers to show'
              : `rate ${formatScore(driver.rate, { sign: true })}, mix ${formatScore(driver.mix, { sign: true })}`,
          }))}
        />
      ) : drivers.some(({ suppressed }) => suppressed) ? (
        <Hidden />
      ) : (
        <Empty title="Nothing to compare">One of the two windows has no answers that can be divided.</Empty>
      )}
    </Panel>
  );
}

/** Mix and rate together; null where it is hidden. */
const wholeOf = ({ mix, rate }: Driver): number | null =>
  typeof mix !== 'number' && typeof rate !== 'number' ? null : (mix ?? 0) + (rate ?? 0);

const nameOf = ({ theme, segmentValues }: Driver): string =>
  theme
    ? theme === '(none)'
      ? 'no theme'
      : theme.replaceAll('_', ' ')
    : segmentValues.map(({ value }) => value).join(', ');

/** Leads to the answers behind it. */
function Name({ driver, alert }: { readonly driver: Driver; readonly alert: FullAlert }) {
  const href = useScreenHref();
  const { theme, segmentValues } = driver;
  const [value] = segmentValues;
  const own = segmentOf(alert.segmentValues);
  const segment = value ? { ...own, [value.field]: [value.value] } : own;
  const link =
    theme === '(none)' ? null : href('/responses', { segment, window: 'P90D' }, theme ? { theme } : {});
  const name = <span dir="auto">{nameOf(driver)}</span>;
  return link ? <Link href={link}>{name}</Link> : name;
}
