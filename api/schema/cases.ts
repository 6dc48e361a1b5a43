import { nodeId } from '../../domain/lineage/lineage.ts';
import {
  CASE_EVENTS,
  type CaseEventRow,
  type CaseRow,
  countCases,
  readCaseEvents,
  readCases,
  readCasesById,
} from '../../store/agents/cases.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import type { ApiContext } from '../context.ts';
import { fixed, paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { addCounts, agentPage } from './agent-list.ts';
import { momentCursor } from './agent-rights.ts';
import { access, costs } from './builder.ts';
import { addConnection } from './connection.ts';
import { segmentValuesOf } from './dimensions.ts';
import type { SchemaParts } from './types.ts';

/** The case of that key; null where there is none for this caller. */
export async function findCase(
  key: string,
  { deps, caller }: Pick<ApiContext, 'deps' | 'caller'>,
): Promise<CaseRow | null> {
  const [found] = await readCasesById(deps.store, seenBy(caller.scope, deps.cells), [key]);
  return found ?? null;
}

/** Adds Case and the query cases. */
export function addCases(schema: SchemaParts): void {
  implementCase(schema);
  addCounts(schema, {
    field: 'caseCounts',
    name: 'CaseCount',
    rows: 'cases',
    state: schema.types.caseState,
    count: countCases,
  });
  const { builder, types } = schema;
  const connection = addConnection<CaseRow>(schema, {
    name: 'Case',
    node: types.case,
    shows: 'readResponse',
    cursorOf: ({ openedAt, id }) => momentCursor(openedAt, id),
  });
  builder.queryField('cases', (t) =>
    t.field({
      ...access('readResponse', paged(5, 0.2)),
      type: connection,
      nullable: false,
      description: 'Cases, the newest first.',
      args: {
        state: t.arg({ type: [types.caseState], ...atMost(3) }),
        cause: t.arg.id({ description: 'Those about this response or alert.' }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: (_root, args, context, info) =>
        agentPage(context, info.path, args, (session, seen, filter) =>
          readCases(session, seen, { ...filter, cause: args.cause ?? null }),
        ),
    }),
  );
}

function implementCase(schema: SchemaParts): void {
  const { types, dimensions } = schema;
  const event = addEvent(schema);
  types.case.implement({
    ...access('readResponse'),
    // The interface's shape is that of any node; values loaded by `node` carry their type.
    interfaces: [types.node as never],
    description:
      'Work on one answer or on one alert. It is deleted with its answer. Seen by callers who may read scores, answers and predictions ' +
      'of every segment that it is about.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => nodeId('Case', id) }),
      state: t.expose('state', { type: types.caseState, nullable: false }),
      severity: t.expose('severity', { type: types.severity, nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      owner: t.exposeString('owner', { description: 'Who works on it; null: no one yet.' }),
      playbook: t.exposeString('playbook', {
        description: 'What to do, where the agent that opened it names it.',
      }),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'The segment that it is about, in the order of `dimensions`.',
        resolve: ({ segment }) =>
          dimensions.flatMap(({ attribute }) =>
            (segment[attribute] ?? []).flatMap((value) =>
              segmentValuesOf(dimensions, { [attribute]: value }),
            ),
          ),
      }),
      dueAt: t.expose('dueAt', { type: 'DateTime' }),
      openedAt: t.expose('openedAt', { type: 'DateTime', nullable: false }),
      actedAt: t.expose('actedAt', {
        type: 'DateTime',
        description: 'When someone first did something about it.',
      }),
      closedAt: t.expose('closedAt', { type: 'DateTime' }),
      outcome: t.exposeString('outcome', { description: 'How it ended; null before.' }),
      cause: t.id({
        description: 'The response or alert that it is about.',
        resolve: ({ cause }) => cause,
      }),
      events: t.field({
        ...costs(fixed(2)),
        type: [event],
        nullable: false,
        description: 'What happened to it, the oldest first.',
        resolve: ({ id }, _args, { deps }) => readCaseEvents(deps.store, [id]),
      }),
    }),
  });
}

function addEvent({ builder }: SchemaParts) {
  const kind = builder.enumType('CaseEventKind', { values: CASE_EVENTS });
  return builder.objectRef<CaseEventRow>('CaseEvent').implement({
    ...access('readResponse'),
    description: 'What happened to a case, who did it and why; never changed.',
    fields: (t) => ({
      kind: t.expose('kind', { type: kind, nullable: false }),
      by: t.exposeString('actorName', { nullable: false, description: 'An agent, or the name of a key.' }),
      reason: t.exposeString('reason', { nullable: false, description: 'Of COMMENTED: the comment.' }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
    }),
  });
}
