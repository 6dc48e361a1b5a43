import {
  type DocumentNode,
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
import { documentBytes } from './gate/documents.ts';
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
  readonly givenBack: number;
  readonly hasBegun?: boolean;
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
  /** By operation: the gate caches documents, so a repeated one is the same object. Each keeps its whole document. */
  readonly #compiled = new LRUCache<OperationDefinitionNode, Kept>({ maxSize: LIMITS.compiledFields });
  /** The points that the uses of each have cost, after refunds, since it was last compiled. */
  readonly #spent = new WeakMap<OperationDefinitionNode, number>();

  async execute(prepared: ExecutionArgs): Promise<ExecutionResult> {
    const context = prepared.contextValue as Executing | undefined;
    const operation = getOperationAST(prepared.document, prepared.operationName);
    if (context?.deps && !context.hasBegun) await beginExecution(context.deps, operation);
    // Compiled code builds a whole answer in one turn of the event loop: large ones are built row by row.
    const points = context?.cost?.requested ?? 0;
    const query = points > LIMITS.compiledPoints ? null : await this.#queryOf(prepared, operation);
    if (context) context.rowsInSlices = query === null;
    if (!query) {
      const result = await execute(prepared);
      if (operation && points > 0) this.#spend(operation, points - (context?.givenBack ?? 0));
      return result;
    }
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
    if (!isWorthCompiling(fields, this.#spent.get(operation) ?? 0)) return null;
    // One that the cache drops has to be paid for again.
    this.#spent.delete(operation);
    // A large document takes tens of milliseconds to validate, and as long to compile: others have a turn in
    // between.
    await breathe();
    const made = compileQuery(schema, document, operationName ?? undefined);
    const query = isCompiledQuery(made) ? made : null;
    this.#compiled.set(operation, { query }, { size: sizeOf(fields, document) });
    return query;
  }

  #spend(operation: OperationDefinitionNode, points: number): void {
    this.#spent.set(operation, (this.#spent.get(operation) ?? 0) + points);
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

/** A document may have few fields and much else, and one that is kept compiled keeps both. */
const sizeOf = (fields: number, document: DocumentNode): number =>
  Math.max(1, fields) + Math.ceil(documentBytes(document) / LIMITS.compiledBytes);

/**
 * Compiling blocks for about 0.1 ms per field and keeps some kilobytes of each, so a query is compiled once its
 * uses have cost as much, and a very large one never.
 * @param spent the points that its uses before have cost
 */
export function isWorthCompiling(fields: number, spent: number): boolean {
  return fields <= LIMITS.compiledQuery && spent >= fields * LIMITS.compilingPoints;
}
