import { createSourceEventStream, type ExecutionResult, execute, GraphQLError } from 'graphql';
import { withAudit } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { errorBody, maskedError, publicError } from '../errors.ts';
import { documentBytes } from '../gate/documents.ts';
import { LIMITS } from '../limits.ts';
import { executedOf, finishResult, type Prepared } from '../operation.ts';
import { AgentStream, type AgentUpdate } from './agent-stream.ts';
import { Answer } from './answer.ts';
import { type Cohorts, LiveQueryHandle } from './cohort.ts';
import type { NpsUpdate } from './live-query.ts';

/** About how much memory a character of variables as JSON takes: lists of short texts take most. */
const VARIABLE_BYTES = 8;
const ROWS_COUNT = `; the rows of one count too, each ${LIMITS.subscriptionBytes / 1_024} KiB of them as one: take fewer groups or fields`;

/**
 * Begins a subscription: its answers go to `deliver`, the first before this resolves. Returns the
 * function that ends it, or the errors that kept it from beginning.
 */
export async function beginSubscription(
  cohorts: Cohorts,
  prepared: Prepared,
  deliver: (answer: Answer) => void,
): Promise<(() => void) | ExecutionResult> {
  const { contextValue, document, variableValues } = prepared;
  const bytes = documentBytes(document) + VARIABLE_BYTES * JSON.stringify(variableValues ?? {}).length;
  let left: () => void;
  try {
    left = cohorts.shares.enter(contextValue.caller, Math.ceil(bytes / LIMITS.subscriptionBytes));
  } catch (error) {
    return refusedWith(contextValue, error);
  }
  let leave: (() => void) | undefined;
  try {
    const begun = await begin(cohorts, prepared, deliver);
    if (typeof begun !== 'function') return begun;
    leave = begun;
  } finally {
    if (!leave) left();
  }
  const leaveCohort = leave;
  return () => {
    leaveCohort();
    left();
  };
}

async function begin(
  cohorts: Cohorts,
  prepared: Prepared,
  deliver: (answer: Answer) => void,
): Promise<(() => void) | ExecutionResult> {
  const context = prepared.contextValue;
  // Only these two are ever returned as a stream, by npsUpdates, alertUpdates and caseUpdates.
  const source: unknown = await createSourceEventStream(prepared).catch((error: unknown) =>
    refusedWith(context, error),
  );
  const isStream = source instanceof LiveQueryHandle || source instanceof AgentStream;
  const refused = isStream ? {} : finishResult(source as ExecutionResult, context);
  const begun = await withAudit(context, executedOf(prepared), refused);
  if (!isStream || begun.errors) {
    if (source instanceof LiveQueryHandle) source.liveQuery.disuse();
    return begun;
  }
  const answer = async (update: NpsUpdate | AgentUpdate) => {
    // Extensions of one update are not repeated with the next.
    const own: ApiContext = { ...context, masked: [], unknown: [] };
    return finishResult(await execute({ ...prepared, contextValue: own, rootValue: update }), own);
  };
  try {
    if (source instanceof AgentStream)
      return await source.begin(async (update) => deliver(new Answer(JSON.stringify(await answer(update)))));
    return await cohorts.join({
      subscription: source,
      document: prepared.document,
      operationName: prepared.operationName,
      variables: prepared.variableValues,
      execute: answer,
      deliver,
      hold: (weight) => cohorts.shares.enter(context.caller, weight, ROWS_COUNT),
    });
  } catch (error) {
    return refusedWith(context, error);
  }
}

function refusedWith({ deps }: ApiContext, error: unknown): ExecutionResult {
  const { message, extensions } = errorBody(publicError(error) ?? maskedError(deps.log, error));
  return { errors: [new GraphQLError(message, { extensions })] };
}
