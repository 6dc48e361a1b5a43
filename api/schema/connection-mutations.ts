import type { Segment } from '../../domain/segments/cell.ts';
import { TEXT_RULES } from '../../domain/text/text.ts';
import type { WantedConnection } from '../../ingestion/webhooks/connections.ts';
import { type ConnectionRow, listConnections } from '../../store/connections/connections.ts';
import { MOST_SOURCES, parseSources } from '../access/attributes.ts';
import { auditHook } from '../audit.ts';
import type { Caller } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { access } from './builder.ts';
import { administered, assertAdministersSome, connectionOf } from './connections.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts, SegmentArgument } from './types.ts';

/** Connectors that read with the rights of the server. */
const OF_THE_SERVER: ReadonlySet<string> = new Set(['kafka', 'folder']);
const HOUR_MS = 3_600_000;
/** Of the time for which the former secret is accepted too. */
const MOST_HOURS = 7 * 24;

interface ConnectionInputShape {
  readonly connector: string;
  readonly name: string;
  readonly secret?: string | null;
  readonly vendorKey?: string | null;
  readonly vendorHost?: string | null;
  readonly mapping?: unknown;
  readonly segment?: SegmentArgument | null;
  readonly sources?: readonly string[] | null;
}

interface MadeConnection {
  readonly connection: ConnectionRow;
  readonly secret: string;
}

/** Adds the mutations that make, rotate and remove connections. */
export function addConnectionMutations(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const input = addInput(schema);
  addMappingChange(schema);
  const payload = builder.objectRef<MadeConnection>('ConnectionPayload').implement({
    ...access('administer'),
    fields: (t) => ({
      connection: t.field({
        type: types.connection,
        nullable: false,
        resolve: ({ connection }) => connection,
      }),
      secret: t.exposeString('secret', {
        nullable: false,
        description: 'The secret that deliveries are signed with. It is shown only once.',
      }),
    }),
  });
  builder.mutationFields((t) => ({
    createConnection: t.field({
      ...access('administer', fixed(20)),
      type: payload,
      nullable: false,
      description: 'Makes a connection within what the caller may administer.',
      args: { input: t.arg({ type: input, required: true }) },
      resolve: async (_root, args, context) => {
        assertAdministersSome(context, 'make connections');
        const { connections } = context.deps;
        const wanted = wantedOf(args.input as ConnectionInputShape, context, (segment) =>
          segmentOf(dimensions, segment),
        );
        const change = changeBy(context, 'createConnection');
        const { id, secret } = await connections.create(wanted, change);
        return { connection: await rowOf(context, id), secret };
      },
    }),
    rotateConnection: t.field({
      ...access('administer', fixed(20)),
      type: payload,
      nullable: false,
      description: 'Replaces the secret of a connection. The former one is accepted for a while.',
      args: {
        id: t.arg.id({ required: true }),
        secret: t.arg.string({
          description: 'The secret that the vendor made; absent: the server makes a new one.',
        }),
        acceptFormerHours: t.arg.int({
          required: true,
          defaultValue: 24,
          description: `For how long the former secret is accepted too: 0 to ${MOST_HOURS} hours.`,
        }),
      },
      resolve: async (_root, { id, secret, acceptFormerHours: hours }, context) => {
        const own = ownConnection(context, id, 'rotate secrets of connections');
        if (hours < 0 || hours > MOST_HOURS)
          throw new InvalidArgumentError(`acceptFormerHours: ${hours} is not between 0 and ${MOST_HOURS}`);
        const change = changeBy(context, 'rotateConnection');
        const { connections } = context.deps;
        const made = own && (await connections.rotate(own, secret ?? null, hours * HOUR_MS, change));
        if (own === null || made === null) throw noneOfThatId();
        return { connection: await rowOf(context, own), secret: made };
      },
    }),
    removeConnection: t.boolean({
      ...access('administer', fixed(20)),
      nullable: false,
      description:
        'Refuses its deliveries from now on and destroys its secret; what it delivered stays. False when there is no such connection, or it was removed before.',
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_root, { id }, context) => {
        const own = ownConnection(context, id, 'remove connections');
        if (own === null) return false;
        return context.deps.connections.remove(own, changeBy(context, 'removeConnection'));
      },
    }),
  }));
  addVendorKey(schema);
}

/** A key of a vendor is replaced apart from the secret: the one is for asking, the other for what is sent. */
function addVendorKey({ builder, types }: SchemaParts): void {
  builder.mutationField('setVendorKey', (t) =>
    t.field({
      ...access('administer', fixed(20)),
      type: types.connection,
      nullable: false,
      description:
        'Replaces the key, and the host if one is given, with which a connection fetches what its vendor announces. What waits is fetched at once.',
      args: {
        id: t.arg.id({ required: true }),
        vendorKey: t.arg.string({ required: true }),
        vendorHost: t.arg.string({ description: 'absent: the present one stays.' }),
      },
      resolve: async (_root, { id, vendorKey: key, vendorHost: host }, context) => {
        const own = ownConnection(context, id, 'set keys of vendors');
        const change = changeBy(context, 'setVendorKey');
        const access = { key, host: host ?? null };
        if (own === null || !(await context.deps.connections.changeKey(own, access, change)))
          throw noneOfThatId();
        return rowOf(context, own);
      },
    }),
  );
}

function addMappingChange({ builder, types }: SchemaParts): void {
  builder.mutationField('changeConnectionMapping', (t) =>
    t.field({
      ...access('administer', fixed(20)),
      type: types.connection,
      nullable: false,
      description:
        'Replaces the mapping of a connection: what arrives or is replayed from now on is read by it. What is stored stays as it is.',
      args: { id: t.arg.id({ required: true }), mapping: t.arg({ type: 'JSON', required: true }) },
      resolve: async (_root, { id, mapping }, context) => {
        const own = ownConnection(context, id, 'change connections');
        // The mapping names the topic or the folder.
        assertServerMayRead(context.deps.connections.find(own ?? '')?.connector, context.caller);
        const change = changeBy(context, 'changeConnectionMapping');
        if (own === null || !(await context.deps.connections.map(own, mapping, change))) throw noneOfThatId();
        return rowOf(context, own);
      },
    }),
  );
}

function addInput({ builder, types }: SchemaParts) {
  return builder.inputRef<ConnectionInputShape>('ConnectionInput').implement({
    description:
      "connector: the vendor's name in lower case, such as canonical; docs/connectors has a page for each. mapping: as in a file's map, " +
      "over the paths of the vendor's JSON.",
    fields: (t) =>
      ({
        connector: t.string({ required: true }),
        name: t.string({ required: true }),
        secret: t.string({
          description:
            'What the vendor signs its deliveries with; absent: one is made, to be given to the vendor.',
        }),
        vendorKey: t.string({
          description:
            'The key of the vendor, to fetch what its webhooks only announce. It is stored encrypted and never shown.',
        }),
        vendorHost: t.string({
          description:
            'The host of the vendor to ask, where customers have different ones, such as fra1.qualtrics.com.',
        }),
        mapping: t.field({
          type: 'JSON',
          description:
            'Absent for a webhook: what it delivers waits in the quarantine until changeConnectionMapping, and is replayed then.',
        }),
        segment: t.field({
          type: types.segment,
          description: 'What its responses are limited to; absent = all that the caller may administer.',
        }),
        sources: t.stringList(
          atMost(
            MOST_SOURCES,
            'Binds the connection to these sources, as a key is bound. One whose mapping names the source is bound to that.',
          ),
        ),
      }) as never,
  });
}

/** The argument names no connection that the caller may administer. */
export const noneOfThatId = (argument = 'id') =>
  new InvalidArgumentError(`${argument}: there is no connection of that id; connections lists them`);

const changeBy = (context: ApiContext, action: string) => ({
  by: context.caller,
  note: auditHook(context, action),
});

async function rowOf(context: ApiContext, id: string): Promise<ConnectionRow> {
  const [row] = await listConnections(context.deps.record, [id]);
  if (!row) throw noneOfThatId();
  return row;
}

/**
 * The key of a connection that the caller may administer; null where there is none of that id.
 * @throws ForbiddenError
 */
export function ownConnection(context: ApiContext, id: string, what: string): string | null {
  assertAdministersSome(context, what);
  const key = connectionOf(id);
  return administered(context).some((one) => one.id === key) ? key : null;
}

/**
 * Brokers and disks let this server read for everyone, whatever a segment would allow.
 * @throws ForbiddenError
 */
function assertServerMayRead(connector: string | undefined, { scope }: Caller): void {
  if (connector !== undefined && OF_THE_SERVER.has(connector) && !scope.allowsAll('administer'))
    throw new ForbiddenError(
      'connector: only callers who may administer everything connect topics of Kafka and folders, or change what they read',
    );
}

/** @throws InvalidArgumentError, ForbiddenError */
function wantedOf(
  input: ConnectionInputShape,
  { deps, caller }: ApiContext,
  read: (segment: SegmentArgument | null | undefined) => Segment,
): WantedConnection {
  const name = input.name.trim();
  const { longest } = TEXT_RULES.name;
  if (name === '' || name.length > longest)
    throw new InvalidArgumentError(`name: must have 1 to ${longest} characters`);
  // Dimensions that are not named keep the caller's own limits.
  const attributes = { ...caller.attributes, ...read(input.segment) };
  if (!deps.access.administers(caller, attributes))
    throw new ForbiddenError(
      'segment: this key may not administer all of it; name values that it is limited to',
    );
  const given = input.sources
    ? parseSources(input.sources, (message) => new InvalidArgumentError(message))
    : null;
  const own = caller.sources;
  if (own && given?.some((source) => !own.includes(source)))
    throw new ForbiddenError('sources: this key is bound to other sources');
  assertServerMayRead(input.connector, caller);
  const { connector, mapping = null, secret = null, vendorKey: key = null, vendorHost: host = null } = input;
  return { connector, name, attributes, sources: given ?? own, mapping, secret, access: { key, host } };
}
