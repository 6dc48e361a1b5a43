import type { TargetChange, TargetTest } from '../../agents/delivery/targets.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { TEXT_RULES } from '../../domain/text/text.ts';
import { EVENT_TYPES, type EventType } from '../../store/targets/event-types.ts';
import type { TargetRow } from '../../store/targets/targets.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { access } from './builder.ts';
import { segmentOf } from './segment.ts';
import {
  assertAdministersAll,
  noTarget,
  readTarget,
  reasonOf,
  type TargetTypes,
  targetKey,
} from './targets.ts';
import type { SchemaParts, SegmentArgument } from './types.ts';

const [DEFAULT_RATE, MOST_RATE] = [60, 6_000];

interface TargetShape {
  readonly name: string;
  readonly kind: string;
  readonly settings: unknown;
  readonly secret?: string | null;
  readonly events: readonly EventType[];
  readonly role: string;
  readonly segment?: SegmentArgument | null;
  readonly rate?: number | null;
}
type ChangesShape = { readonly [K in keyof Omit<TargetShape, 'kind'>]?: TargetShape[K] | null } & {
  readonly disabled?: boolean | null;
};

/** Adds the mutations that make, change, test and remove targets. */
export function addTargetMutations(schema: SchemaParts, types: TargetTypes): void {
  const { builder, dimensions } = schema;
  const { input, changes } = addInputs(schema, types);
  const payload = builder
    .objectRef<{ readonly target: TargetRow; readonly secret: string | null }>('TargetPayload')
    .implement({
      ...access('administer'),
      fields: (t) => ({
        target: t.field({ type: types.target, nullable: false, resolve: ({ target }) => target }),
        secret: t.exposeString('secret', {
          description: 'The secret, where it was made here. It is shown only once.',
        }),
      }),
    });
  builder.mutationFields((t) => ({
    createTarget: t.field({
      ...access('administer', fixed(20)),
      type: payload,
      nullable: false,
      description: 'Makes a target. It gets events from now on.',
      args: { input: t.arg({ type: input, required: true }) },
      resolve: async (_root, args, context) => {
        assertAdministersAll(context, 'make targets');
        const { secret, segment, rate, ...given } = args.input as TargetShape;
        const attributes = segmentOf(dimensions, segment);
        const stated = {
          ...given,
          name: nameOf(given.name),
          role: roleOf(context, given.role, attributes),
          events: eventsOf(given.events),
          attributes,
          rate: rateOf(rate ?? DEFAULT_RATE),
        };
        const change = { by: context.caller.name, note: auditHook(context, 'createTarget') };
        const made = await context.deps.targets.create(stated, secret ?? null, change);
        return { target: await readTarget(context, made.id), secret: made.secret };
      },
    }),
    updateTarget: t.field({
      ...access('administer', fixed(20)),
      type: types.target,
      nullable: false,
      description: 'Changes a target; what is absent stays. disabled: false also closes its circuit.',
      args: {
        id: t.arg.id({ required: true }),
        input: t.arg({ type: changes, required: true }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { id, input, reason }, context) => {
        assertAdministersAll(context, 'change targets');
        const key = targetKey(id);
        const given = changesOf(input as ChangesShape, (segment) => segmentOf(dimensions, segment));
        if (given.role !== undefined || given.attributes !== undefined) {
          const before = await readTarget(context, key);
          roleOf(context, given.role ?? before.role, given.attributes ?? before.attributes);
        }
        const change = changeOf(context, 'updateTarget', reason);
        if (!(await context.deps.targets.update(key, given, change))) throw noTarget();
        return readTarget(context, key);
      },
    }),
    removeTarget: t.boolean({
      ...access('administer', fixed(20)),
      nullable: false,
      description:
        'Destroys its secret and cancels what is still to be sent. False when there is no such target, or it was removed before.',
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: (_root, { id, reason }, context) => {
        assertAdministersAll(context, 'remove targets');
        return context.deps.targets.remove(targetKey(id), changeOf(context, 'removeTarget', reason));
      },
    }),
  }));
  addTest(schema, types);
}

function addTest({ builder }: SchemaParts, { event }: TargetTypes): void {
  const request = builder.objectRef<TargetTest['request']>('TargetRequest').implement({
    ...access('administer'),
    description: 'A request as it is sent; what is secret in it is replaced by ********.',
    fields: (t) => ({
      url: t.exposeString('url', { nullable: false }),
      method: t.exposeString('method', { nullable: false }),
      headers: t.field({ type: 'JSON', nullable: false, resolve: ({ headers }) => headers }),
      body: t.exposeString('body', { nullable: false }),
    }),
  });
  const test = builder.objectRef<TargetTest>('TargetTest').implement({
    ...access('administer'),
    fields: (t) => ({
      request: t.field({ type: request, nullable: false, resolve: (row) => row.request }),
      sent: t.boolean({ nullable: false, resolve: ({ exchanged }) => exchanged !== null }),
      delivered: t.boolean({
        nullable: false,
        description: 'Whether it was sent, and the target took it.',
        resolve: ({ exchanged }) => exchanged?.kind === 'delivered',
      }),
      status: t.int({
        description: 'Of the answer. null: it was not sent, or there was none.',
        resolve: ({ exchanged }) => exchanged?.status ?? null,
      }),
      error: t.string({
        description: 'Why the target did not take it.',
        resolve: ({ exchanged }) =>
          exchanged === null || exchanged.kind === 'delivered' ? null : exchanged.error,
      }),
    }),
  });
  builder.mutationField('testTarget', (t) =>
    t.field({
      ...access('administer', fixed(100)),
      type: test,
      nullable: false,
      description:
        'Shows the exact request of a made-up event, which says that it is a test. With send: true it is sent too, once.',
      args: {
        id: t.arg.id({ required: true }),
        event: t.arg({ type: event, required: true, defaultValue: EVENT_TYPES[0] as never }),
        send: t.arg.boolean({ required: true, defaultValue: false }),
      },
      resolve: async (_root, { id, event, send }, context) => {
        assertAdministersAll(context, 'test targets');
        const note = auditHook(context, 'testTarget');
        const tested = await context.deps.targets.test(targetKey(id), event as EventType, send, note);
        if (tested === null) throw noTarget();
        return tested;
      },
    }),
  );
}

function addInputs({ builder, types }: SchemaParts, { kind, event }: TargetTypes) {
  const events = atMost(EVENT_TYPES.length, 'The events that it gets.');
  const rate = `The most deliveries a minute: 1 to ${MOST_RATE}.`;
  const segment = 'What its role is narrowed to; absent = all that the role may see.';
  const input = builder.inputRef<TargetShape>('TargetInput').implement({
    description:
      'settings: as docs/guides/targets.md lists them for each kind, and includeComment: true to send comments of customers in ' +
      'cases, where the role may read them.',
    fields: (t) =>
      ({
        name: t.string({ required: true }),
        kind: t.field({ type: kind, required: true }),
        settings: t.field({ type: 'JSON', required: true }),
        secret: t.string({
          description: 'What authenticates Scoreline there. Of a webhook, absent: it is made here.',
        }),
        events: t.field({ type: [event], required: true, ...events }),
        role: t.string({
          required: true,
          description: 'A role of the policies: what it may not read, it is not sent.',
        }),
        segment: t.field({ type: types.segment, description: segment }),
        rate: t.int({ description: `${rate} ${DEFAULT_RATE} where absent.` }),
      }) as never,
  });
  const changes = builder.inputRef<ChangesShape>('TargetChanges').implement({
    fields: (t) =>
      ({
        name: t.string(),
        settings: t.field({ type: 'JSON' }),
        secret: t.string(),
        events: t.field({ type: [event], ...events }),
        role: t.string(),
        segment: t.field({ type: types.segment, description: segment }),
        rate: t.int({ description: rate }),
        disabled: t.boolean({ description: 'true: what is due waits until it is false again.' }),
      }) as never,
  });
  return { input, changes };
}

const changeOf = (context: ApiContext, action: string, reason: string): TargetChange => ({
  by: context.caller.name,
  reason: reasonOf(reason),
  note: auditHook(context, action),
});

/** The changes that are stated. @throws InvalidArgumentError */
function changesOf(given: ChangesShape, read: (segment: SegmentArgument) => Segment) {
  const { name, settings, secret, events, role, segment, rate, disabled } = given;
  const found = {
    ...(name == null ? {} : { name: nameOf(name) }),
    ...(settings == null ? {} : { settings }),
    ...(secret == null ? {} : { secret }),
    ...(events == null ? {} : { events: eventsOf(events) }),
    ...(role == null ? {} : { role }),
    ...(segment == null ? {} : { attributes: read(segment) }),
    ...(rate == null ? {} : { rate: rateOf(rate) }),
    ...(disabled == null ? {} : { isDisabled: disabled }),
  };
  if (Object.keys(found).length > 0) return found;
  throw new InvalidArgumentError('input: name at least one thing to change');
}

/** @throws InvalidArgumentError */
function nameOf(text: string): string {
  const name = text.trim();
  const { longest } = TEXT_RULES.name;
  if (name !== '' && name.length <= longest) return name;
  throw new InvalidArgumentError(`name: must have 1 to ${longest} characters`);
}

/** @throws InvalidArgumentError */
function eventsOf(events: readonly EventType[]): EventType[] {
  if (events.length > 0) return [...new Set(events)];
  throw new InvalidArgumentError('events: name at least one event');
}

/** @throws InvalidArgumentError */
function rateOf(rate: number): number {
  if (rate >= 1 && rate <= MOST_RATE) return rate;
  throw new InvalidArgumentError(`rate: ${rate} is not between 1 and ${MOST_RATE}`);
}

/** @throws InvalidArgumentError for a role that the policies do not know */
function roleOf({ deps }: ApiContext, role: string, attributes: Segment): string {
  if (deps.access.scopeOf(role, attributes) !== null) return role;
  throw new InvalidArgumentError(
    `role: the policies know no role ${JSON.stringify(role.slice(0, 40))}; permissions lists roles`,
  );
}
