import { adjustedForFalseDiscovery } from '../domain/drift/false-discovery.ts';
import { sameMix } from '../domain/drift/same-mix.ts';
import { mmdTest } from '../domain/drift/two-sample.ts';
import { calibrate } from '../domain/models/calibration.ts';
import { type Judged, judge } from '../domain/models/classification.ts';
import { indexOfLargest } from '../domain/models/probabilities.ts';
import { judgeTriggers, type RetrainingPolicy, waitsFor } from '../domain/models/retraining-policy.ts';
import { randomFrom } from '../domain/statistics/random.ts';
import { type ReadyHead, readyHead } from './model.ts';
import { type Example, logitsOf } from './softmax-regression.ts';
import { fitHeadForUse } from './train.ts';

/** A labelled answer as the head reads it. */
export interface TimedExample extends Example {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly isCorrected: boolean;
}

/** What a policy cost and what it was worth. */
export interface PolicyOutcome {
  readonly policy: string;
  readonly trainings: number;
  /** Of computing; the first training, which all policies share, is not counted. */
  readonly seconds: number;
  readonly quality: Quality;
  readonly months: readonly (Quality & { readonly from: string })[];
}

/** Over answers that were predicted before they were learnt from. */
interface Quality {
  readonly n: number;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly brier: number;
  readonly ece: number;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MONTH_MS = 30 * DAY_MS;
const FEWEST = 50;
const SAMPLE = 100;
const PERMUTATIONS = 199;
const FALSE_DISCOVERIES = 0.05;

type Predicted = Judged & { readonly example: TimedExample };
interface Fitted {
  readonly head: ReadyHead;
  readonly seconds: number;
}

export interface ReplayOptions {
  readonly firstDays: number;
  /** A training reads at most so many of the newest answers. */
  readonly mostExamples: number;
  readonly seed: number;
  /** Milliseconds, for the seconds of a training. */
  readonly clock: () => number;
}

/**
 * Replays the answers, oldest first, week by week under each policy. At the end of a week the policy judges what is known by then, a
 * training reads the answers until then, and its head predicts those of the weeks that follow. The first `firstDays` train the first head.
 * @throws Error when they are too few for it.
 */
export function replayPolicies(
  answers: readonly TimedExample[],
  policies: readonly RetrainingPolicy[],
  { firstDays, mostExamples, seed, clock }: ReplayOptions,
): PolicyOutcome[] {
  const begin = (answers[0]?.at ?? 0) + firstDays * DAY_MS;
  const fits = new Map<number, Fitted>();
  const trainUntil = (until: number): Fitted => {
    const known = fits.get(until);
    if (known) return known;
    const started = clock();
    const seen = answers.filter(({ at }) => at < until).slice(-mostExamples);
    const head = readyHead(fitHeadForUse(seen, 3, ['softmax', 'ordinal']).head);
    const fitted = { head, seconds: (clock() - started) / 1_000 };
    fits.set(until, fitted);
    return fitted;
  };
  return policies.map((policy) => replayOne(answers, policy, { begin, seed, trainUntil }));
}

function replayOne(
  answers: readonly TimedExample[],
  policy: RetrainingPolicy,
  { begin, seed, trainUntil }: { begin: number; seed: number; trainUntil: (until: number) => Fitted },
): PolicyOutcome {
  const end = answers.at(-1)?.at ?? begin;
  const between = (from: number, until: number) => answers.filter(({ at }) => at >= from && at < until);
  const predictedBy = (head: ReadyHead, list: readonly TimedExample[]): Predicted[] =>
    list.map((example) => ({
      example,
      label: example.label,
      probabilities: calibrate(head.calibration, logitsOf(head, example.inputs)),
    }));
  const judged: Predicted[] = [];
  let { head } = trainUntil(begin);
  let last = begin;
  let [trainings, seconds] = [0, 0];
  for (let week = begin; week <= end; week += WEEK_MS) {
    const recent = judged.filter(({ example: { at } }) => at >= Math.max(last, week - WEEK_MS));
    const fresh = between(last, week);
    const corrections = fresh.filter(({ isCorrected }) => isCorrected).length;
    const facts = {
      days: Math.floor((week - last) / DAY_MS),
      labels: fresh.length,
      corrections,
      driftAlarms:
        policy.drift && week > last ? driftAlarms(between, (list) => predictedBy(head, list), week, seed) : 0,
      calibration: recent.length > 0 ? { value: judge(recent).ece, n: recent.length } : null,
    };
    const isDue = judgeTriggers(policy, facts).some((one) => one.isDue);
    if (isDue && waitsFor(policy, facts) === null) {
      const fitted = trainUntil(week);
      head = fitted.head;
      last = week;
      trainings += 1;
      seconds += fitted.seconds;
    }
    judged.push(...predictedBy(head, between(week, week + WEEK_MS)));
  }
  return {
    policy: policy.name,
    trainings,
    seconds,
    quality: qualityOf(judged),
    months: monthsOf(judged, begin),
  };
}

/** The last week beside the four before it, by inputs and by predicted classes, as the monitor tests them. */
function driftAlarms(
  between: (from: number, until: number) => TimedExample[],
  predict: (list: readonly TimedExample[]) => Predicted[],
  week: number,
  seed: number,
): number {
  const [before, now] = [between(week - 5 * WEEK_MS, week - WEEK_MS), between(week - WEEK_MS, week)];
  if (before.length < FEWEST || now.length < FEWEST) return 0;
  const spread = (list: readonly TimedExample[]) =>
    list.filter((_, i) => i % Math.ceil(list.length / SAMPLE) === 0).map(({ inputs }) => inputs);
  const mix = (list: readonly TimedExample[]) => {
    const counts = [0, 0, 0];
    for (const { probabilities } of predict(list)) {
      const place = indexOfLargest(probabilities);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    return counts;
  };
  const tests = [
    mmdTest(spread(before), spread(now), PERMUTATIONS, randomFrom(seed + Math.floor(week / DAY_MS))),
    sameMix(mix(before), mix(now)),
  ];
  const p = adjustedForFalseDiscovery(tests.flatMap((test) => (test ? [test.pValue] : [])));
  return p.filter((one) => one <= FALSE_DISCOVERIES).length;
}

function monthsOf(judged: readonly Predicted[], begin: number): PolicyOutcome['months'] {
  const months = new Map<number, Predicted[]>();
  for (const one of judged) {
    const month = Math.floor((one.example.at - begin) / MONTH_MS);
    const list = months.get(month);
    if (list) list.push(one);
    else months.set(month, [one]);
  }
  return [...months].map(([month, list]) => ({
    from: new Date(begin + month * MONTH_MS).toISOString().slice(0, 10),
    ...qualityOf(list),
  }));
}

function qualityOf(judged: readonly Judged[]): Quality {
  if (judged.length === 0)
    throw new Error('no answers came after the first training: give fewer --first-days');
  const { n, accuracy, macroF1, brier, ece } = judge(judged);
  return { n, accuracy, macroF1, brier, ece };
}
