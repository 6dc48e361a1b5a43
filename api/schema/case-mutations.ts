import { nodeId } from '../../domain/lineage/lineage.ts';
import { redacting } from '../../domain/privacy/redact.ts';
import { inSlices } from '../../domain/text/slices.ts';
import { type CaseChange, type CaseRow, changeCase, openCase } from '../../store/agents/cases.ts';
import { cellSetText } from '../../store/agents/cell-set.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { noteAndSend } from './agent-events.ts';
import { assertManages, reasonOf, uuidOf } from './agent-rights.ts';
import { findAlert } from './alerts.ts';
import { access, momentOf } from './builder.ts';
import { findCase } from './cases.ts';
import { responseKeyOf } from './node.ts';
import type { SchemaParts } from './types.ts';

/** Adds what people do with cases: open, assign, start, comment, close. */
export function addCaseMutations(schema: SchemaParts): void {
  addOpening(schema);
  addChanges(schema);
}

function addOpening({ builder, types }: SchemaParts): void {
  const input = builder.inputType('CaseInput', {
    fields: (t) => ({
      cause: t.id({
        required: true,
        description: 'The response or alert that it is about: one open case for each.',
      }),
      title: t.string({ required: true }),
      severity: t.field({ type: types.severity, required: true, defaultValue: 'WARNING' }),
      owner: t.string(),
      dueAt: t.field({ type: 'DateTime' }),
      reason: t.string({ required: true }),
    }),
  });
  builder.mutationField('openCase', (t) =>
    t.field({
      ...access('manageCases'),
      type: types.case,
      nullable: false,
      description:
        'Opens a case; where one about the same cause is open, returns that. Identifiers of people are removed from its texts.',
      args: { input: t.arg({ type: input, required: true }) },
      resolve: async (_root, { input: given }, context) => {
        const cause = await causeOf(given.cause, context);
        if (!cause) throw new InvalidArgumentError('input.cause: no such response or alert exists here');
        assertManages(context, cause.cells, 'open cases about these segments');
        const dueAt = given.dueAt ? new Date(momentOf('input.dueAt', given.dueAt)) : null;
        return openNew(context, cause, { ...given, owner: given.owner ?? null, dueAt });
      },
    }),
  );
}

/** Opens a case for a caller who may, or returns the one that is open. */
export async function openNew(
  context: ApiContext,
  cause: Cause,
  given: Pick<CaseRow, 'title' | 'severity'> & { readonly reason: string } & Partial<
      Pick<CaseRow, 'owner' | 'dueAt'>
    >,
): Promise<CaseRow> {
  const by = await actorOf(context, given.reason);
  const title = await withoutPersons(context, given.title.trim());
  if (title === '') throw new InvalidArgumentError('title: say what the case is about');
  const { severity, owner = null, dueAt = null } = given;
  const facts = { severity, title, playbook: null, owner, dueAt, decisionId: null };
  return context.deps.record.transaction(async (session) => {
    const { row, isNew } = await openCase(session, { ...cause, ...facts }, by);
    const opened = { event: 'case.opened', subject: nodeId('Case', row.id), cells: row.cells } as const;
    if (isNew) await noteAndSend(context, 'case.open', opened)(session, { case: row.id });
    return row;
  });
}

type Cause = Pick<CaseRow, 'cause' | 'responseId' | 'cells' | 'segment'>;

/** What a case is about; null where it does not exist for this caller. */
export async function causeOf(id: string, context: ApiContext): Promise<Cause | null> {
  const alertKey = uuidOf('Alert', id);
  const alert = alertKey === null ? null : await findAlert(alertKey, context);
  if (alert) return { cause: id, responseId: null, cells: alert.cells, segment: alert.segment };
  const responseKey = responseKeyOf(id);
  const response = responseKey === null ? null : await context.responses.load(responseKey);
  const cell = response && context.deps.cells.get(response.cellId);
  if (!response || !cell) return null;
  const segment = Object.fromEntries(Object.entries(cell.attributes).map(([name, value]) => [name, [value]]));
  return { cause: id, responseId: response.id, cells: cellSetText([cell.id]), segment };
}

/** Cases are no place for personal data: what the patterns find is removed, as from comments of responses. */
async function withoutPersons({ deps }: ApiContext, text: string): Promise<string> {
  return (await inSlices(redacting(text, deps.redaction))).text;
}

async function actorOf(context: ApiContext, reason: string) {
  const { deps, caller } = context;
  const kept = await withoutPersons(context, reasonOf(reason));
  return { actor: caller.id, actorName: caller.name, reason: kept, at: new Date(deps.now()) };
}

function addChanges({ builder, types }: SchemaParts): void {
  const description = {
    assign: 'Says who works on it.',
    start: 'Says that the work has begun.',
    comment: 'Adds a comment. Identifiers of people are removed from it.',
    close: 'Ends the work, with how it ended: "refunded", "churned", "no answer".',
  };
  builder.mutationFields((t) => {
    const id = t.arg.id({ required: true });
    const reason = t.arg.string({ required: true });
    const common = { ...access('manageCases'), type: types.case, nullable: false as const };
    return {
      assignCase: t.field({
        ...common,
        description: description.assign,
        args: { id, owner: t.arg.string({ required: true }), reason },
        resolve: (_root, args, context) => {
          const owner = args.owner.trim();
          if (owner === '') throw new InvalidArgumentError('owner: say who works on it');
          return change(context, args.id, { kind: 'ASSIGNED', owner }, args.reason);
        },
      }),
      startCase: t.field({
        ...common,
        description: description.start,
        args: { id, reason },
        resolve: (_root, args, context) => change(context, args.id, { kind: 'STARTED' }, args.reason),
      }),
      commentCase: t.field({
        ...common,
        description: description.comment,
        args: { id, comment: t.arg.string({ required: true }) },
        resolve: (_root, { id, comment }, context) => {
          if (comment.trim() === '') throw new InvalidArgumentError('comment: is empty');
          return change(context, id, { kind: 'COMMENTED' }, comment);
        },
      }),
      closeCase: t.field({
        ...common,
        description: description.close,
        args: { id, outcome: t.arg.string({ required: true }), reason },
        resolve: async (_root, args, context) => {
          const outcome = await withoutPersons(context, args.outcome.trim());
          if (outcome === '') throw new InvalidArgumentError('outcome: say how it ended');
          return change(context, args.id, { kind: 'CLOSED', outcome }, args.reason);
        },
      }),
    };
  });
}

async function change(context: ApiContext, id: string, what: CaseChange, reason: string): Promise<CaseRow> {
  const by = await actorOf(context, reason);
  const key = uuidOf('Case', id);
  const found = key === null ? null : await findCase(key, context);
  if (!found) throw new InvalidArgumentError('id: no such case exists here');
  assertManages(context, found.cells, 'work on cases about these segments');
  const closed = { event: 'case.closed', subject: nodeId('Case', found.id), cells: found.cells } as const;
  const note =
    what.kind === 'CLOSED' ? noteAndSend(context, 'case.change', closed) : auditHook(context, 'case.change');
  return changeCase(context.deps.record, found.id, what, { ...by, note });
}
