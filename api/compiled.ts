import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { breathe } from '../domain/text/slices.ts';
import { unfoldedFields } from './gate/screen.ts';
import { LIMITS } from './limits.ts';

interface Kept {
  /** Null where graphql-jit cannot compile it. */
  readonly query: CompiledQuery | null;
}

/** What of an operation's context is used here. */
interface Executing {
  readonly cost: { readonly requested: number } | null;
  /** Whether lists may be handed over as promises of their items (domain/text/slices.ts), which take compiled code longer than the items. */
  rowsInSlices: boolean;
}

/** By operation: the gate keeps documents, so one that comes again is the same object. */
const compiled = new LRUCache<OperationDefinitionNode, Kept>({ maxSize: LIMITS.compiledFields });
const executed = new WeakSet<OperationDefinitionNode>();

/**
 * Executes queries as code compiled for their document, over every transport: a chart asks the same few hundred fields again and
 * again. Mutations, and what is not worth it or cannot be compiled, are left to graphql-js.
 */
export async function executePrepared(prepared: ExecutionArgs): Promise<ExecutionResult> {
  const context = prepared.contextValue as Executing | undefined;
  // Compiled code makes a whole answer in one turn of the event loop: what may be large is made row by row.
  const isLarge = (context?.cost?.requested ?? 0) > LIMITS.compiledPoints;
  const query = isLarge ? null : await compiledQuery(prepared);
  if (context) context.rowsInSlices = query === null;
  if (!query) return execute(prepared);
  return query.query(undefined, prepared.contextValue, prepared.variableValues ?? {});
}

async function compiledQuery({
  schema,
  document,
  operationName,
}: ExecutionArgs): Promise<CompiledQuery | null> {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.QUERY) return null;
  const known = compiled.get(operation);
  if (known) return known.query;
  const fields = unfoldedFields(operation);
  const isRepeated = executed.has(operation);
  executed.add(operation);
  if (!isWorthCompiling(fields, isRepeated)) return null;
  // A large document takes tens of milliseconds to validate, and as long to compile: others have their turn between.
  await breathe();
  const made = compileQuery(schema, document, operationName ?? undefined);
  const query = isCompiledQuery(made) ? made : null;
  compiled.set(operation, { query }, { size: Math.max(1, fields) });
  return query;
}

/**
 * Compiling blocks for about 0.1 ms a field and keeps some kilobytes of each, so a larger document is compiled only once it comes
 * again, and a very large one never.
 */
export function isWorthCompiling(fields: number, isRepeated: boolean): boolean {
  return fields <= (isRepeated ? LIMITS.compiledRepeated : LIMITS.compiledAtOnce);
}
