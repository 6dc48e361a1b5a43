import { settleProposal, type Verdict } from '../../agents/loop/approve.ts';
import { type Replayed, replay } from '../../agents/loop/decide.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import {
  type ApprovalRow,
  type DecisionRow,
  readAgentDecisions,
  readApprovals,
  readDecisionCells,
  readDecisionsById,
} from '../../store/agents/decisions.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { agentPage } from './agent-list.ts';
import { assertManages, momentCursor, reasonOf, uuidOf } from './agent-rights.ts';
import { access, type Builder, costs, type TypeOf } from './builder.ts';
import { addConnection } from './connection.ts';
import type { SchemaParts } from './types.ts';

/** The decision of that key; null where there is none for this caller. */
export async function findDecision(
  key: string,
  { deps, caller }: Pick<ApiContext, 'deps' | 'caller'>,
): Promise<DecisionRow | null> {
  const [found] = await readDecisionsById(deps.store, seenBy(caller.scope, deps.cells), [key]);
  return found ?? null;
}

/** Adds AgentDecision, the query decisions, and the mutations that settle a proposal. */
export function addAgentDecisions(schema: SchemaParts): void {
  implementDecision(schema);
  addList(schema);
  addVerbs(schema);
}

interface Considered {
  readonly action: unknown;
  readonly reason: string;
}

function addAlternative(builder: Builder): TypeOf<Considered> {
  return builder.objectRef<Considered>('DecisionAlternative').implement({
    ...access('readResponse'),
    description: 'What an agent considered instead, and why not.',
    fields: (t) => ({
      action: t.field({ type: 'JSON', description: 'Null: to do nothing.', resolve: ({ action }) => action }),
      reason: t.exposeString('reason', { nullable: false }),
    }),
  });
}

function addApproval(builder: Builder): TypeOf<ApprovalRow> {
  const verb = builder.enumType('ApprovalVerb', { values: ['APPROVE', 'EDIT', 'REJECT'] as const });
  return builder.objectRef<ApprovalRow>('DecisionApproval').implement({
    ...access('readResponse'),
    description: 'What a person said to a proposal; never changed.',
    fields: (t) => ({
      verb: t.expose('verb', { type: verb, nullable: false }),
      by: t.exposeString('actorName', { nullable: false, description: 'The name of the key.' }),
      reason: t.exposeString('reason', { nullable: false }),
      edited: t.field({
        type: 'JSON',
        description: 'Of EDIT: the action instead.',
        resolve: ({ edited }) => edited,
      }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
    }),
  });
}

function addReplay(builder: Builder): TypeOf<Replayed> {
  return builder.objectRef<Replayed>('DecisionReplay').implement({
    ...access('readResponse'),
    description: 'Whether the decision follows from its inputs again.',
    fields: (t) => ({
      same: t.exposeBoolean('same', { nullable: false }),
      reason: t.exposeString('reason', { description: 'Why it is not the same; null where it is.' }),
    }),
  });
}

/** A part of what `decide` returned. */
const decided = ({ decision }: DecisionRow) =>
  decision as { readonly action: unknown; readonly nearMiss?: boolean };

function implementDecision({ builder, types }: SchemaParts): void {
  const alternative = addAlternative(builder);
  const approval = addApproval(builder);
  const replayed = addReplay(builder);
  types.decision.implement({
    ...access('readResponse'),
    // The interface's shape is that of any node; values loaded by `node` carry their type.
    interfaces: [types.node as never],
    description:
      'What an agent decided: what it observed, what followed, and how it ended. To do nothing is a decision too. Seen by ' +
      'callers who may read scores, answers and predictions of every segment that it counts.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => nodeId('Decision', id) }),
      agent: t.exposeString('agent', { nullable: false }),
      key: t.exposeString('key', { nullable: false, description: 'What was watched: a rule and a segment.' }),
      policy: t.exposeString('policy', {
        nullable: false,
        description: 'The version of the agent, and of the rule.',
      }),
      state: t.expose('state', { type: types.decisionState, nullable: false }),
      autonomy: t.expose('autonomy', { type: types.autonomy, nullable: false }),
      action: t.field({
        type: 'JSON',
        description: 'Null: nothing is to be done.',
        resolve: (row) => decided(row).action,
      }),
      nearMiss: t.boolean({
        nullable: false,
        description: 'Nothing is done, but little was missing.',
        resolve: (row) => decided(row).nearMiss === true,
      }),
      reason: t.exposeString('reason', { nullable: false }),
      alternatives: t.field({
        type: [alternative],
        nullable: false,
        resolve: ({ alternatives }) => [...alternatives],
      }),
      inputs: t.field({
        type: 'JSON',
        nullable: false,
        description: 'What was observed: all that the decision was made of.',
        resolve: ({ inputs }) => inputs,
      }),
      inputHash: t.exposeString('inputHash', {
        nullable: false,
        description: 'SHA-256 of the inputs as canonical JSON (RFC 8785), hex.',
      }),
      outcome: t.exposeString('outcome', { description: 'How the action ended; null before.' }),
      about: t.idList({
        nullable: false,
        description: 'Ids of nodes and scores that it is about.',
        resolve: ({ about }) => [...about],
      }),
      traceId: t.exposeString('traceId', { description: "OpenTelemetry's trace; null without a tracer." }),
      decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: false }),
      settledAt: t.expose('settledAt', { type: 'DateTime' }),
      approval: t.field({
        ...costs(fixed(2)),
        type: approval,
        resolve: async ({ id }, _args, { deps }) => (await readApprovals(deps.store, [id]))[0] ?? null,
      }),
      replay: t.field({
        ...costs(fixed(20)),
        type: replayed,
        nullable: false,
        description: 'Computes the decision again from the stored inputs.',
        resolve: (row, _args, { deps }) => replay(deps.agents, row),
      }),
    }),
  });
}

function addList(schema: SchemaParts): void {
  const { builder, types } = schema;
  const connection = addConnection<DecisionRow>(schema, {
    name: 'AgentDecision',
    node: types.decision,
    shows: 'readResponse',
    cursorOf: ({ decidedAt, id }) => momentCursor(decidedAt, id),
  });
  builder.queryField('decisions', (t) =>
    t.field({
      ...access('readResponse', paged(5, 0.2)),
      type: connection,
      nullable: false,
      description: 'What agents decided, the newest first.',
      args: {
        agent: t.arg.string(),
        about: t.arg.id({ description: 'Only those that name this node or score as what they are about.' }),
        state: t.arg({ type: [types.decisionState], ...atMost(7) }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: (_root, { agent, about, ...args }, context, info) =>
        agentPage(context, info.path, args, (session, seen, filter) =>
          readAgentDecisions(session, seen, { ...filter, agent: agent ?? null, about: about ?? null }),
        ),
    }),
  );
}

function addVerbs({ builder, types }: SchemaParts): void {
  builder.mutationFields((t) => {
    const plain = { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) };
    return {
      approveDecision: t.field({
        ...access('manageCases'),
        type: types.decision,
        nullable: false,
        description: 'Carries out what an agent proposes. Of two people who settle a proposal, one wins.',
        args: plain,
        resolve: (_root, { id, reason }, context) => settle(context, id, { verb: 'APPROVE', reason }),
      }),
      editDecision: t.field({
        ...access('manageCases'),
        type: types.decision,
        nullable: false,
        description: 'Carries out another action instead, of the same form as the proposed one.',
        args: { ...plain, action: t.arg({ type: 'JSON', required: true }) },
        resolve: (_root, { id, action, reason }, context) =>
          settle(context, id, { verb: 'EDIT', action, reason }),
      }),
      rejectDecision: t.field({
        ...access('manageCases'),
        type: types.decision,
        nullable: false,
        description:
          'Does nothing of what is proposed. It is not proposed again until the agent comes to another verdict.',
        args: plain,
        resolve: (_root, { id, reason }, context) => settle(context, id, { verb: 'REJECT', reason }),
      }),
    };
  });
}

async function settle(context: ApiContext, id: string, verdict: Verdict): Promise<DecisionRow> {
  const { deps, caller } = context;
  const reason = reasonOf(verdict.reason);
  const key = uuidOf('Decision', id);
  const cells =
    key === null ? null : await readDecisionCells(deps.store, seenBy(caller.scope, deps.cells), key);
  if (key === null || cells === null)
    throw new InvalidArgumentError('id: no such decision of an agent exists here');
  assertManages(context, cells, 'settle proposals about these segments');
  await settleProposal(
    { store: deps.record, agents: deps.agents },
    key,
    { ...verdict, reason },
    {
      id: caller.id,
      name: caller.name,
      now: new Date(deps.now()),
      note: auditHook(context, `decision.${verdict.verb.toLowerCase()}`),
      onError: (err) => deps.log.warn({ err }, 'an action that a person approved failed'),
    },
  );
  const found = await findDecision(key, context);
  if (!found) throw new InvalidArgumentError('id: no such decision of an agent exists here');
  return found;
}
