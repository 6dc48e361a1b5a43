import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
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
  const apolloPlugin: ApolloServerPlugin<ApiContext> = {
    requestDidStart: async () => {
      const began = performance.now();
      return {
        willSendResponse: async ({ operation, response: { body } }) => {
          const errors = body.kind === 'single' ? body.singleResult.errors : body.initialResult.errors;
          const labels = { type: operation?.operation ?? 'none', ok: String(!errors?.length) };
          operations.observe(labels, (performance.now() - began) / 1_000);
        },
      };
    },
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
    ingested,
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
