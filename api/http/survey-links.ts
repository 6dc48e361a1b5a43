import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import { isProgram } from '../../domain/responses/signs.ts';
import { takeAnswer } from '../../ingestion/surveys/answer.ts';
import { type EmailLinkReader, emailLink } from '../../ingestion/surveys/email-link.ts';
import { type ChosenTexts, chooseTexts, wantedLanguages } from '../../ingestion/surveys/language.ts';
import type { SurveyTexts } from '../../ingestion/surveys/texts.ts';
import {
  connectionOfToken,
  makeVisit,
  readToken,
  readVisit,
  type SurveyInvitee,
} from '../../ingestion/surveys/token.ts';
import type { LiveConnection } from '../../ingestion/webhooks/connections.ts';
import { readSecrets } from '../../store/connections/connections.ts';
import { auditRefusedItems } from '../audit.ts';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { maskedError, publicError, RefusedError } from '../errors.ts';
import { Buckets } from '../gate/bucket.ts';
import { LIMITS } from '../limits.ts';
import { logOfRequest } from '../log.ts';
import { admitBodies, assertUncompressed } from './ingest-door.ts';
import { addVary } from './origins.ts';
import { fieldsOf } from './survey-form.ts';
import { CHANGE_FIELD, formPage, HIDDEN_FIELD, noticePage, PAGE_HEADERS, thanksPage } from './survey-page.ts';

/** A link that was made here, and has not expired. */
interface Opened {
  readonly connection: LiveConnection;
  readonly caller: Caller;
  readonly reader: EmailLinkReader;
  readonly secrets: readonly string[];
  readonly invitee: SurveyInvitee;
}

/** Requests that one link may make in a minute: people, and what opens links before them, need few. */
const A_MINUTE = 60;
/** For so long the moment at which a page was shown counts as the moment of answering. */
const VISIT_MS = 3_600_000;

/** A link that shows a notice in place of the form. */
class NoticeError extends Error {
  readonly notice: 'unknown' | 'expired' | 'refused';
  readonly status: number;

  constructor(notice: NoticeError['notice'], status: number) {
    super(`a survey link is ${notice}`);
    this.notice = notice;
    this.status = status;
  }
}

/**
 * The pages of survey links, GET and POST /s/TOKEN, which the token authenticates. GET stores nothing: scanners of mail open every link.
 * The address is in no log: the route's template is.
 */
export function addSurveyLinks(server: FastifyInstance, deps: ApiDeps): void {
  const opened = new WeakMap<FastifyRequest, Opened>();
  const minutes = new Buckets();
  server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser<Buffer>(
      '*',
      { parseAs: 'buffer' },
      async (_: FastifyRequest, body: Buffer) => body,
    );
    routes.setErrorHandler((error: Error, request, reply) => sendFailure(deps, error, request, reply));
    routes.addHook('onRequest', async (request) => {
      const link = await openLink(deps, tokenOf(request));
      if (!link) {
        deps.gate.admitUnknown('request', 0);
        throw new NoticeError('unknown', 404);
      }
      request.caller = link.caller;
      takeFromMinute(minutes, link, deps.now());
      if (link.invitee.expiresAt <= deps.now()) throw new NoticeError('expired', 410);
      opened.set(request, link);
    });
    admitBodies(routes, deps, {
      most: LIMITS.surveyBody,
      mostOpen: LIMITS.openWebhooks,
      payer: (request) => opened.get(request)?.caller ?? null,
      check: assertUncompressed,
    });
    const options = { bodyLimit: LIMITS.surveyBody, config: { isSigned: true } };
    routes.get<{ Querystring: Record<string, unknown> }>('/s/*', options, async (request, reply) => {
      const link = openedOf(opened, request);
      const score = scoreOf(request.query['score']);
      return send(
        reply,
        200,
        formPage(textsFor(request, link), { ...shownNow(deps, link), score, isMissing: false }),
      );
    });
    routes.post('/s/*', options, async (request, reply) =>
      answer(deps, openedOf(opened, request), request, reply),
    );
  });
}

const tokenOf = (request: FastifyRequest): string => String((request.params as { '*'?: string })['*'] ?? '');

function openedOf(opened: WeakMap<FastifyRequest, Opened>, request: FastifyRequest): Opened {
  const link = opened.get(request);
  if (!link) throw new NoticeError('unknown', 404);
  return link;
}

/** The link of a token; null where it was not made here, or its connection is removed or may submit nothing. */
async function openLink(deps: ApiDeps, token: string): Promise<Opened | null> {
  const { connections, access, store, encryption, now } = deps;
  const connection = connections.find(connectionOfToken(token) ?? '');
  if (connection?.connector !== emailLink.name) return null;
  const caller = access.connectionCaller(connection);
  if (!caller || caller.scope.grant('submitResponse') === 'none') {
    connections.refused(connection.id, 'NOT_GRANTED');
    return null;
  }
  const secrets = await readSecrets(store, encryption, connection.id, new Date(now()));
  const invitee = secrets && readToken(connection.id, secrets, token);
  if (!invitee) {
    connections.refused(connection.id, 'WRONG_SIGNATURE');
    return null;
  }
  // Readers of this connector have its settings.
  const reader = (await connections.reader(connection)) as EmailLinkReader;
  return { connection, caller, reader, secrets, invitee };
}

/** @throws RefusedError after too many requests of one link */
function takeFromMinute(minutes: Buckets, { connection, invitee }: Opened, now: number): void {
  const name = createHash('sha256').update(`${connection.id} ${invitee.externalId}`).digest('base64');
  const wait = minutes.take(name, 1, A_MINUTE, now);
  if (wait === 0) return;
  throw new RefusedError('RATE_LIMITED', 429, 'too many requests of one link', Math.ceil(wait / 1_000));
}

const scoreOf = (given: unknown): number | null =>
  typeof given === 'string' && /^(?:10|\d)$/.test(given) ? Number(given) : null;

const textsFor = ({ headers }: FastifyRequest, link: Opened | undefined): ChosenTexts =>
  chooseTexts(wantedLanguages(headers['accept-language']), link?.reader.settings.texts);

/** A form as it is shown for the first time. */
function shownNow({ now }: ApiDeps, { secrets, invitee }: Opened) {
  const visit = makeVisit(secrets[0] ?? '', invitee.externalId, now(), randomBytes(12));
  return { comment: '', visit };
}

async function answer(deps: ApiDeps, link: Opened, request: FastifyRequest, reply: FastifyReply) {
  const { connection, caller, reader, secrets, invitee } = link;
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const form = fieldsOf(raw) ?? new Map<string, string>();
  const score = scoreOf(form.get('score'));
  const comment = form.get('comment') ?? '';
  const visitedAt = readVisit(secrets, invitee.externalId, form.get('visit') ?? '');
  const texts = textsFor(request, link);
  if (form.has(CHANGE_FIELD))
    return send(reply, 200, formPage(texts, { ...shownNow(deps, link), score, comment, isMissing: false }));
  // Only what was sent from a page of this link is a decision of a person.
  if (score === null || visitedAt === null) {
    const shown = { ...shownNow(deps, link), score, comment, isMissing: score === null };
    return send(reply, 400, formPage(texts, shown));
  }
  const took = deps.now() - visitedAt;
  const answered = {
    ...{ ...invitee, score, comment, answeredAt: took < VISIT_MS ? visitedAt : deps.now() },
    signs: {
      seconds: took / 1_000,
      filledHidden: (form.get(HIDDEN_FIELD) ?? '') !== '',
      isProgram: isProgram(request.headers['user-agent']),
    },
  };
  const target = { id: connection.id, connector: emailLink.name, reader, request: request.id };
  const { account } = await takeAnswer(deps, caller, target, deps.dimensions, answered);
  deps.onIngested(account);
  await auditRefusedItems(createContext(deps, caller, null, request.id), 'ingest', account);
  // An older answer that arrives late changes nothing: the newer one stands.
  if (account.rejectedByCode.some(({ code }) => code !== 'STALE')) throw new NoticeError('refused', 422);
  return send(reply, 200, thanksPage(texts, { score, comment }));
}

function send(reply: FastifyReply, status: number, page: string): FastifyReply {
  addVary(reply, 'Accept-Language');
  return reply.code(status).headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(page);
}

/** Failures are pages too; the log has the cause. */
function sendFailure(
  deps: ApiDeps,
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const texts = textsFor(request, undefined);
  const show = (
    status: number,
    notice: keyof Pick<SurveyTexts, 'unknown' | 'expired' | 'busy' | 'refused'>,
  ) => send(reply, status, noticePage(texts, texts.texts[notice]));
  if (error instanceof NoticeError) return show(error.status, error.notice);
  if (error instanceof KeyProviderError) return show(503, 'busy');
  const { statusCode } = error;
  const known = publicError(error);
  if (!known && statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return show(statusCode, 'refused');
  const { status, retryAfter } = known ?? maskedError(logOfRequest(deps.log, request.id), error);
  const wait = retryAfter ?? (status === 503 ? 2 : undefined);
  if (wait !== undefined) reply.header('retry-after', String(wait));
  return show(status, status === 429 || status >= 500 ? 'busy' : 'refused');
}
