import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { type Executed, withAudit } from './audit.ts';
import type { ApiContext } from './context.ts';
import { formatGraphqlError } from './errors.ts';
import { LIMIT_RULES, LIMITS } from './limits.ts';
import type { Log } from './log.ts';

/** A GraphQL request as any transport brings it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
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
  let document: DocumentNode;
  try {
    document = parse(request.query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    return [error as GraphQLError];
  }
  const errors = validate(schema, document, [...specifiedRules, ...LIMIT_RULES]);
  if (errors.length > 0) return errors;
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
export function finishResult(result: ExecutionResult, { masked, deps }: ApiContext): ExecutionResult {
  const errors = result.errors && formatErrors(deps.log, result.errors);
  const extensions = masked.length > 0 ? { ...result.extensions, masked } : result.extensions;
  return {
    ...(errors ? { errors } : {}),
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(extensions ? { extensions } : {}),
  };
}

/** Errors as the world may see them. */
export function formatErrors(log: Log, errors: readonly GraphQLError[]): GraphQLError[] {
  return errors.map((error) => {
    const { message, extensions } = formatGraphqlError(log, error.toJSON(), error);
    const { source, positions, path } = error;
    return new GraphQLError(message, { source, positions, path, extensions });
  });
}
