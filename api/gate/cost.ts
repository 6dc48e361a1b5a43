import {
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
} from 'graphql';
import { type ComplexityEstimator, createComplexityRule } from 'graphql-query-complexity';
import { LRUCache } from 'lru-cache';
import { Numbers } from '../../domain/memory/numbers.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { coerceVariables } from './coerce.ts';
import { fieldCost, listed } from './costs.ts';
import { countItems } from './lists.ts';

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
      return costOf(schema, document, operation, coerced);
    };
    if (size > KEPT_BYTES || operation.operation === 'mutation') return count();
    const key = JSON.stringify([this.#documents.of(document), operationName, variables]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const points = count();
    this.#kept.set(key, points);
    return points;
  }
}

const estimator: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const items = countItems(field.args, args);
  return listed(items) + (fieldCost(type.name, field)?.points(args, childComplexity) ?? childComplexity);
};

const rule = createComplexityRule({
  estimators: [estimator],
  // Not Infinity: the rule needs a number to compare with; the gate enforces the caller's limit.
  maximumComplexity: Number.MAX_SAFE_INTEGER,
  maxQueryNodes: 2 * LIMITS.fields,
});

/**
 * The points of a valid operation, from its text and variables alone. Infinity if it has too many fields to
 * count.
 * @param variables as coerced
 * @throws InvalidArgumentError naming a list that is too long
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  // A field with invalid arguments is reported and counts nothing, because it will not run; the others do, and
  // count.
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined);
  const counting = rule(context);
  counting.variableValues = { ...variables };
  try {
    const points = counting.nodeComplexity(operation, schema.getRootType(operation.operation) as never);
    return Math.max(1, Math.ceil(points));
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    return Number.POSITIVE_INFINITY;
  }
}
