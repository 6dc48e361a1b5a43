import { quoted } from '../../../domain/text/text.ts';
import {
  localDay,
  momentsOf,
  startOfDay,
  type ZoneClock,
  zoneClock,
} from '../../../domain/time/zone-clock.ts';
import type { NoteCode } from '../../pipeline/outcome.ts';
import type { LocalTime } from './fields.ts';
import { fold, LONGEST_DATE } from './fold.ts';
import { type DateFormat, isSame, isTime, shown } from './formats.ts';

/** The rule for a time that was skipped or repeated by a clock change. */
export const CHANGE_RULES = ['earlier', 'later', 'reject'] as const;
export type ChangeRule = (typeof CHANGE_RULES)[number];

/** How the times of a file are read. */
export interface TimeRules {
  readonly formats: readonly DateFormat[];
  /** An IANA zone, for times without one of their own. */
  readonly zone: string;
  readonly skipped: ChangeRule;
  readonly repeated: ChangeRule;
}

/** A moment, with a note if it follows from a rule. */
export interface ReadTime {
  readonly at: Date;
  readonly note?: NoteCode;
}

/** The moment of a text, or why it has none. Independent of the current time. */
export function readTime(rules: TimeRules, given: string): ReadTime | string {
  if (given.length > LONGEST_DATE) return notOfTheForm(rules, given, []);
  const text = fold(given);
  const readings = rules.formats.map((format) => ({ format, read: format.read(text) }));
  const times = readings.flatMap(({ format, read }) => (isTime(read) ? [{ format, read }] : []));
  const [first] = times;
  if (!first) {
    const reasons = readings.flatMap(({ read }) => (typeof read === 'string' ? [read] : []));
    return notOfTheForm(rules, given, reasons);
  }
  const other = times.find(({ read }) => !isSame(read, first.read));
  if (other)
    return (
      `${quoted(given)} is ${shown(first.read)} as "${first.format.name}" and ${shown(other.read)} as "${other.format.name}"; ` +
      'which one is meant is not clear'
    );
  return momentOf(rules, given, first.read);
}

function notOfTheForm({ formats }: TimeRules, given: string, [reason]: readonly string[]): string {
  const message = `${quoted(given)} is not a date of the form ${formats.map(({ example }) => example).join(' or ')}`;
  return reason === undefined ? message : `${message}: ${reason}`;
}

function momentOf(rules: TimeRules, given: string, time: LocalTime): ReadTime | string {
  if (time.offset !== undefined) return { at: new Date(time.local - time.offset * 60_000) };
  const zone = time.zone ?? rules.zone;
  let clock: ZoneClock;
  try {
    clock = zoneClock(zone);
  } catch {
    return `${quoted(given)}: ${quoted(zone)} is not an IANA zone such as "Europe/Berlin"`;
  }
  // A day begins, even if its midnight was skipped or occurred twice.
  if (time.isDay) {
    const start = startOfDay(clock, time.local);
    if (localDay(clock, start) === time.local) return { at: new Date(start) };
  }
  const shownAt = momentsOf(clock, time.local);
  if (shownAt.shown === 'once') return { at: new Date(shownAt.at) };
  if (shownAt.shown === 'twice') {
    if (rules.repeated === 'reject') return `${quoted(given)}: clocks in ${zone} showed this time twice`;
    const at = rules.repeated === 'earlier' ? shownAt.first : shownAt.second;
    return { at: new Date(at), note: 'TIME_REPEATED' };
  }
  if (rules.skipped === 'reject') return `${quoted(given)}: clocks in ${zone} never showed this time`;
  // The nearest existing times, so that the order of times in the file is preserved.
  const at = rules.skipped === 'earlier' ? shownAt.change - 1 : shownAt.change;
  return { at: new Date(at), note: 'TIME_SKIPPED' };
}
