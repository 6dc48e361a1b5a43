import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { AgentStateRow } from '../../store/agents/agent-states.ts';
import type { CellSet } from '../../store/agents/cell-set.ts';
import type { OwnerSession, Store } from '../../store/database/client.ts';
import type { LOCKS } from '../../store/database/locks.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { Autonomy } from '../../store/tables/agents.ts';
import type { Editing } from './edit.ts';

/*
 * The one shape of an agent. `observe` reads facts, `decide` is a pure function of them, `act` carries the action out in the
 * transaction that stores the decision. agents/loop/run.ts runs it, docs/guides/agents.md describes it.
 */

/** What every agent is given. */
export interface AgentDeps {
  readonly store: Store;
  readonly cells: CellDictionary & Pick<StoredCellDictionary, 'refresh'>;
  readonly dimensions: readonly Dimension[];
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** One thing that an agent watches, with all that `decide` may use. */
export interface Observation<Inputs> {
  /** What is watched, not empty: a rule and a segment. There is one state for each, and at most one waiting proposal. */
  readonly key: string;
  /** JSON of ids and numbers: no texts and no persons. The rule and what was remembered belong to it. */
  readonly inputs: Inputs;
  /** The cells whose answers the inputs count: who reads all of them sees the decision. */
  readonly cells: CellSet;
  /** Ids of lineage nodes and scores. */
  readonly about: readonly string[];
  /** Name and version of the rule that decides, beside the agent's own version. */
  readonly rule?: string;
  /** Up to where of the journal, or of the time axis, this observation reaches; kept with the state. */
  readonly position?: number;
}

/** What follows from the inputs. */
export interface Decided<Action> {
  /** JSON; null: nothing is to be done. */
  readonly action: Action | null;
  /** Why, in one sentence; every number in it is one of the inputs or follows from them. */
  readonly reason: string;
  /** What was considered instead, and why not. */
  readonly alternatives: readonly { readonly action: unknown; readonly reason: string }[];
  /** Nothing is done, but little was missing. */
  readonly nearMiss?: boolean;
  /**
   * Equal for decisions that say the same; absent: the action itself. An agent whose action holds numbers that move with every
   * observation names it here, so that its proposals are not made again each time.
   */
  readonly verdict?: string;
  /** What to remember of the thing that is watched; absent: what was remembered stays. */
  readonly state?: unknown;
}

/** What an action is carried out with: the transaction that stores the decision. */
export interface Acting {
  readonly session: OwnerSession;
  readonly decision: {
    readonly id: string;
    readonly agent: string;
    readonly key: string;
    readonly about: readonly string[];
    /** PostgreSQL's multirange, as `agent_decision` has it. */
    readonly cells: string;
  };
  readonly now: Date;
}

export interface Agent<Inputs, Action> {
  /** Lower case and hyphens: its name in settings, /metrics and the log. */
  readonly name: string;
  /** One sentence: what it watches and what it does. */
  readonly description: string;
  /** The version of `decide`: raise it when the same inputs may lead to another decision. */
  readonly version: number;
  readonly defaultAutonomy: Autonomy;
  /** Milliseconds from the end of a run to the beginning of the next. */
  readonly everyMs: number;
  /** An action that was carried out may be due again at once, under the same verdict: it does a batch of what is due, or is asked for again. Absent: it is done with. */
  readonly inBatches?: boolean;
  /** Its own number of store/database/locks.ts: one process at a time runs it. */
  readonly lock: (typeof LOCKS)[keyof typeof LOCKS];
  /** Reads what is to be decided about. `known`: what it remembers, by key. */
  observe(deps: AgentDeps, known: ReadonlyMap<string, AgentStateRow>): AsyncIterable<Observation<Inputs>>;
  /** Pure: no clock, no chance, no I/O; the same bytes for the same inputs. */
  decide(inputs: Inputs): Decided<Action>;
  /**
   * Carries the action out; returns how it ended, in a sentence without personal data. Everything that it writes goes through the
   * session. What cannot be done is thrown as a UserError.
   */
  act(acting: Acting, action: Action): Promise<string>;
  /** What people may change of a proposal; null: nothing, it is approved or rejected. */
  readonly editing: Editing<Action> | null;
}

/** Any agent: the frame passes on what it does not look into. */
export type AnyAgent = Agent<unknown, unknown>;
