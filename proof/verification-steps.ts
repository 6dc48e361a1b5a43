import { total } from '../domain/nps/nps.ts';
import type { ScoreRow } from '../domain/scores/score.ts';
import type { Offence } from './check-rollup.ts';
import type { ListedRollup } from './rollup-evidence.ts';

export const VERIFICATION_CHECKS = [
  'ANSWERS',
  'ROLLUPS',
  'SEALS',
  'LOG',
  'CHECKPOINTS',
  'MODELS_AND_CELLS',
] as const;
export type VerificationCheck = (typeof VERIFICATION_CHECKS)[number];

/** One step of a proof. */
export interface VerificationStep {
  readonly check: VerificationCheck;
  /** null: could not be decided, see `says`. */
  readonly passed: boolean | null;
  /** What was compared, with figures. */
  readonly says: string;
}

/** What the steps are described from. */
interface Proven {
  readonly recomputed: ScoreRow;
  readonly offence: Offence | null;
  readonly listed: readonly ListedRollup[];
  /** The checkpoint file is not where it should be. */
  readonly checkpointsMissing: boolean;
}

/** Which check an offence fails. */
const FAILS: Readonly<Record<Offence['what'], VerificationCheck>> = {
  response: 'ANSWERS',
  rollup: 'ROLLUPS',
  leaf: 'SEALS',
  manifest: 'SEALS',
  log: 'LOG',
  'audit log': 'LOG',
  head: 'CHECKPOINTS',
  'checkpoint file': 'CHECKPOINTS',
  model: 'MODELS_AND_CELLS',
  cell: 'MODELS_AND_CELLS',
};

const many = (count: number, one: string, several: string) => `${count} ${count === 1 ? one : several}`;

/**
 * The steps of a proof in their order. A proof reports the first mismatch: of the other steps nothing is stated
 * then. Only figures of what the caller may see: the log and its checkpoints are one for all cells.
 */
export function stepsOf(findings: Proven, mismatch: string | null): VerificationStep[] {
  const { recomputed, listed, offence, checkpointsMissing } = findings;
  const failed = offence && FAILS[offence.what];
  const answers = recomputed.counts ? total(recomputed.counts) : 0;
  const sealed = listed.filter(({ seals }) => seals.length > 0).length;
  const passing: Readonly<Record<VerificationCheck, Omit<VerificationStep, 'check'>>> = {
    ANSWERS: {
      passed: true,
      says: `${many(answers, 'answer was', 'answers were')} counted again and give the stated score`,
    },
    ROLLUPS: {
      passed: true,
      says: `${many(listed.length, 'hour rollup holds', 'hour rollups hold')} what the answers add up to`,
    },
    SEALS: {
      passed: sealed === listed.length ? true : null,
      says: `${sealed} of ${many(listed.length, 'hour rollup is', 'hour rollups are')} sealed; the leaves of each answer give the sealed root`,
    },
    LOG: { passed: true, says: 'every seal is in the log, in the place that it was given' },
    CHECKPOINTS: {
      passed: checkpointsMissing ? null : true,
      says: checkpointsMissing
        ? 'signatures are right; the checkpoint file outside of the database is missing or incomplete'
        : 'signatures are right, and the checkpoint file outside of the database says the same',
    },
    MODELS_AND_CELLS: {
      passed: true,
      says: 'segments and model versions are those that the seals name',
    },
  };
  return VERIFICATION_CHECKS.map((check): VerificationStep => {
    if (check === failed) return { check, passed: false, says: mismatch ?? '' };
    if (failed) return { check, passed: null, says: 'not stated: a mismatch was found elsewhere' };
    return { check, ...passing[check] };
  });
}
