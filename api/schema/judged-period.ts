import { mayBeProtected } from '../../domain/access/scope.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { noteWithheld, pathOf, type ResponsePath } from '../masking.ts';
import { type DateTimeInput, momentOf } from './builder.ts';

/* Which period and segment models are judged over. */

const WEEK_MS = 7 * 86_400_000;

/**
 * Whether the caller may see how a model judged these responses. Figures of arbitrary windows and segments,
 * subtracted, reveal single responses: they need the right to read those. Callers who manage models see figures
 * over everything, in whole weeks (that begin on Thursdays, like the first of 1970).
 * @throws InvalidArgumentError if a caller who manages models requests less.
 */
export function mayJudge(
  context: ApiContext,
  segment: Segment,
  range: TimeRange,
  path: ResponsePath,
): boolean {
  const { scope } = context.caller;
  if (!mayBeProtected(scope, 'readPrediction', ['inferred'])) return true;
  if (!scope.allowsAll('manageModels')) {
    noteWithheld(context, 'readResponse', pathOf(path));
    return false;
  }
  if (Object.keys(segment).length === 0 && range.from % WEEK_MS === 0 && range.until % WEEK_MS === 0)
    return true;
  const week = Math.floor(range.from / WEEK_MS) * WEEK_MS;
  const day = (time: number) => `${new Date(time).toISOString().slice(0, 10)}T00:00:00Z`;
  throw new InvalidArgumentError(
    `from, to: without readResponse models are judged over everything, in whole weeks such as ${day(week)} to ${day(week + WEEK_MS)}`,
  );
}

const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');

/** @throws InvalidArgumentError */
export function wholeMinutes(from: DateTimeInput, to: DateTimeInput): TimeRange {
  const range = { from: momentOf('from', from), until: momentOf('to', to) };
  if (range.from >= range.until) throw new InvalidArgumentError('to: must be later than from');
  // The mix is compared with the period before, of the same length.
  if (2 * range.from - range.until < YEAR_1)
    throw new InvalidArgumentError(
      'from: the time before it, as long as that until to, begins before the year 1',
    );
  if (range.from % 60_000 !== 0 || range.until % 60_000 !== 0)
    throw new InvalidArgumentError('from, to: must be whole minutes, without seconds');
  return range;
}
