import { type Replayed, type ReplayProblem, replayQuarantined } from '../../ingestion/webhooks/replay.ts';
import type { QuarantineFilter } from '../../store/connections/quarantine.ts';
import { discardQuarantined } from '../../store/connections/quarantine-settle.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { access, asInt, type DateTimeInput, timeOf } from './builder.ts';
import { noneOfThatId, ownConnection } from './connection-mutations.ts';
import { type FilterShape, filterOf, quarantinedOf } from './quarantine-filter.ts';
import type { SchemaParts } from './types.ts';

/** Items that one request names. */
const MOST_IDS = 500;

interface Wanted {
  readonly connection: string;
  readonly ids?: readonly string[] | null;
  readonly filter?: FilterShape | null;
}

/** Adds replayQuarantined and discardQuarantined. */
export function addQuarantineMutations(schema: SchemaParts, filter: unknown, reason: unknown): void {
  const { builder } = schema;
  const payload = addPayload(schema, reason);
  builder.mutationFields((t) => {
    const args = () => ({
      connection: t.arg.id({ required: true }),
      ids: t.arg.idList(atMost(MOST_IDS, 'Some of the items; absent: all that match.')),
      filter: t.arg({ type: filter as never }),
    });
    return {
      replayQuarantined: t.field({
        ...access('administer', fixed(200)),
        type: payload,
        nullable: false,
        description:
          'Reads what waits for a connection by its present mapping, as if it arrived now; at most 500 items, oldest first. What is stored already stays as it is, so a request that was cut off is made again.',
        args: {
          ...args(),
          triedBefore: t.arg({
            type: 'DateTime',
            description: 'Leaves out what was tried since: `startedAt` of the first of several calls.',
          }),
        },
        resolve: async (_root, wanted, context) => {
          const { connection, matching } = wantedOf(context, wanted as Wanted, 'replay what waits');
          const live = context.deps.connections.find(connection);
          if (!live) throw noneOfThatId('connection');
          const submitter = context.deps.access.connectionCaller(live);
          if (!submitter)
            throw new ForbiddenError('the connection may submit nothing under the policies in force');
          const { deps } = context;
          const target = { id: live.id, vendor: live.vendor, reader: () => deps.connections.reader(live) };
          return replayQuarantined({ ...deps, store: deps.record }, submitter, target, matching, {
            note: auditHook(context, 'replayQuarantined'),
            onIngested: deps.onIngested,
            triedBefore: timeOf('triedBefore', wanted.triedBefore as DateTimeInput | null | undefined),
          });
        },
      }),
      discardQuarantined: t.int({
        ...access('administer', fixed(50)),
        nullable: false,
        description: 'Deletes the contents of what waits for a connection. Returns how many there were.',
        args: args(),
        resolve: async (_root, wanted, context) => {
          const { connection, matching } = wantedOf(context, wanted as Wanted, 'discard what waits');
          const { record, now, filesDue } = context.deps;
          const discarded = await record.transaction(async (session) => {
            const count = await discardQuarantined(session, connection, matching, new Date(now()));
            if (count > 0) filesDue();
            await auditHook(context, 'discardQuarantined')(session, {
              key: `Connection:${connection}`,
              discarded: count,
            });
            return count;
          });
          return asInt(discarded);
        },
      }),
    };
  });
}

function addPayload(schema: SchemaParts, reason: unknown) {
  const { builder } = schema;
  const problem = addProblem(schema, reason);
  return builder.objectRef<Replayed>('ReplayPayload').implement({
    ...access('administer'),
    fields: (t) => ({
      replayed: t.int({
        nullable: false,
        description: 'Items that are stored now, or that the mapping leaves out.',
        resolve: ({ replayed }) => asInt(replayed),
      }),
      failed: t.int({
        nullable: false,
        description: 'Items that were rejected again and wait on.',
        resolve: ({ failed }) => asInt(failed),
      }),
      remaining: t.int({
        nullable: false,
        description: 'Items that match and were not tried: ask again, with `triedBefore`.',
        resolve: ({ remaining }) => asInt(remaining),
      }),
      problems: t.field({
        type: [problem],
        nullable: false,
        description: 'Why the failed ones were rejected again, the most frequent first.',
        resolve: ({ problems }) => [...problems],
      }),
      startedAt: t.expose('startedAt', {
        type: 'DateTime',
        nullable: false,
        description: 'When it began: `triedBefore` of the next call, so that each item is tried once.',
      }),
    }),
  });
}

function addProblem({ builder }: SchemaParts, reason: unknown) {
  return builder.objectRef<ReplayProblem>('ReplayProblem').implement({
    ...access('administer'),
    fields: (t) => ({
      reason: t.field({ type: reason as never, nullable: false, resolve: (one) => one.reason as never }),
      code: t.exposeString('code', { nullable: false, description: 'Of the rejection.' }),
      field: t.exposeString('field', { description: 'The field that the rejection names.' }),
      count: t.int({ nullable: false, resolve: ({ count }) => asInt(count) }),
    }),
  });
}

/** @throws ForbiddenError, InvalidArgumentError */
function wantedOf(
  context: ApiContext,
  { connection: id, ids, filter }: Wanted,
  what: string,
): { readonly connection: string; readonly matching: QuarantineFilter } {
  const connection = ownConnection(context, id, `${what} of connections`);
  if (connection === null) throw noneOfThatId('connection');
  const named = ids?.map((one) => {
    const key = quarantinedOf(one);
    if (key === null) throw new InvalidArgumentError('ids: one of them is no id of a quarantined item');
    return key;
  });
  return { connection, matching: { ...filterOf(filter), ids: named ?? null } };
}
