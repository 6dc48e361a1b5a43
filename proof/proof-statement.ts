import { canonicalText, checkpointHash, type SignedCheckpoint } from '../domain/seals/seal.ts';

/**
 * The instance's signed statement about a proof: which number, from which rollups, at which state of its log.
 */
export interface ProofStatement {
  readonly format: 'scoreline-statement/1';
  /** The id of the score, which contains segment, window, basis and level. */
  readonly score: string;
  readonly stated: number | null;
  readonly responses: number;
  /** The model versions whose rollups it sums (0: surveyed): the one that the id names, and its companion. */
  readonly models: readonly number[];
  /** Over the rollups' newest manifests; null without any. */
  readonly root: string | null;
  /** Every rollup of the score with its newest revision and the hash of that manifest. */
  readonly rollups: readonly { readonly id: string; readonly revision: number; readonly hash: string }[];
  /** `headHash` of the newest checkpoint, null before the first. */
  readonly head: string | null;
  readonly exportedAt: string;
}

/** A statement's canonical text with its Ed25519 signature in base64. */
export interface SignedStatement {
  readonly body: string;
  readonly signature: string;
}

/** `sign`: Ed25519 by the instance's key, base64. `head`: the newest checkpoint. */
export function signStatement(
  sign: (text: string) => string,
  statement: Omit<ProofStatement, 'format' | 'head'>,
  checkpoint: SignedCheckpoint | null,
): SignedStatement {
  const body = canonicalText({
    format: 'scoreline-statement/1',
    ...statement,
    head: checkpoint && checkpointHash(checkpoint),
  } satisfies ProofStatement);
  return { body, signature: sign(body) };
}
