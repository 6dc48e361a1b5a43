import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { BatchAccount } from '../../ingestion/pipeline/outcome.ts';
import { auditRefusal } from '../audit.ts';
import { type ApiContext, type ApiDeps, createContext } from '../context.ts';
import { ForbiddenError } from '../errors.ts';
import { callerOf } from './auth.ts';
import { addLiveGauges, type LiveGauges } from './live-gauges.ts';
import { addServerMetrics, type BuildFacts, type ServerMetrics } from './server-metrics.ts';

export interface Metrics extends ServerMetrics {
  readonly registry: Registry;
  readonly apolloPlugin: ApolloServerPlugin<ApiContext>;
  /** Begins to time a query that Apollo does not answer; the function that it returns counts it. */
  readonly startQuery: () => (result: Pick<ExecutionResult, 'errors'>) => void;
  /** Counts a query that was answered with the text of an equal one. */
  readonly remembered: () => void;
  /** Counts an operation that did not run. */
  readonly notRun: () => void;
  /** Counts responses that a model version has scored. */
  readonly scored: (modelVersionId: number, responses: number) => void;
  /** Counts the results of a batch's items. */
  readonly ingested: (account: BatchAccount) => void;
}

/** Any of these. */
const READS_METRICS = ['readMetrics', 'administer'] as const;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** The counters that the API keeps itself. */
export function createMetrics(build: BuildFacts): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const responses = new Counter({
    name: 'scoreline_ingested_responses_total',
    help: 'Responses that arrived, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const scored = new Counter({
    name: 'scoreline_scored_responses_total',
    help: 'Responses that a model version has scored.',
    labelNames: ['model'],
    registers: [registry],
  });
  const operations = new Histogram({
    name: 'scoreline_graphql_operation_seconds',
    help: 'GraphQL operations over HTTP, by type and whether they had errors.',
    labelNames: ['type', 'ok'],
    buckets: SECONDS,
    registers: [registry],
  });
  const remembered = new Counter({
    name: 'scoreline_remembered_answers_total',
    help: 'Queries over HTTP that were answered with the text of an equal one, because nothing that it shows had changed.',
    registers: [registry],
  });
  /** Begins to time an operation. */
  const start = () => {
    const began = performance.now();
    return (type: string, errors: readonly unknown[] | undefined) =>
      operations.observe({ type, ok: String(!errors?.length) }, (performance.now() - began) / 1_000);
  };
  const apolloPlugin: ApolloServerPlugin<ApiContext> = {
    requestDidStart: async () => {
      const end = start();
      return {
        willSendResponse: async ({ operation, response: { body } }) =>
          end(
            operation?.operation ?? 'none',
            body.kind === 'single' ? body.singleResult.errors : body.initialResult.errors,
          ),
      };
    },
  };
  const startQuery = () => {
    const end = start();
    return ({ errors }: Pick<ExecutionResult, 'errors'>) => end('query', errors);
  };
  const ingested = ({ accepted, duplicates, rejectedTotal }: BatchAccount) => {
    responses.inc({ outcome: 'accepted' }, accepted);
    responses.inc({ outcome: 'duplicate' }, duplicates);
    responses.inc({ outcome: 'rejected' }, rejectedTotal);
  };
  return {
    ...addServerMetrics(registry, build),
    registry,
    apolloPlugin,
    startQuery,
    ingested,
    remembered: () => remembered.inc(),
    notRun: () => operations.observe({ type: 'none', ok: 'false' }, 0),
    scored: (modelVersionId, responses) => scored.inc({ model: modelVersionId }, responses),
  };
}

/** Adds /metrics in the Prometheus text format, for callers who may read metrics or administer. */
export function addMetricsRoute(
  server: FastifyInstance,
  deps: ApiDeps,
  { registry }: Metrics,
  live: LiveGauges,
): void {
  addLiveGauges(registry, live);
  server.get('/metrics', async (request, reply) => {
    // Counters cover all cells and responses, whatever each caller may see.
    const caller = callerOf(request);
    deps.gate.admitRoute(caller, '/metrics');
    if (!READS_METRICS.some((group) => caller.scope.allowsAll(group))) {
      await auditRefusal(createContext(deps, caller, request.purpose, request.id), 'metrics');
      throw new ForbiddenError('this key may not read metrics');
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
