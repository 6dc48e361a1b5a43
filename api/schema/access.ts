import { FIELD_GROUPS } from '../../domain/access/scope.ts';
import type { Cell } from '../../domain/segments/cell.ts';
import { type Dimension, valueIn } from '../../domain/segments/dimensions.ts';
import { quoted } from '../../domain/text/text.ts';
import type { ApiKeyRow } from '../../store/access/api-keys.ts';
import { attributesByField, MOST_SOURCES, parseAttributes, parseSources } from '../access/attributes.ts';
import type { NewKey } from '../access/keys.ts';
import { auditHook } from '../audit.ts';
import type { Caller } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { access, type Builder, type DateTimeInput, forEachDimension, momentOf } from './builder.ts';
import type { SchemaParts } from './types.ts';

const LONGEST_NAME = 200;

/** Adds Viewer and ApiKey, the queries viewer and apiKeys, and the mutations that make and revoke keys. */
export function addAccess({ builder, dimensions }: SchemaParts): void {
  addViewer(builder, dimensions);
  const key = addApiKey(builder, dimensions);
  builder.queryField('apiKeys', (t) =>
    t.field({
      ...access('administer'),
      type: [key],
      nullable: false,
      description:
        'Every key, revoked and expired ones too, oldest first. Needs the permission to administer.',
      resolve: (_root, _args, context) => {
        assertAdministers(context, 'list keys');
        return context.deps.access.listKeys();
      },
    }),
  );
  addKeyMutations(builder, dimensions);
  addCells(builder, dimensions);
}

/** The cells of policies. Only for administrators: the existence of a cell reveals that it has responses. */
function addCells(builder: Builder, dimensions: readonly Dimension[]) {
  const cell = builder.objectRef<Cell>('Cell').implement({
    ...access('administer'),
    description: 'One combination of dimension values.',
    fields: (t) =>
      forEachDimension(dimensions, ({ attribute, description }) =>
        t.string({ description, resolve: ({ attributes }) => valueIn(attributes, attribute) }),
      ),
  });
  builder.queryField('cells', (t) =>
    t.field({
      ...access('administer'),
      type: [cell],
      nullable: false,
      description:
        'Every combination of dimension values in the database. Needs the permission to administer.',
      resolve: (_root, _args, context) => {
        assertAdministers(context, 'list cells');
        return [...context.deps.cells.all()];
      },
    }),
  );
}

function addViewer(builder: Builder, dimensions: readonly Dimension[]) {
  const viewer = builder.objectRef<Caller>('Viewer').implement({
    ...access('public'),
    description: 'Who asks.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      role: t.exposeString('role', { nullable: false }),
      policyVersion: t.exposeString('policyVersion', {
        nullable: false,
        description: 'Names the policies by which this answer was made.',
      }),
      rights: t.field({
        type: ['String'],
        nullable: false,
        description:
          'What the policies permit this caller in any segment: readScore, readResponse, readComment, … Screens offer nothing else.',
        resolve: ({ scope }) => FIELD_GROUPS.filter((group) => scope.grant(group) !== 'none'),
      }),
      smallestCount: t.int({
        nullable: false,
        description:
          'What is `suppressed` to this caller is of fewer answers than this, or would show such a number by its difference from another one. 1: nothing is.',
        resolve: ({ scope }) => scope.smallestCount,
      }),
      attributes: t.field({
        type: 'JSON',
        nullable: false,
        description: 'What narrows the role: { "region": ["Germany"] }.',
        resolve: ({ attributes }) => attributesByField(attributes, dimensions),
      }),
      sources: t.field({
        type: ['String'],
        nullable: true,
        description: 'The sources that it may submit responses for. null: not bound to sources.',
        resolve: ({ sources }) => (sources === null ? null : [...sources]),
      }),
      languageModel: t.string({
        description:
          'The language model that may write narratives and read questions for callers who read scores; null: none.',
        resolve: ({ scope }, _args, { deps }) =>
          scope.grant('readScore') === 'none' ? null : (deps.languageModel?.model.name ?? null),
      }),
      readOnly: t.exposeBoolean('readOnly', {
        nullable: false,
        description: 'Whether mutations and uploads are refused.',
      }),
      expiresAt: t.field({
        type: 'DateTime',
        resolve: ({ expiresAt }) => (expiresAt === null ? null : new Date(expiresAt)),
      }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      ...access('public', fixed(1)),
      type: viewer,
      nullable: false,
      resolve: (_root, _args, { caller }) => caller,
    }),
  );
}

function addApiKey(builder: Builder, dimensions: readonly Dimension[]) {
  return builder.objectRef<ApiKeyRow>('ApiKey').implement({
    ...access('administer'),
    description: 'A key as it is listed; the key itself is shown once, when it is made.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `ApiKey:${id}` }),
      name: t.exposeString('name', { nullable: false }),
      role: t.exposeString('role', { nullable: false }),
      attributes: t.field({
        type: 'JSON',
        nullable: false,
        resolve: ({ attributes }) => attributesByField(attributes, dimensions),
      }),
      sources: t.field({
        type: ['String'],
        nullable: true,
        description: 'The sources that it may submit responses for. null: it is not bound to sources.',
        resolve: ({ sources }) => (sources === null ? null : [...sources]),
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      createdBy: t.exposeString('createdBy', { nullable: false }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
      readOnly: t.exposeBoolean('readOnly', {
        nullable: false,
        description: 'Whether mutations and uploads are refused, whatever the role may do.',
      }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'To the minute.' }),
      revokedAt: t.expose('revokedAt', { type: 'DateTime' }),
      revokedBy: t.exposeString('revokedBy'),
    }),
  });
}

interface ApiKeyInputShape {
  readonly name: string;
  readonly role: string;
  readonly attributes?: unknown;
  readonly expiresAt?: DateTimeInput | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly readOnly: boolean;
}

function addKeyMutations(builder: Builder, dimensions: readonly Dimension[]) {
  const input = builder.inputRef<ApiKeyInputShape>('ApiKeyInput').implement({
    description:
      'role: admin, analyst, segment-owner, model-steward, auditor, dpo, feed, collector, metrics (and what the policies add). ' +
      'attributes narrow it: { "region": ["Germany"] }.',
    fields: (t) =>
      ({
        name: t.string({ required: true }),
        role: t.string({ required: true }),
        attributes: t.field({ type: 'JSON' }),
        expiresAt: t.field({ type: 'DateTime', description: 'Never when absent.' }),
        readOnly: t.boolean({
          required: true,
          defaultValue: false,
          description: 'Refuses mutations and uploads, whatever the role may do: for tools that only read.',
        }),
        sources: t.stringList(
          atMost(
            MOST_SOURCES,
            'Binds the key to these sources: it submits and corrects only their responses. Without them it may add to any source ' +
              'but corrects only answers of sources that it was the first to name.',
          ),
        ),
      }) as never,
  });
  const payload = builder.objectRef<{ id: string; key: string }>('ApiKeyPayload').implement({
    ...access('administer'),
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      key: t.exposeString('key', { nullable: false, description: 'The key is shown only once.' }),
    }),
  });
  builder.mutationFields((t) => ({
    createApiKey: t.field({
      ...access('administer'),
      type: payload,
      nullable: false,
      args: { input: t.arg({ type: input, required: true }) },
      resolve: (_root, args, context) => {
        assertAdministers(context, 'make keys');
        const { deps, caller } = context;
        const key = newKey(args.input as ApiKeyInputShape, dimensions, context);
        return deps.access.createKey(key, caller, auditHook(context, 'createApiKey'));
      },
    }),
    revokeApiKey: t.boolean({
      ...access('administer'),
      nullable: false,
      description:
        'Ends its sockets and streams too. False when there is no such key, or it was revoked before.',
      args: {
        id: t.arg.id({ required: true }),
        reason: t.arg.string({ description: 'Why; it is kept in the audit log.' }),
      },
      resolve: (_root, { id, reason }, context) => {
        assertAdministers(context, 'revoke keys');
        const hook = auditHook(context, 'revokeApiKey');
        const why = reason?.trim() ? { reason: reason.trim() } : {};
        return context.deps.access.revokeKey(id, context.caller, (session, subject) =>
          hook(session, { ...subject, ...why }),
        );
      },
    }),
  }));
}

/** @throws ForbiddenError */
export function assertAdministers({ caller }: ApiContext, what: string): void {
  if (!caller.scope.allowsAll('administer')) throw new ForbiddenError(`this key may not ${what}`);
}

/** @throws InvalidArgumentError that names the field. */
function newKey(input: ApiKeyInputShape, dimensions: readonly Dimension[], { deps }: ApiContext): NewKey {
  const name = input.name.trim();
  if (name === '' || name.length > LONGEST_NAME)
    throw new InvalidArgumentError(`name: must have 1 to ${LONGEST_NAME} characters`);
  const { roles } = deps.access.policies();
  if (!roles.includes(input.role)) {
    throw new InvalidArgumentError(
      `role: ${quoted(input.role)} is not a role here; there are ${roles.join(', ')}`,
    );
  }
  const expiresAt = input.expiresAt ? new Date(momentOf('expiresAt', input.expiresAt)) : null;
  if (expiresAt && expiresAt.getTime() <= deps.now())
    throw new InvalidArgumentError(`expiresAt: ${expiresAt.toISOString()} is not in the future`);
  const attributes = parseAttributes(
    input.attributes,
    dimensions,
    (message) => new InvalidArgumentError(message),
  );
  const sources = input.sources
    ? parseSources(input.sources, (message) => new InvalidArgumentError(message))
    : null;
  return { name, role: input.role, attributes, sources, expiresAt, readOnly: input.readOnly };
}
