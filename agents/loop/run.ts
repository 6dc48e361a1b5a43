import { UserError } from '../../domain/errors/user-error.ts';
import { holdSetting } from '../../store/agents/agent-settings.ts';
import { readStates, writeRun, writeState } from '../../store/agents/agent-states.ts';
import { cellSetText } from '../../store/agents/cell-set.ts';
import {
  type DecisionRow,
  insertDecision,
  lastDecision,
  type NewDecision,
  settleDecision,
} from '../../store/agents/decisions.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import type { OwnerSession } from '../../store/database/client.ts';
import { isPassingError } from '../../store/database/passing-errors.ts';
import { keepKnown } from '../../store/outcomes/forget-accounts.ts';
import type { Autonomy, DecisionState } from '../../store/tables/agents.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import type { AgentDeps, AnyAgent, Observation } from './agent.ts';
import { decideFrom, type Made, policyOf } from './decide.ts';
import { inSpan, traceIdOf } from './spans.ts';

/** What an agent decided about one thing, or would. */
export interface RunDecision {
  readonly key: string;
  readonly action: unknown;
  readonly nearMiss: boolean;
  readonly reason: string;
  /** The row; null: it was not stored, because it says what the last one said, or because of a dry run. */
  readonly id: string | null;
  readonly state: DecisionState | null;
}

export interface RunOptions {
  /** Decides and writes nothing: no decision, no state, no action. */
  readonly dryRun?: boolean;
  readonly stopped?: () => boolean;
  /** Writes the row of the audit log with each decision that is stored. */
  readonly note?: NoteChange;
  readonly onError: (error: Error) => void;
}

/** An unchanged decision is written again after this time, so that the rows show that it still held. */
const UNCHANGED_MS = 24 * 3_600_000;
/** An action that failed is tried again after this time. */
const FAILED_MS = 3_600_000;

/**
 * One run of an agent: everything that it observes is decided about, each in a transaction of its own. What cannot be decided about
 * does not end the run of the others: the first such error is thrown at the end, so that the run counts as failed.
 */
export async function runAgent(
  deps: AgentDeps,
  agent: AnyAgent,
  options: RunOptions,
): Promise<RunDecision[]> {
  const { dryRun = false, stopped = () => false } = options;
  const made: RunDecision[] = [];
  let isOn = await isEnabled(deps, agent);
  if (!isOn && !dryRun) return made;
  let error: Error | null = null;
  let failed = null as Error | null;
  try {
    const known = await readStates(deps.store, agent.name);
    const observed = agent.observe(deps, known)[Symbol.asyncIterator]();
    while (!stopped() && (isOn || dryRun)) {
      const next = await inSpan('agent.observe', agent.name, () => observed.next());
      if (next.done) break;
      const step = await decideAbout(deps, agent, next.value, options).catch((thrown: Error) => {
        // All others would fail as well.
        if (isPassingError(thrown)) throw thrown;
        if (failed) options.onError(thrown);
        failed ??= thrown;
        return undefined;
      });
      if (step) made.push(step);
      else if (step === null) isOn = false;
    }
    if (stopped() || !isOn) await observed.return?.();
    if (failed) throw failed;
  } catch (thrown) {
    if (failed && failed !== thrown) options.onError(failed);
    error = thrown as Error;
    throw thrown;
  } finally {
    if (!dryRun) {
      const decided = made.filter(({ id }) => id !== null).length;
      const run = { observed: made.length, decided, error: (error as Error | null)?.name ?? null };
      await writeRun(deps.store, agent.name, run, new Date(deps.now())).catch(options.onError);
    }
  }
  return made;
}

const isEnabled = ({ store }: AgentDeps, { name }: AnyAgent) =>
  store.transaction(async (session) => (await holdSetting(session, name))?.enabled ?? true);

/** Decides about one observation, and stores it with what follows; null: the agent is switched off. */
export async function decideAbout(
  deps: AgentDeps,
  agent: AnyAgent,
  observation: Observation<unknown>,
  options: RunOptions,
): Promise<RunDecision | null> {
  return inSpan('agent.decide', agent.name, async (span) => {
    const made = decideFrom(agent, observation.inputs);
    const { action, nearMiss = false, reason } = made.decided;
    const plain = { key: observation.key, action, nearMiss, reason };
    if (options.dryRun) return { ...plain, id: null, state: null };
    const { note = null } = options;
    const step: Step = { deps, agent, observation, made, note, traceId: traceIdOf(span) };
    const stored = await store(step, options.onError);
    if (stored === null) return null;
    if (stored.id !== null) span.setAttribute('scoreline.decision', stored.id);
    return { ...plain, ...stored };
  });
}

interface Step {
  readonly deps: AgentDeps;
  readonly agent: AnyAgent;
  readonly observation: Observation<unknown>;
  readonly made: Made;
  readonly note: NoteChange | null;
  readonly traceId: string | null;
}

type Stored = Pick<RunDecision, 'id' | 'state'>;

/** One transaction: the decision, what is remembered, and the action. If the action fails, the decision is stored as failed. */
async function store(step: Step, onError: (error: Error) => void): Promise<Stored | null> {
  const { deps } = step;
  try {
    return await deps.store.transaction((session) => storeIn(session, step, null));
  } catch (error) {
    if (!(error instanceof ActionFailedError)) throw error;
    onError(error.cause as Error);
    return deps.store.transaction((session) => storeIn(session, step, error.outcome));
  }
}

/** @param failure how the action failed at the first try; null: it was not tried. */
async function storeIn(session: OwnerSession, step: Step, failure: string | null): Promise<Stored | null> {
  const { deps, agent, observation, made } = step;
  const isKnown = await keepKnown(session, agent.name, observation);
  const setting = await holdSetting(session, agent.name);
  if (setting?.enabled === false) return null;
  // Erased since the observation.
  if (!isKnown) return { id: null, state: null };
  const now = new Date(deps.now());
  const { key } = observation;
  if (made.decided.state !== undefined) {
    const { state } = made.decided;
    await writeState(session, agent.name, {
      key,
      state,
      position: observation.position ?? 0,
      changedAt: now,
    });
  }
  const autonomy = setting?.autonomy ?? agent.defaultAutonomy;
  const last = await lastDecision(session, agent.name, key);
  if (isUnchanged(agent, last, made, autonomy, now)) return { id: null, state: null };
  const state = failure === null ? beginning(made, autonomy) : 'FAILED';
  const id = await insertDecision(session, rowOf(step, autonomy, state, failure, now));
  if (last?.state === 'PROPOSED')
    await settleDecision(session, last.id, {
      state: 'REJECTED',
      outcome: `superseded by Decision:${id}`,
      at: now,
    });
  if (state === 'DUE') {
    const outcome = await actIn(agent, made.decided.action, {
      session,
      now,
      decision: {
        id,
        agent: agent.name,
        key,
        about: observation.about,
        cells: cellSetText(observation.cells),
      },
    });
    await settleDecision(session, id, { state: 'DONE', outcome, at: now });
  }
  if (state === 'PROPOSED') {
    const cells = cellSetText(observation.cells);
    const event = { event: 'decision.proposed', subject: `Decision:${id}`, decisionId: id } as const;
    await queueDeliveries(session, { ...event, cells, at: now });
  }
  // Last: its lock is the whole log's, and an action that deletes waits for others.
  await step.note?.(session, { decision: id });
  return { id, state: state === 'DUE' ? 'DONE' : state };
}

/** The state of a decision as it is stored, before it is acted on. */
function beginning({ decided: { action } }: Made, autonomy: Autonomy): DecisionState {
  if (action === null) return 'NONE';
  return ({ OBSERVE: 'OBSERVED', PROPOSE: 'PROPOSED', ACT: 'DUE' } as const)[autonomy];
}

/**
 * Whether the last decision about the same says it already: it is then written once a day. An agent that may act always acts,
 * though not at once again after it failed, and what a person rejected is not proposed again until the verdict changes. What failed after
 * its approval is proposed again, and so is the next batch after one that was carried out.
 */
function isUnchanged(
  { inBatches = false }: AnyAgent,
  last: Pick<DecisionRow, 'verdict' | 'state' | 'decidedAt'> | null,
  { verdict, decided: { action } }: Made,
  autonomy: Autonomy,
  now: Date,
): boolean {
  if (last?.verdict !== verdict) return false;
  const age = now.getTime() - last.decidedAt.getTime();
  if (action !== null && autonomy === 'ACT') return last.state === 'FAILED' && age < FAILED_MS;
  if (action !== null && autonomy === 'PROPOSE') {
    if (last.state === 'REJECTED') return true;
    if (last.state === 'OBSERVED' || last.state === 'FAILED') return false;
    if (last.state === 'DONE' && inBatches) return false;
  }
  return age < UNCHANGED_MS;
}

function rowOf(
  { agent, observation, made, traceId }: Step,
  autonomy: Autonomy,
  state: DecisionState,
  outcome: string | null,
  now: Date,
): NewDecision {
  const { key, cells, about, rule } = observation;
  const { inputs, inputHash, decided, verdict } = made;
  const settledAt = state === 'PROPOSED' || state === 'DUE' ? null : now;
  return {
    agent: agent.name,
    key,
    policy: policyOf(agent, rule),
    inputs,
    inputHash,
    decision: decided,
    verdict,
    reason: decided.reason,
    alternatives: decided.alternatives,
    autonomy,
    state,
    outcome,
    about,
    cells,
    traceId,
    decidedAt: now,
    settledAt,
  };
}

/** The action could not be carried out, and trying again would not help; the transaction is to be rolled back. */
export class ActionFailedError extends Error {
  override readonly name = 'ActionFailedError';
  /** What is stored: the message of a UserError, else the kind of error alone. */
  readonly outcome: string;
  constructor(cause: Error) {
    super('the action of an agent failed', { cause });
    this.outcome = `failed: ${cause instanceof UserError ? cause.message : cause.name}`;
  }
}

/** Carries an action out. @throws ActionFailedError, or a transient error as it is. */
export async function actIn(
  agent: AnyAgent,
  action: unknown,
  acting: Parameters<AnyAgent['act']>[0],
): Promise<string> {
  return inSpan('agent.act', agent.name, async (span) => {
    span.setAttribute('scoreline.decision', acting.decision.id);
    try {
      return await agent.act(acting, action);
    } catch (error) {
      if (isPassingError(error)) throw error;
      throw new ActionFailedError(error as Error);
    }
  });
}
