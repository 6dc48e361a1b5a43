import {
  judgeTriggers,
  type RetrainingFacts,
  type RetrainingPolicy,
  type Trigger,
  waitsFor,
} from '../../domain/models/retraining-policy.ts';
import { ORDER_HOURS } from '../../store/agents/training-orders.ts';
import type { Decided } from '../loop/agent.ts';

interface Difference {
  readonly n: number;
  /** Mean ranked probability score of the shadow less that of the champion: below 0 the shadow is better. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** A shadow beside the champion, over answers that it was not trained on. */
export interface Compared extends Difference {
  /** By which version of each side read the answers: itself, or its companion. */
  readonly parts: readonly (Difference & { readonly champion: number; readonly challenger: number })[];
}

/** A training that this agent ordered. */
export interface Order {
  readonly decision: string;
  /** Hours since it was ordered, whole. */
  readonly hours: number;
  /** What it made, and what would become the champion: of a pair the first version; null: nothing yet. */
  readonly model: number | null;
  /** The version that was trained: the model, or its companion. */
  readonly trained: number | null;
  readonly stage: string | null;
  /** Days since the model became a shadow, whole; null: it is none. */
  readonly shadowDays: number | null;
  /** Whether what else reads for the champion would go on as it is now, were the model promoted. */
  readonly keepsOther: boolean;
  /** Over the answers that the trained version reads; null: the model is no shadow. */
  readonly compared: Compared | null;
}

export interface Inputs {
  readonly policy: RetrainingPolicy;
  readonly champion: number;
  /** The version that is trained again: the champion, or its companion. */
  readonly part: number;
  /** ISO 8601: the day that ends the training set of the next training. */
  readonly until: string;
  /** Of the part. */
  readonly facts: RetrainingFacts;
  /** The newest training of the part; null: none. */
  readonly order: Order | null;
  /** The newest training of the other part; null: none. */
  readonly other: Order | null;
}

export type RetrainingAction =
  | {
      readonly do: 'train';
      /** The companion of the champion that is trained again; absent: the champion itself. */
      readonly companion?: number | undefined;
      readonly until: string;
      readonly triggers: readonly Trigger[];
    }
  | { readonly do: 'shadow'; readonly model: number }
  | { readonly do: 'promote'; readonly model: number; readonly champion: number };

/** A comparison is of at least so many answers. */
const FEWEST_COMPARED = 200;
/** A shadow that is not clearly better by then is held. */
const SHADOW_DAYS = 28;
/** The other part waits no longer for a training than since it was ordered. */
const MOST_HOURS = SHADOW_DAYS * 24;
/** After an order that made nothing the part waits so long: what it lacked comes slowly, and the other part has its turn. */
const FAILED_DAYS = 7;
const round = (value: number) => Math.round(value * 10_000) / 10_000;

const nothing = (verdict: string, reason: string, nearMiss = false): Decided<RetrainingAction> => ({
  action: null,
  reason,
  alternatives: [],
  nearMiss,
  verdict,
});

/** What becomes of a training. */
interface Step {
  readonly decided: Decided<RetrainingAction>;
  /** Nothing more follows by itself: another training may begin. */
  readonly isOver: boolean;
}

/** The next step of the newest training, or whether another is due. One part is trained at a time, so that each is compared beside what stays. */
export function decide(inputs: Inputs): Decided<RetrainingAction> {
  const { champion, order, other } = inputs;
  const own = order && stepOf(order, champion, inputs.part);
  if (own && !own.isOver) return own.decided;
  const due = triggered(inputs);
  if (due.action === null) return own?.decided ?? due;
  if (order && order.model === null && order.hours < FAILED_DAYS * 24)
    return nothing(
      `rests after ${order.decision}`,
      `${due.reason} The training of Decision:${order.decision} made nothing; another is ordered ${FAILED_DAYS} days after it.`,
      true,
    );
  const theirs = other && other.hours < MOST_HOURS ? stepOf(other, champion, champion) : null;
  if (other && theirs && !theirs.isOver)
    return nothing(
      `waits ${other.decision}`,
      `${due.reason} It waits for what becomes of the training of Decision:${other.decision}.`,
      true,
    );
  return due;
}

/** Null: it made nothing in time, or its model is no candidate and no shadow any more. */
function stepOf(order: Order, champion: number, part: number): Step | null {
  const { decision, hours, model, stage } = order;
  const goesOn = (decided: Decided<RetrainingAction>): Step => ({ decided, isOver: false });
  if (model === null) {
    const said = `The training of Decision:${decision} has not made a model yet.`;
    return hours < ORDER_HOURS ? goesOn(nothing(`waits ${decision}`, said)) : null;
  }
  if (stage !== 'CANDIDATE' && stage !== 'SHADOW') return null;
  if (!order.keepsOther)
    return held(
      model,
      `Model version ${model} was trained beside another version than the champion has now.`,
    );
  if (stage === 'SHADOW') return compared(order, model, champion, part);
  return goesOn({
    action: { do: 'shadow', model },
    reason: `Decision:${decision} made model version ${model}: it scores beside the champion before it is compared.`,
    alternatives: [{ action: null, reason: 'nothing would say whether it predicts better' }],
  });
}

/** Promotes what is better by more than chance, holds what is worse or no better in time. */
function compared(order: Order, model: number, champion: number, part: number): Step {
  const { compared: figures, shadowDays } = order;
  const trained = order.trained ?? model;
  const days = shadowDays ?? 0;
  const n = figures?.n ?? 0;
  const isLate = days >= SHADOW_DAYS;
  const waits = (said: string, nearMiss = false): Step =>
    isLate ? held(model, said) : { decided: nothing(`compares ${model}`, said, nearMiss), isOver: false };
  if (!figures || n < FEWEST_COMPARED)
    return waits(
      `Model version ${trained} was compared over ${n} answers in ${days} days; ${FEWEST_COMPARED} are needed.`,
    );
  const said = differs(figures, trained, part);
  const worse = figures.parts.find(({ low }) => low > 0);
  if (worse) return held(model, `${differs(worse, worse.challenger, worse.champion)}: it is worse.`);
  if (figures.high < 0) {
    const decided: Decided<RetrainingAction> = {
      action: { do: 'promote', model, champion },
      reason: `${said}: it is better.`,
      alternatives: [{ action: null, reason: 'the champion would go on to predict worse' }],
    };
    return { decided, isOver: false };
  }
  if (figures.low > 0) return held(model, `${said}: it is worse.`);
  return waits(
    `${said}: ${isLate ? `not clearly better within ${SHADOW_DAYS} days` : 'chance may explain it'}.`,
    true,
  );
}

const differs = ({ difference, low, high, n }: Difference, one: number, other: number) =>
  `The ranked probability score of model version ${one} differs from that of version ${other} by ` +
  `${round(difference)} (${round(low)} to ${round(high)}) over ${n} answers`;

/** It stays what it is. */
const held = (model: number, said: string): Step => ({
  decided: nothing(`holds ${model}`, `${said} It is held.`),
  isOver: true,
});

function triggered({ policy, champion, part, until, facts }: Inputs): Decided<RetrainingAction> {
  const judged = judgeTriggers(policy, facts);
  const due = judged.filter(({ isDue }) => isDue);
  const said = (list: typeof judged) => list.map(({ reason }) => reason).join('; ');
  if (due.length === 0)
    return nothing(
      'not due',
      `By the policy ${policy.name} no training is due: ${said(judged) || 'it has no trigger'}.`,
    );
  const wait = waitsFor(policy, facts);
  if (wait !== null) return nothing('rests', `A training is due (${said(due)}), but ${wait}.`, true);
  const triggers = due.map(({ trigger }) => trigger);
  const companion = part === champion ? {} : { companion: part };
  return {
    action: { do: 'train', ...companion, until, triggers },
    reason: `By the policy ${policy.name} a training is due: ${said(due)}.`,
    alternatives: [{ action: null, reason: `model version ${part} would go on without what is new` }],
    verdict: `train after ${part}: ${triggers.join(', ')}`,
  };
}
