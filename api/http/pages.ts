import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { chosenCoding } from './compress.ts';
import { addVary } from './origins.ts';

const DIST = new URL('../../dist/web/', import.meta.url);
/** The paths at which the pages stand (web/src/app.tsx); each gets the same document, which shows the screen. */
export const PAGES = [
  '/',
  '/overview',
  '/explore',
  '/responses',
  '/business',
  '/lineage',
  '/lineage/*',
  '/alerts',
  '/alerts/*',
  '/cases',
  '/cases/*',
  '/data',
  '/models',
  '/reviews',
  '/agents',
  '/agents/*',
  '/rules',
  '/targets',
  '/access',
  '/audit',
  '/people',
] as const;

/** Replaced in every answer; web/vite.config.mjs names it. */
const NONCE = 'NONCE-OF-THIS-ANSWER';
/** Scripts and styles are files of this server. Only styles that a component of the kit inserts carry the nonce. */
const policy = (nonce: string) =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; ` +
  "font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
const NAME = /^[\w-]{1,100}(?:\.[\w-]{1,20}){1,3}$/;
const NOT_BUILT =
  '<!doctype html><title>Scoreline</title><p>The pages are not built. Run <code>npm run build</code>, then load this again.';

/** Adds the pages, which ask for a key themselves, and their files. */
export function addPages(server: FastifyInstance): void {
  const files = new LRUCache<string, Buffer>({
    maxSize: 16 * 1024 * 1024,
    sizeCalculation: ({ length }) => length + 1,
  });
  for (const path of PAGES)
    server.get(path, { config: { isOpen: true } }, async (_request, reply) => sendPage(reply));
  server.get<{ Params: { name: string } }>(
    '/assets/:name',
    { config: { isOpen: true } },
    async ({ params: { name }, headers }, reply) => {
      const type = TYPES[extname(name)];
      const coding = chosenCoding(headers['accept-encoding']);
      const ending = coding === 'br' ? '.br' : coding === 'gzip' ? '.gz' : '';
      if (!type || !NAME.test(name)) return reply.callNotFound();
      const packed = ending === '' ? null : await readAsset(files, `${name}${ending}`);
      const content = packed ?? (await readAsset(files, name));
      if (!content) return reply.callNotFound();
      addVary(reply, 'Accept-Encoding');
      if (packed) reply.header('content-encoding', coding as string);
      return reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(content);
    },
  );
}

/** A script of the current build for pages of others, which load it under one name. */
export async function sendScript(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
): Promise<FastifyReply> {
  const key = await readOrNull(new URL('current', DIST));
  const coding = chosenCoding(request.headers['accept-encoding']);
  const ending = coding === 'br' ? '.br' : coding === 'gzip' ? '.gz' : '';
  const content = key && (await readOrNull(new URL(`${key.toString('utf8')}/${name}${ending}`, DIST)));
  if (!content) {
    reply.callNotFound();
    return reply;
  }
  addVary(reply, 'Accept-Encoding');
  if (ending) reply.header('content-encoding', coding as string);
  return reply
    .type('text/javascript; charset=utf-8')
    .header('cache-control', 'public, max-age=3600')
    .header('cross-origin-resource-policy', 'cross-origin')
    .send(content);
}

/** The document of the build that is current now: a build made while the server runs is shown without a restart. */
async function sendPage(reply: FastifyReply): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64');
  const page = await readPage();
  return reply
    .code(page === null ? 503 : 200)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy(nonce))
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-cache')
    .send((page ?? NOT_BUILT).replaceAll(NONCE, nonce));
}

async function readPage(): Promise<string | null> {
  const key = await readOrNull(new URL('current', DIST));
  const page = key && (await readOrNull(new URL(`${key.toString('utf8')}/index.html`, DIST)));
  return page ? page.toString('utf8') : null;
}

/** A file of the current build or of one before it: names contain a hash of the content. */
async function readAsset(files: LRUCache<string, Buffer>, name: string): Promise<Buffer | null> {
  const known = files.get(name);
  if (known) return known;
  const builds = await readdir(DIST).catch(() => []);
  for (const build of builds.filter((one) => /^[0-9a-f]{16}$/.test(one))) {
    const content = await readOrNull(new URL(`${build}/assets/${name}`, DIST));
    if (content) {
      files.set(name, content);
      return content;
    }
  }
  return null;
}

async function readOrNull(url: URL): Promise<Buffer | null> {
  try {
    return await readFile(url);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
