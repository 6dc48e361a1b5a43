import { audit } from '../../store/audit.ts';
import { type DeletionRow, readDeletions } from '../../store/retention.ts';
import { entryOf } from '../audit.ts';
import { Forbidden, InvalidArgument } from '../errors.ts';
import { access, type Builder } from './builder.ts';
import type { addPageInfo } from './page-info.ts';
import { pageSize } from './responses.ts';

interface DeletionPage {
  readonly rows: readonly DeletionRow[];
  readonly hasNextPage: boolean;
}

/** Adds DeletionRecord, its connection and the query deletionRecords. */
export function addDeletions(builder: Builder, pageInfo: ReturnType<typeof addPageInfo>): void {
  const record = builder.objectRef<DeletionRow>('DeletionRecord').implement({
    ...access('readAudit'),
    description: 'One batch of what was deleted because its time was over.',
    fields: (t) => ({
      what: t.exposeString('what', { nullable: false, description: 'comments, responses or sourceEvents.' }),
      keep: t.exposeString('keep', { nullable: false, description: 'For how long the policy keeps them.' }),
      before: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'What was older than this went.',
        resolve: (row) => row.before,
      }),
      rows: t.exposeInt('rows', { nullable: false }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ recordedAt }) => recordedAt }),
    }),
  });
  const edge = builder.objectRef<DeletionRow>('DeletionEdge').implement({
    ...access('readAudit'),
    fields: (t) => ({
      cursor: t.string({ nullable: false, resolve: cursorOf }),
      node: t.field({ type: record, nullable: false, resolve: (row) => row }),
    }),
  });
  const connection = builder.objectRef<DeletionPage>('DeletionConnection').implement({
    ...access('readAudit'),
    fields: (t) => ({
      edges: t.field({ type: [edge], nullable: false, resolve: ({ rows }) => rows }),
      pageInfo: t.field({
        type: pageInfo,
        nullable: false,
        resolve: ({ rows, hasNextPage }) => {
          const last = rows.at(-1);
          return { hasNextPage, endCursor: last ? cursorOf(last) : null };
        },
      }),
    }),
  });
  builder.queryField('deletionRecords', (t) =>
    t.field({
      ...access('readAudit'),
      type: connection,
      nullable: false,
      description:
        'What the retention policy deleted, newest first: how much and by which rule, nothing of the content.',
      args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
      resolve: async (_root, args, context): Promise<DeletionPage> => {
        const { deps, caller } = context;
        if (!caller.scope.allowsAll('readAudit'))
          throw new Forbidden('this key may not read what was deleted');
        const first = pageSize(args.first);
        const before = parseCursor(args.after);
        const rows = await deps.record.transaction(async (session) => {
          const page = await readDeletions(session, before, first + 1);
          await audit(session, entryOf(context, 'deletionRecords', { first, before }));
          return page;
        });
        return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
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
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new InvalidArgument('after: not a cursor of this list');
  return Number(id);
}
