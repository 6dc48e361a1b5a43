import { type RateReading, readRate } from '../../domain/detection/rate-watch.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Cause } from '../alerting/episode.ts';
import type { Found, RatesInputs } from './inputs.ts';

const percent = (share: number) => `${Math.round(share * 1_000) / 10} %`;
const nameOf = (segment: Segment) =>
  Object.entries(segment)
    .map(([attribute, values]) => `${attribute} ${values.join(', ')}`)
    .join('; ') || 'all invitations';
const isAll = ({ segment }: { readonly segment: Segment }) => Object.keys(segment).length === 0;

interface Said {
  readonly segment: Segment;
  readonly reading: RateReading;
}

/** One alert for a change of the rate: about all invitations if theirs changed, else about the clearest segment; the others are named. */
export function ofRates({ rate, segments }: RatesInputs): Found {
  const read = segments.flatMap(({ segment, first, asked, answered }): Said[] => {
    const days = asked.map((n, day) => ({ asked: n, answered: answered[day] ?? 0 }));
    const reading = readRate(first, days);
    return reading ? [{ segment, reading }] : [];
  });
  const found = read
    .filter(({ reading }) => reading.height >= 1)
    .sort((a, b) => Number(isAll(b)) - Number(isAll(a)) || b.reading.height - a.reading.height);
  const [first, ...others] = found;
  const what = rate === 'response' ? 'response rate' : 'share of those who give up after they began';
  if (!first) {
    const all = read.find(isAll)?.reading;
    if (read.length === 0)
      return { cause: null, evidence: [], fine: `Too little is known to say which ${what} is usual.` };
    const now = all ? ` Of all: ${sayRate(rate, all.before)}.` : '';
    return { cause: null, evidence: [], fine: `The ${what} is as usual in ${read.length} segments.${now}` };
  }
  const { before, now, days, direction } = first.reading;
  // Who began and did not answer gave up: the rate of giving up rises where that of answering falls.
  const moved = (rate === 'response') === (direction === 'fall') ? 'fell' : 'rose';
  const also =
    others.length === 0 ? '' : ` Also: ${others.map(({ segment }) => nameOf(segment)).join('; ')}.`;
  const cause: Cause = {
    severity: direction === 'fall' ? 'WARNING' : 'INFO',
    title: `The ${what} ${moved}: ${nameOf(first.segment)}`,
    summary: `From ${sayRate(rate, before)} to ${sayRate(rate, now)} over ${days} days.${also}`,
    evidence: [],
    facts: { rate, found },
  };
  return { cause, fine: '', evidence: [] };
}

const sayRate = (rate: RatesInputs['rate'], answering: number) =>
  percent(rate === 'response' ? answering : 1 - answering);
