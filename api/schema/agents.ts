import type { AnyAgent } from '../../agents/loop/agent.ts';
import { type RunDecision, runAgent } from '../../agents/loop/run.ts';
import { type AgentSetting, readSettings, writeSetting } from '../../store/agents/agent-settings.ts';
import { type LastRun, readRuns } from '../../store/agents/agent-states.ts';
import { countDecisions } from '../../store/agents/decisions.ts';
import type { Autonomy, DecisionState } from '../../store/tables/agents.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { assertAdministers } from './access.ts';
import { reasonOf } from './agent-rights.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

interface StateCount {
  readonly state: DecisionState;
  readonly count: number;
}

/** An agent as it runs. */
interface AgentView {
  readonly agent: AnyAgent;
  readonly autonomy: Autonomy;
  readonly enabled: boolean;
  readonly setting: AgentSetting | null;
  readonly run: { readonly at: Date; readonly state: LastRun } | null;
  readonly counts: readonly StateCount[];
}

const DRY_RUN_POINTS = 500;

/** Adds Agent, the queries agents and agentDryRun, and the mutation setAgent. */
export function addAgents(schema: SchemaParts): void {
  const { builder, types } = schema;
  const agent = addAgent(schema);
  builder.queryField('agents', (t) =>
    t.field({
      ...access('administer', fixed(20)),
      type: [agent],
      nullable: false,
      description: 'What watches and acts by itself, and how. Needs a key that may administer.',
      resolve: (_root, _args, context) => {
        assertAdministers(context, 'list agents');
        return agentViews(context);
      },
    }),
  );
  builder.mutationField('setAgent', (t) =>
    t.field({
      ...access('administer'),
      type: agent,
      nullable: false,
      description:
        'Sets what an agent may do, and whether it runs. Off, it takes no further step; its proposals wait, and can be rejected.',
      args: {
        name: t.arg.string({ required: true }),
        autonomy: t.arg({ type: types.autonomy, required: true }),
        enabled: t.arg.boolean({ required: true }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { name, autonomy, enabled, reason }, context) => {
        assertAdministers(context, 'change agents');
        const { deps, caller } = context;
        const why = reasonOf(reason);
        const found = agentNamed(context, name);
        const changedAt = new Date(deps.now());
        await deps.record.transaction(async (session) => {
          const by = { changedBy: caller.name, changedAt, reason: why };
          await writeSetting(session, { agent: found.name, autonomy, enabled, ...by });
          await auditHook(context, 'agent.set')(session, { agent: found.name, autonomy, enabled });
        });
        const view = (await agentViews(context)).find((one) => one.agent === found);
        if (!view) throw new Error('the agent that was changed is not listed');
        return view;
      },
    }),
  );
  addDryRun(schema);
}

function addAgent({ builder, types }: SchemaParts) {
  const count = builder.objectRef<StateCount>('DecisionCount').implement({
    ...access('administer'),
    fields: (t) => ({
      state: t.expose('state', { type: types.decisionState, nullable: false }),
      count: t.exposeInt('count', { nullable: false }),
    }),
  });
  return builder.objectRef<AgentView>('Agent').implement({
    ...access('administer'),
    description: 'What watches, decides and acts by itself.',
    fields: (t) => ({
      name: t.string({ nullable: false, resolve: ({ agent }) => agent.name }),
      description: t.string({ nullable: false, resolve: ({ agent }) => agent.description }),
      version: t.int({ nullable: false, resolve: ({ agent }) => agent.version }),
      autonomy: t.expose('autonomy', { type: types.autonomy, nullable: false }),
      defaultAutonomy: t.field({
        type: types.autonomy,
        nullable: false,
        resolve: ({ agent }) => agent.defaultAutonomy,
      }),
      enabled: t.exposeBoolean('enabled', { nullable: false }),
      changedBy: t.string({
        description: 'Who set it last; null: it runs as it came.',
        resolve: ({ setting }) => setting?.changedBy ?? null,
      }),
      changedAt: t.field({ type: 'DateTime', resolve: ({ setting }) => setting?.changedAt ?? null }),
      reason: t.string({ resolve: ({ setting }) => setting?.reason ?? null }),
      lastRunAt: t.field({
        type: 'DateTime',
        description: 'When its last run ended.',
        resolve: ({ run }) => run?.at ?? null,
      }),
      observed: t.int({
        description: 'How many things the last run looked at.',
        resolve: ({ run }) => run?.state.observed ?? null,
      }),
      error: t.string({
        description: 'The kind of error that ended the last run; null: none. The log has more.',
        resolve: ({ run }) => run?.state.error ?? null,
      }),
      decisions: t.field({
        type: [count],
        nullable: false,
        description: 'How many of its decisions are in each state.',
        resolve: ({ counts }) => [...counts],
      }),
    }),
  });
}

function addDryRun({ builder }: SchemaParts): void {
  const one = builder.objectRef<RunDecision>('AgentDryRun').implement({
    ...access('administer'),
    description: 'What an agent would decide now about one thing that it watches.',
    fields: (t) => ({
      key: t.exposeString('key', { nullable: false }),
      action: t.field({ type: 'JSON', description: 'Null: nothing.', resolve: ({ action }) => action }),
      nearMiss: t.exposeBoolean('nearMiss', { nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
    }),
  });
  builder.queryField('agentDryRun', (t) =>
    t.field({
      ...access('administer', fixed(DRY_RUN_POINTS)),
      type: [one],
      nullable: false,
      description: 'What the agent would decide now; nothing is written or done. Works while it is off.',
      args: { name: t.arg.string({ required: true }) },
      resolve: (_root, { name }, context) => {
        assertAdministers(context, 'run agents');
        const { record: store, cells, dimensions, now, log } = context.deps;
        const onError = (err: Error) => log.warn({ err }, 'a dry run of an agent failed');
        return runAgent({ store, cells, dimensions, now }, agentNamed(context, name), {
          dryRun: true,
          onError,
        });
      },
    }),
  );
}

/** @throws InvalidArgumentError */
function agentNamed({ deps }: ApiContext, name: string): AnyAgent {
  const found = deps.agents.find((agent) => agent.name === name);
  const names = deps.agents.map((agent) => agent.name).join(', ');
  if (!found) throw new InvalidArgumentError(`name: there is no such agent; there are: ${names || 'none'}`);
  return found;
}

async function agentViews({ deps }: ApiContext): Promise<AgentView[]> {
  const { record, agents } = deps;
  const settings = await readSettings(record);
  const runs = await readRuns(record);
  const counts = await countDecisions(record);
  return agents.map((agent): AgentView => {
    const setting = settings.find((one) => one.agent === agent.name) ?? null;
    return {
      agent,
      setting,
      autonomy: setting?.autonomy ?? agent.defaultAutonomy,
      enabled: setting?.enabled ?? true,
      run: runs.find((one) => one.agent === agent.name) ?? null,
      counts: counts.filter((one) => one.agent === agent.name).map(({ state, n }) => ({ state, count: n })),
    };
  });
}
