import { DAY_MS, MINUTE_MS, momentsOf, zoneClock } from '../time/zone-clock.ts';

/** Who of a list is on call: each for a day or a week, in turn. */
export interface Schedule {
  /** IANA. */
  readonly timeZone: string;
  readonly unit: 'DAY' | 'WEEK';
  /** HH:mm on the clocks of the zone. */
  readonly handOver: string;
  /** YYYY-MM-DD: the first of the list takes over on that day. */
  readonly begins: string;
  readonly targets: readonly string[];
}

/** One turn of a schedule; `until` belongs to the next one. */
export interface Shift {
  /** Counted from the first turn on. */
  readonly turn: number;
  readonly target: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
}

const DAYS = { DAY: 1, WEEK: 7 } as const;

/** The turn that is under way at a moment. */
export function shiftAt(schedule: Schedule, at: number): Shift {
  const clock = zoneClock(schedule.timeZone);
  const length = DAYS[schedule.unit] * DAY_MS;
  const first = localDate(schedule.begins) + minutesOf(schedule.handOver);
  const begin = (turn: number) => firstShown(schedule.timeZone, first + turn * length);
  let turn = Math.floor((at + clock(at) - first) / length);
  // A change of clocks between the hand-over and the moment puts the guess one turn off at most; days that a zone skipped, more.
  while (begin(turn) > at) turn -= 1;
  while (begin(turn + 1) <= at) turn += 1;
  const { targets } = schedule;
  const place = ((turn % targets.length) + targets.length) % targets.length;
  return { turn, target: targets[place] as string, from: begin(turn), until: begin(turn + 1) };
}

/** Midnight of a date YYYY-MM-DD as the epoch milliseconds that it is in UTC. */
export const localDate = (date: string): number => Date.parse(`${date}T00:00:00Z`);

/** HH:mm in milliseconds since midnight. */
export const minutesOf = (time: string): number =>
  (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE_MS;

/** The first moment at which the clocks show a date and time; the change of clocks where they skip it. */
export function firstShown(timeZone: string, local: number): number {
  const found = momentsOf(zoneClock(timeZone), local);
  if (found.shown === 'never') return found.change;
  return found.shown === 'once' ? found.at : found.first;
}

/** The last moment at which the clocks show a date and time; the change of clocks where they skip it. */
export function lastShown(timeZone: string, local: number): number {
  const found = momentsOf(zoneClock(timeZone), local);
  return found.shown === 'twice' ? found.second : firstShown(timeZone, local);
}
