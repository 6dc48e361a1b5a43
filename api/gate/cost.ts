import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Numbers } from '../../domain/memory/numbers.ts';
import { InvalidArgumentError } from '../errors.ts';
import { coerceVariables } from './coerce.ts';
import { type Count, DocumentCost } from './document-cost.ts';

/** The cost of an operation, reported in `extensions.cost`. */
export interface Cost {
  readonly requested: number;
  /** The most that one operation of this caller may cost. */
  readonly limit: number;
}

type Variables = Readonly<Record<string, unknown>>;

/** A valid operation with its variables as given. */
interface Counted {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly variables: Variables;
}

const KEPT_BYTES = 2_000;
/** Of all documents together. */
const KEPT = 5_000;
const KEPT_CHARACTERS = 4_000_000;

/** Costs of operations, cached for repeated ones such as a dashboard's, whose variables are valid. */
export class Costs {
  readonly #kept = new LRUCache<string, number>({
    max: KEPT,
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_, key) => key.length,
  });
  readonly #documents = new Numbers();
  readonly #compiled = new WeakMap<DocumentNode, DocumentCost>();

  /**
   * @param size of the variables in bytes
   * @param suggests whether mistakes may be answered with names of the schema
   * @throws InvalidOperationError for invalid variables, InvalidArgumentError for a list that is too long
   */
  of(
    schema: GraphQLSchema,
    { document, operation, operationName, variables }: Counted,
    { size, suggests }: { readonly size: number; readonly suggests: boolean },
  ): number {
    const count = () => {
      const coerced = coerceVariables(schema, operation.variableDefinitions ?? [], variables, suggests);
      return costOf(this.#countOf(schema, document, operation), coerced);
    };
    if (size > KEPT_BYTES || operation.operation === 'mutation') return count();
    const key = JSON.stringify([this.#documents.of(document), operationName, variables]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const points = count();
    this.#kept.set(key, points);
    return points;
  }

  #countOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Count {
    const known = this.#compiled.get(document) ?? new DocumentCost(schema, document);
    this.#compiled.set(document, known);
    return known.of(operation);
  }
}

/**
 * The points of a valid operation, from its text and variables alone. Infinity where a directive has no value.
 * @param variables as coerced
 * @throws InvalidArgumentError naming a list that is too long
 */
export function costOf(count: Count, variables: Variables): number {
  try {
    return count(variables);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    return Number.POSITIVE_INFINITY;
  }
}
