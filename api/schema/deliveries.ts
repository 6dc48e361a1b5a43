import { DELIVERY_STATES, type DeliveryState } from '../../store/tables/targets.ts';
import type { DeliveryRow } from '../../store/targets/deliveries.ts';
import { type DeliveryCursor, listDeliveries, readDeliveries } from '../../store/targets/deliveries.ts';
import { readTargets, type TargetRow } from '../../store/targets/targets.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { access } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { addTargetMutations } from './target-mutations.ts';
import {
  addTargetList,
  assertAdministersAll,
  createTargetTypes,
  keyOf,
  reasonOf,
  type TargetTypes,
  targetKey,
} from './targets.ts';
import type { SchemaParts } from './types.ts';

const PREFIX = 'Delivery:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type ShownDelivery = DeliveryRow & { readonly target: TargetRow };

/** Adds targets and their deliveries. */
export function addTargets(schema: SchemaParts): void {
  const types = createTargetTypes(schema);
  addTargetList(schema, types);
  addTargetMutations(schema, types);
  addDeliveries(schema, types);
}

function addDeliveries(schema: SchemaParts, types: TargetTypes): void {
  const { builder } = schema;
  const state = builder.enumType('DeliveryState', {
    values: {
      PENDING: { description: 'It is to be sent, at once or after a pause.' },
      DELIVERED: { description: 'The target took it.' },
      DEAD: { description: 'Given up: the target refused it, or every attempt failed. It can be replayed.' },
      CANCELLED: { description: 'Not sent: the target may not see its subject, or one of them was removed.' },
    } satisfies Record<DeliveryState, object>,
  });
  const delivery = addDelivery(schema, types, state);
  const connection = addConnection<ShownDelivery>(schema, {
    name: 'Delivery',
    node: delivery,
    shows: 'administer',
    cursorOf,
  });
  builder.queryField('deliveries', (t) =>
    t.field({
      ...access('administer', paged(5, 0.1)),
      type: connection,
      nullable: false,
      description:
        'Events for targets, newest first; only those about what the caller may read. Needs the permission to administer.',
      args: {
        state: t.arg({
          type: [state],
          ...atMost(DELIVERY_STATES.length, 'Only those in one of these states; absent: in any.'),
        }),
        target: t.arg.id({ description: 'Only those for this target.' }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, { state, target, first, after }, context) => {
        assertAdministersAll(context, 'list deliveries');
        const size = pageSize(first);
        const rows = await listDeliveries(context.deps.store, {
          states: state ?? null,
          target: target == null ? null : targetKey(target),
          after: parseCursor(after),
          limit: size + 1,
        });
        return pageOf(await withTargets(context, rows), size);
      },
    }),
  );
  addReplays(schema, delivery);
}

function addDelivery(
  { builder }: SchemaParts,
  types: TargetTypes,
  state: ReturnType<SchemaParts['builder']['enumType']>,
) {
  return builder.objectRef<ShownDelivery>('Delivery').implement({
    ...access('administer'),
    description:
      'One event for one target. Its content is made when it is sent, within what the target may see, and is not stored.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `${PREFIX}${id}` }),
      target: t.field({ type: types.target, nullable: false, resolve: ({ target }) => target }),
      event: t.field({ type: types.event, nullable: false, resolve: (row) => row.event as never }),
      subject: t.exposeID('subject', { nullable: false, description: 'The id of what it is about.' }),
      state: t.field({ type: state, nullable: false, resolve: (row) => row.state as never }),
      attempts: t.exposeInt('attempts', { nullable: false }),
      due: t.expose('due', {
        type: 'DateTime',
        nullable: false,
        description: 'When it is tried next, while it is PENDING.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      settledAt: t.expose('settledAt', { type: 'DateTime' }),
      lastStatus: t.exposeInt('lastStatus', { description: 'Of the last answer; null: there was none.' }),
      lastError: t.exposeString('lastError', {
        description: 'Why the last attempt failed, or why it was cancelled.',
      }),
      remoteId: t.exposeString('remoteId', {
        description: 'What the target calls what it made of it: a ticket, an incident.',
      }),
    }),
  });
}

function addReplays({ builder }: SchemaParts, delivery: ReturnType<typeof addDelivery>): void {
  builder.mutationFields((t) => ({
    replayDelivery: t.field({
      ...access('administer', fixed(20)),
      type: delivery,
      nullable: false,
      description: 'Makes a DEAD delivery due again, with its id and all of its attempts.',
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { id, reason }, context) => {
        assertAdministersAll(context, 'replay deliveries');
        const key = keyOf(PREFIX, id);
        const change = changeOf(context, 'replayDelivery', reason);
        const [seen] = key === null ? [] : await readDeliveries(context.deps.store, [key]);
        if (!seen)
          throw new InvalidArgumentError('id: there is no delivery of that id; deliveries lists them');
        if ((await context.deps.targets.replay({ id: seen.id }, change)) === 0)
          throw new InvalidArgumentError(
            `id: this delivery is ${seen.state}; only DEAD ones of targets that are not removed can be replayed`,
          );
        const [shown] = await withTargets(context, await readDeliveries(context.deps.store, [seen.id]));
        return shown as ShownDelivery;
      },
    }),
    replayDeliveries: t.int({
      ...access('administer', fixed(100)),
      nullable: false,
      description: 'Makes every DEAD delivery of a target due again; returns how many.',
      args: { target: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: (_root, { target, reason }, context) => {
        assertAdministersAll(context, 'replay deliveries');
        const change = changeOf(context, 'replayDeliveries', reason);
        return context.deps.targets.replay({ target: targetKey(target) }, change);
      },
    }),
  }));
}

const changeOf = (context: ApiContext, action: string, reason: string) => ({
  by: context.caller.name,
  reason: reasonOf(reason),
  note: auditHook(context, action),
});

async function withTargets({ deps }: ApiContext, rows: readonly DeliveryRow[]): Promise<ShownDelivery[]> {
  const targets = await readTargets(deps.record, [...new Set(rows.map(({ targetId }) => targetId))]);
  const byId = new Map(targets.map((target) => [target.id, target]));
  return rows.flatMap((row) => {
    const target = byId.get(row.targetId);
    return target ? [{ ...row, target }] : [];
  });
}

function cursorOf({ createdAt, id }: DeliveryRow): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url');
}

function parseCursor(text: string | null | undefined): DeliveryCursor | null {
  if (text === null || text === undefined) return null;
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string];
    const createdAt = new Date(time);
    if (UUID.test(id) && !Number.isNaN(createdAt.getTime())) return { createdAt, id };
  } catch {
    // Reported below.
  }
  throw new InvalidArgumentError('after: not a cursor of this list; give back endCursor as it was received');
}
