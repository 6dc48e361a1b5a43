import {
  type ASTVisitor,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
  visit,
} from 'graphql';
import { type ComplexityEstimator, createComplexityRule } from 'graphql-query-complexity';
import { LIMITS } from '../limits.ts';
import { COSTS, UNLISTED } from './costs.ts';

/** What an operation costs, told in `extensions.cost`. */
export interface Cost {
  readonly requested: number;
  /** The most that one operation of this caller may cost. */
  readonly limit: number;
}

type Variables = Readonly<Record<string, unknown>>;

const KEPT_BYTES = 2_000;
const KEPT_PER_DOCUMENT = 50;

const estimator: ComplexityEstimator = ({ type, field, args, childComplexity }) =>
  (COSTS[`${type.name}.${field.name}`] ?? UNLISTED[type.name])?.points(args, childComplexity) ??
  childComplexity;

/** Costs by document, operation and variables: a dashboard asks the same again and again. */
const kept = new WeakMap<DocumentNode, Map<string, number>>();

/**
 * The points of a valid operation, from its text and variables alone. With variables that do not fit it is 1: execution
 * says what is wrong with them. Infinity where it has too many fields to be counted.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  const operationName = operation.name?.value;
  const spelled = operation.operation === 'mutation' ? '' : JSON.stringify([operationName, variables]);
  const known = kept.get(document) ?? new Map<string, number>();
  const found = known.get(spelled);
  if (found !== undefined) return found;
  const cost = computed(schema, document, operationName, variables);
  if (spelled !== '' && spelled.length <= KEPT_BYTES && known.size < KEPT_PER_DOCUMENT)
    kept.set(document, known.set(spelled, cost));
  return cost;
}

function computed(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Variables,
): number {
  let points = 0;
  const rule = createComplexityRule({
    estimators: [estimator],
    variables: { ...variables },
    // Not Infinity: the rule wants a number to compare with; the caller's limit is the gate's to hold.
    maximumComplexity: Number.MAX_SAFE_INTEGER,
    maxQueryNodes: 2 * LIMITS.fields,
    onComplete: (found) => {
      points = found;
    },
    ...(operationName === undefined ? {} : { operationName }),
  });
  // A field whose arguments do not fit is reported and counts nothing, for it will not run; those beside it do, and count.
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined);
  try {
    visit(document, rule(context) as ASTVisitor);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  return Math.max(1, Math.ceil(points));
}
