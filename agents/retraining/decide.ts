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

/** A shadow beside the champion, over answers that neither was trained on. */
export interface Compared extends Difference {
  /** By which version of each side read the answers: itself, or its companion. */
  readonly parts: readonly (Difference & { readonly champion: number; readonly challenger: number })[];
}

export interface Inputs {
  readonly policy: RetrainingPolicy;
  readonly champion: number;
  /** ISO 8601: the day that ends the training set of the next training. */
  readonly until: string;
  readonly facts: RetrainingFacts;
  /** The newest training that this agent ordered; null: none. */
  readonly order: {
    readonly decision: string;
    /** Hours since it was ordered, whole. */
    readonly hours: number;
    /** The model that it made; null: none yet. */
    readonly model: number | null;
    readonly stage: string | null;
    /** Days since the model became a shadow, whole; null: it is none. */
    readonly shadowDays: number | null;
    /** Null: it is no shadow. */
    readonly compared: Compared | null;
  } | null;
}

export type RetrainingAction =
  | { readonly do: 'train'; readonly until: string; readonly triggers: readonly Trigger[] }
  | { readonly do: 'shadow'; readonly model: number }
  | { readonly do: 'promote'; readonly model: number; readonly champion: number };

/** A comparison is of at least so many answers. */
const FEWEST_COMPARED = 200;
/** A shadow that is not clearly better by then is held. */
const SHADOW_DAYS = 28;
const round = (value: number) => Math.round(value * 10_000) / 10_000;

const nothing = (verdict: string, reason: string, nearMiss = false): Decided<RetrainingAction> => ({
  action: null,
  reason,
  alternatives: [],
  nearMiss,
  verdict,
});

/** The next step of the newest training, or whether another is due. */
export function decide(inputs: Inputs): Decided<RetrainingAction> {
  const { order } = inputs;
  if (order === null) return triggered(inputs);
  const { decision, hours, model, stage } = order;
  if (model === null) {
    if (hours >= ORDER_HOURS) return triggered(inputs);
    return nothing(`waits ${decision}`, `The training of Decision:${decision} has not made a model yet.`);
  }
  if (stage === 'CANDIDATE')
    return {
      action: { do: 'shadow', model },
      reason: `Decision:${decision} made model version ${model}: it scores beside the champion before it is compared.`,
      alternatives: [{ action: null, reason: 'nothing would say whether it predicts better' }],
    };
  return stage === 'SHADOW' ? compared(inputs, model) : triggered(inputs);
}

/** Promotes what is better by more than chance, holds what is worse or no better in time. */
function compared(inputs: Inputs, model: number): Decided<RetrainingAction> {
  const { champion, order } = inputs;
  const { compared: figures, shadowDays } = order ?? {};
  const days = shadowDays ?? 0;
  const n = figures?.n ?? 0;
  const isLate = days >= SHADOW_DAYS;
  if (!figures || n < FEWEST_COMPARED) {
    const said = `Model version ${model} was compared over ${n} answers in ${days} days; ${FEWEST_COMPARED} are needed.`;
    return isLate ? held(inputs, model, said) : nothing(`compares ${model}`, said);
  }
  const said = differs(figures, model, champion);
  const worse = figures.parts.find(({ low }) => low > 0);
  if (worse) return held(inputs, model, `${differs(worse, worse.challenger, worse.champion)}: it is worse.`);
  if (figures.high < 0)
    return {
      action: { do: 'promote', model, champion },
      reason: `${said}: it is better.`,
      alternatives: [{ action: null, reason: 'the champion would go on to predict worse' }],
    };
  if (figures.low > 0) return held(inputs, model, `${said}: it is worse.`);
  if (isLate) return held(inputs, model, `${said}: not clearly better within ${SHADOW_DAYS} days.`);
  return nothing(`compares ${model}`, `${said}: chance may explain it.`, true);
}

const differs = ({ difference, low, high, n }: Difference, one: number, other: number) =>
  `The ranked probability score of model version ${one} differs from that of version ${other} by ` +
  `${round(difference)} (${round(low)} to ${round(high)}) over ${n} answers`;

/** The shadow stays one; another training may follow. */
function held(inputs: Inputs, model: number, said: string): Decided<RetrainingAction> {
  const next = triggered(inputs);
  return next.action === null ? nothing(`holds ${model}`, `${said} It is held.`) : next;
}

function triggered({ policy, champion, until, facts }: Inputs): Decided<RetrainingAction> {
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
  return {
    action: { do: 'train', until, triggers },
    reason: `By the policy ${policy.name} a training is due: ${said(due)}.`,
    alternatives: [{ action: null, reason: `model version ${champion} would go on without what is new` }],
    verdict: `train after ${champion}: ${triggers.join(', ')}`,
  };
}
