import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import { isProgram } from '../../domain/responses/signs.ts';
import { namedValues } from '../../domain/text/named-values.ts';
import { cutMessage } from '../../domain/text/text.ts';
import { takeAnswer } from '../../ingestion/surveys/answer.ts';
import { connectionOfKey, type WebSnippetReader, webSnippet } from '../../ingestion/surveys/web-snippet.ts';
import { objectOfBody } from '../../ingestion/webhooks/body.ts';
import type { LiveConnection } from '../../ingestion/webhooks/connections.ts';
import { sameBytes } from '../../ingestion/webhooks/signature.ts';
import { readSecrets } from '../../store/connections/connections.ts';
import { auditRefusedItems } from '../audit.ts';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { InvalidArgumentError, RefusedError } from '../errors.ts';
import { Buckets } from '../gate/bucket.ts';
import { LIMITS } from '../limits.ts';
import { admitBodies, assertUncompressed } from './ingest-door.ts';
import { addVary } from './origins.ts';
import { sendScript } from './pages.ts';

/** A key of a page, from an origin that its connection declares. */
interface Opened {
  readonly connection: LiveConnection;
  readonly caller: Caller;
  readonly reader: WebSnippetReader;
}
type Params = { readonly key: string };

/** An answer that was kept in a browser keeps its time for so long. */
const KEPT_MS = 30 * 24 * 3_600_000;
const CLOCKS_DIFFER_MS = 5 * 60_000;

const uuid = z.uuid();
const answerShape = z.strictObject({
  id: uuid,
  visitor: uuid,
  respondent: z.string().nullish(),
  /** Epoch milliseconds, by the clock of the browser. */
  at: z.int().min(0),
  /** 0: the score, sent by a later page that does not know its respondent; 1: the score; 2: with the comment. */
  revision: z.int().min(0).max(9),
  score: z.int().min(0).max(10),
  comment: z.string().nullish(),
  values: namedValues(z.string(), z.string()).optional(),
  /** Milliseconds from when the question was shown until the score was chosen. */
  took: z.int().min(0).optional(),
  /** The field that people do not see was filled. */
  filled: z.boolean().optional(),
});

/** The same for a key that is unknown, removed or replaced, and for one of another connector. */
const unknownKey = () =>
  new RefusedError(
    'UNAUTHENTICATED',
    401,
    'this key is not known here; take the present one from the Data screen',
  );

/**
 * The web survey: GET /survey.js is the script, POST /survey/KEY takes an answer from a page of a declared origin. The key is publishable: it
 * may submit to its connection, and read nothing. The answer has no body. Browsers send it as text/plain, so that no preflight is needed.
 */
export function addSurveyScript(server: FastifyInstance, deps: ApiDeps): void {
  const opened = new WeakMap<FastifyRequest, Opened>();
  const minutes = new Buckets();
  server.get('/survey.js', { config: { isOpen: true } }, async (request, reply) =>
    sendScript(request, reply, 'survey.js'),
  );
  server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser<Buffer>(
      '*',
      { parseAs: 'buffer' },
      async (_: FastifyRequest, body: Buffer) => body,
    );
    routes.addHook('onRequest', async (request, reply) => {
      const found = await openKey(deps, (request.params as Params).key);
      if (!found) {
        deps.gate.admitUnknown('request', 0);
        throw unknownKey();
      }
      request.caller = found.caller;
      assertOrigin(found, request, reply);
      const wait = minutes.take(found.connection.id, 1, found.reader.perMinute, deps.now());
      if (wait > 0)
        throw new RefusedError('RATE_LIMITED', 429, 'too many answers just now', Math.ceil(wait / 1_000));
      opened.set(request, found);
    });
    admitBodies(routes, deps, {
      most: LIMITS.surveyBody,
      mostOpen: LIMITS.openWebhooks,
      payer: (request) => opened.get(request)?.caller ?? null,
      check: assertUncompressed,
    });
    const options = { bodyLimit: LIMITS.surveyBody, config: { isSigned: true } };
    routes.post<{ Params: Params }>('/survey/:key', options, async (request, reply) => {
      const found = opened.get(request);
      if (!found) throw unknownKey();
      return take(deps, found, request, reply);
    });
  });
}

async function openKey(deps: ApiDeps, key: string): Promise<Opened | null> {
  const { connections, access, store, encryption, now } = deps;
  const connection = connections.find(connectionOfKey(key) ?? '');
  if (connection?.connector !== webSnippet.name) return null;
  const caller = access.connectionCaller(connection);
  if (!caller || caller.scope.grant('submitResponse') === 'none') {
    connections.refused(connection.id, 'NOT_GRANTED');
    return null;
  }
  const secrets = await secretsOf(() => readSecrets(store, encryption, connection.id, new Date(now())));
  const fits = secrets?.map((one) => sameBytes(Buffer.from(one), Buffer.from(key))) ?? [];
  if (!fits.includes(true)) {
    connections.refused(connection.id, 'WRONG_SIGNATURE');
    return null;
  }
  // Readers of this connector have its settings.
  return { connection, caller, reader: (await connections.reader(connection)) as WebSnippetReader };
}

/** @throws RefusedError where the key provider is away: the browser keeps the answer and sends it again */
async function secretsOf<Secrets>(read: () => Promise<Secrets>): Promise<Secrets> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KeyProviderError)
      throw new RefusedError('UNAVAILABLE', 503, 'the key cannot be checked just now; send it again');
    throw error;
  }
}

/** Lets pages of declared origins read the status, and refuses all others. @throws RefusedError */
function assertOrigin({ reader }: Opened, request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers;
  addVary(reply, 'Origin');
  if (origin === undefined || !reader.origins.has(origin))
    throw new RefusedError(
      'FORBIDDEN',
      403,
      `this key is not for this origin; the mapping of its connection names those that it is for`,
    );
  reply.raw.setHeader('access-control-allow-origin', origin);
  reply.raw.setHeader('access-control-expose-headers', 'retry-after');
}

async function take(deps: ApiDeps, found: Opened, request: FastifyRequest, reply: FastifyReply) {
  const { connection, caller, reader } = found;
  const read = answerShape.safeParse(
    objectOfBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)),
  );
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new InvalidArgumentError(cutMessage(`${issue?.path.join('.') || 'the answer'}: ${issue?.message}`));
  }
  const { id, visitor, respondent, at, values = {}, comment = null, took, filled, ...answer } = read.data;
  const now = deps.now();
  const isPlausible = at > now - KEPT_MS && at <= now + CLOCKS_DIFFER_MS;
  const answered = {
    ...answer,
    comment,
    externalId: id,
    respondent: (reader.respondents ? respondent : null) ?? `browser ${visitor}`,
    account: null,
    dimensions: values,
    answeredAt: isPlausible ? at : now,
    signs: {
      seconds: took === undefined ? undefined : took / 1_000,
      filledHidden: filled,
      isProgram: isProgram(request.headers['user-agent']),
    },
  };
  const target = { id: connection.id, connector: webSnippet.name, reader, request: request.id };
  const { account } = await takeAnswer(deps, caller, target, deps.dimensions, answered);
  deps.onIngested(account);
  await auditRefusedItems(createContext(deps, caller, null, request.id), 'ingest', account);
  const [first] = account.rejected.filter(({ code }) => code !== 'STALE');
  if (first) throw new InvalidArgumentError(first.message);
  return reply.code(204).send();
}
