import { nodeId } from '../../domain/lineage/lineage.ts';
import { acceptChanges } from '../../ingestion/changes/accept-changes.ts';
import { type ChangeRow, readChanges } from '../../store/changes/changes.ts';
import type { CHANGE_KINDS } from '../../store/tables/outcomes.ts';
import { auditRefusedItems } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { LIMITS } from '../limits.ts';
import { momentCursor, parseMomentCursor } from './agent-rights.ts';
import { access, type DateTimeInput, momentOf } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { segmentValuesOf } from './dimensions.ts';
import { segmentOf } from './segment.ts';
import { SUBMIT_COST } from './submit.ts';
import type { SchemaParts, SegmentArgument } from './types.ts';

/** Adds ChangeEvent, the query changes and the mutation submitChanges. */
export function addChanges(schema: SchemaParts): void {
  const { builder, types } = schema;
  implementChange(schema);
  const connection = addConnection<ChangeRow>(schema, {
    name: 'ChangeEvent',
    node: types.changeEvent,
    shows: 'readScore',
    cursorOf: ({ at, id }) => momentCursor(at, id),
  });
  builder.queryField('changes', (t) =>
    t.field({
      ...access('readScore', paged(5, 0.2)),
      type: connection,
      nullable: false,
      description:
        'What happened outside from `from` up to `to`, the newest first: deploys, flags, campaigns, prices, incidents. With `segment` what ' +
        'concerns it. What concerns a segment is seen by callers who read scores of each value that it names.',
      args: {
        from: t.arg({ type: 'DateTime' }),
        to: t.arg({ type: 'DateTime' }),
        segment: t.arg({ type: types.segment }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const first = pageSize(args.first);
        const after = parseMomentCursor(args.after);
        const range = rangeOf(args);
        const segment = segmentOf(schema.dimensions, args.segment);
        if (caller.scope.grant('readScore') === 'none') return pageOf([], first);
        const page = { range, segment, after, limit: first + 1 };
        return pageOf(await readChanges(deps, caller.scope, page), first);
      },
    }),
  );
  addSubmitting(schema);
}

const [EARLIEST_MS, LATEST_MS] = [Date.UTC(1900, 0, 1), Date.UTC(9000, 0, 1)];

function rangeOf({
  from,
  to,
}: {
  readonly from?: DateTimeInput | null | undefined;
  readonly to?: DateTimeInput | null | undefined;
}): { from: number; until: number } {
  const range = {
    from: from ? momentOf('from', from) : EARLIEST_MS,
    until: to ? momentOf('to', to) : LATEST_MS,
  };
  if (range.from < range.until) return range;
  throw new InvalidArgumentError('to: must be after from');
}

function implementChange({ types, dimensions }: SchemaParts): void {
  types.changeEvent.implement({
    ...access('readScore'),
    description:
      'Something that happened outside and may explain a score. Identifiers of people are removed from its title.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => nodeId('ChangeEvent', id) }),
      kind: t.expose('kind', { type: types.changeKind, nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
      until: t.expose('until', { type: 'DateTime', description: 'Its end, where it lasted.' }),
      link: t.exposeString('link', { description: 'An address with more about it.' }),
      source: t.exposeString('source', { nullable: false }),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'What it concerns, in the order of `dimensions`; empty: everything.',
        resolve: ({ segment }) =>
          dimensions.flatMap(({ attribute }) =>
            (segment[attribute] ?? []).flatMap((value) =>
              segmentValuesOf(dimensions, { [attribute]: value }),
            ),
          ),
      }),
    }),
  });
}

interface ChangeInputShape {
  readonly externalId: string;
  readonly source: string;
  readonly kind: (typeof CHANGE_KINDS)[number];
  readonly title: string;
  readonly at: DateTimeInput;
  readonly until?: DateTimeInput | null;
  readonly link?: string | null;
  readonly segment?: SegmentArgument | null;
  readonly updatedAt?: DateTimeInput | null;
  readonly revision?: number | null;
}

function addSubmitting({ builder, types }: SchemaParts): void {
  const input = builder.inputRef<ChangeInputShape>('ChangeInput').implement({
    fields: (t) => ({
      externalId: t.string({
        required: true,
        description: 'With source: the idempotency key, kept for the life of the data.',
      }),
      source: t.string({ required: true, defaultValue: 'api' }),
      kind: t.field({ type: types.changeKind, required: true }),
      title: t.string({ required: true, description: 'What happened, in up to 200 characters.' }),
      at: t.field({ type: 'DateTime', required: true, description: 'When it happened or began.' }),
      until: t.field({ type: 'DateTime', description: 'Its end, where it lasts.' }),
      link: t.string({ description: 'https:// or http://' }),
      segment: t.field({ type: types.segment, description: 'What it concerns; absent: everything.' }),
      updatedAt: t.field({ type: 'DateTime', description: 'When it was last changed at its source.' }),
      revision: t.float({ description: 'Instead of updatedAt: a whole number that the source counts up.' }),
    }),
  });
  builder.mutationField('submitChanges', (t) =>
    t.field({
      ...access('submitResponse', SUBMIT_COST),
      type: types.submitPayload,
      nullable: false,
      description:
        'Records what happened outside. Answers after the commit; invalid items are rejected individually. A change that concerns ' +
        'everything needs the right to submit everywhere.',
      args: { input: t.arg({ type: [input], required: true, ...atMost(LIMITS.mutation) }) },
      resolve: async (_root, args, context) => {
        const account = await acceptChanges(recordDeps(context), context.caller, args.input.map(itemOf));
        await auditRefusedItems(context, 'submitChanges', account);
        return account;
      },
    }),
  );
}

const recordDeps = ({ deps }: ApiContext) => ({ ...deps, store: deps.record });

type Moment = { readonly text: string } | null | undefined;

/** As the reader of /ingest/changes takes it. */
const itemOf = ({
  at,
  until,
  updatedAt,
  segment,
  ...item
}: {
  readonly at: { readonly text: string };
  readonly until?: Moment;
  readonly updatedAt?: Moment;
  readonly segment?: object | null | undefined;
}) => ({
  ...item,
  at: at.text,
  ...(until ? { until: until.text } : {}),
  ...(updatedAt ? { updatedAt: updatedAt.text } : {}),
  // With the prototype that objects of JSON have.
  ...(segment ? { segment: { ...segment } } : {}),
});
