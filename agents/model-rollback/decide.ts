import type { Decided } from '../loop/agent.ts';
import type { ReadFigure } from '../model-monitor/decide.ts';

export interface Inputs {
  readonly champion: number;
  /** ISO 8601: since when it reigns. */
  readonly since: string;
  /** The version that a rollback returns to; null: there was none. */
  readonly previous: number | null;
  /** Its newest ranked probability score that was read in its reign; null: none yet. */
  readonly quality: (ReadFigure & { readonly alarm: boolean; readonly until: string }) | null;
  /** Whether the same figure of the version before sets the alarm in the same window; null: it was not read. */
  readonly previousFails: boolean | null;
}

export interface RollbackAction {
  readonly do: 'rollback';
  readonly from: number;
  readonly to: number;
}

/** A rollback changes scores: it needs more certainty than an alert, of which one in twenty may be false. */
const MOST_P = 0.01;
const round = (value: number) => Math.round(value * 1_000) / 1_000;

const nothing = (reason: string, nearMiss = false): Decided<RollbackAction> => ({
  action: null,
  reason,
  alternatives: [],
  nearMiss,
});

/** Rolls back a champion that predicts worse than in the four weeks before, unless the version before it does too. */
export function decide({
  champion,
  since,
  previous,
  quality,
  previousFails,
}: Inputs): Decided<RollbackAction> {
  if (!quality || Date.parse(quality.until) <= Date.parse(since))
    return nothing(`Nothing was read of model version ${champion} since it is the champion.`);
  const { value, reference, adjustedPValue, n, alarm } = quality;
  const figure = `The ranked probability score of model version ${champion} is ${round(value)} over ${n} answers`;
  if (!alarm) return nothing(`${figure} and sets no alarm.`);
  const known = `${figure}, ${reference === null ? 'without a reference' : `against ${round(reference)} before`}`;
  if (adjustedPValue === null || adjustedPValue > MOST_P)
    return nothing(`${known}: by chance with p = ${adjustedPValue}, above ${MOST_P}.`, true);
  if (previous === null) return nothing(`${known}, and there was no champion before it.`, true);
  if (previousFails === true)
    return nothing(`${known}; version ${previous} fails too: the answers changed, not the model.`, true);
  return {
    action: { do: 'rollback', from: champion, to: previous },
    reason: `${known}, by chance with p = ${adjustedPValue}: back to version ${previous}.`,
    alternatives: [
      { action: null, reason: 'its scores would go on to be inferred by a model that predicts worse' },
    ],
  };
}
