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
import type { ScopedSession } from '../store/database/client.ts';
import type { StoredCellDictionary } from '../store/responses/cell-dictionary.ts';
import { beginOperation } from '../store/scores/begin-operation.ts';
import { unfoldedFields } from './gate/screen.ts';
import { LIMITS } from './limits.ts';

interface Kept {
  /** Null if graphql-jit cannot compile it. */
  readonly query: CompiledQuery | null;
}

/** What an operation reads. */
interface Reads {
  readonly store: ScopedSession;
  readonly cells: StoredCellDictionary;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The part of an operation's context that is used here. */
interface Executing {
  readonly deps?: Reads;
  readonly cost: { readonly requested: number } | null;
  /**
   * Whether lists may be returned as promises of their items (domain/text/slices.ts), which compiled code
   * handles more slowly.
   */
  rowsInSlices: boolean;
}

/**
 * Executes queries as code compiled for their document, over every transport: a chart reads the same few
 * hundred fields again and again. graphql-js handles mutations, and documents that are not worth it or cannot
 * be compiled.
 */
export class CompiledQueries {
  /** By operation: the gate caches documents, so a repeated one is the same object. */
  readonly #compiled = new LRUCache<OperationDefinitionNode, Kept>({ maxSize: LIMITS.compiledFields });
  readonly #executed = new WeakSet<OperationDefinitionNode>();

  async execute(prepared: ExecutionArgs): Promise<ExecutionResult> {
    const context = prepared.contextValue as Executing | undefined;
    const operation = getOperationAST(prepared.document, prepared.operationName);
    if (context?.deps) await beginExecution(context.deps, operation);
    // Compiled code builds a whole answer in one turn of the event loop: large ones are built row by row.
    const isLarge = (context?.cost?.requested ?? 0) > LIMITS.compiledPoints;
    const query = isLarge ? null : await this.#queryOf(prepared, operation);
    if (context) context.rowsInSlices = query === null;
    if (!query) return execute(prepared);
    return query.query(undefined, prepared.contextValue, prepared.variableValues ?? {});
  }

  async #queryOf(
    { schema, document, operationName }: ExecutionArgs,
    operation: OperationDefinitionNode | null | undefined,
  ): Promise<CompiledQuery | null> {
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    const known = this.#compiled.get(operation);
    if (known) return known.query;
    const fields = unfoldedFields(operation);
    const isRepeated = this.#executed.has(operation);
    this.#executed.add(operation);
    if (!isWorthCompiling(fields, isRepeated)) return null;
    // A large document takes tens of milliseconds to validate, and as long to compile: others have a turn in
    // between.
    await breathe();
    const made = compileQuery(schema, document, operationName ?? undefined);
    const query = isCompiledQuery(made) ? made : null;
    this.#compiled.set(operation, { query }, { size: Math.max(1, fields) });
    return query;
  }
}

/** What any process committed before is known to the operation. */
export const beginExecution = (
  { store, cells, now }: Reads,
  operation: OperationDefinitionNode | null | undefined,
): Promise<void> =>
  beginOperation(store, cells, {
    now: now(),
    isReadOnly: operation?.operation === OperationTypeNode.QUERY,
  });

/**
 * Compiling blocks for about 0.1 ms per field and keeps some kilobytes of each, so a larger document is
 * compiled only on its second use, and a very large one never.
 */
export function isWorthCompiling(fields: number, isRepeated: boolean): boolean {
  return fields <= (isRepeated ? LIMITS.compiledRepeated : LIMITS.compiledAtOnce);
}
