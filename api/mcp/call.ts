import { GraphQLError, type GraphQLSchema } from 'graphql';
import { cut, quoted } from '../../domain/text/text.ts';
import { resolveMoments } from '../bi/resolve-moments.ts';
import type { Caller } from '../caller.ts';
import { type ApiContext, type ApiDeps, createContext } from '../context.ts';
import { InvalidArgumentError, maskedError, publicError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { executeOperation, prepareOperation } from '../operation.ts';
import { answerOf, errorAnswer, rowsOf, type ToolAnswer } from './render.ts';
import type { Tool } from './tool.ts';

/** Who calls a tool. */
export interface Calling {
  readonly schema: GraphQLSchema;
  readonly deps: ApiDeps;
  readonly caller: Caller;
  /** The caller's stated purpose. */
  readonly purpose: string | null;
  readonly requestId: string;
  /** Where windows end that show the newest response that the caller may read; null: at the present. */
  readonly newestEnd: (context: ApiContext) => Promise<Date | null>;
}

/**
 * Executes the document of a tool as the caller's operation, with the gate, cost, scope and audit of /graphql. What is wrong is
 * part of the answer, so that a model can read it and call again.
 */
export async function callTool(
  tool: Tool,
  given: Readonly<Record<string, unknown>>,
  calling: Calling,
): Promise<ToolAnswer> {
  const { schema, deps, caller, purpose, requestId } = calling;
  const contextOf = (): ApiContext => createContext(deps, caller, purpose, requestId);
  const context = contextOf();
  try {
    const variables = await variablesOf(tool, given, calling, contextOf);
    const prepared = prepareOperation(schema, context, {
      documentId: tool.trusted.hash,
      operationName: tool.trusted.name,
      variables,
      readOnly: tool.operation.operation !== 'mutation',
    });
    if (!('document' in prepared)) return errorAnswer(prepared.errors);
    const result = await executeOperation(prepared);
    if (result.errors?.length) return errorAnswer(result.errors);
    refuseManyRows(Object.values(result.data ?? {})[0]);
    return answerOf(tool, result, prepared.variableValues ?? {}, context);
  } catch (error) {
    const { message, code } = publicError(error) ?? maskedError(context.deps.log, error);
    return errorAnswer([new GraphQLError(message, { extensions: { code } })]);
  }
}

/** The variables of a call. @throws InvalidArgumentError naming the argument */
async function variablesOf(
  { entry, operation, inputSchema }: Tool,
  given: Readonly<Record<string, unknown>>,
  { schema, deps, newestEnd }: Calling,
  contextOf: () => ApiContext,
): Promise<Record<string, unknown>> {
  const declared = Object.keys(inputSchema.properties);
  for (const name of Object.keys(given))
    if (!declared.includes(name))
      throw new InvalidArgumentError(
        `${entry.name} has no argument ${quoted(cut(name))}; it has ${declared.join(', ')}`,
      );
  // Clients send null for what a model left out.
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  for (const [name, most] of Object.entries(entry.most ?? {})) {
    const value = present[name];
    if (typeof value === 'number' && value > most)
      throw new InvalidArgumentError(`${name}: at most ${most} in one call of ${entry.name}`);
  }
  const { defaults = {} } = entry;
  const resolving = { schema, operation, defaults, now: deps.now(), newestEnd: () => newestEnd(contextOf()) };
  return (await resolveMoments(resolving, present)).variables;
}

/** @throws InvalidArgumentError: a model would have to read all of them */
function refuseManyRows(root: unknown): void {
  const rows = rowsOf(root)?.length ?? 0;
  if (rows > LIMITS.toolRows)
    throw new InvalidArgumentError(
      `${rows} rows, and a tool answers with at most ${LIMITS.toolRows}: divide by fewer dimensions, or ask for a smaller segment`,
    );
}
