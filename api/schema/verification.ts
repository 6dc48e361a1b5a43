import { parseScoreId } from '../../domain/scores/score.ts';
import { exportProof } from '../../proof/export-proof.ts';
import type { Verification } from '../../proof/verdict.ts';
import { VERIFICATION_CHECKS, type VerificationStep } from '../../proof/verification-steps.ts';
import { verifyScore } from '../../proof/verify.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { proofDeps } from '../parts-deps.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

const VERDICTS = ['VERIFIED', 'VERIFIED_WITH_ERASURES', 'RESTATED', 'MISMATCH', 'UNVERIFIABLE'] as const;

/** Adds Verdict, Verification and the query verify. */
export function addVerification({ builder }: SchemaParts): void {
  const verdict = builder.enumType('Verdict', {
    description:
      'VERIFIED: proven. VERIFIED_WITH_ERASURES: proven, some sealed responses were erased since. RESTATED: proven, and other than ' +
      'first sealed: late, corrected, rescored, withdrawn or restricted responses. MISMATCH: something was changed; the reason names it. UNVERIFIABLE: the ' +
      'reason says what is missing.',
    values: VERDICTS,
  });
  const step = builder.objectRef<VerificationStep>('VerificationStep').implement({
    ...access('traceLineage'),
    fields: (t) => ({
      check: t.field({
        type: builder.enumType('VerificationCheck', { values: VERIFICATION_CHECKS }),
        nullable: false,
        resolve: ({ check }) => check,
      }),
      passed: t.exposeBoolean('passed', {
        description: 'Null where it could not be decided; `says` has the reason.',
      }),
      says: t.exposeString('says', { nullable: false, description: 'What was compared, with figures.' }),
    }),
  });
  const verification = builder.objectRef<Verification>('Verification').implement({
    ...access('traceLineage'),
    fields: (t) => ({
      verdict: t.field({ type: verdict, nullable: false, resolve: (facts) => facts.verdict }),
      reason: t.exposeString('reason'),
      stated: t.exposeFloat('stated'),
      recomputed: t.exposeFloat('recomputed', { description: 'From the responses, one by one.' }),
      responses: t.exposeInt('responses', { nullable: false }),
      erased: t.exposeInt('erased', {
        nullable: false,
        description: 'Sealed responses that were erased since; their leaves stay as hashes.',
      }),
      rollups: t.exposeInt('rollups', { nullable: false }),
      root: t.exposeString('root', {
        description:
          "Hex SHA-256, RFC 9162 tree over the rollups' newest manifests, by hour, cell key and model version.",
      }),
      offender: t.exposeID('offender', {
        description: 'The hour rollup with the mismatch, where it is in one.',
      }),
      steps: t.field({
        type: [step],
        nullable: false,
        description: 'The checks in their order; empty where nothing could be checked.',
        resolve: ({ steps }) => [...steps],
      }),
    }),
  });
  builder.queryField('verify', (t) =>
    t.field({
      ...access('traceLineage', fixed(200)),
      type: verification,
      nullable: false,
      description: 'Proves the number that an NpsRow id names, or says why not.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { deps, caller }) => {
        const name = parseScoreId(id);
        if (!name) throw new InvalidArgumentError('id: this is not the id of an NpsRow');
        return verifyScore(proofDeps(deps), caller.scope, name);
      },
    }),
  );
  builder.queryField('exportProof', (t) =>
    t.field({
      ...access('readAudit', fixed(500)),
      type: 'JSON',
      nullable: false,
      description:
        'The score with its leaves, manifests and checkpoints, which scoreline-verify checks without a database. Needs `readAudit` for every cell.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { deps, caller }) => {
        // The log is one for all cells: its size and hashes are for callers who may see every cell.
        if (!caller.scope.allowsAll('readAudit')) throw new ForbiddenError('this key may not export proofs');
        const name = parseScoreId(id);
        if (!name) throw new InvalidArgumentError('id: this is not the id of an NpsRow');
        return exportProof(proofDeps(deps), caller.scope, name);
      },
    }),
  );
}
