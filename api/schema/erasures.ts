import { audit, type NoteChange } from '../../store/audit/audit.ts';
import type { DataSubject } from '../../store/data-subjects/data-subject.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import {
  checkErasure,
  type ErasureRow,
  listErasures,
  pendingErasures,
  readErasures,
} from '../../store/data-subjects/erasures.ts';
import type { Order } from '../../store/data-subjects/legal-hold.ts';
import type { RegisteredModel } from '../../store/models/models.ts';
import { entryOf } from '../audit.ts';
import { loggedCaller } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { access, type TypeOf } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { findModel } from './models.ts';
import { assertOfficer, dataSubjectOf, orderOf, RESPONDENT, storesOf } from './person.ts';
import type { SchemaParts } from './types.ts';

interface ErasureReport {
  readonly known: boolean;
  readonly remaining: readonly string[];
  readonly records: readonly ErasureRow[];
}

/** How long an answer waits for followers of the journal, and for the rewrite of the files. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;

/** Adds Erasure, the mutation eraseSubject and the query erasures. */
export function addErasures(schema: SchemaParts): void {
  const { builder, types } = schema;
  const record = addRecord(schema);
  const erasure = builder.objectRef<ErasureReport>('Erasure').implement({
    ...access('manageSubjects'),
    description: 'What was erased, and what a check over every store still found.',
    fields: (t) => ({
      known: t.exposeBoolean('known', {
        nullable: false,
        description:
          'False when nothing is stored about such a person: check the spelling before you answer the request.',
      }),
      responses: t.int({
        nullable: false,
        resolve: ({ records }) => records.reduce((sum, one) => sum + one.responses, 0),
      }),
      complete: t.boolean({
        nullable: false,
        description:
          'True when the check found nothing. Otherwise call again: the server checks again and continues.',
        resolve: ({ remaining }) => remaining.length === 0,
      }),
      remaining: t.stringList({ nullable: false, resolve: ({ remaining }) => [...remaining] }),
      trainingSets: t.stringList({
        nullable: false,
        description: 'Hashes of training sets that the erased responses were part of.',
        resolve: ({ records }) => [...new Set(records.flatMap(({ trainingSets }) => trainingSets))].sort(),
      }),
      models: t.field({
        type: [types.modelVersion],
        nullable: false,
        description:
          'Model versions that were trained on the erased responses; training again leaves them out.',
        resolve: ({ records }, _args, context) => modelsOf(records, context),
      }),
      records: t.field({
        type: [record],
        nullable: false,
        description: 'What is kept as proof; `erasures` lists it later.',
        resolve: ({ records }) => records,
      }),
    }),
  });
  builder.mutationField('eraseSubject', (t) =>
    t.field({
      ...access('manageSubjects', fixed(200)),
      type: erasure,
      nullable: false,
      description: 'Erases a person: deletes the rows, and the key that everything is encrypted with.',
      args: {
        respondent: t.arg.string({ required: true, description: RESPONDENT }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { respondent, reason }, context) =>
        eraseAndCheck(context, orderOf(context, reason, 'eraseSubject'), dataSubjectOf(context, respondent)),
    }),
  );
  addList(schema, record);
}

function addRecord({ builder, types }: SchemaParts) {
  return builder.objectRef<ErasureRow>('ErasureRecord').implement({
    ...access('manageSubjects'),
    description: 'The record of an erasure: when, why and how much, without the person.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ recordedAt }) => recordedAt }),
      by: t.exposeString('actor', { nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
      responses: t.exposeInt('responses', { nullable: false }),
      complete: t.boolean({ nullable: false, resolve: ({ completedAt }) => completedAt !== null }),
      completedAt: t.expose('completedAt', { type: 'DateTime' }),
      trainingSets: t.stringList({ nullable: false, resolve: ({ trainingSets }) => [...trainingSets] }),
      models: t.field({
        type: [types.modelVersion],
        nullable: false,
        description:
          'Model versions that had been trained on these training sets when the erasure was requested.',
        resolve: (row, _args, context) => modelsOf([row], context),
      }),
      wrappedBy: t.stringList({
        nullable: false,
        description:
          'Wrapping keys that the erased data keys were under, as "provider version": with these, copies outside the database (backups, and on a server its log and dead rows) could still be read.',
        resolve: ({ wrappedBy }) => [...wrappedBy],
      }),
      copiesUnreadableSince: t.expose('unreadableSince', {
        type: 'DateTime',
        description: 'When the last of these keys was retired (`npm run keys -- retire`); null until then.',
      }),
    }),
  });
}

function addList(schema: SchemaParts, record: TypeOf<ErasureRow>): void {
  const connection = addConnection<ErasureRow>(schema, {
    name: 'Erasure',
    node: record,
    shows: 'manageSubjects',
    cursorOf,
  });
  schema.builder.queryField('erasures', (t) =>
    t.field({
      ...access('manageSubjects', paged(10, 0.2)),
      type: connection,
      nullable: false,
      description: 'Requested erasures, newest first.',
      args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
      resolve: async (_root, args, context) => {
        assertOfficer(context);
        const first = pageSize(args.first);
        const after = parseCursor(args.after);
        const rows = await context.deps.record.transaction(async (session) => {
          const page = await listErasures(session, after, first + 1);
          await audit(session, entryOf(context, 'erasures', { first, after }));
          return page;
        });
        return pageOf(rows, first);
      },
    }),
  );
}

async function eraseAndCheck(
  context: ApiContext,
  by: Order,
  dataSubject: DataSubject,
): Promise<ErasureReport> {
  const { record: store, graphHolds, filesDue, log } = context.deps;
  const note: NoteChange = async (session, done) => {
    // Of a person without responses there is no erasure whose completion rewrites the files.
    if ('quarantined' in done) filesDue();
    await by.note?.(session, done);
  };
  const { known, holds } = await erase(storesOf(context), dataSubject, { ...by, note });
  const pending = await pendingErasures(store, dataSubject);
  const remaining: string[] = [...holds];
  const deadline = Date.now() + PATIENCE_MS;
  for (const { id } of pending) {
    for (;;) {
      // Read again: it has been updated since.
      const one = (await pendingErasures(store, dataSubject)).find((other) => other.id === id);
      const left = one ? await checkErasure({ store, graphHolds, filesDue }, one) : [];
      if (left.length === 0) break;
      if (Date.now() > deadline) {
        remaining.push(...left);
        break;
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }
  const records = await readErasures(
    store,
    pending.map(({ id }) => id),
  );
  log.info(
    { actor: loggedCaller(context.caller), erasures: records.length, remaining: remaining.length },
    'an erasure was requested',
  );
  return { known: known || records.length > 0, remaining, records };
}

async function modelsOf(records: readonly ErasureRow[], context: ApiContext): Promise<RegisteredModel[]> {
  const versions = [...new Set(records.flatMap(({ models }) => models))].sort((a, b) => a - b);
  const models = await Promise.all(versions.map((id) => findModel(id, context)));
  return models.filter((model): model is RegisteredModel => model !== null);
}

function cursorOf({ id }: ErasureRow): string {
  return Buffer.from(id).toString('base64url');
}

function parseCursor(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const id = Buffer.from(text, 'base64url').toString();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new InvalidArgumentError('after: not a cursor of this list');
  return id;
}
