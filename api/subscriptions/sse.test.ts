import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { GraphQLObjectType, GraphQLScalarType, GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gateSettings } from '../../config/gate-settings.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import type { Caller } from '../caller.ts';
import { CompiledQueries } from '../compiled.ts';
import type { ApiDeps } from '../context.ts';
import { openGate } from '../gate/gate.ts';
import { createCohorts } from './cohort.ts';
import { createEventStreams } from './sse.ts';

/* With a schema that breaks the rules of GraphQL, so that its operations fail where nothing is expected to. */

/** What JSON cannot hold. */
const Big = new GraphQLScalarType({ name: 'Big', serialize: () => 1n });
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { big: { type: Big, resolve: () => 1 } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: { noStream: { type: Big, subscribe: () => 1 } },
  }),
});
const logged: string[] = [];
const deps = {
  gate: openGate(gateSettings.parse({}), new Map(), Date.now),
  queries: new CompiledQueries(),
  log: { error: ({ err }: { err: Error }) => logged.push(err.message) },
  now: Date.now,
  lineage: () => null,
  scopedReader: { as: () => ({}) },
  audit: { aggregates: false, refuse: async () => undefined },
  access: { authenticate: async () => caller, onChange: () => () => undefined },
} as unknown as ApiDeps;
const caller = {
  ...{ id: 'ApiKey:9', name: 'BI', role: 'admin', policyVersion: 'p1', scope: EVERYTHING },
  ...{ attributes: {}, sources: null, readOnly: false, expiresAt: null },
} as Caller;
const cohorts = createCohorts(() => undefined);
const streams = createEventStreams(schema, deps, cohorts, () => undefined);
const served: Promise<void>[] = [];

let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams.get('query');
    const by = { caller, credential: 'key', purpose: null, requestId: 'request' };
    const operation = { query, documentId: null, operationName: null, variables: null, extensions: null };
    const end = streams.serve(response, by, operation);
    served.push(end);
    // A stream without an end would hold the test.
    end.catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

it.each([
  ['a query', '{ big }', /BigInt/],
  ['a subscription', 'subscription { noStream }', /Async Iterable/],
])('ends the stream of %s that fails unexpectedly with a masked error', async (_, query, why) => {
  const { port } = server.address() as { port: number };
  const answer = await fetch(`http://127.0.0.1:${port}/?query=${encodeURIComponent(query)}`);
  const text = await answer.text();
  const [, result] = /event: next\ndata: (.*)\n/.exec(text) ?? [];
  const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: 'request' };
  expect(JSON.parse(result ?? 'null')).toMatchObject({ errors: [{ extensions }] });
  expect(text).toMatch(/event: complete\ndata:\n\n$/);
  expect(text).not.toMatch(why);
  expect(logged.at(-1)).toMatch(why);
  await Promise.all(served);
  expect([streams.count(), cohorts.count()]).toEqual([0, 0]);
});
