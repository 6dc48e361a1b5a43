import { DAYS_READ } from '../../domain/detection/source-quality.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import {
  type Deliveries,
  NO_SOURCE,
  readDeliveries,
  readSourceDays,
} from '../../store/responses/source-days.ts';
import { MOST_COUNTED, readSources, SAMPLED, type SourceRow } from '../../store/responses/sources.ts';
import { readWordings } from '../../store/responses/wordings.ts';
import { type ApiContext, giveBack } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import type { FieldCost } from '../gate/score-costs.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import { access, asInt, type TypeOf } from './builder.ts';
import { addConnection, type ListPage, pageSize } from './connection.ts';
import { rulesOfSource } from './retention-rules.ts';
import { segmentOf } from './segment.ts';
import { addSourceQuality, type ShownQuality, shownQuality } from './source-quality.ts';
import type { SchemaParts } from './types.ts';

/** Days that deliveries are summed of, today included. */
const DAYS = 30;

/** Finding the sources; counting one and looking at its newest answers. */
const FINDING_POINTS = 20;
const SOURCE_POINTS = 400;
/** Two months of days of a source, and its survey versions. */
const QUALITY_POINTS = 20;
const COST: FieldCost = {
  points: ({ first }, inside) => FINDING_POINTS + Math.max(0, Number(first) || 0) * (SOURCE_POINTS + inside),
  says: `${FINDING_POINTS}, and ${SOURCE_POINTS} and what is asked inside for each of \`first\`; the ${SOURCE_POINTS} are refunded for sources that do not exist`,
};

interface SourcePage extends ListPage<SourceRow> {
  /** By the id of the source; null: the caller may not administer everything. */
  readonly deliveries: ReadonlyMap<number, Deliveries> | null;
  /** Reads the quality of the page's sources once, for the first that asks. */
  readonly quality: () => Promise<ReadonlyMap<number, ShownQuality>>;
  readonly since: Date;
}
/** A source with what its page says of it. */
interface PagedSource extends SourceRow {
  readonly page: Pick<SourcePage, 'deliveries' | 'quality' | 'since'>;
}
interface ShownDeliveries extends Omit<Deliveries, 'sourceId'> {
  readonly since: Date;
}

/** Adds Source, its connection and the query sources. */
export function addSources(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const deliveries = addDeliveries(schema);
  const quality = addSourceQuality(schema);
  const connection = addConnection<PagedSource, SourcePage & ListPage<PagedSource>>(schema, {
    name: 'Source',
    node: addSource(schema, deliveries, quality),
    shows: 'readResponse',
    cursorOf: ({ name }) => Buffer.from(name).toString('base64url'),
  });
  builder.objectField(connection, 'unattributed', (t) =>
    t.field({
      ...access('administer'),
      type: deliveries,
      description:
        'Rejected items that name no known source, or one that their sender may not use. Needs a key that may administer everything.',
      resolve: (page, _args, context, info) => deliveriesOf(context, page, NO_SOURCE, pathOf(info.path)),
    }),
  );
  builder.queryField('sources', (t) =>
    t.field({
      ...access('readResponse', COST),
      type: connection,
      nullable: false,
      description:
        'The sources of the answers that the caller may read, by name: how much they bring, how late it arrives and what was rejected.',
      args: {
        segment: t.arg({ type: types.segment }),
        first: t.arg.int({ required: true, defaultValue: 20 }),
        after: t.arg.string(),
      },
      resolve: async (_root, args, context) => {
        const { deps, caller } = context;
        const first = pageSize(args.first);
        const query = { segment: segmentOf(dimensions, args.segment), first, after: parseCursor(args.after) };
        const { rows: shown, hasNextPage } = await readSources(deps, caller.scope, query);
        giveBack(context, (first - shown.length) * SOURCE_POINTS);
        const since = new Date(Math.floor(deps.now() / DAY_MS) * DAY_MS - (DAYS - 1) * DAY_MS);
        const isWhole = caller.scope.allowsAll('administer');
        const ids = [NO_SOURCE, ...shown.map(({ id }) => id)];
        let qualities: ReturnType<SourcePage['quality']> | undefined;
        const page = {
          deliveries: isWhole ? await readDeliveries(deps.record, ids, since) : null,
          quality: () => (qualities ??= readQualities(context, ids)),
          since,
        };
        return { ...page, rows: shown.map((row) => ({ ...row, page })), hasNextPage };
      },
    }),
  );
}

function addSource(
  { builder, types }: SchemaParts,
  deliveries: TypeOf<ShownDeliveries>,
  quality: TypeOf<ShownQuality>,
) {
  return builder.objectRef<PagedSource>('Source').implement({
    ...access('readResponse'),
    description: 'A source of answers, from the answers that the caller may read.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      responsesLast30Days: t.int({
        nullable: false,
        description:
          'Answers given in the last 30 days, which begin with an hour of UTC, counted from the newest hour back. Counting ends ' +
          `soon after ${MOST_COUNTED} hours of combinations of values and answers without a score.`,
        resolve: ({ recent }) => asInt(recent),
      }),
      responsesLastDay: t.int({
        nullable: false,
        description: 'Of these, answers given in the last 24 hours.',
        resolve: ({ today }) => asInt(today),
      }),
      complete: t.exposeBoolean('complete', {
        nullable: false,
        description: 'False: counting ended before it came to the beginning of the 30 days.',
      }),
      lastAnsweredAt: t.expose('answeredAt', {
        type: 'DateTime',
        nullable: false,
        description: 'When the newest answer was given.',
      }),
      lastReceivedAt: t.expose('receivedAt', {
        type: 'DateTime',
        nullable: false,
        description: `When the last of the newest ${SAMPLED} answers arrived.`,
      }),
      lagSeconds: t.int({
        nullable: false,
        description: `How long the newest ${SAMPLED} answers took from being given to their arrival: the median.`,
        resolve: ({ lagSeconds }) => asInt(lagSeconds),
      }),
      retention: t.field({
        ...access('readAudit', fixed(10)),
        type: [types.retentionRule],
        description:
          'The rules of retention that decide for it. Null with a reason in `extensions.masked` unless the key may read the audit log everywhere.',
        resolve: ({ name }, _args, context, info) => {
          if (context.caller.scope.allowsAll('readAudit')) return rulesOfSource(context, name);
          noteWithheld(context, 'readAudit', pathOf(info.path));
          return null;
        },
      }),
      deliveries: t.field({
        ...access('administer'),
        type: deliveries,
        description:
          'What arrived and what became of it, in any segment. Null with a reason in `extensions.masked` unless the key may ' +
          'administer everything.',
        resolve: ({ id, page }, _args, context, info) => deliveriesOf(context, page, id, pathOf(info.path)),
      }),
      quality: t.field({
        ...access('administer', fixed(QUALITY_POINTS)),
        type: quality,
        description:
          'Volume beside what is usual, silence, missing fields, clock skew and survey versions, of what arrived in any segment. Null ' +
          'with a reason in `extensions.masked` unless the key may administer everything.',
        resolve: async ({ id, page }, _args, context, info) => {
          if (page.deliveries) return (await page.quality()).get(id);
          noteWithheld(context, 'administer', pathOf(info.path));
          return null;
        },
      }),
    }),
  });
}

/** The quality of those sources, by id. */
async function readQualities(
  { deps }: ApiContext,
  ids: readonly number[],
): Promise<ReadonlyMap<number, ShownQuality>> {
  const now = deps.now();
  const first = new Date((Math.floor(now / DAY_MS) - DAYS_READ + 1) * DAY_MS);
  const [days, wordings] = await Promise.all([
    readSourceDays(deps.record, first, ids),
    readWordings(deps.record, ids, new Date(0)),
  ]);
  const of = <Row extends { readonly sourceId: number }>(rows: readonly Row[], id: number) =>
    rows.filter(({ sourceId }) => sourceId === id);
  return new Map(ids.map((id) => [id, shownQuality(of(days, id), of(wordings, id), now)]));
}

function addDeliveries({ builder }: SchemaParts): TypeOf<ShownDeliveries> {
  const codes = builder
    .objectRef<{ readonly code: string; readonly count: number }>('RejectedItems')
    .implement({
      ...access('administer'),
      fields: (t) => ({
        code: t.exposeString('code', { nullable: false, description: 'As in the answer to the sender.' }),
        count: t.int({ nullable: false, resolve: ({ count }) => asInt(count) }),
      }),
    });
  return builder.objectRef<ShownDeliveries>('SourceDeliveries').implement({
    ...access('administer'),
    description: `Items that arrived in the last ${DAYS} days of UTC, today included, over every route.`,
    fields: (t) => ({
      since: t.expose('since', { type: 'DateTime', nullable: false }),
      accepted: t.int({
        nullable: false,
        description: 'Items that were stored, corrections included; also those that were erased since.',
        resolve: ({ accepted }) => asInt(accepted),
      }),
      duplicates: t.int({
        nullable: false,
        description: 'Items that repeat what was stored.',
        resolve: ({ duplicates }) => asInt(duplicates),
      }),
      rejected: t.int({
        nullable: false,
        description:
          'Items that were rejected. Counted within a second: a process that is killed loses those of its last second.',
        resolve: ({ rejected }) => asInt(Object.values(rejected).reduce((sum, count) => sum + count, 0)),
      }),
      rejectedByCode: t.field({
        type: [codes],
        nullable: false,
        description: 'The most frequent first.',
        resolve: ({ rejected }) =>
          Object.entries(rejected)
            .map(([code, count]) => ({ code, count }))
            .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
      }),
      lastAcceptedAt: t.expose('lastAcceptedAt', { type: 'DateTime' }),
      lastRejectedAt: t.expose('lastRejectedAt', { type: 'DateTime' }),
    }),
  });
}

const NOTHING = { accepted: 0, duplicates: 0, rejected: {}, lastAcceptedAt: null, lastRejectedAt: null };

function deliveriesOf(
  context: ApiContext,
  { deliveries, since }: Pick<SourcePage, 'deliveries' | 'since'>,
  id: number,
  path: ReturnType<typeof pathOf>,
): ShownDeliveries | null {
  if (deliveries) return { ...(deliveries.get(id) ?? NOTHING), since };
  noteWithheld(context, 'administer', path);
  return null;
}

function parseCursor(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const name = Buffer.from(text, 'base64url').toString();
  if (name !== '' && Buffer.from(name).toString('base64url') === text) return name;
  throw new InvalidArgumentError('after: not a cursor of this list');
}
