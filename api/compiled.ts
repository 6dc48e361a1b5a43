import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';

/** By document and name of the operation; null where graphql-jit cannot compile it. */
const compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery | null>>();

/**
 * Executes queries as code compiled for their document, over every transport: a chart asks the same few hundred fields again and
 * again. The gate keeps documents, so one that comes again is the same object. Mutations, and what cannot be compiled, are left to
 * graphql-js.
 */
export async function executePrepared(prepared: ExecutionArgs): Promise<ExecutionResult> {
  const query = compiledQuery(prepared);
  if (!query) return execute(prepared);
  return query.query(undefined, prepared.contextValue, prepared.variableValues ?? {});
}

function compiledQuery({ schema, document, operationName }: ExecutionArgs): CompiledQuery | null {
  if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.QUERY) return null;
  const known = compiled.get(document) ?? new Map<string, CompiledQuery | null>();
  compiled.set(document, known);
  const key = operationName ?? '';
  let query = known.get(key);
  if (query === undefined) {
    const made = compileQuery(schema, document, operationName ?? undefined);
    query = isCompiledQuery(made) ? made : null;
    known.set(key, query);
  }
  return query;
}
