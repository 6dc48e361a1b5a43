import type { FieldGroup } from '../../domain/access/scope.ts';
import { BadItem } from '../../ingestion/pipeline/read-items.ts';
import { itemAgain, type QuarantineContent } from '../../ingestion/webhooks/quarantined.ts';
import { type SampleField, sampleFields } from '../../ingestion/webhooks/sample.ts';
import {
  connectionOfQuarantined,
  countQuarantined,
  listQuarantined,
  openQuarantined,
  QUARANTINE_REASONS,
  QUARANTINE_STATUSES,
  type QuarantineCount,
  type QuarantineReason,
  type QuarantineRow,
} from '../../store/connections/quarantine.ts';
import { entryOf } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { access, asInt } from './builder.ts';
import { addConnection, type ListPage, pageOf, pageSize } from './connection.ts';
import { administered, assertAdministersSome } from './connections.ts';
import { type FilterShape, filterOf, QUARANTINED_PREFIX, quarantinedOf } from './quarantine-filter.ts';
import { addQuarantineMutations } from './quarantine-mutations.ts';
import type { SchemaParts } from './types.ts';

/** Reasons, statuses or fields in one filter. */
const MOST_NAMED = 20;
/** What the content of an item shows: whatever a respondent or a vendor wrote. */
const CONTENT: readonly FieldGroup[] = ['readResponse', 'readComment', 'readRespondent'];

/** What would put an item right, by the reason why it waits: nothing of the item. */
const ADVICE: Readonly<Record<QuarantineReason, string>> = {
  BODY: 'The delivery cannot be read: check what the sender sends and the connector of the connection.',
  SCHEMA: 'The item has not the form that the mapping expects: change the mapping, or what the sender sends.',
  VALUE: 'A value cannot be stored as it is: change the mapping, the scale or the declared values.',
  MAPPING:
    'The connection has no mapping yet, or it names what the deployment no longer has: change the mapping.',
  THIN: 'The vendor announced an answer that was not fetched yet: check the key of the connection.',
};

interface QuarantinePage extends ListPage<QuarantineRow> {
  readonly reasons: readonly QuarantineCount[];
}

/** Adds what waits to Connection, and the mutations that replay or discard it. */
export function addQuarantine(schema: SchemaParts): void {
  const { builder, types } = schema;
  const enums = addEnums(schema);
  const { reason, status } = enums;
  const filter = builder.inputRef<FilterShape>('QuarantineFilter').implement({
    description: 'What is absent is not limited.',
    fields: (t) =>
      ({
        statuses: t.field({ type: [status], ...atMost(MOST_NAMED, 'Some of the statuses.') }),
        reasons: t.field({ type: [reason], ...atMost(MOST_NAMED, 'Some of the reasons.') }),
        fields: t.stringList(atMost(MOST_NAMED, 'Fields that the rejections name, such as score.')),
        from: t.field({ type: 'DateTime', description: 'When it arrived at the earliest.' }),
        to: t.field({ type: 'DateTime', description: 'When it arrived, before that.' }),
      }) as never,
  });
  const item = addItem(schema, enums);
  const count = builder.objectRef<QuarantineCount>('QuarantineCount').implement({
    ...access('administer'),
    fields: (t) => ({
      reason: t.field({ type: reason, nullable: false, resolve: ({ reason }) => reason }),
      count: t.int({ nullable: false, resolve: ({ count }) => asInt(count) }),
    }),
  });
  const page = addConnection<QuarantineRow, QuarantinePage>(schema, {
    name: 'Quarantine',
    node: item,
    shows: 'administer',
    cursorOf: ({ id }) => `${QUARANTINED_PREFIX}${id}`,
  });
  builder.objectField(page, 'reasons', (t) =>
    t.field({
      ...access('administer'),
      type: [count],
      nullable: false,
      description: 'How many wait in all, by reason; the filter does not limit it.',
      resolve: ({ reasons }) => [...reasons],
    }),
  );
  builder.objectFields(types.connection, (t) => ({
    refused: t.int({
      ...access('administer'),
      nullable: false,
      description: 'Deliveries without a valid signature. They are counted and never kept.',
      resolve: ({ refused }) => asInt(refused),
    }),
    unkept: t.int({
      ...access('administer'),
      nullable: false,
      description: 'Rejected items that found no room in the quarantine.',
      resolve: ({ unkept }) => asInt(unkept),
    }),
    waiting: t.int({
      ...access('administer'),
      nullable: false,
      description: 'What waits in the quarantine: to be replayed, fetched or discarded.',
      resolve: ({ waiting }) => asInt(waiting),
    }),
    quarantine: t.field({
      ...access('administer', paged(20, 0.2)),
      type: page,
      nullable: false,
      description:
        'What it delivered and could not be stored, newest first: kept encrypted until it is replayed, discarded or expired.',
      args: {
        filter: t.arg({ type: filter }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.id({ description: 'The cursor of the last item of the page before.' }),
      },
      resolve: async ({ id }, args, { deps: { record } }) => {
        const size = pageSize(args.first);
        const after = args.after == null ? null : quarantinedOf(args.after);
        if (args.after != null && after === null)
          throw new InvalidArgumentError('after: is no cursor of this list');
        const matching = filterOf(args.filter as FilterShape | null | undefined);
        const rows = await listQuarantined(record, id, matching, { after, limit: size + 1 });
        return { ...pageOf(rows, size), reasons: await countQuarantined(record, id) };
      },
    }),
  }));
  addContent(schema);
  addQuarantineMutations(schema, filter, reason);
}

function addEnums({ builder }: SchemaParts) {
  const reason = builder.enumType('QuarantineReason', {
    description:
      'Why something waits: the delivery cannot be read, the item has not the form that the mapping expects, a value cannot be stored, the mapping does not fit the deployment, or the vendor only announced it.',
    values: QUARANTINE_REASONS,
  });
  const status = builder.enumType('QuarantineStatus', {
    description: 'What became of it. The content of all but WAITING and FETCHING is deleted.',
    values: QUARANTINE_STATUSES,
  });
  return { reason, status };
}

function addItem({ builder }: SchemaParts, { reason, status }: ReturnType<typeof addEnums>) {
  return builder.objectRef<QuarantineRow>('QuarantinedItem').implement({
    ...access('administer'),
    description: 'An item or a delivery that waits, or what became of it.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `${QUARANTINED_PREFIX}${id}` }),
      status: t.field({ type: status, nullable: false, resolve: (row) => row.status }),
      reason: t.field({ type: reason, nullable: false, resolve: (row) => row.reason }),
      code: t.exposeString('code', { nullable: false, description: 'Of the rejection, as senders get it.' }),
      field: t.exposeString('field', { description: 'The field that the rejection names.' }),
      advice: t.string({
        nullable: false,
        description: 'What would put it right.',
        resolve: (row) => ADVICE[row.reason],
      }),
      position: t.exposeString('position', {
        nullable: false,
        description: 'Where it stood, as the lineage of an answer names it.',
      }),
      bytes: t.int({ nullable: false, resolve: ({ bytes }) => asInt(bytes) }),
      receivedAt: t.expose('receivedAt', { type: 'DateTime', nullable: false }),
      attempts: t.exposeInt('attempts', { nullable: false, description: 'Replays that failed.' }),
      attemptedAt: t.expose('attemptedAt', { type: 'DateTime' }),
      dueAt: t.expose('dueAt', {
        type: 'DateTime',
        description: 'When an announced answer is fetched next.',
      }),
      lastError: t.exposeString('lastError', { description: 'Why fetching it failed last.' }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: false }),
      settledAt: t.expose('settledAt', { type: 'DateTime', description: 'When its content was deleted.' }),
    }),
  });
}

/** The content leaves once the audit log has the read. Where it belongs is not known before it is mapped. */
function addContent({ builder }: SchemaParts): void {
  builder.queryField('quarantinedContent', (t) =>
    t.string({
      ...access('readRespondent', fixed(20)),
      description:
        'What arrived, as JSON. Needs the rights to administer its connection, and to read responses, comments and respondents everywhere; each read is in the audit log. null: there is none, or it is deleted.',
      args: { item: t.arg.id({ required: true }) },
      resolve: async (_root, { item }, context) => (await readContent(item, context))?.content ?? null,
    }),
  );
  const field = builder.objectRef<SampleField>('SampleField').implement({
    ...access('readRespondent'),
    fields: (t) => ({
      path: t.exposeString('path', { nullable: false, description: 'What a mapping names it by.' }),
      value: t.exposeString('value', { nullable: false, description: 'Its beginning.' }),
    }),
  });
  builder.queryField('quarantinedFields', (t) =>
    t.field({
      ...access('readRespondent', fixed(20)),
      type: [field],
      description:
        'The values in what arrived, by the paths that a mapping of its connection can name. As quarantinedContent.',
      args: { item: t.arg.id({ required: true }) },
      resolve: async (_root, { item }, context) => {
        const read = await readContent(item, context);
        return read && sampleFields(read.connector, itemOf(read.content));
      },
    }),
  );
}

/** The item in what is stored; a delivery that cannot be taken apart has none. */
function itemOf(written: string): unknown {
  const content = JSON.parse(written) as QuarantineContent;
  if (content.kind !== 'item') return null;
  const item = itemAgain(content.text);
  return item instanceof BadItem ? null : item;
}

/**
 * The content of an item and the connector that reads it; null: there is none for the caller. The read is in the audit log.
 * @throws ForbiddenError
 */
async function readContent(item: string, context: ApiContext) {
  assertAdministersSome(context, 'read what waits for connections');
  const missing = CONTENT.find((group) => !context.caller.scope.allowsAll(group));
  if (missing !== undefined)
    throw new ForbiddenError(`this key may not read what waits for connections: not granted: ${missing}`);
  const { record, encryption, audit } = context.deps;
  const id = quarantinedOf(item);
  const owner = id === null ? null : await connectionOfQuarantined(record, id);
  const connection = administered(context).find((one) => one.id === owner);
  if (id === null || connection === undefined) return null;
  const content = (await openQuarantined(record, encryption, [id])).get(id);
  if (content === undefined) return null;
  await audit.append([entryOf(context, 'read', { key: item })]);
  return { content, connector: connection.vendor };
}
