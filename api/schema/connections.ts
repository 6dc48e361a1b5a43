import { type ConnectionRow, type FetchState, listConnections } from '../../store/connections/connections.ts';
import { listFiles, MOST_LISTED } from '../../store/connections/watched-files.ts';
import { attributesByField } from '../access/attributes.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { connectionPath } from '../http/webhooks.ts';
import { access, asInt } from './builder.ts';
import { pageSize } from './connection.ts';
import type { SchemaParts } from './types.ts';

const PREFIX = 'Connection:';

/** Adds Connection and the query connections. */
export function addConnections(schema: SchemaParts): void {
  addFiles(schema);
  addType(schema);
  addList(schema);
}

/** The connection's key in a node id, or null. */
export function connectionOf(id: string): string | null {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
}

/** The connection of that key; null where there is none that the caller may administer. */
export async function findConnection(id: string, context: ApiContext): Promise<ConnectionRow | null> {
  if (!administered(context).some((one) => one.id === id)) return null;
  const [row] = await listConnections(context.deps.record, [id]);
  return row ?? null;
}

/** The connections whose segment the caller may administer, oldest first. */
export function administered({ deps: { connections, access }, caller }: ApiContext) {
  return connections.all().filter(({ attributes }) => access.administers(caller, attributes));
}

function fetchingType({ builder }: SchemaParts) {
  return builder.objectRef<FetchState>('ConnectionFetching').implement({
    ...access('administer'),
    description: 'How a connection fetches what its vendor only announces.',
    fields: (t) => ({
      origin: t.exposeString('origin', { description: 'The origin that it asks. null: not known yet.' }),
      hasKey: t.exposeBoolean('hasKey', {
        nullable: false,
        description: 'Whether it has a key of the vendor.',
      }),
      waiting: t.int({
        nullable: false,
        description: 'What was announced and not fetched yet.',
        resolve: ({ waiting }) => asInt(waiting),
      }),
      openUntil: t.field({
        type: 'DateTime',
        description:
          'Until when nothing is fetched, because the vendor failed, refused the key or asked to wait.',
        resolve: ({ openUntil }) => (openUntil === null ? null : new Date(openUntil)),
      }),
      lastError: t.exposeString('lastError', {
        description: 'Why something was not fetched last. Cleared when the key is replaced.',
      }),
      lastErrorAt: t.field({
        type: 'DateTime',
        resolve: ({ lastErrorAt }) => (lastErrorAt === null ? null : new Date(lastErrorAt)),
      }),
    }),
  });
}

function addFiles({ builder, types }: SchemaParts): void {
  types.watchedFile.implement({
    ...access('administer'),
    description: 'A file that a connection found in its folder or bucket.',
    fields: (t) => ({
      path: t.exposeString('path', {
        nullable: false,
        description:
          'Within the folder or bucket. Blank: the folder or bucket itself, which cannot be listed.',
      }),
      state: t.exposeString('state', {
        nullable: false,
        description: 'importing, done, or failed: then it is read again when it changes.',
      }),
      message: t.exposeString('message', {
        description: 'Why it failed, or which of its rows were rejected.',
      }),
      importId: t.string({
        description: 'Of its import, which lists and undoes it.',
        resolve: ({ importKey }) => importKey && `Import:${importKey}`,
      }),
      at: t.expose('at', { type: 'DateTime', nullable: false, description: 'When that became so.' }),
    }),
  });
  builder.objectField(types.connection, 'files', (t) =>
    t.field({
      ...access('administer', fixed(5)),
      type: [types.watchedFile],
      nullable: false,
      description: `Of a folder or a bucket: the files that were found in it, the ${MOST_LISTED} latest first.`,
      resolve: ({ id }, _args, { deps }) => listFiles(deps.record, id),
    }),
  );
}

function addType(schema: SchemaParts): void {
  const { types, dimensions } = schema;
  types.connection.implement({
    ...access('administer'),
    // The interface's shape is that of any node; values loaded by `node` carry their type.
    interfaces: [types.node as never],
    description: 'An account of a vendor that delivers responses by webhook, or a survey of our own.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `${PREFIX}${id}` }),
      connector: t.exposeString('connector', { nullable: false }),
      name: t.exposeString('name', { nullable: false }),
      path: t.string({
        nullable: false,
        description:
          'Where the vendor posts to, or the answers of a survey arrive, at the address of this server. Blank for a folder or a bucket.',
        resolve: connectionPath,
      }),
      segment: t.field({
        type: 'JSON',
        nullable: false,
        description: 'What its responses are limited to: { "region": ["Germany"] }. Others are rejected.',
        resolve: ({ attributes }) => attributesByField(attributes, dimensions),
      }),
      sources: t.field({
        type: ['String'],
        description: 'The sources that it may submit responses for. null: it is not bound to sources.',
        resolve: ({ sources }) => (sources === null ? null : [...sources]),
      }),
      mapping: t.field({
        type: 'JSON',
        nullable: false,
        description: 'Empty before it has one.',
        resolve: ({ mapping }) => mapping ?? {},
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      createdBy: t.exposeString('createdBy', { nullable: false }),
      rotatedAt: t.expose('rotatedAt', {
        type: 'DateTime',
        description: 'When its secret was replaced last.',
      }),
      formerSecretUntil: t.expose('formerUntil', {
        type: 'DateTime',
        description: 'Until when the secret before the present one is accepted too.',
      }),
      lastDeliveryAt: t.expose('lastDeliveryAt', {
        type: 'DateTime',
        description: 'When a delivery with a valid signature arrived last.',
      }),
      deliveries: t.int({
        resolve: ({ deliveries }) => asInt(deliveries),
        nullable: false,
        description: 'Deliveries with a valid signature.',
      }),
      accepted: t.int({
        resolve: ({ accepted }) => asInt(accepted),
        nullable: false,
        description: 'Of their items: those that were stored.',
      }),
      duplicates: t.int({
        resolve: ({ duplicates }) => asInt(duplicates),
        nullable: false,
        description: 'Items that repeat what was stored, or are older than it.',
      }),
      rejected: t.int({
        resolve: ({ rejected }) => asInt(rejected),
        nullable: false,
        description: 'Items and deliveries that were rejected.',
      }),
      ignored: t.int({
        resolve: ({ ignored }) => asInt(ignored),
        nullable: false,
        description: 'Items that the mapping leaves out, or that have no answer yet.',
      }),
      lastError: t.exposeString('lastError', {
        description: 'Why something was rejected last: a code, and the field where it is known.',
      }),
      lastErrorAt: t.expose('lastErrorAt', { type: 'DateTime' }),
      lastRefusal: t.exposeString('lastRefusal', {
        description:
          'Why a delivery was refused last, before it was read: UNSIGNED, WRONG_SIGNATURE, OUTSIDE_WINDOW (the clock), NOT_GRANTED. Cleared when the secret is replaced.',
      }),
      fetching: t.field({
        type: fetchingType(schema),
        description: 'null: its vendor sends everything itself.',
        resolve: (row) => row.fetching,
      }),
      lastRefusedAt: t.expose('lastRefusedAt', { type: 'DateTime', description: 'To the minute.' }),
    }),
  });
}

function addList({ builder, types }: SchemaParts): void {
  builder.queryField('connections', (t) =>
    t.field({
      ...access('administer', paged(5, 0.1)),
      type: [types.connection],
      nullable: false,
      description:
        'The connections, oldest first. Needs the permission to administer what they are limited to.',
      args: {
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.id({ description: 'The id of the last connection of the page before.' }),
      },
      resolve: (_root, { first, after }, context) => {
        assertAdministersSome(context, 'list connections');
        const size = pageSize(first);
        const ids = administered(context).map(({ id }) => id);
        const from = after == null ? 0 : ids.indexOf(connectionOf(after) ?? '') + 1;
        if (after != null && from === 0)
          throw new InvalidArgumentError('after: there is no connection of that id any more; begin again');
        return listConnections(context.deps.record, ids.slice(from, from + size));
      },
    }),
  );
}

/** @throws ForbiddenError where the caller may administer nothing at all */
export function assertAdministersSome({ caller }: ApiContext, what: string): void {
  if (caller.scope.grant('administer') === 'none') throw new ForbiddenError(`this key may not ${what}`);
}
