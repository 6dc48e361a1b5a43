import {
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
} from 'graphql';
import { type ComplexityEstimator, createComplexityRule } from 'graphql-query-complexity';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { coerceVariables } from './coerce.ts';
import { fieldCost, listed } from './costs.ts';
import { countItems } from './lists.ts';

/** What an operation costs, told in `extensions.cost`. */
export interface Cost {
  readonly requested: number;
  /** The most that one operation of this caller may cost. */
  readonly limit: number;
}

type Variables = Readonly<Record<string, unknown>>;

/** A valid operation with its variables as they were given. */
interface Counted {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly variables: Variables;
}

const KEPT_BYTES = 2_000;
const KEPT_PER_DOCUMENT = 50;

/** What operations cost; kept for those that come again and again, as a dashboard's do: their variables fit. */
export class Costs {
  readonly #kept = new WeakMap<DocumentNode, Map<string, number>>();

  /**
   * @param size of the variables in bytes
   * @param suggests whether mistakes may be answered with names of the schema
   * @throws InvalidOperationError where the variables do not fit, InvalidArgumentError where a list is too long
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
    const kept = this.#kept.get(document) ?? new Map<string, number>();
    this.#kept.set(document, kept);
    const key = JSON.stringify([operationName, variables]);
    const points = kept.get(key) ?? count();
    if (kept.size < KEPT_PER_DOCUMENT) kept.set(key, points);
    return points;
  }
}

const estimator: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const items = countItems(field.args, args);
  return listed(items) + (fieldCost(type.name, field)?.points(args, childComplexity) ?? childComplexity);
};

const rule = createComplexityRule({
  estimators: [estimator],
  // Not Infinity: the rule wants a number to compare with; the caller's limit is the gate's to hold.
  maximumComplexity: Number.MAX_SAFE_INTEGER,
  maxQueryNodes: 2 * LIMITS.fields,
});

/**
 * The points of a valid operation, from its text and variables alone. Infinity where it has too many fields to be counted.
 * @param variables as they were coerced
 * @throws InvalidArgumentError naming a list that is too long
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  // A field whose arguments do not fit is reported and counts nothing, for it will not run; those beside it do, and count.
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
