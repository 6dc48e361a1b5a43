import { type AlertAction, type Cause, decideAlert, openOf } from '../alerting/episode.ts';
import type { Decided } from '../loop/agent.ts';
import type { GraphInputs, Inputs, SealsInputs } from './inputs.ts';

/** A proof that fails once is wrong; a proof that holds shows that it is over. */
const DAMPING = { raiseAfter: 1, resolveAfter: 1 };
const RULE = 'integrity@1';

/** Raises an alert about what does not verify, and resolves it once the same verifies. */
export function decide(inputs: Inputs): Decided<AlertAction> {
  return inputs.what === 'seals' ? decideSeals(inputs) : decideGraph(inputs);
}

const others = (n: number) => (n === 0 ? '' : ` and ${n} more`);

function decideSeals({ at, before, last, seed, size, checked }: SealsInputs): Decided<AlertAction> {
  const wrong = checked.filter(({ verdict }) => verdict === 'MISMATCH');
  const open = checked.filter(({ verdict }) => verdict === 'UNVERIFIABLE').length;
  const alert = openOf(last);
  const unproven = checked.flatMap(({ id, verdict }) =>
    verdict === 'UNVERIFIABLE' && alert?.evidence.includes(id) ? [id] : [],
  );
  const places = [...new Set(wrong.map(({ offender, id }) => offender ?? id))].sort();
  const [first] = places;
  const cause: Cause | null =
    first === undefined
      ? null
      : {
          severity: 'CRITICAL',
          title: `Sealed scores do not verify: ${first}${others(places.length - 1)}`,
          summary: `${wrong.length} of ${checked.length} sampled scores differ from their seals, their responses or the log.`,
          // What the alert was about stays in it until it is proven.
          evidence: [...unproven, ...places, ...wrong.map(({ id }) => id)].slice(0, 50),
          facts: { seed, size, wrong },
        };
  if (alert && !cause && unproven.length > 0)
    return {
      action: null,
      nearMiss: true,
      reason: `Nothing differs, but ${unproven.length} of the scores that Alert:${alert.id} is about cannot be proven now.`,
      alternatives: [{ action: 'resolve', reason: 'only a proof shows that it is over' }],
      verdict: `unproven ${alert.id}`,
    };
  const evidence = checked
    .filter(({ verdict }) => verdict !== 'MISMATCH' && verdict !== 'UNVERIFIABLE')
    .map(({ id }) => id);
  const left = open === 0 ? '' : ` ${open} could not be proven yet.`;
  const fine =
    checked.length === 0
      ? 'Nothing is sealed yet.'
      : `${checked.length - open} of ${checked.length} sampled scores verify against their seals, responses and the log.${left}`;
  return decideAlert({ at, rule: RULE, cause, fine, evidence, before, last, damping: DAMPING });
}

function decideGraph({ at, before, last, seed, size, compared }: GraphInputs): Decided<AlertAction> {
  if (compared === null)
    return {
      action: null,
      reason: 'The lineage graph is away or has yet to follow the journal: nothing was compared.',
      alternatives: [],
      verdict: 'not compared',
    };
  const wrong = compared.filter(({ differs }) => differs !== null);
  const [first] = wrong;
  const cause: Cause | null = first
    ? {
        severity: 'CRITICAL',
        title: `The lineage graph differs from the database: ${first.rollup}${others(wrong.length - 1)}`,
        summary: `${wrong.length} of ${compared.length} sampled rollups differ: \`scoreline graph-rebuild\` projects the database again.`,
        evidence: wrong.map(({ rollup }) => rollup),
        facts: { seed, size, wrong },
      }
    : null;
  const fine =
    compared.length === 0
      ? 'Nothing is sealed yet.'
      : `${compared.length} sampled rollups are the same in the lineage graph and in the database.`;
  const evidence = compared.map(({ rollup }) => rollup);
  return decideAlert({ at, rule: RULE, cause, fine, evidence, before, last, damping: DAMPING });
}
