import { poissonInterval } from './poisson.ts';
import {
  delays,
  explained,
  falseAlarms,
  MONITOR_NAMES,
  MOVER_NAMES,
  medianOf,
  SHIFTS,
  VOLUMES,
} from './studies.ts';

/*
 * Prints the tables of agents/EVALUATION.md; takes some minutes. test/integration/simulation.test.ts runs a small form.
 *
 *     npx tsx test/simulation/run.ts [segments without a change] [segments with a fall] [segments with a mover]
 */

const [flat = 100, falling = 25, moving = 150] = process.argv.slice(2).map(Number);
const line = (...cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const heading = (...cells: readonly string[]) => {
  process.stdout.write('\n');
  line(...cells);
  line(...cells.map(() => '---'));
};
/** "0.10 (0.08 to 0.13)": of a segment-year, with its interval. */
const rate = (count: number, years: number) => {
  const [low, high] = poissonInterval(count).map((mean) => (mean / years).toFixed(2));
  return `${(count / years).toFixed(2)} (${low} to ${high})`;
};

heading(
  'answers a day',
  'segment-years',
  ...MONITOR_NAMES.map((name) => `${name}: false alarms a segment-year`),
);
for (const perDay of VOLUMES) {
  const { years, alarms } = falseAlarms(perDay, flat);
  line(perDay, years, ...MONITOR_NAMES.map((name) => rate(alarms[name], years)));
}

heading('answers a day', 'fall', ...MONITOR_NAMES.map((name) => `${name}: median days (found)`));
for (const perDay of VOLUMES)
  for (const shift of SHIFTS) {
    const found = delays(perDay, shift, falling);
    const cells = MONITOR_NAMES.map(
      (name) => `${medianOf(found[name]) ?? '-'} (${found[name].length}/${falling})`,
    );
    line(perDay, shift, ...cells);
  }

heading(
  'what moves',
  'segments',
  'segment-years',
  'score alerts a segment-year',
  'named as mix',
  'named as season',
);
for (const name of MOVER_NAMES) {
  const { years, alerts, asMix, asSeason } = explained(name, moving);
  line(name, moving, Math.round(years), rate(alerts, years), asMix, asSeason);
}
