import type { RetainedKind } from '../../store/data-subjects/retention.ts';
import type { Decided } from '../loop/agent.ts';

export interface Inputs {
  /** ISO 8601. */
  readonly at: string;
  readonly kind: RetainedKind;
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
  readonly keep: string;
  readonly before: string;
}

const WORDS: Readonly<Record<RetainedKind, string>> = {
  responses: 'responses',
  comments: 'comments',
  outcomes: 'outcomes',
  sourceEvents: 'items as they arrived',
};

/** Deletes a batch of what is past its period. */
export function decide({ kind, keep, before, due, most }: Inputs): Decided<RetentionAction> {
  const period = `past their period of ${keep}: from before ${before}`;
  if (due === 0)
    return { action: null, reason: `No ${WORDS[kind]} are ${period}.`, alternatives: [], verdict: 'none' };
  return {
    action: { do: 'delete', kind, keep, before },
    reason: `${due === most ? `At least ${due}` : due} ${WORDS[kind]} are ${period}.`,
    alternatives: [{ action: null, reason: 'the policy does not allow to keep them' }],
    verdict: `delete ${kind}`,
  };
}
