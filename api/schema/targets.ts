import { TARGET_KINDS } from '../../agents/targets/registry.ts';
import { EVENT_TYPES, type EventType } from '../../store/targets/event-types.ts';
import { listTargets, readTargets, type TargetRow } from '../../store/targets/targets.ts';
import { attributesByField } from '../access/attributes.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access, type Builder } from './builder.ts';
import type { SchemaParts } from './types.ts';

const PREFIX = 'Target:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The key in a node id with that prefix, or null. */
export function keyOf(prefix: string, id: string): string | null {
  const key = id.startsWith(prefix) ? id.slice(prefix.length) : '';
  return UUID.test(key) ? key : null;
}

/** The key of a target in its id. @throws InvalidArgumentError */
export function targetKey(id: string): string {
  const key = keyOf(PREFIX, id);
  if (key !== null) return key;
  throw noTarget();
}

export const noTarget = () =>
  new InvalidArgumentError('id: there is no target of that id; targets lists them');

/** @throws ForbiddenError */
export function assertAdministersAll({ caller }: ApiContext, what: string): void {
  if (!caller.scope.allowsAll('administer')) throw new ForbiddenError(`this key may not ${what}`);
}

/** The reason for a change. @throws InvalidArgumentError */
export function reasonOf(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
  return text.trim();
}

/** The target of that key as it is now. @throws InvalidArgumentError */
export async function readTarget({ deps }: ApiContext, key: string): Promise<TargetRow> {
  const [row] = await readTargets(deps.record, [key]);
  if (!row) throw noTarget();
  return row;
}

/** The types that targets and deliveries share. */
export type TargetTypes = ReturnType<typeof createTargetTypes>;

/** Creates Target and its enums. */
export function createTargetTypes({ builder, dimensions }: SchemaParts) {
  const kind = builder.enumType('TargetKind', {
    values: Object.fromEntries([...TARGET_KINDS.keys()].map((name) => [name.toUpperCase(), { value: name }])),
  });
  const event = builder.enumType('TargetEvent', {
    values: Object.fromEntries(
      EVENT_TYPES.map((name) => [name.toUpperCase().replace('.', '_'), { value: name }]),
    ) as Record<string, { value: EventType }>,
  });
  const target = addTarget(builder, { kind, event, dimensions });
  return { kind, event, target };
}

function addTarget(
  builder: Builder,
  {
    kind,
    event,
    dimensions,
  }: Pick<SchemaParts, 'dimensions'> & {
    readonly kind: ReturnType<Builder['enumType']>;
    readonly event: ReturnType<Builder['enumType']>;
  },
) {
  return builder.objectRef<TargetRow>('Target').implement({
    ...access('administer'),
    description:
      'A system that events are sent to. Like a key it has a role, which bounds what it is sent. docs/guides/targets.md has the settings of each kind.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `${PREFIX}${id}` }),
      name: t.exposeString('name', { nullable: false }),
      kind: t.field({ type: kind, nullable: false, resolve: (row) => row.kind as never }),
      settings: t.field({
        type: 'JSON',
        nullable: false,
        description: 'What is not secret: an address, recipients.',
        resolve: ({ settings }) => settings,
      }),
      hasSecret: t.exposeBoolean('hasSecret', { nullable: false }),
      events: t.field({ type: [event], nullable: false, resolve: (row) => [...row.events] as never }),
      role: t.exposeString('role', { nullable: false }),
      segment: t.field({
        type: 'JSON',
        nullable: false,
        description: 'What narrows the role: { "region": ["Germany"] }.',
        resolve: ({ attributes }) => attributesByField(attributes, dimensions),
      }),
      rate: t.exposeInt('rate', { nullable: false, description: 'The most deliveries a minute.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      createdBy: t.exposeString('createdBy', { nullable: false }),
      failures: t.exposeInt('failures', {
        nullable: false,
        description: 'Attempts that failed in a row; 0: the last one did not.',
      }),
      pausedUntil: t.expose('openUntil', {
        type: 'DateTime',
        description: 'Until then nothing is sent: it failed too often in a row, or asked for a pause.',
      }),
      disabledAt: t.expose('disabledAt', { type: 'DateTime' }),
      disabledReason: t.exposeString('disabledReason', {
        description: 'Why it is off: what a person said, or that the target answered 410.',
      }),
    }),
  });
}

/** Adds the query targets. */
export function addTargetList({ builder }: SchemaParts, { target }: TargetTypes): void {
  builder.queryField('targets', (t) =>
    t.field({
      ...access('administer', fixed(20)),
      type: [target],
      nullable: false,
      description: 'Systems that events are sent to, oldest first. Needs the permission to administer.',
      resolve: (_root, _args, context) => {
        assertAdministersAll(context, 'list targets');
        return listTargets(context.deps.record);
      },
    }),
  );
}
