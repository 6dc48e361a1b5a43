import { audit } from '../../store/audit/audit.ts';
import { UNDO_SLICE, type UndoResult, undoImport } from '../../store/imports/import-undo.ts';
import { findImport, type ImportRun, listImports } from '../../store/responses/imports.ts';
import { auditHook, entryOf } from '../audit.ts';
import { loggedCaller } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import type { FieldCost } from '../gate/score-costs.ts';
import { access, asInt, type Builder, type TypeOf } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import type { ImportView } from './node.ts';
import { storesOf } from './person.ts';
import type { SchemaParts } from './types.ts';

/** How long one call works on undoing an import; the next continues. */
const PATIENCE_MS = 5_000;

/** A response that is undone takes about a millisecond. */
const SLICE_POINTS = 20 * UNDO_SLICE;
const UNDO_COST: FieldCost = {
  points: (_, inside) => SLICE_POINTS + inside,
  says: `${SLICE_POINTS}, and as many again for every further ${UNDO_SLICE} responses; a call ends when the budget of the minute is spent`,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREFIX = 'Import:';

/** The import's key in a node id, or null. */
export function importOfNode(id: string): string | null {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
}

/** The import of that key; null where there is none, or the caller may not administer. */
export async function findImportNode(key: string, { deps, caller }: ApiContext): Promise<ImportRun | null> {
  return caller.scope.allowsAll('administer') ? findImport(deps.record, key) : null;
}

/** Adds Import, the queries imports and undoPreview, and the mutation undoImport. */
export function addImports(schema: SchemaParts): void {
  const { builder, types } = schema;
  implementImport(schema);
  const connection = addConnection<ImportView>(schema, {
    name: 'Import',
    node: types.import,
    shows: 'administer',
    cursorOf,
  });
  builder.queryField('imports', (t) =>
    t.field({
      ...access('administer'),
      type: connection,
      nullable: false,
      description: 'Imports of files, newest first. Needs a key that may administer.',
      args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
      resolve: async (_root, args, context) => {
        assertAdministers(context, 'list imports');
        const first = pageSize(args.first);
        const after = parseCursor(args.after);
        const rows = await context.deps.record.transaction(async (session) => {
          const page = await listImports(session, after, first + 1);
          await audit(session, entryOf(context, 'imports', { first, after }));
          return page;
        });
        return pageOf(rows, first);
      },
    }),
  );
  addPreview(builder);
  addUndo(schema);
}

const COUNTED = ['accepted', 'duplicates', 'rejected', 'filtered'] as const;

/** What the sender counted, any number that it gave; 0 where it counts nothing. The sum of several of them. */
const countOf = ({ account }: ImportView, ...names: readonly (typeof COUNTED)[number][]): number =>
  asInt(names.reduce((sum, name) => sum + (account?.[name] ?? 0), 0));

function implementImport({ builder, types }: SchemaParts): void {
  types.import.implement({
    ...access('administer'),
    // The interface's shape is that of any node; values loaded by `node` carry their type.
    interfaces: [types.node as never],
    description:
      'One import of a file: rows = accepted + duplicates + rejected + leftOut, as its sender counts them.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ key }) => `${PREFIX}${key}` }),
      name: t.exposeString('file', { nullable: false, description: 'The name of the file.' }),
      source: t.string({
        nullable: false,
        description:
          'The source of its responses. Empty where its sender did not give it and it stored none.',
        resolve: ({ source }) => source ?? '',
      }),
      digest: t.exposeString('digest', { description: 'SHA-256 of the file, hex.' }),
      mapHash: t.exposeString('mapHash', { description: 'SHA-256 of the map, hex.' }),
      by: t.exposeString('actorName', { nullable: false }),
      startedAt: t.expose('begunAt', { type: 'DateTime', nullable: false }),
      finishedAt: t.expose('endedAt', {
        type: 'DateTime',
        description: 'Null while it runs, or where it was interrupted.',
      }),
      undoneAt: t.expose('undoneAt', {
        type: 'DateTime',
        description: 'When it was undone; null before, and until its undo has gone through.',
      }),
      rows: t.int({ nullable: false, resolve: (run) => countOf(run, ...COUNTED) }),
      accepted: t.int({ nullable: false, resolve: (run) => countOf(run, 'accepted') }),
      duplicates: t.int({
        nullable: false,
        description: 'Rows that were already stored with the same content.',
        resolve: (run) => countOf(run, 'duplicates'),
      }),
      rejected: t.int({ nullable: false, resolve: (run) => countOf(run, 'rejected') }),
      leftOut: t.int({
        nullable: false,
        description: 'Rows that the map leaves out (`where`).',
        resolve: (run) => countOf(run, 'filtered'),
      }),
      undo: t.field({
        type: undoType(builder),
        description: 'Null for an import that is not undone.',
        resolve: (run) => (run.undoAt === null ? null : run),
      }),
    }),
  });
}

function undoType(builder: Builder): TypeOf<ImportView> {
  const ofCall = 'Null except in the answer of undoImport.';
  return builder.objectRef<ImportView>('ImportUndo').implement({
    ...access('administer'),
    description: 'The undo of an import, and its progress.',
    fields: (t) => ({
      startedAt: t.expose('undoAt', { type: 'DateTime' }),
      by: t.exposeString('undoBy'),
      reason: t.exposeString('undoReason'),
      removed: t.exposeInt('removed', {
        nullable: false,
        description: 'Responses that the import had added.',
      }),
      restored: t.exposeInt('restored', {
        nullable: false,
        description: 'Responses that were restored to what the import had replaced.',
      }),
      stayed: t.exposeInt('stayed', { nullable: false, description: STAYED }),
      complete: t.boolean({
        description: `False where it takes longer than ${PATIENCE_MS / 1000} seconds, or more points than the key has left: call undoImport again to continue. ${ofCall}`,
        resolve: ({ undoing }) => undoing?.complete,
      }),
      held: t.int({
        description: `Responses that a legal hold keeps as they are. ${ofCall}`,
        resolve: ({ undoing }) => undoing?.held,
      }),
      restricted: t.int({
        description: `Restricted responses, which stay as they are. ${ofCall}`,
        resolve: ({ undoing }) => undoing?.restricted,
      }),
      facts: t.int({
        description: `Outcomes and change events of the import that this call removed. ${ofCall}`,
        resolve: ({ undoing }) => undoing?.facts,
      }),
    }),
  });
}

const STAYED =
  'Responses that something else replaced or corrected since, or whose earlier content is not kept any more.';

function addPreview(builder: Builder): void {
  const count = (description: string) => ({ nullable: false as const, description });
  const preview = builder.objectRef<UndoResult>('UndoPreview').implement({
    ...access('administer'),
    description: 'What the undo of an import would do. The counts of its pages add up.',
    fields: (t) => ({
      next: t.exposeString('last', { description: 'Pass it as `after` to continue; null at the end.' }),
      removed: t.exposeInt('removed', count('Responses that the import added.')),
      restored: t.exposeInt('restored', count('Responses that would be restored.')),
      stayed: t.exposeInt('stayed', count(STAYED)),
      held: t.exposeInt('held', count('Responses that a legal hold keeps as they are.')),
      restricted: t.exposeInt('restricted', count('Restricted responses, which stay as they are.')),
      facts: t.exposeInt('facts', count('Outcomes and change events of the import; on its last page.')),
    }),
  });
  builder.queryField('undoPreview', (t) =>
    t.field({
      ...access('administer', UNDO_COST),
      type: preview,
      nullable: false,
      description: `Counts what undoImport would do, and changes nothing. It ends after ${PATIENCE_MS / 1000} seconds, or when the key has no points left.`,
      args: {
        id: t.arg.id({ required: true }),
        after: t.arg.string({ description: '`next` of the page before.' }),
      },
      resolve: (_root, { id, after }, context) => {
        if (after != null && !UUID.test(after))
          throw new InvalidArgumentError('after: is `next` of an earlier page of this preview');
        return runUndo(context, String(id), 'undoPreview', { dryRun: true, after: after ?? undefined });
      },
    }),
  );
}

function addUndo({ builder, types }: SchemaParts): void {
  builder.mutationField('undoImport', (t) =>
    t.field({
      ...access('administer', UNDO_COST),
      type: types.import,
      nullable: false,
      description:
        'Undoes an import: what it added is removed, what it replaced is restored, what replaced it since stays. The same file may then be imported again. undoPreview counts what it would do.',
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { id, reason }, context) => {
        if (reason.trim() === '')
          throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
        const { run, ...undoing } = await runUndo(context, String(id), reason.trim(), { dryRun: false });
        return { ...((await findImport(context.deps.record, run.key)) ?? run), undoing };
      },
    }),
  );
}

/**
 * Works on the undo of an import, or counts it, as long as one call may.
 * @throws ForbiddenError, InvalidArgumentError
 */
async function runUndo(
  context: ApiContext,
  id: string,
  reason: string,
  { dryRun, after }: { readonly dryRun: boolean; readonly after?: string | undefined },
): Promise<UndoResult & { readonly run: ImportRun }> {
  assertAdministers(context, 'undo imports');
  const { deps, caller } = context;
  const run = await findImport(deps.record, importOfNode(id) ?? id);
  if (!run) throw new InvalidArgumentError('id: there is no import of that id; imports lists them');
  const deadline = Date.now() + PATIENCE_MS;
  const by = { actor: caller.name, reason, note: auditHook(context, 'undoImport') };
  // What was charged in advance is the first slice; each further one is charged before it begins.
  const isOver = (isLast: boolean) =>
    Date.now() > deadline || !(isLast || deps.gate.charge(caller, SLICE_POINTS));
  const result = await undoImport(storesOf(context), run, by, { dryRun, after, isOver, now: deps.now });
  const did = dryRun ? 'the undo of an import is counted' : 'an import is undone';
  deps.log.info({ actor: loggedCaller(caller), import: run.id, ...result }, did);
  return { ...result, run };
}

function assertAdministers({ caller }: ApiContext, what: string): void {
  if (!caller.scope.allowsAll('administer')) throw new ForbiddenError(`this key may not ${what}`);
}

function cursorOf({ id }: ImportRun): string {
  return Buffer.from(String(id)).toString('base64url');
}

function parseCursor(text: string | null | undefined): number | null {
  if (text == null) return null;
  const id = Number(Buffer.from(text, 'base64url').toString());
  if (Number.isSafeInteger(id) && id > 0 && id < 2 ** 31) return id;
  throw new InvalidArgumentError('after: is not a cursor of this list');
}
