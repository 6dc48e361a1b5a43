import { UserError } from '../../domain/errors/user-error.ts';
import { holdSetting } from '../../store/agents/agent-settings.ts';
import {
  type ApprovalRow,
  type DecisionRow,
  holdDecision,
  insertApproval,
  readApprovals,
  readDecisionsById,
  settleDecision,
} from '../../store/agents/decisions.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import type { OwnerSession, Store } from '../../store/database/client.ts';
import { keepKnown } from '../../store/outcomes/forget-accounts.ts';
import type { AnyAgent, Decided } from './agent.ts';
import { editedAction } from './edit.ts';
import { ActionFailedError, actIn } from './run.ts';

/** What was said to a decision cannot be done; the message says why. */
export class ApprovalError extends UserError {
  override readonly name = 'ApprovalError';
}

/** What a person says to a proposed decision. */
export interface Verdict {
  readonly verb: ApprovalRow['verb'];
  /** Of EDIT: the action instead. */
  readonly action?: unknown;
  readonly reason: string;
}

/** The person. */
export interface Approver {
  readonly id: string;
  readonly name: string;
  readonly now: Date;
  readonly note: NoteChange;
  readonly onError: (error: Error) => void;
}

/**
 * Approves, edits or rejects a proposal, and carries the action out, in one transaction. Of two people one wins; an action that fails
 * leaves the decision as failed, with who approved it.
 * @param id the key of a decision that the person sees.
 * @throws ApprovalError
 */
export async function settleProposal(
  deps: { readonly store: Store; readonly agents: readonly AnyAgent[] },
  id: string,
  verdict: Verdict,
  by: Approver,
): Promise<void> {
  try {
    await deps.store.transaction((session) => settleIn(deps.agents, session, id, verdict, by, null));
  } catch (error) {
    if (!(error instanceof ActionFailedError)) throw error;
    by.onError(error.cause as Error);
    await deps.store.transaction((session) => settleIn(deps.agents, session, id, verdict, by, error.outcome));
  }
}

/** @param failure how the action failed at the first try; null: it was not tried. */
async function settleIn(
  agents: readonly AnyAgent[],
  session: OwnerSession,
  id: string,
  { verb, action, reason }: Verdict,
  by: Approver,
  failure: string | null,
): Promise<void> {
  const [asked] = await readDecisionsById(session, null, [id]);
  if (asked) await keepKnown(session, asked.agent, asked);
  const found = await proposal(session, id);
  const agent = agents.find(({ name }) => name === found.agent);
  const { action: proposed } = found.decision as Decided<unknown>;
  const edited = verb === 'EDIT' ? editedAction(agentOf(agent, found).editing, proposed, action) : null;
  const at = by.now;
  const approval = { decisionId: id, verb, edited, actor: by.id, actorName: by.name, reason, at };
  await insertApproval(session, approval);
  if (verb === 'REJECT') await settleDecision(session, id, { state: 'REJECTED', outcome: null, at });
  else if (failure !== null) await settleDecision(session, id, { state: 'FAILED', outcome: failure, at });
  else {
    const outcome = await carryOut(session, agentOf(agent, found), found, edited ?? proposed, at);
    await settleDecision(session, id, { state: 'DONE', outcome, at });
  }
  await by.note(session, { decision: id, verb });
}

/** The waiting proposal, locked. @throws ApprovalError */
async function proposal(session: OwnerSession, id: string) {
  const found = await holdDecision(session, id);
  if (!found) throw new ApprovalError('id: no such decision exists here');
  if (found.state === 'PROPOSED') return found;
  const [said] = await readApprovals(session, [id]);
  const verbs = { APPROVE: 'approved', EDIT: 'edited and approved', REJECT: 'rejected' } as const;
  if (said) throw new ApprovalError(`id: ${said.actorName} has ${verbs[said.verb]} it already`);
  throw new ApprovalError(`id: it does not wait for approval: its state is ${found.state}`);
}

function agentOf(agent: AnyAgent | undefined, { agent: name }: Pick<DecisionRow, 'agent'>): AnyAgent {
  if (!agent)
    throw new ApprovalError(`id: this version of Scoreline has no agent ${name}; reject the decision`);
  return agent;
}

async function carryOut(
  session: OwnerSession,
  agent: AnyAgent,
  { id, key, about, cells }: DecisionRow & { readonly cells: string },
  action: unknown,
  now: Date,
): Promise<string> {
  const setting = await holdSetting(session, agent.name);
  if (setting?.enabled === false)
    throw new ApprovalError(`id: the agent ${agent.name} is switched off; switch it on first`);
  return actIn(agent, action, { session, now, decision: { id, agent: agent.name, key, about, cells } });
}
