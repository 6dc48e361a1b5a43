import { nodeId } from '../../domain/lineage/lineage.ts';
import { parseScoreId } from '../../domain/scores/score.ts';
import {
  ALERT_EVENTS,
  type AlertEventRow,
  type AlertRow,
  countAlerts,
  readAlertEvents,
  readAlerts,
  readAlertsById,
} from '../../store/agents/alerts.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { settleAlert } from '../../store/agents/close-alert.ts';
import { readScore } from '../../store/scores/scores.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { findDecision } from './agent-decisions.ts';
import { noteAndSend } from './agent-events.ts';
import { addCounts, agentPage } from './agent-list.ts';
import { assertManages, momentCursor, reasonOf, uuidOf } from './agent-rights.ts';
import { access, costs, forEachDimension } from './builder.ts';
import { addConnection } from './connection.ts';
import { segmentValuesOf } from './dimensions.ts';
import type { SchemaParts } from './types.ts';

/** The alert of that key; null where there is none for this caller. */
export async function findAlert(
  key: string,
  { deps, caller }: Pick<ApiContext, 'deps' | 'caller'>,
): Promise<AlertRow | null> {
  const [found] = await readAlertsById(deps.store, seenBy(caller.scope, deps.cells), [key]);
  return found ?? null;
}

/** Adds Alert, the query alerts, and the mutations acknowledgeAlert and dismissAlert. */
export function addAlerts(schema: SchemaParts): void {
  implementAlert(schema);
  addList(schema);
  addCounts(schema, {
    field: 'alertCounts',
    name: 'AlertCount',
    rows: 'alerts',
    state: schema.types.alertState,
    count: countAlerts,
  });
  addChanges(schema);
}

/** The score of that id as the caller sees it. */
async function scoreOf(id: string | null, { deps, caller }: ApiContext) {
  const name = id === null ? null : parseScoreId(id);
  return name && readScore(deps, caller.scope, name);
}

/** The only value of each dimension that has one. */
const singleValues = ({ segment }: AlertRow): Record<string, string> =>
  Object.fromEntries(
    Object.entries(segment).flatMap(([attribute, [value, ...more]]) =>
      value === undefined || more.length > 0 ? [] : [[attribute, value]],
    ),
  );

function implementAlert(schema: SchemaParts): void {
  const { types, dimensions } = schema;
  const event = addEvent(schema);
  types.alert.implement({
    ...access('readResponse'),
    // The interface's shape is that of any node; values loaded by `node` carry their type.
    interfaces: [types.node as never],
    description:
      'One cause that someone should know, found by an agent. What is known already is changed, not repeated. Seen by callers who ' +
      'may read scores, answers and predictions of every segment that it counts.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => nodeId('Alert', id) }),
      state: t.expose('state', { type: types.alertState, nullable: false }),
      severity: t.expose('severity', { type: types.severity, nullable: false }),
      rule: t.exposeString('rule', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      ...forEachDimension(dimensions, ({ attribute, description }) =>
        t.string({
          description: `${description} Null when it is not about one value.`,
          resolve: (row) => singleValues(row)[attribute] ?? null,
        }),
      ),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'The segment that it is about, in the order of `dimensions`; empty: all answers.',
        resolve: ({ segment }) =>
          dimensions.flatMap(({ attribute }) =>
            (segment[attribute] ?? []).flatMap((value) =>
              segmentValuesOf(dimensions, { [attribute]: value }),
            ),
          ),
      }),
      since: t.expose('since', {
        type: 'DateTime',
        nullable: false,
        description: 'When what it reports began, as far as that can be said.',
      }),
      raisedAt: t.expose('raisedAt', { type: 'DateTime', nullable: false }),
      changedAt: t.expose('changedAt', { type: 'DateTime', nullable: false }),
      resolvedAt: t.expose('resolvedAt', { type: 'DateTime' }),
      before: t.field({
        ...costs(fixed(20)),
        type: types.npsRow,
        description: 'The score before, as it is now and as the caller sees it.',
        resolve: ({ before }, _args, context) => scoreOf(before, context),
      }),
      after: t.field({
        ...costs(fixed(20)),
        type: types.npsRow,
        description: 'The score since, as it is now and as the caller sees it.',
        resolve: ({ after }, _args, context) => scoreOf(after, context),
      }),
      summary: t.exposeString('summary', {
        nullable: false,
        description: 'Every number in it is of a fact in `evidence`.',
      }),
      evidence: t.idList({
        nullable: false,
        description: 'Ids of nodes and scores.',
        resolve: ({ evidence }) => [...evidence],
      }),
      facts: t.field({
        type: 'JSON',
        description: 'The numbers behind it: the statistic, its limit, drivers, candidate causes.',
        resolve: ({ facts }) => facts,
      }),
      decision: t.field({
        ...costs(fixed(2)),
        type: types.decision,
        description: 'What the agent decided when it last raised or changed it.',
        resolve: ({ decisionId }, _args, context) =>
          decisionId === null ? null : findDecision(decisionId, context),
      }),
      events: t.field({
        ...costs(fixed(2)),
        type: [event],
        nullable: false,
        description: 'What happened to it, the oldest first.',
        resolve: ({ id }, _args, { deps }) => readAlertEvents(deps.store, [id]),
      }),
    }),
  });
}

function addEvent({ builder }: SchemaParts) {
  const kind = builder.enumType('AlertEventKind', { values: ALERT_EVENTS });
  return builder.objectRef<AlertEventRow>('AlertEvent').implement({
    ...access('readResponse'),
    description: 'What happened to an alert, who did it and why; never changed.',
    fields: (t) => ({
      kind: t.expose('kind', { type: kind, nullable: false }),
      by: t.exposeString('actorName', { nullable: false, description: 'An agent, or the name of a key.' }),
      reason: t.exposeString('reason', { nullable: false }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
    }),
  });
}

function addList(schema: SchemaParts): void {
  const { builder, types } = schema;
  const connection = addConnection<AlertRow>(schema, {
    name: 'Alert',
    node: types.alert,
    shows: 'readResponse',
    cursorOf: ({ raisedAt, id }) => momentCursor(raisedAt, id),
  });
  builder.queryField('alerts', (t) =>
    t.field({
      ...access('readResponse', paged(5, 0.2)),
      type: connection,
      nullable: false,
      description: 'Alerts, the newest first.',
      args: {
        state: t.arg({ type: [types.alertState], ...atMost(4) }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: (_root, args, context, info) => agentPage(context, info.path, args, readAlerts),
    }),
  );
}

const CHANGES = {
  acknowledgeAlert: [
    'ACKNOWLEDGED',
    'alert.acknowledge',
    'alert.changed',
    'Says that someone works on it. It stays until its cause is over.',
  ],
  dismissAlert: [
    'DISMISSED',
    'alert.dismiss',
    'alert.resolved',
    'Closes an alert that needs nothing to be done; the reason is kept.',
  ],
} as const;

function addChanges({ builder, types }: SchemaParts): void {
  for (const [name, [, , , description]] of Object.entries(CHANGES))
    builder.mutationField(name, (t) =>
      t.field({
        ...access('manageCases'),
        type: types.alert,
        nullable: false,
        description,
        args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
        resolve: async (_root, { id, reason }, context) => {
          const why = reasonOf(reason);
          const key = uuidOf('Alert', id);
          const found = key === null ? null : await findAlert(key, context);
          if (!found) throw new InvalidArgumentError('id: no such alert exists here');
          assertManages(context, found.cells, 'work on alerts of these segments');
          return settle(context, found, name as keyof typeof CHANGES, why);
        },
      }),
    );
}

function settle(
  context: ApiContext,
  { id, cells }: AlertRow,
  change: keyof typeof CHANGES,
  reason: string,
): Promise<AlertRow> {
  const { deps, caller } = context;
  const [to, action, event] = CHANGES[change];
  const at = new Date(deps.now());
  const by = { actor: caller.id, actorName: caller.name, reason, decisionId: null, at };
  const note = noteAndSend(context, action, { event, subject: nodeId('Alert', id), cells });
  return settleAlert(deps.record, id, to, { ...by, note });
}

/** Acknowledges an alert for a caller who may. */
export const acknowledge = (context: ApiContext, alert: AlertRow, reason: string): Promise<AlertRow> =>
  settle(context, alert, 'acknowledgeAlert', reason);
