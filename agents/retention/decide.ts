import { nameOfRetained, type RetainedKind } from '../../domain/privacy/retention.ts';
import type { Decided } from '../loop/agent.ts';

export interface Inputs {
  /** ISO 8601. */
  readonly at: string;
  readonly kind: RetainedKind;
  /** The source that the rule is of; null: every source. */
  readonly source: string | null;
  /** Of `dimensions`: the attribute. */
  readonly dimension: string | null;
  /** The period of the policy, ISO 8601. */
  readonly keep: string;
  /** What is from before is past its period. */
  readonly before: string;
  /** How many rows are past it and under no legal hold, `most` at most. */
  readonly due: number;
  readonly most: number;
}

export interface RetentionAction {
  readonly do: 'delete';
  readonly kind: RetainedKind;
  readonly source: string | null;
  readonly dimension: string | null;
  readonly keep: string;
  readonly before: string;
}

const WORDS: Readonly<Record<RetainedKind, string>> = {
  responses: 'responses',
  dimensions: 'responses and outcomes',
  comments: 'comments',
  outcomes: 'outcomes',
  sourceEvents: 'items as they arrived',
};

/** Deletes a batch of what is past its period. */
export function decide(inputs: Inputs): Decided<RetentionAction> {
  const { kind, source, dimension, keep, before, due, most } = inputs;
  const which = `${WORDS[kind]}${source === null ? '' : ` of ${source}`}${dimension === null ? '' : ` with a value of ${dimension}`}`;
  const period = `past their period of ${keep}: from before ${before}`;
  if (due === 0)
    return { action: null, reason: `No ${which} are ${period}.`, alternatives: [], verdict: 'none' };
  return {
    action: { do: 'delete', kind, source, dimension, keep, before },
    reason: `${due === most ? `At least ${due}` : due} ${which} are ${period}.`,
    alternatives: [{ action: null, reason: 'the policy does not allow to keep them' }],
    // With the day: what a person rejected holds for what was past its period then, not for what follows.
    verdict: `delete ${nameOfRetained({ what: kind, source, dimension })} of before ${before.slice(0, 10)}`,
  };
}
