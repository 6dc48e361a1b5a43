import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiDeps } from '../context.ts';
import { refuseManyParts } from '../gate/parts.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';
import { bodyText } from './body-text.ts';
import { bytesDeclared } from './ingest-door.ts';

const paid = new WeakSet<FastifyRequest>();

/** What the gate needs to know about how a request arrived. */
export const arrivalOf = (request: FastifyRequest): { readonly bytes: number; readonly isPaid: boolean } => ({
  bytes: bytesDeclared(request) ?? 0,
  isPaid: paid.has(request),
});

/**
 * Parses bodies as Fastify does, but large ones only once they are charged: by the headers, or as soon as their
 * length is known. A body that is not JSON is charged too. A member `__proto__` is a member like others, which
 * no operation has.
 */
export function admitGraphqlBodies(routes: FastifyInstance, deps: ApiDeps): void {
  const pay = (request: FastifyRequest, bytes: number) => {
    if (paid.has(request)) return;
    deps.gate.chargeBody(callerOf(request), Math.min(bytes, LIMITS.graphqlBody));
    paid.add(request);
  };
  routes.addHook('onRequest', async (request) => {
    const bytes = bytesDeclared(request) ?? 0;
    if (bytes > LIMITS.readUnpaid) pay(request, bytes);
  });
  const parse = routes.getDefaultJsonParser('ignore', 'ignore') as unknown as ParseText;
  routes.removeContentTypeParser('application/json');
  routes.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (body.length > LIMITS.readUnpaid) pay(request, body.length);
      const text = await bodyText(request.headers['content-type'], body);
      refuseManyParts(text);
      return new Promise((resolve, reject) => {
        void parse(request, text, (error, parsed) => {
          if (!error) return resolve(parsed);
          try {
            pay(request, body.length);
            reject(error);
          } catch (refused) {
            reject(refused);
          }
        });
      });
    },
  );
}

type ParseText = (
  request: FastifyRequest,
  text: string,
  done: (error: Error | null, parsed?: unknown) => void,
) => void;
