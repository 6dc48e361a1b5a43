/*
 * A rule as the form holds it: texts and choices. The server says what is wrong with a rule; only what would not arrive as a number is
 * found here.
 */

type Segment = Readonly<Record<string, readonly string[]>>;

/** What the form holds. */
export interface Draft {
  readonly kind: 'change' | 'spike' | 'threshold';
  /** each: every segment with enough answers; all: all answers together; one: the segment. */
  readonly watches: 'each' | 'all' | 'one';
  readonly segment: Segment;
  readonly direction: 'BOTH' | 'FALL' | 'RISE';
  readonly shifts: string;
  readonly shift: string;
  readonly falseAlarmsPerYear: string;
  /** A dimension; empty: the mix counts. */
  readonly mix: string;
  readonly side: 'below' | 'above';
  readonly bound: string;
  readonly windowDays: string;
  readonly confidence: string;
}

/** The form of a new rule. `dimensions` are the fields of the deployment. */
export const newDraft = (dimensions: readonly string[]): Draft => ({
  kind: 'change',
  watches: 'one',
  segment: {},
  direction: 'FALL',
  shifts: '5, 10, 20',
  shift: '15',
  falseAlarmsPerYear: '0.2',
  mix: dimensions.includes('channel') ? 'channel' : '',
  side: 'below',
  bound: '0',
  windowDays: '30',
  confidence: '0.95',
});

/** The form of a stored rule; what cannot be read is as in a new one. */
export function draftOf(rule: unknown, dimensions: readonly string[]): Draft {
  const given = (typeof rule === 'object' && rule !== null ? rule : {}) as Readonly<Record<string, unknown>>;
  const start: Draft = { ...newDraft(dimensions), watches: 'each', direction: 'BOTH' };
  const kind = one(given['kind'], ['change', 'spike', 'threshold'] as const, start.kind);
  const segment = segmentIn(given['segment']);
  const side = given['above'] === undefined ? 'below' : 'above';
  return {
    kind,
    watches: segment === null ? 'each' : Object.keys(segment).length === 0 ? 'all' : 'one',
    segment: segment ?? {},
    direction: one(given['direction'], ['BOTH', 'FALL', 'RISE'] as const, start.direction),
    shifts: Array.isArray(given['shifts']) ? given['shifts'].join(', ') : start.shifts,
    shift: textOf(given['shift'], start.shift),
    falseAlarmsPerYear: textOf(given['falseAlarmsPerYear'], start.falseAlarmsPerYear),
    mix: given['mix'] === null ? '' : textOf(given['mix'], start.mix),
    side,
    bound: textOf(given[side], start.bound),
    windowDays: textOf(given['windowDays'], start.windowDays),
    confidence: textOf(given['confidence'], start.confidence),
  };
}

/** The rule that the API takes. */
export function ruleOf(draft: Draft): Readonly<Record<string, unknown>> {
  const { kind, watches, segment } = draft;
  const watched = { kind, ...(watches === 'each' ? {} : { segment: watches === 'all' ? {} : segment }) };
  if (kind === 'threshold')
    return {
      ...watched,
      [draft.side]: numberOf(draft.bound),
      windowDays: numberOf(draft.windowDays),
      confidence: numberOf(draft.confidence),
    };
  const charts = {
    falseAlarmsPerYear: numberOf(draft.falseAlarmsPerYear),
    mix: draft.mix === '' ? null : draft.mix,
  };
  return kind === 'spike'
    ? { ...watched, shift: numberOf(draft.shift), ...charts }
    : { ...watched, direction: draft.direction, shifts: listOf(draft.shifts), ...charts };
}

/** What is not a number, or not chosen, by the name of the field. */
export function problemsOf(draft: Draft): Readonly<Record<string, string>> {
  const { kind, watches, segment } = draft;
  const asked: readonly (keyof Draft)[] =
    kind === 'threshold'
      ? ['bound', 'windowDays', 'confidence']
      : kind === 'spike'
        ? ['shift', 'falseAlarmsPerYear']
        : ['falseAlarmsPerYear'];
  const problems: Record<string, string> = {};
  for (const name of asked)
    if (Number.isNaN(numberOf(String(draft[name])))) problems[name] = 'Write a number, such as 0.5.';
  if (kind === 'change' && listOf(draft.shifts).some(Number.isNaN))
    problems['shifts'] = 'Write numbers with commas between them, such as 5, 10, 20.';
  if (watches === 'one' && Object.keys(segment).length === 0)
    problems['segment'] = 'Choose what the segment consists of.';
  return problems;
}

/** NaN for a text that is not one. */
const numberOf = (text: string): number =>
  text.trim() === '' ? Number.NaN : Number(text.trim().replace('\u2212', '-'));
const listOf = (text: string): number[] => text.split(',').map(numberOf);
const textOf = (given: unknown, absent: string): string =>
  typeof given === 'string' || typeof given === 'number' ? String(given) : absent;
const one = <T extends string>(given: unknown, known: readonly T[], absent: T): T =>
  known.find((each) => each === given) ?? absent;

/** Null: none is given. */
function segmentIn(given: unknown): Segment | null {
  if (typeof given !== 'object' || given === null) return null;
  return Object.fromEntries(
    Object.entries(given).flatMap(([field, values]) =>
      Array.isArray(values) ? [[field, values.map(String)]] : [],
    ),
  );
}
