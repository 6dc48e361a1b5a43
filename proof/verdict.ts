import { type Counts, total } from '../domain/nps/nps.ts';
import type { ScoreName, ScoreRow } from '../domain/scores/score.ts';
import { CHANGE_CAUSES, type Manifest, NO_CHANGES, type SealChanges } from '../domain/seals/seal.ts';
import { HOUR_MS } from '../domain/time/time-windows.ts';
import type { Offence } from './check-rollup.ts';
import type { ListedRollup } from './rollup-evidence.ts';
import { stepsOf, type VerificationStep } from './verification-steps.ts';

export type Verdict = 'VERIFIED' | 'VERIFIED_WITH_ERASURES' | 'RESTATED' | 'MISMATCH' | 'UNVERIFIABLE';

/** The result of proving one score. */
export interface Verification {
  readonly verdict: Verdict;
  readonly reason: string | null;
  /** Score points, as the API states them and as recounted. */
  readonly stated: number | null;
  readonly recomputed: number | null;
  readonly responses: number;
  /** Leaves whose response was erased. */
  readonly erased: number;
  readonly rollups: number;
  /** Hex, RFC 9162 tree over the newest manifests by hour, cell key and model version; null without a seal. */
  readonly root: string | null;
  /** The rollup with the mismatch. */
  readonly offender: string | null;
  readonly steps: readonly VerificationStep[];
}

/** Inferred: by model version, in their order. */
export interface CountsByKind {
  readonly surveyed: Counts;
  readonly inferred: readonly Counts[];
}

/** The combined results of a score's rollups. */
export interface Tally {
  readonly offence: Offence | null;
  /** Surveyed, and inferred if the basis includes those. */
  readonly counts: CountsByKind;
  readonly erased: number;
  /** Changes after the newest seals. */
  readonly unsealed: SealChanges;
}

/** The caller may see nothing of the score. */
export function withheld(reason: string): Verification {
  return {
    verdict: 'UNVERIFIABLE',
    reason,
    stated: null,
    recomputed: null,
    responses: 0,
    erased: 0,
    rollups: 0,
    root: null,
    offender: null,
    steps: [],
  };
}

export interface Findings {
  readonly name: ScoreName;
  readonly stated: ScoreRow;
  readonly recomputed: ScoreRow;
  readonly tally: Tally;
  readonly offence: Offence | null;
  readonly listed: readonly ListedRollup[];
  /** The checkpoint file is not where it should be. */
  readonly checkpointsMissing: boolean;
  /** Whether the caller may see single responses. */
  readonly readable: boolean;
  /** Whether there may be cells that the caller does not see: by their rules, not by existing cells. */
  readonly narrowed: boolean;
  readonly root: string | null;
  readonly sealAfter: number;
}

/** The verdict over all findings. */
export function verdictOf(findings: Findings): Verification {
  const { stated, recomputed, tally, listed, root } = findings;
  const [verdict, reason] = judge(findings);
  return {
    verdict,
    reason: findings.narrowed ? [reason, NARROWED].filter(Boolean).join('; ') : reason,
    stated: stated.score,
    recomputed: recomputed.score,
    responses: recomputed.counts ? total(recomputed.counts) : 0,
    erased: tally.erased,
    rollups: listed.length,
    root,
    offender: findings.offence?.rollup ?? null,
    steps: stepsOf(findings, findings.offence && reason),
  };
}

/** The id names segment and window; which of its cells are counted depends on the caller. */
const NARROWED =
  'counted over the cells that this key may read: the same id may give another number to another key';

/** Changes that restate a score; erasures are reported beside them. */
const REPORTED = ['late', 'corrected', 'rescored', 'withdrawn', 'restricted', 'uncounted'] as const;

function judge(findings: Findings): [Verdict, string | null] {
  const { name, offence, listed, readable, tally } = findings;
  if (offence) return ['MISMATCH', describe(offence, readable)];
  const open = listed.filter(({ seals }) => seals.length === 0);
  if (name.from % HOUR_MS !== 0 || name.until % HOUR_MS !== 0) {
    return [
      'UNVERIFIABLE',
      'the window begins or ends inside an hour of UTC, and whole hours are sealed; its responses count to the stated score',
    ];
  }
  if (open.length > 0) {
    const last = Math.max(...open.map(({ hour }) => (hour + 1) * HOUR_MS)) + findings.sealAfter;
    const some = open.length < listed.length ? 'the sealed ones check, and all ' : 'all ';
    return [
      'UNVERIFIABLE',
      `${open.length} of ${listed.length} rollups are not sealed yet (the last is sealed from ${new Date(last).toISOString()} on); ${some}responses count to the stated score`,
    ];
  }
  if (findings.checkpointsMissing)
    return [
      'UNVERIFIABLE',
      'the checkpoint file is not where this instance keeps it, or lacks checkpoints; everything else verifies',
    ];
  const changes = changesSince(listed);
  const countedCauses = REPORTED.flatMap((cause) => {
    const count = changes[cause] + tally.unsealed[cause];
    return count > 0 ? [`${count} ${cause}`] : [];
  });
  if (countedCauses.length > 0) {
    const waiting = REPORTED.some((cause) => tally.unsealed[cause] > 0);
    const erased = tally.erased > 0 ? `; ${tally.erased} erased` : '';
    return [
      'RESTATED',
      `since it was first sealed: ${countedCauses.join(', ')}${erased}${waiting ? '; the newest of it is not sealed yet' : ''}`,
    ];
  }
  if (tally.erased > 0) {
    const were = tally.erased === 1 ? 'response was' : 'responses were';
    return ['VERIFIED_WITH_ERASURES', `${tally.erased} sealed ${were} erased: their leaves stay as hashes`];
  }
  return ['VERIFIED', listed.length === 0 ? 'no response is counted in it' : null];
}

function describe({ what, rollup, response, says }: Offence, readable: boolean): string {
  const of = rollup ? ` of ${rollup}` : '';
  if (what === 'response') return readable ? `response ${response}${of} ${says}` : `a response${of} ${says}`;
  if (what === 'rollup') return rollup ? `${rollup} ${says}` : says;
  return `${what}${of}: ${says}`;
}

/** The causes of revisions after the first, summed. */
function changesSince(listed: readonly ListedRollup[]): SealChanges {
  const sum = { ...NO_CHANGES };
  for (const { seals } of listed) {
    for (const { manifest } of seals.slice(1)) {
      const { changes } = JSON.parse(manifest) as Manifest;
      for (const cause of CHANGE_CAUSES) sum[cause] += changes[cause] ?? 0;
    }
  }
  return sum;
}
