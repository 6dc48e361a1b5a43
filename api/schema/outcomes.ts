import { majorUnits } from '../../domain/outcomes/money.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';
import { type OutcomeView, readOutcome, readOutcomes } from '../../store/outcomes/outcomes.ts';
import type { ApiContext } from '../context.ts';
import { paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { LIMITS } from '../limits.ts';
import { mayRelease, pathOf } from '../masking.ts';
import { momentCursor, parseMomentCursor } from './agent-rights.ts';
import { access, type DateTimeInput, momentOf } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

/** The outcome of that key; null where there is none for this caller. */
export const findOutcome = (key: string, { deps, caller }: ApiContext): Promise<OutcomeView | null> =>
  readOutcome(deps, caller.scope, key);

const timeOf = (name: string, given: DateTimeInput | null | undefined): Date | null =>
  given ? new Date(momentOf(name, given)) : null;

/** Adds Outcome, its connection and the query outcomes. */
export function addOutcomes(schema: SchemaParts): void {
  implementOutcome(schema);
  const { builder, types, dimensions } = schema;
  const connection = addConnection<OutcomeView>(schema, {
    name: 'Outcome',
    node: types.outcome,
    shows: 'readResponse',
    cursorOf: ({ at, id }) => momentCursor(at, id),
  });
  builder.queryField('outcomes', (t) =>
    t.field({
      ...access('readResponse', paged(5, 0.2)),
      type: connection,
      nullable: false,
      description: 'Outcomes, the newest first; `from` inclusive, `to` exclusive.',
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime' }),
        to: t.arg({ type: 'DateTime' }),
        outcomeKinds: t.arg({ type: [types.outcomeKind], ...atMost(LIMITS.outcomeKinds) }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const first = pageSize(args.first);
        const query = {
          segment: segmentOf(dimensions, args.segment),
          from: timeOf('from', args.from),
          to: timeOf('to', args.to),
          kinds: args.outcomeKinds ?? null,
          first,
          after: parseMomentCursor(args.after),
        };
        return pageOf(await readOutcomes(deps, caller.scope, query), first);
      },
    }),
  );
}

function implementOutcome({ types, dimensions }: SchemaParts): void {
  type Resolver = Parameters<typeof mayRelease>;
  const mayName = (
    row: OutcomeView,
    context: ApiContext,
    path: Resolver[3],
    who: Resolver[1] = 'respondent',
  ) => mayRelease(context, who, { id: `Outcome:${row.id}`, cellId: row.cellId }, path);
  types.outcome.implement({
    ...access('readResponse'),
    description:
      'What became of a respondent or an account: a payment, a cancelled subscription, a solved ticket.',
    // The interface's shape is that of any node; values loaded by `node` carry their type.
    interfaces: [types.node as never],
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `Outcome:${id}` }),
      externalId: t.exposeString('externalId', { nullable: false }),
      source: t.exposeString('source', { nullable: false }),
      kind: t.expose('kind', { type: types.outcomeKind, nullable: false }),
      at: t.expose('at', { type: 'DateTime', nullable: false, description: 'When it happened.' }),
      receivedAt: t.expose('receivedAt', { type: 'DateTime', nullable: false }),
      respondent: t.string({
        ...access('readRespondent'),
        description: 'Pseudonym; null with a reason in `extensions.masked` when the caller may not read it.',
        resolve: (row, _args, context, info) =>
          mayName(row, context, pathOf(info.path)) ? row.respondent : null,
      }),
      account: t.string({
        ...access('readRespondent'),
        description: 'Pseudonym, likewise.',
        resolve: (row, _args, context, info) =>
          mayName(row, context, pathOf(info.path)) ? row.account : null,
      }),
      owner: t.string({
        ...access('readRespondent'),
        description: 'Who owns the account from then on, likewise.',
        resolve: (row, _args, context, info) => (mayName(row, context, pathOf(info.path)) ? row.owner : null),
      }),
      agent: t.string({
        ...access('readStaff'),
        description: 'Who handled the ticket or led the deal: the pseudonym of a member of staff, likewise.',
        resolve: (row, _args, context, info) =>
          mayName(row, context, pathOf(info.path), 'staff') ? row.agent : null,
      }),
      amount: t.float({
        description: "In the currency's main unit.",
        resolve: ({ amount, currency }) => (amount === null ? null : majorUnits(amount, currency ?? '')),
      }),
      currency: t.exposeString('currency', { description: 'The code of ISO 4217.' }),
      quantity: t.exposeFloat('quantity', {
        description: 'Seats, or how often a feature was used that day.',
      }),
      name: t.exposeString('name', { description: 'The plan, deal, feature, topic or step.' }),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'Its values, one for each dimension, in the order of `dimensions`.',
        resolve: ({ cellId }, _args, { deps }) => {
          const cell = deps.cells.get(cellId);
          return cell
            ? dimensions.map(({ field, attribute }) => ({
                field,
                value: valueIn(cell.attributes, attribute),
              }))
            : [];
        },
      }),
    }),
  });
}
