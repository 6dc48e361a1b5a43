import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import type { LiveConnection } from '../../ingestion/webhooks/connections.ts';
import type { WebhookConnector } from '../../ingestion/webhooks/connector.ts';
import { type Delivery, receiveDelivery, verifyDelivery } from '../../ingestion/webhooks/receive.ts';
import { CONNECTABLE, CONNECTORS } from '../../ingestion/webhooks/registry.ts';
import { SignatureError } from '../../ingestion/webhooks/signature.ts';
import { auditRefusedItems } from '../audit.ts';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { RefusedError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { admitBodies, assertUncompressed } from './ingest-door.ts';

/** Where a connection's vendor posts to, or the answers of its survey arrive. */
export const connectionPath = ({ connector, id }: { readonly connector: string; readonly id: string }) =>
  CONNECTABLE.get(connector)?.path ?? `/ingest/${connector}/${id}`;

interface Target {
  readonly connection: LiveConnection;
  readonly vendor: WebhookConnector;
  readonly caller: Caller;
}
type Params = { readonly connector: string; readonly connection: string };

/** The same whether there is no such connection or the signature is wrong. */
const unsigned = () =>
  new RefusedError(
    'UNAUTHENTICATED',
    401,
    'the delivery is not signed by a connection of this path; check the path, the secret and the clock of the sender',
  );

/**
 * The door for vendors: POST /ingest/CONNECTOR/CONNECTION, authenticated by the vendor's signature over the raw bytes. It answers 202 once
 * everything is stored that can be; what cannot be read is rejected in the answer and counted, since sending it again would not help.
 * Where nothing can be stored now it answers 503, and the vendor sends it again.
 */
export function addWebhookRoute(server: FastifyInstance, deps: ApiDeps): void {
  const targets = new WeakMap<FastifyRequest, Target | null>();
  const targetOf = (request: FastifyRequest): Target | null => {
    const known = targets.get(request);
    if (known !== undefined) return known;
    const found = findTarget(deps, request.params as Params);
    targets.set(request, found);
    return found;
  };
  const refuse = (target: Target | null, error: SignatureError): never => {
    if (target) deps.connections.refused(target.connection.id, error.reason);
    deps.gate.admitUnknown('request', 0);
    throw unsigned();
  };
  server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser<Buffer>(
      '*',
      { parseAs: 'buffer' },
      async (_: FastifyRequest, body: Buffer) => body,
    );
    admitBodies(routes, deps, {
      most: LIMITS.webhookBody,
      mostOpen: LIMITS.openWebhooks,
      payer: (request) => targetOf(request)?.caller ?? null,
      check: assertUncompressed,
    });
    // Intercom and SurveyMonkey ask for an address before they use it. The answer is the same for every path.
    routes.head('/ingest/:connector/:connection', { config: { isSigned: true } }, async (_request, reply) =>
      reply.code(200).send(),
    );
    const options = { bodyLimit: LIMITS.webhookBody, config: { isSigned: true } };
    routes.post<{ Params: Params }>('/ingest/:connector/:connection', options, async (request, reply) => {
      const target = targetOf(request);
      const delivery = {
        raw: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        headers: request.headers,
        url: `${deps.publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`}${request.url}`,
      };
      try {
        if (!target) return verifyAsUnknown(deps, request.params.connector, delivery);
        return await take(deps, target, delivery, request, reply);
      } catch (error) {
        if (error instanceof SignatureError) return refuse(target, error);
        if (error instanceof KeyProviderError) throw notNow();
        throw error;
      }
    });
  });
}

/** The operator fixes what is wrong, and the vendor sends the delivery again. */
const notNow = () =>
  new RefusedError(
    'UNAVAILABLE',
    503,
    'the connection cannot be used just now, because the key provider does not answer; send it again',
  );

/** The connection of the path; null where there is none of that id and connector that may submit anything. */
function findTarget({ connections, access }: ApiDeps, { connector, connection: id }: Params): Target | null {
  const connection = connections.find(id);
  const vendor = CONNECTORS.get(connector);
  if (connection?.connector !== connector || !vendor) return null;
  const caller = access.connectionCaller(connection);
  if (caller && caller.scope.grant('submitResponse') !== 'none') return { connection, vendor, caller };
  connections.refused(id, 'NOT_GRANTED');
  return null;
}

/** Does the work of a wrong signature, so that the time does not reveal whether there is such a connection. */
function verifyAsUnknown({ now }: ApiDeps, connector: string, delivery: Delivery): never {
  const [first] = CONNECTORS.values();
  const vendor = CONNECTORS.get(connector) ?? (first as WebhookConnector);
  verifyDelivery(vendor, delivery, [vendor.secret.make(randomBytes, '')], now());
  throw new SignatureError('WRONG_SIGNATURE');
}

async function take(
  deps: ApiDeps,
  { connection, vendor, caller }: Target,
  delivery: Delivery,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const target = {
    id: connection.id,
    connector: vendor,
    reader: () => deps.connections.reader(connection),
  };
  const { account, ignored, repeated, challenge } = await receiveDelivery(deps, caller, target, delivery);
  // Only now it is known whose it is: the log names the connection.
  request.caller = caller;
  if (challenge !== undefined) return reply.type('text/plain; charset=utf-8').send(challenge);
  deps.onIngested(account);
  await auditRefusedItems(createContext(deps, caller, null, request.id), 'ingest', account);
  const { answer } = vendor;
  if (answer) return reply.code(200).type(answer.type).send(answer.body);
  return reply.code(202).send({ ...account, ignored, ...(repeated ? { repeated } : {}) });
}
