import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { type DocumentNode, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { ApiContext } from '../context.ts';
import { finishResult } from '../operation.ts';

/**
 * Executes queries as code compiled for their document: a chart asks the same few hundred fields again and again.
 * Apollo keeps parsed documents, so a document that comes again is the same object. What cannot be compiled is left to
 * graphql-js.
 */
export function compiledQueries(schema: GraphQLSchema): ApolloServerPlugin<ApiContext> {
  const compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery | null>>();
  const compile = (document: DocumentNode, operationName: string | null): CompiledQuery | null => {
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
      responseForOperation: async ({ document, operation, operationName, request, contextValue }) => {
        if (operation.operation !== OperationTypeNode.QUERY) return null;
        const query = compile(document, operationName);
        if (!query) return null;
        const result = await query.query(undefined, contextValue, request.variables ?? {});
        return {
          // Without data nothing was executed: the variables do not fit.
          http: { headers: new HeaderMap(), ...(result.data === undefined ? { status: 400 } : {}) },
          body: { kind: 'single', singleResult: finishResult(result, contextValue) as never },
        };
      },
    }),
  };
}
