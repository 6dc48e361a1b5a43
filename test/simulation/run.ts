import type { DayCounts } from '../../domain/detection/baseline.ts';
import { FIRST_DAY, madeUpDays } from './made-up-segments.ts';
import { monitorAlarms, thresholdAlarms, watchAll, zTestAlarms } from './monitors.ts';

/*
 * Simulated years with known truth, seeded: prints the tables of agents/EVALUATION.md.
 *
 *     npx tsx test/simulation/run.ts [segments] [repetitions]
 */

const YEAR = 365;
const SCORE = 30;
const VOLUMES = [5, 20, 100];
const SHIFTS = [5, 10, 20];
const segments = Number(process.argv[2] ?? 12);
const repetitions = Number(process.argv[3] ?? 6);
const line = (...cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const heading = (...cells: readonly string[]) => {
  process.stdout.write('\n');
  line(...cells);
  line(...cells.map(() => '---'));
};

const MONITORS: readonly (readonly [string, (days: readonly DayCounts[]) => number[]])[] = [
  ['score monitor', monitorAlarms],
  ['daily z-test', zTestAlarms],
  ['fixed threshold', (days) => thresholdAlarms(days, SCORE)],
];

function falseAlarms(): void {
  heading(
    'answers a day',
    'segment-years',
    ...MONITORS.map(([name]) => `${name}: false alarms a segment-year`),
  );
  const years = 4;
  for (const perDay of VOLUMES) {
    const counts = MONITORS.map(() => 0);
    for (let seed = 0; seed < segments; seed++) {
      const days = madeUpDays(1_000 * perDay + seed, years * YEAR, [() => ({ perDay, score: SCORE })]);
      MONITORS.forEach(([, alarms], i) => {
        counts[i] = (counts[i] ?? 0) + alarms(days).length;
      });
    }
    line(perDay, segments * years, ...counts.map((count) => (count / segments / years).toFixed(2)));
  }
}

/** Days of training before the fall. */
const BEFORE = 2 * YEAR;

function delays(): void {
  heading('answers a day', 'fall', ...MONITORS.map(([name]) => `${name}: median days (found)`));
  for (const perDay of VOLUMES)
    for (const shift of SHIFTS) {
      const found = MONITORS.map(() => [] as number[]);
      for (let seed = 0; seed < repetitions; seed++) {
        const truth = (day: number) => ({ perDay, score: day < BEFORE ? SCORE : SCORE - shift });
        const days = madeUpDays(7_000 * perDay + 100 * shift + seed, BEFORE + YEAR, [truth]);
        MONITORS.forEach(([, alarms], i) => {
          const first = alarms(days).find((day) => day >= FIRST_DAY + BEFORE);
          if (first !== undefined) found[i]?.push(first - FIRST_DAY - BEFORE + 1);
        });
      }
      const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? '-';
      line(perDay, shift, ...found.map((list) => `${median(list)} (${list.length}/${repetitions})`));
    }
}

function explained(): void {
  heading('what moves', 'segments', 'score alerts', 'named as mix', 'named as season');
  const mix = [
    (day: number) => ({ perDay: day < BEFORE ? 15 : 5, score: 50 }),
    (day: number) => ({ perDay: day < BEFORE ? 5 : 15, score: -10 }),
  ];
  const season = [
    (day: number) => ({ perDay: 20, score: SCORE + 12 * Math.sin((2 * Math.PI * day) / 365.25) }),
  ];
  for (const [name, strata, from, length] of [
    ['channels: 75:25 to 25:75, true score of each unchanged', mix, BEFORE, BEFORE + 120],
    ['time of the year: 24 points, from the fourth year on', season, 3 * YEAR, 5 * YEAR],
  ] as const) {
    let [alerts, asMix, asSeason] = [0, 0, 0];
    for (let seed = 0; seed < repetitions; seed++) {
      const events = watchAll(madeUpDays(90_000 + seed, length, strata)).filter(
        ({ day }) => day >= FIRST_DAY + from,
      );
      const has = (...kinds: readonly string[]) => (events.some(({ kind }) => kinds.includes(kind)) ? 1 : 0);
      alerts += has('FOUND', 'FURTHER');
      asMix += has('MIX');
      asSeason += has('SEASON');
    }
    line(name, repetitions, alerts, asMix, asSeason);
  }
}

falseAlarms();
delays();
explained();
