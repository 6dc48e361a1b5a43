import type { Decided } from '../loop/agent.ts';
import type { ReadFigure } from '../model-monitor/decide.ts';

/** A version that reads for the champion: itself, or its companion. */
export interface Part {
  readonly model: number;
  /** Its newest ranked probability score that was read in this reign; null: none yet. */
  readonly quality: (ReadFigure & { readonly alarm: boolean; readonly until: string }) | null;
  /** What would read its languages after a rollback; null: nothing would. */
  readonly before: {
    readonly model: number;
    /** The same encoder and heads: a rollback would change nothing for these texts. */
    readonly isSame: boolean;
    /** Whether the same figure of it sets the alarm in the same window; null: it was not read. */
    readonly fails: boolean | null;
  } | null;
}

export interface Inputs {
  readonly champion: number;
  /** ISO 8601: since when it reigns. */
  readonly since: string;
  /** The version that a rollback returns to; null: there was none. */
  readonly previous: number | null;
  /** The champion, then its companion if it has one. */
  readonly parts: readonly Part[];
}

export interface RollbackAction {
  readonly do: 'rollback';
  readonly from: number;
  readonly to: number;
}

/** A rollback changes scores: it needs more certainty than an alert, of which one in twenty may be false. The parts share it. */
const MOST_P = 0.01;
const round = (value: number) => Math.round(value * 1_000) / 1_000;

const nothing = (reason: string, nearMiss = false): Decided<RollbackAction> => ({
  action: null,
  reason,
  alternatives: [],
  nearMiss,
});

/**
 * Rolls back a champion of which a part predicts worse than in the four weeks before, unless what would read these texts
 * after it does too.
 */
export function decide(inputs: Inputs): Decided<RollbackAction> {
  const judged = inputs.parts.map((part) => judgePart(inputs, part));
  const worse = judged.find(({ action }) => action !== null);
  if (worse) return worse;
  return nothing(
    judged.map(({ reason }) => reason).join(' '),
    judged.some(({ nearMiss }) => nearMiss),
  );
}

function judgePart(
  { champion, since, previous, parts }: Inputs,
  { model, quality, before }: Part,
): Decided<RollbackAction> {
  const isFirst = model === champion;
  if (!quality || Date.parse(quality.until) <= Date.parse(since))
    return nothing(
      `Nothing was read of model version ${model} since ${isFirst ? 'it' : `version ${champion}`} is the champion.`,
    );
  const { value, reference, adjustedPValue, n, alarm } = quality;
  const named = `model version ${model}${isFirst ? '' : `, the companion of version ${champion},`}`;
  const figure = `The ranked probability score of ${named} is ${round(value)} over ${n} answers`;
  if (!alarm) return nothing(`${figure} and sets no alarm.`);
  const known = `${figure}, ${reference === null ? 'without a reference' : `against ${round(reference)} before`}`;
  const mostP = MOST_P / parts.length;
  if (adjustedPValue === null || adjustedPValue > mostP)
    return nothing(`${known}: by chance with p = ${adjustedPValue}, above ${mostP}.`, true);
  if (previous === null) return nothing(`${known}, and there was no champion before it.`, true);
  if (before?.isSame)
    return nothing(`${known}; version ${previous} reads these texts with the same model.`, true);
  if (before?.fails)
    return nothing(`${known}; version ${before.model} fails too: the answers changed, not the model.`, true);
  const reads = before === null ? ', which does not read these texts' : '';
  return {
    action: { do: 'rollback', from: champion, to: previous },
    reason: `${known}, by chance with p = ${adjustedPValue}: back to version ${previous}${reads}.`,
    alternatives: [
      { action: null, reason: 'its scores would go on to be inferred by a model that predicts worse' },
    ],
  };
}
