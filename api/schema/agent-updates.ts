import { type AlertRow, readAlerts, readAlertsById, readChangedAlerts } from '../../store/agents/alerts.ts';
import { type ChangedCase, readChangedCases, readChangesOfCases } from '../../store/agents/case-changes.ts';
import { readCases } from '../../store/agents/cases.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { parsePosition } from '../../store/journal/journal.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { type AgentRows, AgentStream, type AgentUpdate } from '../subscriptions/agent-stream.ts';
import { seesAllAgents } from './agent-rights.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

const ALERTS: AgentRows<AlertRow> = {
  kind: 'alert',
  idsOf: ({ payload }) => payload.alerts ?? [],
  readOpen: (session, seen, limit) =>
    readAlerts(session, seen, { states: ['OPEN', 'ACKNOWLEDGED'], after: null, limit }),
  readById: readAlertsById,
  readChanged: readChangedAlerts,
};
const CASES: AgentRows<ChangedCase> = {
  kind: 'case',
  idsOf: ({ payload }) => payload.cases ?? [],
  readOpen: async (session, seen, limit) => {
    const open = await readCases(session, seen, { states: ['OPEN', 'IN_PROGRESS'], after: null, limit });
    return readChangesOfCases(
      session,
      seen,
      open.map(({ id }) => id),
    );
  },
  readById: readChangesOfCases,
  readChanged: readChangedCases,
};

/** Later times are none that the database compares with. */
const LAST_MOMENT = Date.parse('9999-12-31T00:00:00Z');

/** The stream of a subscription to rows of agents. @throws ForbiddenError, InvalidArgumentError */
function streamOf<Row extends { readonly id: string; readonly changedAt: Date }>(
  { deps, caller }: ApiContext,
  given: string | null | undefined,
  rows: AgentRows<Row>,
): AsyncIterable<AgentUpdate<Row>> {
  for (const group of ['readScore', 'readResponse', 'readPrediction'] as const)
    if (caller.scope.grant(group) === 'none')
      throw new ForbiddenError(
        `this key may not read ${rows.kind}s: they need scores, answers and predictions`,
      );
  const after = given === null || given === undefined ? null : parsePosition(given);
  const seesAll = seesAllAgents(caller.scope);
  const isTime = !seesAll || after?.xact === 0;
  if (given && (!after || (isTime && after.position > LAST_MOMENT)))
    throw new InvalidArgumentError('after: not a position; give back one as it was received');
  const { store: session, record: journal, feed, log } = deps;
  const seen = () => seenBy(caller.scope, deps.cells);
  const onError = (err: Error) => log.warn({ err }, `a change of ${rows.kind}s could not be sent`);
  const stream = new AgentStream({ rows, session, journal, feed, seen, seesAll, onError }, after);
  return stream as unknown as AsyncIterable<AgentUpdate<Row>>;
}

/** Adds the subscriptions alertUpdates and caseUpdates. */
export function addAgentUpdates(schema: SchemaParts): void {
  addAlertUpdates(schema);
  addCaseUpdates(schema);
}

const POSITION = 'position: where this update stands; subscribe again with `after` to miss nothing.';

function addAlertUpdates({ builder, types }: SchemaParts): void {
  const update = builder.objectRef<AgentUpdate<AlertRow>>('AlertUpdate').implement({
    ...access('readResponse'),
    description: POSITION,
    fields: (t) => ({
      position: t.exposeString('position', { nullable: false }),
      alert: t.expose('row', { type: types.alert, nullable: false }),
    }),
  });
  builder.subscriptionField('alertUpdates', (t) =>
    t.field({
      ...access('readResponse', fixed(10)),
      type: update,
      nullable: false,
      description:
        'The alerts that are open (the 500 raised last), then each alert again with each change. With `after` what changed since, closed ones included; ' +
        'the last changes may come twice.',
      args: { after: t.arg.string() },
      subscribe: (_root, { after }, context) => streamOf(context, after, ALERTS),
      resolve: (root) => root as unknown as AgentUpdate<AlertRow>,
    }),
  );
}

function addCaseUpdates({ builder, types }: SchemaParts): void {
  const update = builder.objectRef<AgentUpdate<ChangedCase>>('CaseUpdate').implement({
    ...access('readResponse'),
    description: POSITION,
    fields: (t) => ({
      position: t.exposeString('position', { nullable: false }),
      case: t.expose('row', { type: types.case, nullable: false }),
    }),
  });
  builder.subscriptionField('caseUpdates', (t) =>
    t.field({
      ...access('readResponse', fixed(10)),
      type: update,
      nullable: false,
      description:
        'The cases that are not closed (the 500 opened last), then each case again with each change. With `after` what changed since, closed ones ' +
        'included; the last changes may come twice.',
      args: { after: t.arg.string() },
      subscribe: (_root, { after }, context) => streamOf(context, after, CASES),
      resolve: (root) => root as unknown as AgentUpdate<ChangedCase>,
    }),
  );
}
