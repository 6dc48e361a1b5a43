import { audit } from '../../store/audit/audit.ts';
import { UNDO_SLICE, type UndoResult, undoImport } from '../../store/imports/import-undo.ts';
import { findImport, type ImportRun, listImports } from '../../store/responses/imports.ts';
import { auditHook, entryOf } from '../audit.ts';
import { loggedCaller } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import type { FieldCost } from '../gate/score-costs.ts';
import { access, type Builder, type TypeOf } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { storesOf } from './person.ts';
import type { SchemaParts } from './types.ts';

/** How long one call works on undoing an import; the next continues. */
const PATIENCE_MS = 5_000;

/** A response that is undone takes about a millisecond. */
const SLICE_POINTS = 20 * UNDO_SLICE;
const UNDO_COST: FieldCost = {
  points: (_, inside) => SLICE_POINTS + inside,
  says: `${SLICE_POINTS}, and as many again for every further ${UNDO_SLICE} responses; a call ends when the minute has no more`,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Undone extends UndoResult {
  readonly run: ImportRun;
}

/** Adds Import, the query imports and the mutation undoImport. */
export function addImports(schema: SchemaParts): void {
  const { builder } = schema;
  const node = addImport(builder);
  const connection = addConnection<ImportRun>(schema, {
    name: 'Import',
    node,
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
  addUndo(builder, node);
}

function addImport(builder: Builder) {
  return builder.objectRef<ImportRun>('Import').implement({
    ...access('administer'),
    description: 'One import of a file.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ key }) => key }),
      file: t.exposeString('file', { nullable: false }),
      digest: t.exposeString('digest', { description: 'SHA-256 of the file, hex.' }),
      mapHash: t.exposeString('mapHash', { description: 'SHA-256 of the map, hex.' }),
      by: t.exposeString('actorName', { nullable: false }),
      begunAt: t.expose('begunAt', { type: 'DateTime', nullable: false }),
      endedAt: t.expose('endedAt', {
        type: 'DateTime',
        description: 'Null while it runs, or where it was interrupted.',
      }),
      account: t.field({
        type: 'JSON',
        description: 'What its sender counted: { "accepted": 120, "duplicates": 3, "rejected": 1 }.',
        resolve: ({ account }) => account,
      }),
      undo: t.field({
        type: builder.objectRef<ImportRun>('ImportUndo').implement({
          ...access('administer'),
          description: 'The progress of undoing an import.',
          fields: (u) => ({
            begunAt: u.expose('undoAt', { type: 'DateTime' }),
            endedAt: u.expose('undoneAt', { type: 'DateTime', description: 'Null until it went through.' }),
            by: u.exposeString('undoBy'),
            reason: u.exposeString('undoReason'),
            removed: u.exposeInt('removed', { nullable: false }),
            restored: u.exposeInt('restored', { nullable: false }),
            stayed: u.exposeInt('stayed', { nullable: false }),
          }),
        }),
        description: 'Null for an import that was not undone.',
        resolve: (run) => (run.undoAt === null ? null : run),
      }),
    }),
  });
}

function addUndo(builder: Builder, node: TypeOf<ImportRun>) {
  const payload = builder.objectRef<Undone>('UndoImportPayload').implement({
    ...access('administer'),
    description: 'What this call did of the undo of an import, or what it would do.',
    fields: (t) => ({
      import: t.field({ type: node, nullable: false, resolve: ({ run }) => run }),
      complete: t.exposeBoolean('complete', {
        nullable: false,
        description: `False where it takes longer than ${PATIENCE_MS / 1000} seconds, or more points than the key has left: ask again, and it goes on.`,
      }),
      next: t.exposeString('last', {
        description: 'Where a dry run goes on, as `after`; null where it is complete. Its calls add up.',
      }),
      removed: t.exposeInt('removed', { nullable: false, description: 'Responses that it had brought.' }),
      restored: t.exposeInt('restored', {
        nullable: false,
        description: 'Responses that are again what it had replaced.',
      }),
      stayed: t.exposeInt('stayed', {
        nullable: false,
        description:
          'Responses that something else replaced or corrected since, or whose earlier content is not kept any more.',
      }),
      held: t.exposeInt('held', {
        nullable: false,
        description: 'Responses that a legal hold keeps as they are.',
      }),
      restricted: t.exposeInt('restricted', {
        nullable: false,
        description: 'Responses set aside in a dispute, as they are.',
      }),
    }),
  });
  builder.mutationField('undoImport', (t) =>
    t.field({
      ...access('administer', UNDO_COST),
      type: payload,
      nullable: false,
      description:
        'Undoes an import: what it added is removed, what it replaced is restored, what replaced it since stays. The same file may then be imported again.',
      args: {
        id: t.arg.id({ required: true }),
        reason: t.arg.string({ required: true }),
        dryRun: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Only counts what it would do.',
        }),
        after: t.arg.string({ description: '`next` of a dry run that is not complete. An undo needs none.' }),
      },
      resolve: async (_root, { id, reason, dryRun, after }, context) => {
        assertAdministers(context, 'take imports back');
        if (reason.trim() === '') throw new InvalidArgumentError('reason: say why; it is kept on record');
        if (after != null && !(dryRun && UUID.test(after)))
          throw new InvalidArgumentError(
            'after: is `next` of a dry run of this undo; an undo goes on by itself',
          );
        const { deps, caller } = context;
        const run = await findImport(deps.record, String(id));
        if (!run) throw new InvalidArgumentError('id: there is no import of that id; imports lists them');
        const deadline = Date.now() + PATIENCE_MS;
        const by = { actor: caller.name, reason: reason.trim(), note: auditHook(context, 'undoImport') };
        // What was charged in advance is the first slice; each further one is charged before it begins.
        const isOver = (isLast: boolean) =>
          Date.now() > deadline || !(isLast || deps.gate.charge(caller, SLICE_POINTS));
        const options = { dryRun, after: after ?? undefined, isOver, now: deps.now };
        const result = await undoImport(storesOf(context), run, by, options);
        deps.log.info(
          { actor: loggedCaller(caller), import: run.id, dryRun, ...result },
          'an import is undone',
        );
        return { ...result, run: (await findImport(deps.record, run.key)) ?? run };
      },
    }),
  );
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
  throw new InvalidArgumentError('after: is no cursor of this list');
}
