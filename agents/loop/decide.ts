import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AnyAgent, Decided } from './agent.ts';

/** A decision with the exact bytes that it was made of. */
export interface Made {
  readonly inputs: unknown;
  readonly inputHash: string;
  readonly decided: Decided<unknown>;
  readonly verdict: string;
}

/** Canonical JSON (RFC 8785): what is stored, compared and hashed. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('an agent observed or decided something that is not JSON');
  return text;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Decides over the inputs as they will be read back. */
export function decideFrom(agent: AnyAgent, given: unknown): Made {
  const text = canonical(given);
  const inputs: unknown = JSON.parse(text);
  // What is stored is what follows from the canonical text, without what JSON leaves out.
  const decided = JSON.parse(canonical(agent.decide(inputs))) as Decided<unknown>;
  return { inputs, inputHash: sha256(text), decided, verdict: verdictOf(decided) };
}

/** Says the same for decisions that say the same: nothing, a near miss, or the hash of the verdict. */
function verdictOf({ action, nearMiss, verdict }: Decided<unknown>): string {
  if (verdict !== undefined) return `${action === null ? 'nothing: ' : ''}${verdict}`;
  if (action === null) return nearMiss ? 'near miss' : 'nothing';
  return sha256(canonical(action));
}

/** The policy of a decision: the agent with its version, and the rule. */
export function policyOf({ name, version }: Pick<AnyAgent, 'name' | 'version'>, rule?: string): string {
  return `${name}@${version}${rule === undefined ? '' : ` ${rule}`}`;
}

/** Whether a stored decision follows from its inputs again. */
export interface Replayed {
  readonly same: boolean;
  /** Why it is not the same; null: it is. */
  readonly reason: string | null;
}

/** Computes a stored decision again from what is stored of it. */
export function replay(
  agents: readonly AnyAgent[],
  stored: {
    readonly agent: string;
    readonly policy: string;
    readonly inputs: unknown;
    readonly inputHash: string;
    readonly decision: unknown;
  },
): Replayed {
  const differs = (reason: string): Replayed => ({ same: false, reason });
  const agent = agents.find(({ name }) => name === stored.agent);
  if (!agent) return differs('this version of Scoreline has no such agent');
  const own = policyOf(agent);
  if (stored.policy !== own && !stored.policy.startsWith(`${own} `))
    return differs(
      `it was decided by ${stored.policy.split(' ', 1)[0]}; this version of Scoreline has ${own}`,
    );
  if (sha256(canonical(stored.inputs)) !== stored.inputHash)
    return differs('the stored inputs are not those whose hash was recorded');
  const again = decideFrom(agent, stored.inputs);
  return canonical(again.decided) === canonical(stored.decision)
    ? { same: true, reason: null }
    : differs('the same inputs lead to another decision');
}
