import { UserError } from '../errors/user-error.ts';
import type { Segment } from '../segments/cell.ts';
import { type Dimension, storedValue } from '../segments/dimensions.ts';
import { cut } from '../text/text.ts';
import type { Tuned } from './watch-limits.ts';
import type { WatchPlan } from './watch-state.ts';

/** A rule cannot be read; the message says which part, what is wrong and what would be right. */
export class RuleError extends UserError {
  override readonly name = 'RuleError';
}

interface Watched {
  /** By attribute; null: every segment with enough answers. */
  readonly segment: Segment | null;
  /** The attribute whose mix is taken as given; null: none. */
  readonly mix: string | null;
}

/** A rule of the score monitor, checked. */
export type WatchRule =
  | (Watched & { readonly kind: 'change' | 'spike'; readonly plan: WatchPlan })
  | (Watched & {
      readonly kind: 'threshold';
      readonly below: number | null;
      readonly above: number | null;
      readonly windowDays: number;
      readonly confidence: number;
    });

const KINDS = ['change', 'spike', 'threshold'] as const;
const FIELDS: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  change: ['kind', 'segment', 'basis', 'mix', 'shifts', 'direction', 'falseAlarmsPerYear'],
  spike: ['kind', 'segment', 'basis', 'mix', 'shift', 'falseAlarmsPerYear'],
  threshold: ['kind', 'segment', 'basis', 'below', 'above', 'windowDays', 'confidence'],
};
const DIRECTIONS = ['FALL', 'RISE', 'BOTH'] as const;
/** One false alarm of a segment in five years. */
const FALSE_ALARMS_A_YEAR = 0.2;
const SHIFTS = [5, 10, 20];
const SPIKE_POINTS = 15;
const MOST_SHIFTS = 5;

/**
 * Reads a rule, as `{ "kind": "change", "segment": { "lifecycleStage": ["onboarding"] }, "shifts": [5, 10, 20] }`.
 * @throws RuleError
 */
export function parseRule(given: unknown, dimensions: readonly Dimension[]): WatchRule {
  const rule = objectIn(given, 'rule');
  const kind = oneOf(rule['kind'], KINDS, 'kind', undefined);
  const unknown = Object.keys(rule).find((name) => !FIELDS[kind].includes(name));
  if (unknown !== undefined)
    throw new RuleError(
      `rule: a ${kind} rule has no "${cut(unknown, 40)}"; it has ${FIELDS[kind].join(', ')}`,
    );
  oneOf(rule['basis'], ['SURVEYED'], 'basis', 'SURVEYED');
  const segment = segmentIn(rule['segment'], dimensions);
  if (kind === 'threshold') return thresholdIn(rule, segment);
  const mix = mixIn(rule['mix'], dimensions);
  const falseAlarmsPerYear = numberIn(
    rule['falseAlarmsPerYear'],
    'falseAlarmsPerYear',
    FALSE_ALARMS_A_YEAR,
    0.01,
    12,
  );
  if (kind === 'spike') {
    const points = numberIn(rule['shift'], 'shift', SPIKE_POINTS, 2, 60);
    return {
      kind,
      segment,
      mix,
      plan: { tuned: [{ kind: 'SPIKE', points }], withEwma: false, falseAlarmsPerYear },
    };
  }
  const direction = oneOf(rule['direction'], DIRECTIONS, 'direction', 'BOTH');
  const tuned = shiftsIn(rule['shifts']).flatMap((points): Tuned[] =>
    direction === 'BOTH'
      ? [
          { kind: 'FALL', points },
          { kind: 'RISE', points },
        ]
      : [{ kind: direction, points }],
  );
  return { kind, segment, mix, plan: { tuned, withEwma: direction === 'BOTH', falseAlarmsPerYear } };
}

function thresholdIn(rule: Readonly<Record<string, unknown>>, segment: Segment | null): WatchRule {
  const bound = (name: string) =>
    rule[name] === undefined ? null : numberIn(rule[name], name, 0, -100, 100);
  const [below, above] = [bound('below'), bound('above')];
  if ((below === null) === (above === null))
    throw new RuleError('rule: a threshold rule needs either "below" or "above", a score from -100 to 100');
  return {
    kind: 'threshold',
    segment,
    mix: null,
    below,
    above,
    windowDays: Math.round(numberIn(rule['windowDays'], 'windowDays', 30, 1, 365)),
    confidence: numberIn(rule['confidence'], 'confidence', 0.95, 0.5, 0.999),
  };
}

function objectIn(given: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new RuleError(`${name}: an object is expected, such as { "kind": "change" }`);
  return given as Record<string, unknown>;
}

function oneOf<T extends string>(
  given: unknown,
  known: readonly T[],
  name: string,
  absent: T | undefined,
): T {
  const value = given ?? absent;
  if (typeof value === 'string' && known.includes(value as T)) return value as T;
  const found =
    value === undefined ? 'it is missing' : `${cut(JSON.stringify(value) ?? '', 40)} is not one of them`;
  throw new RuleError(`rule.${name}: ${known.map((one) => `"${one}"`).join(', ')} are known; ${found}`);
}

function numberIn(given: unknown, name: string, absent: number, least: number, most: number): number {
  const value = given ?? absent;
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new RuleError(
    `rule.${name}: a number from ${least} to ${most} is expected, not ${cut(JSON.stringify(value) ?? '', 40)}`,
  );
}

function shiftsIn(given: unknown): number[] {
  const list = given ?? SHIFTS;
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_SHIFTS)
    throw new RuleError(
      `rule.shifts: a list of 1 to ${MOST_SHIFTS} shifts in score points is expected, such as [5, 10, 20]`,
    );
  return [...new Set(list.map((one) => numberIn(one, 'shifts', Number.NaN, 2, 100)))].sort((a, b) => a - b);
}

function segmentIn(given: unknown, dimensions: readonly Dimension[]): Segment | null {
  if (given === undefined || given === null) return null;
  const known = dimensions.map(({ field }) => `"${field}"`).join(', ');
  const entries = Object.entries(objectIn(given, 'rule.segment')).map(([field, values]) => {
    const dimension = dimensions.find((one) => one.field === field);
    if (!dimension)
      throw new RuleError(`rule.segment: "${cut(field, 40)}" is no dimension; there are ${known}`);
    if (!Array.isArray(values) || values.length === 0 || !values.every((value) => typeof value === 'string'))
      throw new RuleError(`rule.segment.${field}: a list of values is expected, such as ["${field} A"]`);
    return [dimension.attribute, [...new Set(values.map(storedValue))].sort()] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Absent: the dimension "channel", if there is one. */
function mixIn(given: unknown, dimensions: readonly Dimension[]): string | null {
  if (given === null) return null;
  const found = dimensions.find(({ field }) => field === (given ?? 'channel'));
  if (found || given === undefined) return found?.attribute ?? null;
  const known = dimensions.map(({ field }) => `"${field}"`).join(', ');
  throw new RuleError(
    `rule.mix: one of ${known}, or null, is expected, not ${cut(JSON.stringify(given) ?? '', 40)}`,
  );
}
