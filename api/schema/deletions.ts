import { audit } from '../../store/audit/audit.ts';
import { type DeletionRow, readDeletions } from '../../store/data-subjects/deletion-records.ts';
import { entryOf } from '../audit.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { paged } from '../gate/costs.ts';
import { access } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import type { SchemaParts } from './types.ts';

/** Adds DeletionRecord, its connection and the query deletionRecords. */
export function addDeletions(schema: SchemaParts): void {
  const { builder, dimensions } = schema;
  const record = builder.objectRef<DeletionRow>('DeletionRecord').implement({
    ...access('readAudit'),
    description: 'One batch that the retention policy deleted.',
    fields: (t) => ({
      what: t.exposeString('what', {
        nullable: false,
        description: 'comments, responses, outcomes, sourceEvents or dimensions.',
      }),
      source: t.exposeString('source', {
        description: 'The source that the rule is of; null: every source.',
      }),
      dimension: t.string({
        description: 'Of dimensions.',
        resolve: (row) =>
          dimensions.find(({ attribute }) => attribute === row.dimension)?.field ?? row.dimension,
      }),
      keep: t.exposeString('keep', { nullable: false, description: 'For how long the policy keeps them.' }),
      before: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'Everything older than this was deleted.',
        resolve: (row) => row.before,
      }),
      rows: t.exposeInt('rows', { nullable: false }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ recordedAt }) => recordedAt }),
    }),
  });
  const connection = addConnection<DeletionRow>(schema, {
    name: 'Deletion',
    node: record,
    shows: 'readAudit',
    cursorOf,
  });
  builder.queryField('deletionRecords', (t) =>
    t.field({
      ...access('readAudit', paged(5, 0.1)),
      type: connection,
      nullable: false,
      description:
        'What the retention policy deleted, newest first: how much and by which rule, without the content.',
      args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
      resolve: async (_root, args, context) => {
        const { deps, caller } = context;
        if (!caller.scope.allowsAll('readAudit'))
          throw new ForbiddenError('this key may not read what was deleted');
        const first = pageSize(args.first);
        const before = parseCursor(args.after);
        const rows = await deps.record.transaction(async (session) => {
          const page = await readDeletions(session, before, first + 1);
          await audit(session, entryOf(context, 'deletionRecords', { first, before }));
          return page;
        });
        return pageOf(rows, first);
      },
    }),
  );
}

function cursorOf({ id }: DeletionRow): string {
  return Buffer.from(String(id)).toString('base64url');
}

function parseCursor(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const id = Buffer.from(text, 'base64url').toString();
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new InvalidArgumentError('after: not a cursor of this list');
  return Number(id);
}
