import { createHash, randomUUID } from 'node:crypto';
import { type GraphQLSchema, getArgumentValues, getVariableValues } from 'graphql';
import { formatPosition, journalHead, readCommitted } from '../../store/journal/journal.ts';
import type { Caller } from '../caller.ts';
import type { ApiDeps } from '../context.ts';
import type { Table } from './table.ts';

/** Root fields that read nothing but what the journal records, with surveyed scores. */
const JOURNALED = new Set(['nps', 'npsSeries', 'npsChange']);
/** Committed entries after the journal's safe end that are looked at. */
const MOST_OPEN = 200;
const MINUTE_MS = 60_000;
/** A start may read other configuration: what was answered before it is not compared. */
const START = randomUUID();

/** What makes two requests the same. */
export interface Asked {
  readonly caller: Caller;
  /** The path with its format, and the variables as the gate took them. */
  readonly what: readonly unknown[];
}

const tag = (parts: unknown): string =>
  `W/"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;

/**
 * A validator that is known before the answer: the state of the journal, the minute, and who asks for what. Null where the
 * answer depends on more than the journal, or where the journal says more than the caller may know: a position moves with
 * responses of other segments.
 */
export async function validatorBefore(
  schema: GraphQLSchema,
  deps: Pick<ApiDeps, 'store' | 'now'>,
  table: Table,
  { caller, what }: Asked,
  variables: Readonly<Record<string, unknown>>,
): Promise<string | null> {
  const { scope } = caller;
  if (!scope.allowsAll('readScore') || !scope.allowsAll('readResponse')) return null;
  if (!isJournaled(schema, table, variables)) return null;
  const head = await journalHead(deps.store);
  // Entries that are visible, but not final: others may still appear between them.
  const open = await readCommitted(deps.store, head, MOST_OPEN);
  if (open.length === MOST_OPEN) return null;
  const state = [head, ...open].map(formatPosition);
  return tag([
    START,
    state,
    Math.floor(deps.now() / MINUTE_MS),
    scope.fingerprint,
    caller.policyVersion,
    what,
  ]);
}

/** A validator that is known with the answer: its content. */
export const validatorOf = ({ caller, what }: Asked, content: string | Buffer): string =>
  tag([
    caller.scope.fingerprint,
    caller.policyVersion,
    what,
    createHash('sha256').update(content).digest('hex'),
  ]);

/** Whether `If-None-Match` names the validator (weak comparison, RFC 9110, 13.1.2). */
export function matches(header: string | undefined, validator: string): boolean {
  const opaque = (text: string) => text.trim().replace(/^W\//, '');
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((one) => opaque(one) === opaque(validator));
}

function isJournaled(
  schema: GraphQLSchema,
  { operation, field, columns }: Table,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  const definition = schema.getQueryType()?.getFields()[field.name.value];
  if (!definition || !JOURNALED.has(definition.name)) return false;
  // Lists and JSON may hold what was learnt beside the journal.
  if (columns.some(({ kind }) => kind === 'json')) return false;
  try {
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    return getArgumentValues(definition, field, coerced)['basis'] === 'SURVEYED';
  } catch {
    return false;
  }
}
