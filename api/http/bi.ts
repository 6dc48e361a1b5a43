import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type GraphQLSchema, parse } from 'graphql';
import { windowEnd } from '../../domain/time/window-end.ts';
import { FORMATS } from '../bi/formats.ts';
import { keyInUrl, parametersOf, type Query, variablesOf } from '../bi/parameters.ts';
import { type Filled, pageRequest, readTable } from '../bi/read-table.ts';
import { resolveMoments } from '../bi/resolve-moments.ts';
import { type Table, tableOf } from '../bi/table.ts';
import { matches, validatorBefore, validatorOf } from '../bi/validator.ts';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { InvalidArgumentError, RefusedError } from '../errors.ts';
import type { NamedOperation, Trusted } from '../gate/trusted.ts';
import { LIMITS } from '../limits.ts';
import { type NotRun, prepareOperation } from '../operation.ts';
import { callerOf } from './auth.ts';
import { newestOf } from './console-tabs.ts';
import { addVary } from './origins.ts';

const NAMED_IN_ERRORS = 30;

/** A document as `/bi` serves it. */
interface Served {
  readonly operation: NamedOperation;
  readonly table: Table;
}

/**
 * Adds GET /bi/DOCUMENT.FORMAT: the answer of a trusted document as a file of flat rows, and GET /bi, which lists the
 * documents. An operation passes the gate here as at /graphql.
 */
export function addBiFiles(
  server: FastifyInstance,
  schema: GraphQLSchema,
  deps: ApiDeps,
  trusted: Trusted,
): void {
  const served = servedOf(schema, trusted);
  const open = new Map<string, number>();
  server.get('/bi', async (request) => {
    deps.gate.admitRoute(callerOf(request), '/bi');
    return [...trusted.byName.values()].flatMap((operation) => {
      const { table } = served(operation);
      return table ? [describe(schema, operation, table)] : [];
    });
  });
  server.get<{ Params: { '*': string } }>('/bi/*', async (request, reply) => {
    const caller = callerOf(request);
    const refused = keyInUrl(request.query);
    if (refused !== null) throw new InvalidArgumentError(refused);
    const { operation, format } = documentOf(trusted, request.params['*']);
    const { table, why } = served(operation);
    if (!table)
      throw new RefusedError(
        'NOT_TABULAR',
        400,
        `${operation.name ?? operation.hash} cannot be read as rows: ${why}`,
      );
    const leave = enter(open, caller);
    try {
      return await answer({ schema, deps, request, reply, served: { operation, table }, format });
    } finally {
      leave();
    }
  });
}

/** How each document becomes rows; each is looked at once. */
function servedOf(schema: GraphQLSchema, trusted: Trusted) {
  type Seen = { readonly table?: Table; readonly why?: string };
  const known = new Map<string, Seen>();
  return ({ hash, name }: NamedOperation): Seen => {
    const key = `${hash} ${name ?? ''}`;
    const before = known.get(key);
    if (before) return before;
    const found = tableOf(schema, parse(trusted.texts.get(hash) ?? ''), name);
    const made: Seen = 'why' in found ? found : { table: found };
    known.set(key, made);
    return made;
  };
}

/** @throws RefusedError for an unknown document or format */
function documentOf({ byName, byHash }: Trusted, file: string) {
  const dot = file.lastIndexOf('.');
  const [name, format] = dot === -1 ? [file, ''] : [file.slice(0, dot), file.slice(dot + 1).toLowerCase()];
  if (!Object.hasOwn(FORMATS, format))
    throw new RefusedError(
      'NOT_FOUND',
      404,
      `the path ends in the format: /bi/DOCUMENT.${Object.keys(FORMATS).join(', .')}`,
    );
  const operation = byName.get(name) ?? byHash.get(name.replace(/^sha256:/, '').toLowerCase());
  if (operation) return { operation, format };
  const names = [...byName.keys()].slice(0, NAMED_IN_ERRORS).join(', ');
  throw new RefusedError(
    'NOT_FOUND',
    404,
    `there is no trusted document of this name or hash; GET /bi lists them: ${names}`,
  );
}

/** @throws RefusedError if the key reads too many files at once */
function enter(open: Map<string, number>, { id }: Caller): () => void {
  const before = open.get(id) ?? 0;
  if (before >= LIMITS.biOpen)
    throw new RefusedError('TOO_MANY_OPEN', 429, `at most ${LIMITS.biOpen} files of one key at once`, 1);
  open.set(id, before + 1);
  return () => {
    const left = (open.get(id) ?? 1) - 1;
    if (left === 0) open.delete(id);
    else open.set(id, left);
  };
}

interface Answering {
  readonly schema: GraphQLSchema;
  readonly deps: ApiDeps;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly served: Served;
  readonly format: string;
}

async function answer(answering: Answering): Promise<FastifyReply> {
  const { schema, deps, request, reply, served, format } = answering;
  const { operation, table } = served;
  const caller = callerOf(request);
  const context = () => createContext(deps, caller, request.purpose, request.id);
  const query = request.query as Query;
  const now = deps.now();
  const newestEnd = async () => windowEnd((await newestOf(schema, context(), now)).at, now);
  const resolving = { schema, operation: table.operation, defaults: operation.defaults, now, newestEnd };
  const { variables, asOf } = await resolveMoments(resolving, variablesOf(schema, table.operation, query));
  const asked = {
    documentId: operation.hash,
    operationName: operation.name,
    variables,
    readOnly: true,
    bytes: request.url.length,
  };
  const prepared = prepareOperation(schema, context(), pageRequest(table, asked));
  if (!('document' in prepared)) return refuse(reply, prepared);
  const what = { caller, what: [operation.hash, operation.name, format, variables, query['bom'] ?? null] };
  const header = request.headers['if-none-match'];
  setHeaders(reply, operation, format, asOf);
  const before = await validatorBefore(schema, deps, table, what, variables);
  if (before !== null && matches(header, before)) {
    deps.gate.giveBack(caller, prepared.contextValue.cost?.requested ?? 0);
    return reply.header('etag', before).code(304).send();
  }
  const filled = await readTable({ schema, table, request: asked, context }, prepared);
  if ('errors' in filled) return refuse(reply, filled);
  const content = await FORMATS[format]?.write(filled, { bom: isOn(query['bom']) });
  const validator = before ?? validatorOf(what, content ?? '');
  tell(reply, filled);
  reply.header('etag', validator);
  if (before === null && matches(header, validator)) return reply.code(304).send();
  return reply.type(FORMATS[format]?.type ?? '').send(content);
}

const isOn = (given: unknown): boolean => typeof given === 'string' && /^(1|true|yes)$/i.test(given);

function refuse(reply: FastifyReply, { errors, status, retryAfter }: NotRun): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  reply.removeHeader('content-disposition');
  reply.header('cache-control', 'no-store');
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify({ errors }));
}

function setHeaders(
  reply: FastifyReply,
  { name, hash }: NamedOperation,
  format: string,
  asOf: string | null,
): void {
  addVary(reply, 'Authorization');
  reply.header('cache-control', 'private, no-cache');
  reply.header('content-disposition', `attachment; filename="${name ?? hash.slice(0, 16)}.${format}"`);
  if (asOf !== null) reply.header('scoreline-as-of', asOf);
}

/** What /graphql says in `extensions`. */
function tell(reply: FastifyReply, { rows, masked, newest, cost }: Filled): void {
  reply.header('scoreline-rows', String(rows));
  reply.header('scoreline-cost', String(cost));
  if (masked.size > 0) reply.header('scoreline-masked', [...masked].sort().join(', '));
  if (newest !== null) reply.header('scoreline-empty-window', `newest=${newest}`);
}

function describe(
  schema: GraphQLSchema,
  { name, hash, defaults }: NamedOperation,
  { operation, columns }: Table,
) {
  const parameters = [...parametersOf(schema, operation)].map(([parameter, type]) => ({
    name: parameter,
    type: type.toString(),
    ...(defaults[parameter] === undefined ? {} : { default: defaults[parameter] }),
  }));
  return {
    name,
    hash: `sha256:${hash}`,
    files: Object.keys(FORMATS).map((format) => `/bi/${name}.${format}`),
    parameters,
    columns: columns.map((column) => ({ name: column.name, kind: column.kind })),
  };
}
