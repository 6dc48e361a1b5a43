import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { type DocumentNode, OperationTypeNode } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { ApiContext } from '../context.ts';
import { finishResult, type Prepared } from '../operation.ts';

/**
 * Executes queries as code compiled for their document: a chart asks the same few hundred fields again and again.
 * The gate keeps documents, so one that comes again is the same object. What cannot be compiled is left to
 * graphql-js.
 */
export function compiledQueries(
  preparedOf: (context: ApiContext) => Prepared | undefined,
): ApolloServerPlugin<ApiContext> {
  const compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery | null>>();
  const compile = ({ schema, document, operationName }: Prepared): CompiledQuery | null => {
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
  };
  return {
    requestDidStart: async () => ({
      responseForOperation: async ({ operation, contextValue }) => {
        const prepared = preparedOf(contextValue);
        if (!prepared || operation.operation !== OperationTypeNode.QUERY) return null;
        const query = compile(prepared);
        if (!query) return null;
        const result = await query.query(undefined, contextValue, prepared.variableValues ?? {});
        return {
          // Without data nothing was executed.
          http: { headers: new HeaderMap(), ...(result.data === undefined ? { status: 400 } : {}) },
          body: { kind: 'single', singleResult: finishResult(result, contextValue) as never },
        };
      },
    }),
  };
}
