import { DAY_MS, parseWindow, windowAt } from '../../domain/time/time-windows.ts';
import { InvalidArgumentError } from '../errors.ts';
import { atMost } from '../gate/lists.ts';
import { type Builder, type DateTimeInput, momentOf } from './builder.ts';
import type { SchemaParts } from './types.ts';

/* What the queries of outcomes share. They are associations between answers and what became of people, never causes. */

/** NpsClass by the number that is stored. */
export const CLASSES = ['DETRACTOR', 'PASSIVE', 'PROMOTER'] as const;

/** Of a figure's `suppressed`. */
export const SUPPRESSED =
  'True when this caller may not read the answers of every cell of the group, or too few accounts stand behind the figure, or behind what it would leave of a sum, for a caller who sees no respondents.';

type ArgumentBuilder = Parameters<Parameters<Builder['queryField']>[1]>[0]['arg'];

/** The arguments of figures by group: the segment, the window, and by what they are grouped. */
export const groupArguments = (arg: ArgumentBuilder, { types, dimensions }: SchemaParts) => ({
  segment: arg({ type: types.segment }),
  from: arg({ type: 'DateTime', required: true }),
  to: arg({ type: 'DateTime', required: true }),
  groupBy: arg({
    type: [types.dimension],
    required: true,
    defaultValue: [],
    ...atMost(dimensions.length),
  }),
});

/**
 * The window of the arguments.
 * @throws InvalidArgumentError
 */
export function rangeOf({ from, to }: { readonly from: DateTimeInput; readonly to: DateTimeInput }) {
  const range = { from: new Date(momentOf('from', from)), to: new Date(momentOf('to', to)) };
  if (range.from >= range.to) throw new InvalidArgumentError('from: is not before to');
  return range;
}

/** The duration in days, rounded. */
export function lengthInDays(horizon: string, now: number): number {
  const { from, until } = windowAt(parseWindow(horizon), now, 'UTC');
  return Math.round((until - from) / DAY_MS);
}
