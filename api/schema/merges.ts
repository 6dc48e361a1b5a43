import { type Merge, readMerges, subjectsOf } from '../../store/data-subjects/merge-list.ts';
import { mergeIdentities, undoMerge } from '../../store/data-subjects/merges.ts';
import { IDENTITY_KINDS, type IdentityKind } from '../../store/tables/identities.ts';
import { entryOf } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { access } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { assertOfficer, dataSubjectOf, orderOf, RESPONDENT, storesOf } from './person.ts';
import type { SchemaParts } from './types.ts';

const IDENTIFIER = 'The identifier as it was submitted, or the pseudonym.';

/** Adds merges of identifiers: mergeIdentities, undoMerge, merges. */
export function addMerges(schema: SchemaParts): void {
  const { builder } = schema;
  const { kind, merge } = addMerge(schema);
  builder.mutationField('mergeIdentities', (t) =>
    t.id({
      ...access('manageSubjects', fixed(200)),
      nullable: false,
      description:
        'States that two identifiers are of one person or account: everything counts and is shown as of `into`, also what arrives later, until it is undone. Identifiers are stored as pseudonyms only. Returns the id of the merge.',
      args: {
        kind: t.arg({ type: kind, required: true, defaultValue: 'RESPONDENT' }),
        from: t.arg.string({ required: true, description: IDENTIFIER }),
        into: t.arg.string({ required: true, description: IDENTIFIER }),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, { kind, from, into, reason }, context) =>
        mergeOne(context, { kind, from, into }, reason),
    }),
  );
  builder.mutationField('undoMerge', (t) =>
    t.boolean({
      ...access('manageSubjects', fixed(200)),
      nullable: false,
      description:
        'Undoes a merge: everything counts as if it had not been stated, and what arrived since counts for the identifier that it named. False when there is no such merge.',
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: (_root, { id, reason }, context) => {
        const by = orderOf(context, reason, 'undoMerge');
        return undoMerge(storesOf(context), mergeIdOf(id, 'id: not the id of a merge'), by);
      },
    }),
  );
  const connection = addConnection<Merge>(schema, {
    name: 'IdentityMerge',
    node: merge,
    shows: 'manageSubjects',
    cursorOf: ({ id }) => Buffer.from(id).toString('base64url'),
  });
  builder.queryField('merges', (t) =>
    t.field({
      ...access('manageSubjects', paged(20, 0.5)),
      type: connection,
      nullable: false,
      description: 'Merges of identifiers, newest first, also those that were undone: of one person, or all.',
      args: {
        respondent: t.arg.string({ description: RESPONDENT }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, { respondent, ...args }, context) => {
        assertOfficer(context);
        const first = pageSize(args.first);
        const after =
          args.after == null
            ? null
            : mergeIdOf(Buffer.from(args.after, 'base64url').toString(), 'after: not a cursor of this list');
        const stores = storesOf(context);
        const subjectIds =
          respondent == null ? null : await subjectsOf(stores.store, dataSubjectOf(context, respondent));
        const rows = await readMerges(stores, { subjectIds, after, limit: first + 1 });
        const page = pageOf(rows, first);
        await context.deps.audit.append([
          entryOf(context, 'merges', { merges: page.rows.map(({ id }) => id) }),
        ]);
        return page;
      },
    }),
  );
}

function mergeIdOf(id: string, problem: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new InvalidArgumentError(problem);
  return id;
}

interface Given {
  readonly kind: IdentityKind;
  readonly from: string;
  readonly into: string;
}

async function mergeOne(context: ApiContext, given: Given, reason: string): Promise<string> {
  const by = orderOf(context, reason, 'mergeIdentities');
  for (const field of ['from', 'into'] as const)
    if (given[field].trim() === '') throw new InvalidArgumentError(`${field}: must not be blank`);
  const { pseudonymOf, now } = context.deps;
  const { kind } = given;
  const [from, into] = [pseudonymOf(given.from, kind), pseudonymOf(given.into, kind)];
  const at = new Date(now());
  const order = { ...by, mayRepeat: true };
  const [result] = await mergeIdentities(storesOf(context), [{ kind, from, into }], order, at);
  if (!result || result.status === 'same')
    throw new InvalidArgumentError('from, into: are one identifier; name two');
  return result.id;
}

function addMerge({ builder }: SchemaParts) {
  const kind = builder.enumType('IdentityKind', {
    description: 'What two identifiers are both of.',
    values: IDENTITY_KINDS,
  });
  const merge = builder.objectRef<Merge>('IdentityMerge').implement({
    ...access('manageSubjects'),
    description: 'A statement that two identifiers are of one person or account.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      kind: t.field({ type: kind, nullable: false, resolve: (row) => row.kind }),
      from: t.exposeString('from', { description: 'Pseudonym; null once it is erased or aged out.' }),
      into: t.exposeString('into', { description: 'The pseudonym that both were shown as by this merge.' }),
      by: t.exposeString('by', { nullable: false }),
      reason: t.exposeString('reason', { description: 'Null where a sender stated it.' }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
      undoneAt: t.expose('undoneAt', { type: 'DateTime' }),
      undoneBy: t.exposeString('undoneBy'),
      undoReason: t.exposeString('undoReason'),
      goneAt: t.expose('goneAt', {
        type: 'DateTime',
        description: 'When nothing of the identifiers was left: it cannot be undone from then on.',
      }),
    }),
  });
  return { kind, merge };
}
