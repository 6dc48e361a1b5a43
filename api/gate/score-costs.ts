import { HOUR_MS, zoneClock } from '../../domain/time/zone-clock.ts';
import { LIMITS } from '../limits.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** The cost of a field: 1 point is about 50 µs of server time. */
export interface FieldCost {
  /** From the arguments and the selection; never from the data. */
  readonly points: (args: Arguments, inside: number) => number;
  /** The same in words. */
  readonly says: string;
}

/** The cost of rows of scores: the possible ones are charged in advance, and missing ones refunded. */
export interface RowsCost extends FieldCost {
  /** The part of the points that a number of rows leaves unused. */
  readonly unused: (args: Arguments, rows: number) => number;
}

/** Items of a list, 0 of anything else. */
export const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** How many cells a grouping touches is hidden, so each dimension counts the same. */
export const grouped = (args: Arguments): number => 2 ** lengthOf(args['groupBy']);
export const GROUPED = 'doubled by each dimension of `groupBy`';

/** Characters of a segment's values that the id of a row repeats: first for free, then 1 point per 20 rows. */
const SEGMENT_CHARACTERS = 400;

/** How many times as much a row costs whose id contains a long segment. */
function spelling({ segment }: Readonly<Record<string, unknown>>): number {
  let characters = 0;
  for (const values of Object.values((segment as Record<string, unknown> | null | undefined) ?? {}))
    if (Array.isArray(values)) for (const value of values) characters += String(value).length;
  return 1 + Math.floor(characters / SEGMENT_CHARACTERS);
}

const BUCKET_MS: Readonly<Record<string, number>> = {
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 7 * 86_400_000,
  MONTH: 28 * 86_400_000,
  QUARTER: 90 * 86_400_000,
  YEAR: 365 * 86_400_000,
};

function bucketsOf({ from, to, every }: Readonly<Record<string, unknown>>): number {
  const span = momentOf(to) - momentOf(from);
  const width = BUCKET_MS[String(every)] ?? 86_400_000;
  // The resolver reports invalid values.
  return Number.isFinite(span) && span > 0 ? Math.ceil(span / width) : 0;
}

/** A DateTime argument in the scalar's form. */
function momentOf(input: unknown): number {
  const value = (input as { value?: Date | null } | null | undefined)?.value;
  return value instanceof Date ? value.getTime() : Number.NaN;
}

/**
 * Days of a zone are sums of hours; minutes, and hours that a zone's offset splits, are counted from the
 * responses.
 */
const ZONED = 3;
const SPLIT = 6;

/** How many times as much as whole UTC days or hours the buckets cost. */
function reading({ from, to, every, timeZone }: Readonly<Record<string, unknown>>): number {
  if (every === 'MINUTE') return SPLIT;
  if (typeof timeZone !== 'string' || timeZone === 'UTC') return 1;
  try {
    const clock = zoneClock(timeZone);
    const isSplit = [momentOf(from), momentOf(to)].some((time) => clock(time) % HOUR_MS !== 0);
    return isSplit ? SPLIT : every === 'HOUR' ? 1 : ZONED;
  } catch {
    // The resolver reports an unknown zone.
    return 1;
  }
}

/** Rows per point. */
const ROWS_A_POINT = 20;

/**
 * Reading costs `base`. Groups cost as much again for each doubling by their dimensions, but not more than the
 * possible rows; the final cost follows from the rows that the caller receives, never from hidden data.
 */
function rowsCost(
  base: (args: Arguments) => number,
  aRow: (args: Arguments) => number,
  says: string,
): RowsCost {
  const ofRows = (args: Arguments, rows: number) => (rows * aRow(args)) / ROWS_A_POINT;
  const ofGroups = (args: Arguments) => {
    const { first } = args;
    const most = typeof first === 'number' && first > 0 ? Math.min(first, LIMITS.rows) : LIMITS.rows;
    return Math.min(base(args) * (grouped(args) - 1), ofRows(args, most));
  };
  const change = (args: Arguments) =>
    Array.isArray(args['orderBy']) && args['orderBy'].some((order) => order?.by === 'CHANGE') ? 5 : 0;
  return {
    points: (args, inside) => base(args) + ofGroups(args) + change(args) + inside,
    unused: (args, rows) => {
      const groups = ofGroups(args);
      return groups - Math.min(groups, ofRows(args, rows));
    },
    says,
  };
}

/** Values of a dimension per point. */
const VALUES_A_POINT = 50;
/** As a grouped score of the window. */
const WINDOW_POINTS = 10;
/** An estimate of the most values of one dimension. */
const MOST_VALUES = 10_000;

const valuesWithin = ({ first }: Arguments): number =>
  typeof first === 'number' && first > 0 ? Math.min(first, MOST_VALUES) : MOST_VALUES;

/** Values of one dimension. */
export const VALUES_COST: RowsCost = {
  points: (args, inside) =>
    10 + (args['window'] ? WINDOW_POINTS : 0) + valuesWithin(args) / VALUES_A_POINT + inside,
  unused: (args, values) => Math.max(0, valuesWithin(args) - values) / VALUES_A_POINT,
  says: `10, ${WINDOW_POINTS} more with \`window\`, and 1 for every ${VALUES_A_POINT} of \`first\` (${MOST_VALUES} when absent); of these only 1 for every ${VALUES_A_POINT} values answered is charged in the end`,
};

const CHANGED = '5 more with `orderBy` of CHANGE';
const ROWS = `${GROUPED}, at most by 1 for every ${ROWS_A_POINT} rows that \`first\` or the limit of ${LIMITS.rows} allows; of this doubling only 1 for every ${ROWS_A_POINT} rows answered is charged in the end; ${CHANGED}`;

const aSeriesRow = (args: Arguments) => (spelling(args) - 1 + reading(args)) * (args['rolling'] ? 2 : 1);

/** By field of Query. */
export const SCORE_COSTS = {
  nps: rowsCost(() => 5, spelling, `5, ${ROWS}`),
  npsSeries: rowsCost(
    (args) => 5 * (args['rolling'] ? 2 : 1) + (bucketsOf(args) * aSeriesRow(args)) / ROWS_A_POINT,
    aSeriesRow,
    `5, and for every ${ROWS_A_POINT} buckets 1 (${ZONED} for days and longer buckets of a zone, ${SPLIT} for minutes and where the zone's offset splits hours) and 1 more for each ${SEGMENT_CHARACTERS} characters of the segment's values; doubled with \`rolling\`, ${ROWS}`,
  ),
} as const;
