import { adjustedForFalseDiscovery } from '../../domain/drift/false-discovery.ts';
import {
  type ClassCounts,
  type StratifiedDifference,
  stratifiedDifference,
  type TwoGroups,
} from '../../domain/statistics/stratified-difference.ts';
import type { AgentStateRow } from '../../store/agents/agent-states.ts';
import {
  COMPARED_DAYS,
  FOLLOWS_DAYS,
  type HandledAnswers,
  readCoachingCases,
  readHandledAnswers,
} from '../../store/outcomes/coaching-answers.ts';
import type { AgentDeps, Decided, Observation } from '../loop/agent.ts';
import { COACHING } from './playbooks.ts';

/*
 * Coaching of a member of staff: by the answers of customers after their tickets and deals, and never by what is in a comment. One
 * answer says nothing, so there is a fewest, and who works in a hard segment is compared with others there.
 */

/** Fewer answers say nothing of a person. */
export const FEWEST_ANSWERS = 20;
/** Points below the others from which it matters. */
const LEAST_POINTS = 20;
/** Of those who are proposed, at most this share by chance (Benjamini and Hochberg over all who are compared). */
const FALSE_SHARE = 0.01;
const NEAR = 0.05;
const CONFIDENCE = 0.95;

/** All that a decision about a member of staff is made of: counts, no name and no text. */
export interface CoachingInputs {
  /** ISO 8601, to the day. */
  readonly at: string;
  /** Their answers and those of the others, in each segment and kind of what was handled. */
  readonly strata: readonly TwoGroups[];
  /** P-values of all others who are compared. */
  readonly others: readonly number[];
  /** The case about them is open. */
  readonly inWork: boolean;
}

export interface CoachingAction {
  readonly do: 'coach';
  readonly hours: number;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);
const round = (value: number) => Math.round(value);

/** Proposes coaching where the answers after someone's tickets and deals are clearly lower than those of the others. */
export function decideCoaching({ strata, others, inWork }: CoachingInputs): Decided<CoachingAction> {
  const own = sum(strata.flatMap((one) => one.own));
  const found = stratifiedDifference(strata, CONFIDENCE);
  const [adjusted = 1] = adjustedForFalseDiscovery([found?.pValue ?? 1, ...others]);
  const rest = { state: {}, alternatives: [] };
  if (inWork) return { ...rest, action: null, reason: 'The case about them is open.', verdict: 'in work' };
  if (!found || found.compared < FEWEST_ANSWERS)
    return {
      ...rest,
      ...{ action: null, verdict: 'too few' },
      reason: `${found?.compared ?? 0} of ${own} answers can be compared; ${FEWEST_ANSWERS} are needed.`,
    };
  const isLow = found.difference <= -LEAST_POINTS;
  const reason = inWords(found, adjusted, others.length + 1);
  if (!isLow || adjusted > FALSE_SHARE)
    return { ...rest, action: null, reason, verdict: 'fine', nearMiss: isLow && adjusted <= NEAR };
  return {
    ...rest,
    action: { do: 'coach', hours: COACHING.hours },
    reason,
    alternatives: [{ action: null, reason: 'wait for more answers' }],
    // The numbers move every day.
    verdict: 'coach',
  };
}

const inWords = ({ compared, difference, low, high }: StratifiedDifference, p: number, tested: number) =>
  `The last answers of ${compared} customers within ${FOLLOWS_DAYS} days after a ticket or deal of this member of staff are ` +
  `${Math.abs(round(difference))} points ${difference < 0 ? 'below' : 'above'} those after others’ in the same segments ` +
  `(95 %: ${round(low)} to ${round(high)}; ${COMPARED_DAYS} days; p ${p < 0.0001 ? 'below 0.0001' : p.toFixed(4)}, adjusted for ${tested} compared).`;

/** Each member of staff with enough answers, once a day. */
export async function* observeCoaching(
  { store, now }: AgentDeps,
  known: ReadonlyMap<string, AgentStateRow>,
  day: Date,
): AsyncGenerator<Observation<CoachingInputs>> {
  const isDone = [...known].some(
    ([key, { position }]) => key.startsWith('staff ') && position === day.getTime(),
  );
  if (isDone) return;
  const answers = await readHandledAnswers(store, new Date(now()));
  const compared = [...new Set(answers.map(({ staff }) => staff))]
    .map((staff) => ({ staff, strata: strataOf(answers, staff) }))
    .filter(({ strata }) => sum(strata.flatMap(({ own }) => own)) >= FEWEST_ANSWERS)
    .map((one) => ({ ...one, p: stratifiedDifference(one.strata, CONFIDENCE)?.pValue ?? 1 }));
  const cases = new Map((await readCoachingCases(store)).map((one) => [one.staff, one]));
  for (const { staff, strata } of compared) {
    const open = cases.get(staff);
    yield {
      key: `staff ${staff}`,
      inputs: {
        at: day.toISOString(),
        strata,
        others: compared.flatMap((one) => (one.staff === staff ? [] : [one.p])),
        inWork: open?.isOpen === true,
      },
      // The others are everyone's answers, and it is about a person.
      cells: 'staff',
      about: open ? [`Case:${open.id}`] : [],
      // The last one marks the day as done: a run that ended before is repeated.
      position: staff === compared.at(-1)?.staff ? day.getTime() : 0,
    };
  }
}

function strataOf(answers: readonly HandledAnswers[], staff: string): TwoGroups[] {
  const strata = new Map<string, { own: [number, number, number]; rest: [number, number, number] }>();
  for (const one of answers) {
    const key = `${one.kind} ${one.cellId}`;
    const stratum = strata.get(key) ?? { own: [0, 0, 0], rest: [0, 0, 0] };
    stratum[one.staff === staff ? 'own' : 'rest'][one.class] += one.n;
    strata.set(key, stratum);
  }
  const size = (counts: ClassCounts) => sum(counts);
  return [...strata.values()].filter(({ own }) => size(own) > 0);
}
