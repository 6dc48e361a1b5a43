import type { ComparedRollup } from '../../graph/compare-stores.ts';
import type { Verdict } from '../../proof/verdict.ts';
import type { VerificationCheck } from '../../proof/verification-steps.ts';
import type { Episode, LastAlert } from '../alerting/episode.ts';

export const AGENT = 'integrity';

/** How the proof of one score ended. */
export interface CheckedScore {
  readonly id: string;
  readonly verdict: Verdict;
  /** The rollup with the mismatch. */
  readonly offender: string | null;
  /** The step that failed. */
  readonly failed: VerificationCheck | null;
  readonly stated: number | null;
  readonly recomputed: number | null;
  readonly responses: number;
  readonly rollups: number;
}

interface Asked {
  /** ISO 8601. */
  readonly at: string;
  /** Of the sample: with `size` it gives the places in the log again (drawnPlaces). */
  readonly seed: number;
  /** Seals that the newest checkpoint covers. */
  readonly size: number;
  readonly before: Episode | null;
  readonly last: LastAlert | null;
}

export interface SealsInputs extends Asked {
  readonly what: 'seals';
  readonly checked: readonly CheckedScore[];
}

export interface GraphInputs extends Asked {
  readonly what: 'graph';
  /** null: the graph is behind or away, so that nothing can be compared. */
  readonly compared: readonly ComparedRollup[] | null;
}

export type Inputs = SealsInputs | GraphInputs;
