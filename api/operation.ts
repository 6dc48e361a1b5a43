import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { type Executed, withAudit } from './audit.ts';
import type { ApiContext, Masked } from './context.ts';
import { formatGraphqlError, InvalidArgument } from './errors.ts';
import type { DocumentRequest } from './gate/gate.ts';
import { LIMIT_RULES, LIMITS } from './limits.ts';
import type { Log } from './log.ts';

/** A GraphQL request as any transport brings it. */
export interface OperationRequest extends DocumentRequest {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** It came by GET, which changes nothing. */
  readonly readOnly?: boolean;
}

/** An operation that came through parsing and validation. */
export type Prepared = ExecutionArgs & { readonly document: DocumentNode; readonly contextValue: ApiContext };

/**
 * Parses and validates for the transports beside Apollo's (WebSocket, SSE), by the same rules and limits.
 * The answer is the errors where there are some.
 */
export function prepareOperation(
  schema: GraphQLSchema,
  context: ApiContext,
  request: OperationRequest,
): Prepared | readonly GraphQLError[] {
  const { gate } = context.deps;
  const { caller } = context;
  let document: DocumentNode;
  try {
    document = parse(gate.readDocument(caller, request), { maxTokens: LIMITS.tokens });
    const errors = validate(schema, document, [...specifiedRules, ...LIMIT_RULES]);
    if (errors.length > 0) return errors.map((error) => toldError(context, error));
    const operation = getOperationAST(document, request.operationName);
    if (request.readOnly && operation?.operation === 'mutation')
      throw new InvalidArgument('a mutation is sent by POST');
    if (operation) {
      const cost = gate.admit(caller, schema, document, operation, request.variables ?? {});
      if (operation.operation !== 'subscription') context.cost = cost;
    }
  } catch (error) {
    if (error instanceof GraphQLError) return [toldError(context, error)];
    return [new GraphQLError((error as Error).message, { originalError: error as Error })];
  }
  return {
    schema,
    document,
    contextValue: context,
    operationName: request.operationName ?? null,
    variableValues: request.variables ?? null,
  };
}

/** Executes a query or mutation and finishes its answer for the world; what it releases is in the audit log by then. */
export async function executeOperation(prepared: Prepared): Promise<ExecutionResult> {
  const context = prepared.contextValue;
  return withAudit(context, executedOf(prepared), finishResult(await execute(prepared), context));
}

/** What the audit log is told of an operation. */
export function executedOf({ schema, document, operationName, variableValues }: Prepared): Executed {
  return { schema, document, operationName, variables: variableValues };
}

/** Maps the errors and tells what was withheld. */
export function finishResult(result: ExecutionResult, context: ApiContext): ExecutionResult {
  const errors =
    result.errors && formatErrors(context.deps.log, result.errors).map((error) => toldError(context, error));
  const extensions = { ...result.extensions, ...extensionsOf(context) };
  return {
    ...(errors ? { errors } : {}),
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
  };
}

/** What an answer tells beside its data: what was withheld, and the cost. */
export function extensionsOf({ masked, cost }: ApiContext): Record<string, unknown> {
  // In the order of the paths: that of resolving them tells what took how long.
  const sorted = masked.toSorted((a, b) => comparePaths(a.path, b.path));
  return { ...(masked.length > 0 ? { masked: sorted } : {}), ...(cost ? { cost } : {}) };
}

/** By field names and places in lists, from the root. */
function comparePaths(a: Masked['path'], b: Masked['path']): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as string | number, b[i] as string | number];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

/** The error without what the caller may not be told. */
function toldError({ deps, caller }: ApiContext, error: GraphQLError): GraphQLError {
  const message = deps.gate.told(caller, error.message);
  if (message === error.message) return error;
  const { source, positions, path, extensions } = error;
  return new GraphQLError(message, { source, positions, path, extensions });
}

/** Errors as the world may see them. */
export function formatErrors(log: Log, errors: readonly GraphQLError[]): GraphQLError[] {
  return errors.map((error) => {
    const { message, extensions } = formatGraphqlError(log, error.toJSON(), error);
    const { source, positions, path } = error;
    return new GraphQLError(message, { source, positions, path, extensions });
  });
}
