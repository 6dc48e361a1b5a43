import type { Fact, FactSheet, Sentence } from './fact.ts';

/** Score points with their sign, one decimal. */
export const points = (value: number) =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)}`;
const size = (value: number) => Math.abs(value).toFixed(1);
const counted = (value: number) => value.toLocaleString('en-US');
export const answers = (count: number) => (count === 1 ? '1 answer' : `${counted(count)} answers`);

/** Sentences over a sheet, in its order: the same sheet gives the same text. Each cites the facts that it says. */
export function tell(sheet: FactSheet): Sentence[] {
  return sheet.facts.flatMap((fact) => {
    const text = SAY[fact.kind](fact, fact.numbers);
    return text === null ? [] : [{ text, facts: [fact.id] }];
  });
}

type Numbers = Fact['numbers'];

const SAY: Readonly<Record<Fact['kind'], (fact: Fact, numbers: Numbers) => string | null>> = {
  ALERT: ({ names, times }) =>
    `The alert of ${times[0]} says: ${names[0]}. What it reports began on ${times[1]}.`,
  EVENT: ({ names, times }) =>
    `What happened at that time, which proves nothing: ${names[0]} on ${times[0]}.`,
  SCORE: ({ times }, { score, low, high, responses = 0, level = 95 }) => {
    if (score === undefined) return responses === 0 ? `There are no answers in ${times[0]}.` : null;
    const interval =
      low === undefined || high === undefined
        ? ''
        : ` (${level} % interval ${points(low)} to ${points(high)})`;
    return `The score of ${times[0]} is ${points(score)}${interval}, from ${answers(responses)}.`;
  },
  CHANGE: ({ direction, times }, { difference, low, high }) => {
    if (difference === undefined || low === undefined || high === undefined) return null;
    if (direction === null)
      return `There is no clear change against ${times[0]}: the difference is ${points(difference)} (${points(low)} to ${points(high)}).`;
    const [least, most] = [size(low), size(high)].sort((a, b) => Number(a) - Number(b));
    return `It ${direction === 'UP' ? 'rose' : 'fell'} by ${size(difference)} points (${least} to ${most}) against ${times[0]}.`;
  },
  DRIVER: ({ names, direction }, { contribution, rate, mix, score, before }) => {
    if (contribution === undefined || rate === undefined || mix === undefined) return null;
    const moved =
      before !== undefined && score !== undefined && direction !== null
        ? ` ${direction === 'UP' ? 'rose' : 'fell'} from ${points(before)} to ${points(score)} and`
        : '';
    const isRate = Math.abs(rate) >= Math.abs(mix);
    const rest = isRate ? mix : rate;
    const amount = rest === 0 ? 'all of it' : `most of it (${points(isRate ? rate : mix)})`;
    const where = isRate ? 'in how it answers' : 'in how many of the answers it has';
    return `${names.join(', ')}${moved} contributes ${points(contribution)} points to the change, ${amount} ${where}.`;
  },
  THEME: ({ names }, { share, score, contribution }) => {
    if (share === undefined || score === undefined || contribution === undefined) return null;
    const way = contribution < 0 ? 'below' : 'above';
    return `Answers about ${names[0]} (${share.toFixed(1)} % of all) score ${points(score)}, which puts the whole score ${size(contribution)} points ${way} what it is without them.`;
  },
  QUOTE: ({ quote }) => (quote === null ? null : `One of them wrote: “${quote}”.`),
};
