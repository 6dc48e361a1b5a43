import type { KeyObject } from 'node:crypto';
import type { Scope } from '../domain/access/scope.ts';
import { UserError } from '../domain/errors/user-error.ts';
import { type ScoreName, scoreId } from '../domain/scores/score.ts';
import { leafContent, type SealedFact } from '../domain/seals/seal.ts';
import { keptKey, type SigningKeyEntry } from '../domain/seals/signing-key.ts';
import { HOUR_MS } from '../domain/time/time-windows.ts';
import type { Session } from '../store/database/client.ts';
import { SURVEYED } from '../store/seals/seal-facts.ts';
import { type CheckpointRow, readCheckpoints } from '../store/seals/seals.ts';
import { readSigningKeys } from '../store/seals/signing-keys.ts';
import { type LogProof, proveConsistency, proveInLog } from './check-log.ts';
import type { RollupEvidence } from './check-rollup.ts';
import { type SignedStatement, signStatement } from './proof-statement.ts';
import { type ListedRollup, listRollups, readEvidence } from './rollup-evidence.ts';
import type { VerifyDeps } from './seal-options.ts';
import { cellsOfScore, modelsOfScore, ONE_MOMENT, rootOf, trustOf, verifyScore } from './verify.ts';

/** The score cannot be exported as a proof; the message says why. */
export class ProofUnavailableError extends UserError {
  override readonly name = 'ProofUnavailableError';
}

/** A leaf: its content, salt included, or only its hash if the response was erased or may not be read. */
type ExportedLeaf = { readonly content: string } | { readonly hash: string };

/** The input of `scoreline-verify`, which needs neither a database nor the server. */
export interface Proof {
  readonly format: 'scoreline-proof/2';
  readonly exportedAt: string;
  readonly score: Omit<ScoreName, 'from' | 'until'> & {
    readonly id: string;
    readonly from: string;
    readonly until: string;
    readonly stated: number | null;
    readonly responses: number;
    readonly root: string | null;
  };
  /** Attributes by cell key. */
  readonly cells: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly rollups: readonly {
    readonly id: string;
    /** Every revision, oldest first: its manifest as hashed, and its place in the log. */
    readonly seals: readonly ({ readonly manifest: string } & LogProof)[];
    /** Of the newest revision, in order. */
    readonly leaves: readonly ExportedLeaf[];
  }[];
  /** All checkpoints, oldest first, each with the hashes that prove that it extends the one before. */
  readonly heads: readonly {
    readonly body: string;
    readonly signature: string;
    readonly consistency: readonly string[];
  }[];
  /** The instance's statement about this proof: without it, a rollup's newest revision could be left out. */
  readonly statement: SignedStatement;
  /** PEM, Ed25519: the instance's key. */
  readonly publicKey: string;
  /** The keys that signed the checkpoints, oldest first, each with the rotation that brought it into use. */
  readonly keys: readonly SigningKeyEntry[];
}

/** The dependencies of exporting a proof. */
export interface ProofDeps extends VerifyDeps {
  /** Ed25519 by the instance's key, base64. */
  readonly sign: (text: string) => string;
}

/** A proof is returned whole. */
const MOST_LEAVES = 100_000;

/**
 * The score with everything that proves it.
 * @throws ProofUnavailableError if the score is not proven, or its newest changes are not sealed.
 */
export async function exportProof(deps: ProofDeps, scope: Scope, name: ScoreName): Promise<Proof> {
  const found = await verifyScore(deps, scope, name);
  if (found.verdict === 'MISMATCH' || found.verdict === 'UNVERIFIABLE')
    throw new ProofUnavailableError(`this score is not proven: ${found.verdict}, ${found.reason}`);
  if (found.responses > MOST_LEAVES)
    throw new ProofUnavailableError(
      `this score is over ${found.responses} responses, a proof over at most ${MOST_LEAVES}; ask for its parts`,
    );
  const { cells } = cellsOfScore(deps, scope, name);
  const hours = { from: name.from / HOUR_MS, until: name.until / HOUR_MS };
  return deps.store.transaction(async (session) => {
    await session.rows(ONE_MOMENT, []);
    const models = await modelsOfScore(session, name);
    const listed = await listRollups(session, { cells, models, hours });
    const checkpoints = await readCheckpoints(session);
    const logProofs = await proveInLog(
      session,
      listed.flatMap(({ seals }) => seals),
      checkpoints.at(-1)?.size ?? 0,
    );
    const leaves = new Map<string, ExportedLeaf[]>();
    for await (const { evidence } of readEvidence(session, trustOf(deps), listed)) {
      for (const one of evidence) {
        const { added, changed, removed } = one.match;
        if (added.length + changed.length + removed.length > 0)
          throw new ProofUnavailableError('its newest changes are not sealed yet; try again in a minute');
        leaves.set(one.id, exportedLeaves(one, mayRead(deps, scope, one)));
      }
    }
    const keys = await keysFor(session, deps.publicKey);
    const consistency = await proveConsistency(session, checkpoints);
    if (!consistency) throw new ProofUnavailableError('the log of seals lacks a node');
    const exportedAt = new Date(deps.now()).toISOString();
    const { stated, responses, root } = found;
    if (rootOf(listed) !== root)
      throw new ProofUnavailableError('something was sealed just now; try again in a minute');
    const rollups = listed.map(({ id, seals }) => {
      const last = seals.at(-1);
      if (!last) throw new ProofUnavailableError(`${id} is not sealed yet`);
      return { id, revision: last.revision, hash: last.hash };
    });
    const statement = { score: scoreId(name), stated, responses, models, root, rollups, exportedAt };
    return {
      format: 'scoreline-proof/2',
      exportedAt,
      score: {
        ...name,
        id: scoreId(name),
        from: new Date(name.from).toISOString(),
        until: new Date(name.until).toISOString(),
        stated,
        responses,
        root,
      },
      cells: Object.fromEntries(
        cells
          .filter(({ key }) => listed.some(({ cell }) => cell === key))
          .map(({ key, attributes, stored = attributes }) => [key, stored]),
      ),
      rollups: withProofs(listed, logProofs, leaves),
      heads: checkpoints.map(({ body, signature }: CheckpointRow, i) => ({
        body,
        signature,
        consistency: consistency[i] ?? [],
      })),
      statement: signStatement(deps.sign, statement, checkpoints.at(-1) ?? null),
      publicKey: deps.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      keys,
    };
  });
}

/** The keys of the checkpoints; only the one in use may sign a proof's statement. */
async function keysFor(session: Session, publicKey: KeyObject): Promise<SigningKeyEntry[]> {
  const entries = await readSigningKeys(session);
  const place = entries.findIndex((entry) => entry.publicKey === keptKey(publicKey));
  if (place !== entries.length - 1)
    throw new ProofUnavailableError(
      'the signing key was rotated: this server must be restarted with the new one',
    );
  return entries;
}

/** Whether the caller may see single leaves of that rollup. */
function mayRead({ cells }: VerifyDeps, scope: Scope, { id, model }: RollupEvidence): boolean {
  const cell = cells.byKey(id.split(':')[2] ?? '');
  if (!cell) return false;
  return scope.allows('readResponse', cell) && (model === SURVEYED || scope.allows('readPrediction', cell));
}

function exportedLeaves({ facts, leaves }: RollupEvidence, readable: boolean): ExportedLeaf[] {
  const byId = new Map(facts.map((fact): [string, SealedFact] => [fact.id, fact]));
  return leaves.map(({ hash, responseId, salt }) => {
    const fact = byId.get(responseId ?? '');
    return readable && fact && salt ? { content: leafContent(fact, salt) } : { hash };
  });
}

function withProofs(
  listed: readonly ListedRollup[],
  logProofs: readonly (LogProof | null)[],
  leaves: ReadonlyMap<string, ExportedLeaf[]>,
): Proof['rollups'] {
  let next = 0;
  return listed.map(({ id, seals }) => ({
    id,
    seals: seals.map(({ manifest }) => {
      const proof = logProofs[next++];
      if (!proof) throw new ProofUnavailableError('the log of seals lacks a node');
      return { manifest, ...proof };
    }),
    leaves: leaves.get(id) ?? [],
  }));
}
