import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { AuditActor, AuditEntry, AuditOutcome, AuditSubject } from '../domain/seals/audit.ts';
import { problemOf, TEXT_RULES } from '../domain/text/text.ts';
import type { BatchAccount } from '../ingestion/pipeline/outcome.ts';
import { audit, type NoteChange } from '../store/audit/audit.ts';
import type { ApiContext } from './context.ts';
import { errorBody, InvalidArgumentError, maskedError, publicError } from './errors.ts';
import { LIMITS } from './limits.ts';

/**
 * The stated purpose of a request; null if there is none.
 * @throws InvalidArgumentError when it cannot be stored.
 */
export function purposeOf(given: unknown): string | null {
  if (typeof given !== 'string' || given.trim() === '') return null;
  const purpose = given.trim();
  const problem = problemOf(TEXT_RULES.purpose, purpose);
  if (problem) throw new InvalidArgumentError(`purpose: ${problem.message}; it is kept in the audit log`);
  return purpose;
}

/** The header `x-scoreline-purpose`: Node reads headers as Latin-1, clients write UTF-8. */
export function headerPurpose(header: string | readonly string[] | undefined): string | null {
  if (typeof header !== 'string') return null;
  const text = Buffer.from(header, 'latin1').toString('utf8');
  return purposeOf(text.includes('\ufffd') ? header : text);
}

/** The caller, in the log's form. */
export function auditActor({ caller, purpose }: Pick<ApiContext, 'caller' | 'purpose'>): AuditActor {
  const { id, name, role, policyVersion } = caller;
  return { actor: id, actorName: name, role, policyVersion, purpose };
}

/** An entry about what this caller does now. */
export function entryOf(
  context: ApiContext,
  action: string,
  subject: AuditSubject,
  outcome: AuditOutcome = 'done',
): AuditEntry {
  return { ...auditActor(context), at: context.deps.now(), action, subject, outcome };
}

/** For a caller's change: its transaction calls it at its end. */
export function auditHook(context: ApiContext, action: string): NoteChange {
  return (session, subject) => audit(session, entryOf(context, action, subject));
}

/** Records that the caller was refused: repetitions within a minute are one row. */
export function auditRefusal(context: ApiContext, action: string): Promise<void> {
  return context.deps.audit.refuse([entryOf(context, action, {}, 'refused')]);
}

/**
 * Records that items of a batch were refused because the caller may not submit them; resolves once that is
 * committed.
 */
export async function auditRefusedItems(
  context: ApiContext,
  action: string,
  { rejectedByCode }: BatchAccount,
): Promise<void> {
  const items = rejectedByCode.find(({ code }) => code === 'FORBIDDEN')?.count ?? 0;
  if (items > 0) await context.deps.audit.refuse([entryOf(context, action, { items }, 'refused')]);
}

/** What was executed. */
export interface Executed {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * Records what the answer releases and what was refused, and resolves when that is committed: only then may the
 * answer leave. If it cannot be recorded, nothing is answered.
 */
export async function withAudit(
  context: ApiContext,
  executed: Executed,
  result: ExecutionResult,
): Promise<ExecutionResult> {
  const { kept, refused } = entriesOf(context, executed, result);
  if (kept.length + refused.length === 0) return result;
  const { audit } = context.deps;
  try {
    await Promise.all([kept.length > 0 ? audit.append(kept) : undefined, audit.refuse(refused)]);
    return result;
  } catch (error) {
    const { message, extensions } = errorBody(publicError(error) ?? maskedError(context.deps.log, error));
    return { errors: [new GraphQLError(message, { extensions })] };
  }
}

function entriesOf(context: ApiContext, executed: Executed, { errors }: ExecutionResult) {
  const kept: AuditEntry[] = [];
  const { comment, respondent, staff } = context.released;
  if (comment.size + respondent.size + staff.size > 0) {
    const subject = {
      ...(comment.size > 0 ? { comment: idsOf(comment) } : {}),
      ...(respondent.size > 0 ? { respondent: idsOf(respondent) } : {}),
      ...(staff.size > 0 ? { staff: idsOf(staff) } : {}),
    };
    kept.push(entryOf(context, 'read', subject));
    // A later part of the same operation is another release.
    comment.clear();
    respondent.clear();
    staff.clear();
  }
  const forbidden = errors?.filter(({ extensions }) => extensions['code'] === 'FORBIDDEN') ?? [];
  if (forbidden.length === 0 && !context.deps.audit.aggregates) return { kept, refused: [] };
  const fields = rootFields(executed);
  const asked = new Map(fields.map((field) => [(field.alias ?? field.name).value, field.name.value]));
  const refused = forbidden.map(({ path }) =>
    entryOf(context, asked.get(String(path?.[0])) ?? 'unknown', {}, 'refused'),
  );
  if (context.deps.audit.aggregates) kept.push(...aggregatesOf(context, executed, fields));
  return { kept, refused };
}

/** At most a page of ids, and how many more there were. */
function idsOf(ids: ReadonlySet<string>) {
  return { responses: [...ids].slice(0, LIMITS.page), more: Math.max(0, ids.size - LIMITS.page) };
}

/** Reading them is an entry of its own. */
const SELF_AUDITED_FIELDS = new Set(['auditLog', 'deletionRecords']);
const AGGREGATES = new Set(['readScore', 'traceLineage', 'readAudit']);
const LONGEST_ARGUMENTS = 2_000;

/** One entry for an operation that reads numbers, their lineage and proofs. */
function aggregatesOf(
  context: ApiContext,
  { schema, document, operationName, variables }: Executed,
  fields: readonly FieldNode[],
): AuditEntry[] {
  const operation = getOperationAST(document, operationName)?.operation;
  if (operation === undefined || operation === 'mutation') return [];
  const root = schema.getRootType(operation)?.getFields() ?? {};
  const asked = fields.flatMap(({ name, arguments: given = [] }) => {
    if (SELF_AUDITED_FIELDS.has(name.value)) return [];
    if (!AGGREGATES.has(String(root[name.value]?.extensions['access']))) return [];
    return [{ field: name.value, given }];
  });
  if (asked.length === 0) return [];
  const entries = asked.slice(0, LIMITS.aliases).map(({ field, given }) => {
    const values = Object.fromEntries(
      given.map((one) => [one.name.value, valueFromASTUntyped(one.value, variables) ?? null]),
    );
    // Measured before it is written: a long variable may occur in every field.
    const fits = isShort(values, LONGEST_ARGUMENTS) && JSON.stringify(values).length <= LONGEST_ARGUMENTS;
    return { field, arguments: fits ? values : 'too long to be kept' };
  });
  return [entryOf(context, 'aggregate', { asked: entries })];
}

/** Whether a value has at most so many characters, names and values; stops at the bound. */
export function isShort(value: unknown, most: number): boolean {
  let left = most;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    left -= typeof one === 'string' ? one.length + 1 : 1;
    if (left < 0) return false;
    if (typeof one !== 'object' || one === null) continue;
    if (Array.isArray(one)) {
      if (one.length > left) return false;
      for (const item of one) waiting.push(item);
    } else
      for (const name in one) {
        left -= name.length;
        if (left < 0) return false;
        waiting.push((one as Record<string, unknown>)[name]);
      }
  }
  return true;
}

/** The root fields, through fragments, including those that a directive skips: they were requested. */
function rootFields({ document, operationName }: Executed): FieldNode[] {
  const fragments = new Map(
    document.definitions
      .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((one) => [one.name.value, one.selectionSet]),
  );
  const within = (set: SelectionSetNode | undefined): FieldNode[] =>
    set?.selections.flatMap((one) => {
      if (one.kind === Kind.FIELD) return [one];
      return within(one.kind === Kind.INLINE_FRAGMENT ? one.selectionSet : fragments.get(one.name.value));
    }) ?? [];
  return within(getOperationAST(document, operationName)?.selectionSet);
}
