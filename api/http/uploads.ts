import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { readName, TEXT_RULES } from '../../domain/text/text.ts';
import { isZone } from '../../domain/time/zone-clock.ts';
import { LONGEST_MAP, parseFileMap } from '../../ingestion/files/map/file-map.ts';
import {
  notKept,
  rejectsPathOf,
  type Upload,
  WrongOffsetError,
} from '../../ingestion/files/upload/uploads.ts';
import type { ApiDeps } from '../context.ts';
import { InvalidArgumentError, RefusedError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';
import { admitBodies, assertUncompressed } from './ingest-door.ts';
import { assertMaySubmit } from './may-submit.ts';
import { Previews } from './previews.ts';
import { readJson } from './read-json.ts';
import { startImport } from './upload-import.ts';

const BEGINNING = z.strictObject({
  name: z.string(),
  bytes: z.int().min(1),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullish(),
});
const PREVIEW = z.strictObject({
  zone: z.string().max(60).nullish(),
  sheet: z.string().max(TEXT_RULES.column.longest).nullish(),
  map: z.unknown().optional(),
});
const IMPORT = z.strictObject({ map: z.unknown().optional() });
const MOST_PARTS = 60_000;

type WithId = { Params: { id: string } };

/**
 * Files as they are, for browsers: `POST /ingest/uploads` begins one, `PUT /ingest/uploads/ID?offset=N` adds a part,
 * `POST …/preview` shows what is understood of it and what an import would do, `POST …/import` starts or continues its
 * import, `POST …/pause` pauses it, and `GET /ingest/uploads/ID` shows how far it is. The file is read here, by the same
 * code as `scoreline import`.
 */
export function addUploadRoutes(server: FastifyInstance, deps: ApiDeps): void {
  server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser<Buffer>(
      '*',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => body,
    );
    admitBodies(routes, deps, {
      most: LIMITS.uploadPart,
      mostOpen: LIMITS.openBodies,
      payer: callerOf,
      check: async (request) => {
        await assertMaySubmit(deps, request);
        assertUncompressed(request);
      },
    });
    addFileRoutes(routes, deps);
    addImportRoutes(routes, deps);
  });
}

const small = { bodyLimit: LIMITS.importBody };
const withMap = { bodyLimit: LONGEST_MAP + LIMITS.importBody };

function addFileRoutes(routes: FastifyInstance, deps: ApiDeps): void {
  const { uploads, uploadImports } = deps;
  routes.get('/ingest/uploads', async (request) => {
    const own = await uploads.list(callerOf(request).id);
    return { uploads: await Promise.all(own.map((one) => shown(deps, one))) };
  });
  routes.post('/ingest/uploads', small, async (request, reply) => {
    const {
      name: given,
      bytes,
      digest,
    } = read(BEGINNING, request, '"name", "bytes", and "digest", its SHA-256 in hex, if known');
    const name = readName(TEXT_RULES.file, given);
    if (typeof name !== 'string') throw new InvalidArgumentError(`name: ${name.message}`);
    if (name === '') throw new InvalidArgumentError('name: must not be blank');
    const owner = callerOf(request).id;
    const { upload, resumed } = await uploads.begin({ owner, name, bytes, digest: digest ?? null });
    return reply.code(resumed ? 200 : 201).send({ ...(await shown(deps, upload)), resumed });
  });
  routes.get<WithId>('/ingest/uploads/:id', async (request) => shown(deps, await uploadOf(deps, request)));
  routes.put<WithId & { Querystring: { offset?: string } }>(
    '/ingest/uploads/:id',
    { bodyLimit: LIMITS.uploadPart },
    async (request, reply) => {
      const upload = await uploadOf(deps, request);
      const offset = Number(request.query.offset ?? 0);
      if (!Number.isSafeInteger(offset) || offset < 0)
        throw new InvalidArgumentError('offset: a whole number of bytes from 0');
      const part = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
      if (part.length === 0)
        throw new InvalidArgumentError('the part is empty; send the bytes of the file from the offset on');
      try {
        return { received: await uploads.append(upload, offset, part), bytes: upload.bytes };
      } catch (error) {
        if (!(error instanceof WrongOffsetError)) throw error;
        const extensions = { code: 'WRONG_OFFSET', received: error.received };
        return reply.code(409).send({ errors: [{ message: error.message, extensions }] });
      }
    },
  );
  routes.delete<WithId>('/ingest/uploads/:id', async (request, reply) => {
    const upload = await uploadOf(deps, request);
    await uploadImports.stop(upload.id, { state: 'paused', message: null });
    await uploads.remove(upload);
    return reply.code(204).send();
  });
}

function addImportRoutes(routes: FastifyInstance, deps: ApiDeps): void {
  const { uploadImports } = deps;
  const previews = new Previews();
  routes.post<WithId>('/ingest/uploads/:id/preview', withMap, async (request, reply) => {
    const upload = whole(await uploadOf(deps, request));
    const { zone, sheet, map } = read(
      PREVIEW,
      request,
      '"zone", "sheet" and "map", all of which may be left out',
    );
    if (zone && !isZone(zone)) throw new InvalidArgumentError('zone: an IANA zone such as "Europe/Berlin"');
    const asked = { upload, caller: callerOf(request), isGone: goneOf(reply) };
    return map === undefined || map === null
      ? previews.guess(deps, asked, { zone: zone ?? null, sheet: sheet ?? undefined })
      : previews.dryRun(deps, asked, parseFileMap(map, deps.dimensions));
  });
  routes.post<WithId>('/ingest/uploads/:id/import', withMap, async (request, reply) => {
    const upload = whole(await uploadOf(deps, request));
    const { map = null } = hasBody(request) ? read(IMPORT, request, '"map"') : {};
    const declared = map ?? (await uploadImports.mapOf(upload));
    if (!declared) throw new InvalidArgumentError('map: the import of a file begins with its map');
    const state = await startImport(deps, request, upload, parseFileMap(declared, deps.dimensions));
    return reply.code(202).send({ ...(await shown(deps, upload)), import: state });
  });
  routes.post<WithId>('/ingest/uploads/:id/pause', small, async (request) => {
    const upload = await uploadOf(deps, request);
    await uploadImports.stop(upload.id, { state: 'paused', message: null });
    return shown(deps, upload);
  });
  routes.get<WithId>('/ingest/uploads/:id/rejects', async (request, reply) => {
    const upload = await uploadOf(deps, request);
    const file = createReadStream(rejectsPathOf(upload));
    const opened = await new Promise<boolean>((resolve) => {
      file.once('open', () => resolve(true));
      file.once('error', () => resolve(false));
    });
    return reply.type('application/x-ndjson').send(opened ? file : '');
  });
}

/** What a caller is shown of an upload. */
async function shown({ uploadImports }: ApiDeps, upload: Upload) {
  const { id, name, bytes, received, begunAt, isKept } = upload;
  return { id, name, bytes, received, begunAt, isKept, import: await uploadImports.stateOf(upload) };
}

/** @throws RefusedError where the caller has no upload of that id */
async function uploadOf({ uploads }: ApiDeps, request: FastifyRequest<WithId>): Promise<Upload> {
  const found = await uploads.find(callerOf(request).id, request.params.id);
  if (found) return found;
  throw new RefusedError(
    'BAD_USER_INPUT',
    404,
    'this key has no file of that id on this server; files are kept for a day',
  );
}

function whole(upload: Upload): Upload {
  if (upload.received < upload.bytes)
    throw new UserError(`${upload.received} of ${upload.bytes} bytes have arrived; send the rest first`);
  if (!upload.isKept) throw notKept();
  return upload;
}

const hasBody = ({ body }: FastifyRequest): boolean =>
  body instanceof Buffer && body.toString().trim() !== '';

/** @throws InvalidArgumentError */
function read<Value>(form: z.ZodType<Value>, { body }: FastifyRequest, what: string): Value {
  const bytes = body instanceof Buffer ? body : Buffer.alloc(0);
  if (!isUtf8(bytes)) throw new InvalidArgumentError('the body is not UTF-8; send JSON in UTF-8');
  const text = bytes.toString('utf8');
  return readJson(
    form,
    text.trim() === '' ? '{}' : text,
    `the body is a JSON object with ${what}`,
    MOST_PARTS,
  );
}

/** Whether the client has gone: what it asked for is given up. */
function goneOf(reply: FastifyReply): () => boolean {
  return () => reply.raw.destroyed;
}
