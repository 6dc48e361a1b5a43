import { acceptInvitations } from '../../ingestion/changes/accept-invitations.ts';
import { createInvitationReader } from '../../ingestion/changes/read-invitation.ts';
import { type ResponseRate, readResponseRates } from '../../store/scores/response-rates.ts';
import { auditRefusedItems } from '../audit.ts';
import { InvalidArgumentError } from '../errors.ts';
import { atMost } from '../gate/lists.ts';
import { type FieldCost, lengthOf } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import { filingOf } from '../parts-deps.ts';
import { access, asInt, type DateTimeInput, forEachDimension, momentOf, type TypeOf } from './builder.ts';
import { segmentValuesOf } from './dimensions.ts';
import { segmentOf } from './segment.ts';
import { SUBMIT_COST } from './submit.ts';
import type { SchemaParts } from './types.ts';

/** How many groups there are is hidden, so each dimension costs the same. */
const COST: FieldCost = {
  points: (args, inside) => 20 * 2 ** lengthOf(args['by']) + inside,
  says: '20, doubled by each dimension of `by`',
};
const MINUTE_MS = 60_000;

/** Adds ResponseRateRow, the query responseRates and the mutation submitInvitations. */
export function addResponseRates(schema: SchemaParts): void {
  addRates(schema, addRow(schema));
  addSubmitting(schema);
}

function addRow({ builder, types, dimensions }: SchemaParts): TypeOf<ResponseRate> {
  return builder.objectRef<ResponseRate>('ResponseRateRow').implement({
    ...access('readResponse'),
    description: 'How many of a group were invited in a window, and how many answered in it.',
    fields: (t) => ({
      ...forEachDimension(dimensions, ({ attribute, description }) =>
        t.string({
          description: `${description} Null when not divided by it.`,
          resolve: ({ group }) => group[attribute] ?? null,
        }),
      ),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'The values that the row is divided by, in the order of `dimensions`.',
        resolve: ({ group }) => segmentValuesOf(dimensions, group),
      }),
      invited: t.int({ nullable: false, resolve: ({ invited }) => asInt(invited) }),
      answered: t.int({
        nullable: false,
        description: 'Answers with a score.',
        resolve: ({ answered }) => asInt(answered),
      }),
      started: t.int({
        description: 'How many of those invited began to answer; null where senders do not say.',
        resolve: ({ started }) => (started === null ? null : asInt(started)),
      }),
      abandonment: t.exposeFloat('abandonment', {
        description:
          'Of those who began, how many gave up, 0..1; null where `started` is not known, or more answered than began.',
      }),
      rate: t.exposeFloat('rate', {
        description:
          'Of those invited, 0..1; null without invitations, or where more answered than were invited: people answer later than they are invited.',
      }),
      low: t.exposeFloat('low', { description: "Lower bound of Wilson's interval." }),
      high: t.exposeFloat('high', { description: 'Upper bound.' }),
      weight: t.exposeFloat('weight', {
        description:
          'What an answer of the group counts if each group is to count as much as its share of the invitations (post-stratification): that ' +
          'share divided by its share of the answers. Null without answers or invitations.',
      }),
    }),
  });
}

function addRates({ builder, types, dimensions }: SchemaParts, row: TypeOf<ResponseRate>): void {
  builder.queryField('responseRates', (t) =>
    t.field({
      ...access('readResponse', COST),
      type: [row],
      nullable: false,
      description:
        'How many were invited from `from` up to `to` and how many answered meanwhile, by group, with the weights of those who do not answer. ' +
        'Counts segments whose scores and responses the caller may read one by one. Edges are whole minutes.',
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        by: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        const { by, confidence } = args;
        const range = { from: minuteOf('from', args.from), until: minuteOf('to', args.to) };
        if (range.from >= range.until) throw new InvalidArgumentError('to: must be after from');
        if (!(confidence > 0 && confidence < 1))
          throw new InvalidArgumentError(`confidence: ${confidence} is not between 0 and 1`);
        const segment = segmentOf(dimensions, args.segment);
        if (caller.scope.grant('readScore') === 'none') {
          noteWithheld(context, 'readScore', pathOf(info.path));
          return [];
        }
        if (caller.scope.grant('readResponse') === 'none') return [];
        return readResponseRates(deps, caller.scope, { segment, range, by: [...new Set(by)], confidence });
      },
    }),
  );
}

function minuteOf(name: string, input: DateTimeInput): number {
  const time = momentOf(name, input);
  if (time % MINUTE_MS === 0) return time;
  throw new InvalidArgumentError(`${name}: is not a whole minute`);
}

interface InvitationInputShape extends Record<string, unknown> {
  readonly sentAt?: DateTimeInput | null;
  readonly updatedAt?: DateTimeInput | null;
}

function addSubmitting({ builder, types, dimensions }: SchemaParts): void {
  const input = builder.inputRef<InvitationInputShape>('InvitationInput').implement({
    fields: (t) =>
      ({
        externalId: t.string({
          required: true,
          description:
            'With source: the idempotency key, kept for the life of the data. No identifier of a person.',
        }),
        source: t.string({ required: true, defaultValue: 'api' }),
        sentAt: t.field({ type: 'DateTime', description: 'When one invitation was sent.' }),
        day: t.string({
          description: 'Instead of sentAt: the day of UTC that `invited` counts, "2026-03-31".',
        }),
        invited: t.int({ description: 'How many were invited; absent: 1.' }),
        started: t.int({
          description: 'How many of them began to answer, as far as is known now; absent: it is not known.',
        }),
        updatedAt: t.field({ type: 'DateTime', description: 'When it was last changed at its source.' }),
        revision: t.float({ description: 'Instead of updatedAt: a whole number that the source counts up.' }),
        ...forEachDimension(dimensions, ({ description }) => t.string({ description })),
      }) as never,
  });
  const read = createInvitationReader(dimensions);
  builder.mutationField('submitInvitations', (t) =>
    t.field({
      ...access('submitResponse', SUBMIT_COST),
      type: types.submitPayload,
      nullable: false,
      description:
        'Records that people were invited to answer, one by one or as the count of a day. Answers after the commit; invalid items are rejected individually.',
      args: { input: t.arg({ type: [input], required: true, ...atMost(LIMITS.mutation) }) },
      resolve: async (_root, args, context) => {
        const { deps, caller } = context;
        const items = args.input.map(({ sentAt, updatedAt, ...item }) => ({
          ...item,
          ...(sentAt ? { sentAt: sentAt.text } : {}),
          ...(updatedAt ? { updatedAt: updatedAt.text } : {}),
        }));
        const account = await acceptInvitations(
          filingOf({ ...deps, store: deps.record }),
          caller,
          read,
          items,
        );
        await auditRefusedItems(context, 'submitInvitations', account);
        return account;
      },
    }),
  );
}
