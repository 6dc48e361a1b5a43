import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { KEY } from '../kit/process.ts';

/*
 * PostGraphile over the schema `peer` of DATABASE_URL, out of the folder PEER, with the settings that its documentation gives for production.
 * It checks the same key as ours.
 */

// Of another project: it is no dependency, and its types are not there.
const load = createRequire(join(process.env.PEER ?? '', 'package.json'));
const { postgraphile } = load('postgraphile');
const { grafserv } = load('postgraphile/grafserv/node');
const { PostGraphileAmberPreset } = load('postgraphile/presets/amber');
const { makePgService } = load('postgraphile/adaptors/pg');

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['peer'],
      poolConfig: { max: 10 },
    }),
  ],
  schema: { defaultBehavior: 'list -connection' },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
});
await instance.getSchema();
const answering = createServer();
await instance.createServ(grafserv).addTo(answering);
const [answer] = answering.listeners('request') as [(...given: unknown[]) => void];
const server = createServer((request, response) => {
  if (request.headers.authorization === `Bearer ${KEY}`) answer.call(answering, request, response);
  else response.writeHead(401).end();
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening  http://127.0.0.1:${(server.address() as { port: number }).port}\n`);
});
