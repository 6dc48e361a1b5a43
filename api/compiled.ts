import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { breathe } from '../domain/slices.ts';

/** By document and name of the operation; null where graphql-jit cannot compile it. */
const compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery | null>>();

/**
 * Executes queries as code compiled for their document, over every transport: a chart asks the same few hundred fields again and
 * again. The gate keeps documents, so one that comes again is the same object. Mutations, and what cannot be compiled, are left to
 * graphql-js.
 */
export async function executePrepared(prepared: ExecutionArgs): Promise<ExecutionResult> {
  const query = await compiledQuery(prepared);
  if (!query) return execute(prepared);
  return query.query(undefined, prepared.contextValue, prepared.variableValues ?? {});
}

async function compiledQuery(prepared: ExecutionArgs): Promise<CompiledQuery | null> {
  const { schema, document, operationName } = prepared;
  if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.QUERY) return null;
  const known = compiled.get(document) ?? new Map<string, CompiledQuery | null>();
  compiled.set(document, known);
  const key = operationName ?? '';
  let query = known.get(key);
  if (query === undefined) {
    // A large document takes tens of milliseconds to validate, and as long to compile: others have their turn between.
    await breathe();
    const made = compileQuery(schema, document, operationName ?? undefined);
    query = isCompiledQuery(made) ? made : null;
    known.set(key, query);
  }
  return query;
}
