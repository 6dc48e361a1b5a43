import { formatCount, formatInterval, formatScore } from '../../lib/format.ts';
import type { Column } from '../../parts/data-table.tsx';
import { type Driver, nameOf, wholeOf } from './use-drivers.tsx';

/** The drivers of a change as a table: mix and rate apart. */
export const DRIVER_COLUMNS: readonly Column<Driver>[] = [
  { key: 'name', title: 'Part', value: nameOf },
  {
    key: 'whole',
    title: 'Points',
    isNumber: true,
    value: wholeOf,
    render: (driver) => (driver.suppressed ? 'hidden' : formatScore(wholeOf(driver), { sign: true })),
  },
  {
    key: 'mix',
    title: 'Mix',
    isNumber: true,
    value: ({ mix }) => mix,
    render: ({ mix }) => formatScore(mix, { sign: true }),
  },
  {
    key: 'rate',
    title: 'Rate',
    isNumber: true,
    value: ({ rate }) => rate,
    render: ({ rate }) => formatScore(rate, { sign: true }),
  },
  {
    key: 'interval',
    title: 'Interval of the rate',
    isNumber: true,
    render: ({ low, high }) => formatInterval(low, high),
  },
  onlyCsv('low', 'Rate from'),
  onlyCsv('high', 'Rate to'),
  {
    key: 'answers',
    title: 'Answers',
    isNumber: true,
    render: ({ responsesBefore, responsesAfter }) =>
      `${formatCount(responsesBefore)} → ${formatCount(responsesAfter)}`,
  },
  onlyCsv('responsesBefore', 'Answers before'),
  onlyCsv('responsesAfter', 'Answers after'),
  {
    key: 'scores',
    title: 'Score',
    isNumber: true,
    render: ({ scoreBefore, scoreAfter }) => `${formatScore(scoreBefore)} → ${formatScore(scoreAfter)}`,
  },
  onlyCsv('scoreBefore', 'Score before'),
  onlyCsv('scoreAfter', 'Score after'),
];

type Figure = 'low' | 'high' | 'responsesBefore' | 'responsesAfter' | 'scoreBefore' | 'scoreAfter';

/** A number that the table shows together with another one. */
function onlyCsv(key: Figure, title: string): Column<Driver> {
  return { key, title, value: (driver) => driver[key], isOnlyCsv: true };
}
