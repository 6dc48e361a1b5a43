import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { type ApiDeps, createContext } from '../context.ts';
import { callerOf } from './auth.ts';
import { acceptsGzip } from './compress.ts';
import { consoleTabs } from './console-tabs.ts';
import { addVary } from './origins.ts';

const PAGE = new URL('../../web/console.html', import.meta.url);
/** The page runs its own inline script and GraphiQL, which needs eval; nothing else does (api/http/pages.ts). */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; " +
  "img-src data:; font-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * Adds the console at /console (open: it asks for a key), and with the key /console.json, the GraphiQL that the page then
 * shows, and /console-tabs.json, its example queries. Everything comes from this server.
 */
export function addPage(server: FastifyInstance, schema: GraphQLSchema, deps: ApiDeps): void {
  let bundle: Promise<Buffer> | undefined;
  server.get('/console', { config: { isOpen: true } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .header('cache-control', 'no-cache')
      .send(await readFile(PAGE)),
  );
  server.get('/console.json', async (request, reply) => {
    deps.gate.admitRoute(callerOf(request), '/console.json');
    bundle ??= packConsole();
    const packed = await bundle;
    reply.type('application/json');
    if (!acceptsGzip(request.headers['accept-encoding']))
      return reply.send(Readable.from([packed]).pipe(createGunzip()));
    addVary(reply, 'Accept-Encoding');
    return reply.header('content-encoding', 'gzip').send(packed);
  });
  server.get('/console-tabs.json', async (request) =>
    consoleTabs(schema, createContext(deps, callerOf(request), request.purpose, request.id)),
  );
}

/** GraphiQL with its editor is 9 MB of text: loaded on demand, cached compressed. */
async function packConsole(): Promise<Buffer> {
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker } = await import(
    '@graphql-yoga/render-graphiql/graphiql'
  );
  const content = {
    script: js,
    style: css,
    workers: {
      'editorWorkerService:text': editorWorkerService,
      'json:text': jsonWorker,
      'graphql:text': graphqlWorker,
    },
  };
  return promisify(gzip)(JSON.stringify(content));
}
