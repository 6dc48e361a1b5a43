import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { type Executed, withAudit } from './audit.ts';
import type { ApiContext, Masked } from './context.ts';
import { formatGraphqlError, maskedError, publicError } from './errors.ts';
import type { OperationRequest } from './gate/gate.ts';
import { InvalidOperationError } from './gate/invalid-operation.ts';
import type { Log } from './log.ts';

/** An operation that may run. */
export type Prepared = ExecutionArgs & { readonly document: DocumentNode; readonly contextValue: ApiContext };

/** Why an operation does not run, for every transport. */
export interface NotRun {
  readonly errors: readonly GraphQLError[];
  /** Of HTTP. */
  readonly status: number;
  /** Seconds until it may run. */
  readonly retryAfter?: number | undefined;
}

/** The gate for every transport: parses, validates, coerces and charges. */
export function prepareOperation(
  schema: GraphQLSchema,
  context: ApiContext,
  request: OperationRequest,
): Prepared | NotRun {
  const { deps, caller } = context;
  try {
    const { document, operation, operationName, variables, cost } = deps.gate.admit(caller, schema, request);
    if (operation.operation !== 'subscription') context.cost = cost;
    return { schema, document, contextValue: context, operationName, variableValues: variables };
  } catch (error) {
    if (error instanceof InvalidOperationError) return { errors: error.errors, status: 400 };
    const { code, status, message, retryAfter } = publicError(error) ?? maskedError(deps.log, error);
    return { errors: [new GraphQLError(message, { extensions: { code } })], status, retryAfter };
  }
}

/** Executes a query or mutation and completes its public answer; its releases are in the audit log by then. */
export async function executeOperation(prepared: Prepared): Promise<ExecutionResult> {
  const context = prepared.contextValue;
  return withAudit(
    context,
    executedOf(prepared),
    finishResult(await context.deps.queries.execute(prepared), context),
  );
}

/** The audit log's view of an operation. */
export function executedOf({ schema, document, operationName, variableValues }: Prepared): Executed {
  return { schema, document, operationName, variables: variableValues };
}

/** Maps the errors and reports masked values. */
export function finishResult(result: ExecutionResult, context: ApiContext): ExecutionResult {
  const errors = result.errors && formatErrors(context.deps.log, result.errors);
  const extensions = { ...result.extensions, ...extensionsOf(context) };
  return {
    ...(errors ? { errors } : {}),
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
  };
}

/** The answer's extensions: masked values, unknown values of segments, empty windows, and the cost. */
export function extensionsOf({ masked, unknown, emptyWindows, cost }: ApiContext): Record<string, unknown> {
  // In the order of the paths: the order of resolving would reveal which took longer.
  const sorted = <One extends Pick<Masked, 'path'>>(list: readonly One[]) =>
    list.toSorted((a, b) => comparePaths(a.path, b.path));
  return {
    ...(masked.length > 0 ? { masked: sorted(masked) } : {}),
    ...(unknown.length > 0 ? { unknownSegmentValues: sorted(unknown) } : {}),
    ...(emptyWindows.length > 0 ? { emptyWindows: sorted(emptyWindows) } : {}),
    ...(cost ? { cost } : {}),
  };
}

/** By field names and list indexes, from the root. */
function comparePaths(a: Masked['path'], b: Masked['path']): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as string | number, b[i] as string | number];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

/** Errors in their public form. */
export function formatErrors(log: Log, errors: readonly GraphQLError[]): GraphQLError[] {
  return errors.map((error) => {
    const { message, extensions } = formatGraphqlError(log, error.toJSON(), error);
    const { source, positions, path, locations } = error;
    const made = new GraphQLError(message, { source, positions, path, extensions });
    // Those of compiled code have their places without the source.
    return made.locations ? made : Object.assign(made, { locations });
  });
}
