import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AwsV4Signer } from 'aws4fetch';
import { SaxesParser } from 'saxes';
import { z } from 'zod';
import {
  type FilePlace,
  type FoundFile,
  isMeant,
  MOST_FILES,
  PlaceError,
  placeConnector,
  tooMany,
} from './place.ts';

/** The answer to a request, whose body is read once. */
export interface BucketAnswer {
  readonly status: number;
  readonly body: AsyncIterable<Buffer>;
}

/**
 * Asks for an address, where the deployment lets requests go.
 * @throws Error that says why there is no answer
 */
export type AskBucket = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<BucketAnswer>;

const shape = {
  endpoint: z
    .string()
    .refine(
      (given) => URL.canParse(given) && new URL(given).href === `${given}/`,
      'must be an origin such as "https://s3.eu-central-1.amazonaws.com"',
    )
    .optional(),
  region: z
    .string()
    .regex(/^[\w-]{1,60}$/, 'must be a region such as "eu-central-1"')
    .default('us-east-1'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
  prefix: z.string().max(1_000).default(''),
};

/** Where a bucket is. */
export type BucketSettings = z.output<z.ZodObject<typeof shape>>;

const CREDENTIALS = /^[\w.+/=-]{3,200}:[\x21-\x7e]{4,500}$/;

/** Files in a bucket of S3, or of another store that speaks its protocol. docs/connectors/bucket.md. */
export const bucket = placeConnector('bucket', shape, {
  make: () => 'none',
  problemOf: (secret) =>
    CREDENTIALS.test(secret)
      ? null
      : 'must be an access key and its secret, as in "AKIA…:wJal…", of a user that may list and read the bucket',
});

const LOOK_EVERY_MS = 60_000;
const PATIENCE_MS = 60_000;
/** At least so much of an object arrives in a millisecond. */
const SLOWEST_BYTES = 500;
/** Of one list, a thousand objects each. A store may name a next page without end. */
const MOST_PAGES = 1_000;
/** For all pages of a list together; one that is under way still ends. */
const LIST_MS = 10 * 60_000;
/** Of a list of a thousand objects. */
const MOST_LIST = 8 * 1024 * 1024;
/** Elements of it within one another. */
const DEEPEST = 20;

/**
 * The place of a bucket, read with the secret of its connection.
 * @param now epoch milliseconds
 */
export function bucketPlace(
  settings: BucketSettings,
  secret: string,
  ask: AskBucket,
  now: () => number,
): FilePlace {
  const at = secret.indexOf(':');
  if (at === -1)
    throw new PlaceError(
      'the connection has no access key; replace its secret by "ACCESS_KEY:SECRET" of a user that may list and read the bucket',
    );
  const credentials = { accessKeyId: secret.slice(0, at), secretAccessKey: secret.slice(at + 1) };
  const get = async (url: URL, headers: Record<string, string> = {}, bytes = 0): Promise<BucketAnswer> => {
    const signer = new AwsV4Signer({
      ...credentials,
      method: 'GET',
      url: url.href,
      headers,
      service: 's3',
      region: settings.region,
    });
    const signed = await signer.sign();
    const sent = Object.fromEntries(signed.headers as Headers);
    try {
      return await ask(
        new URL(signed.url),
        sent,
        AbortSignal.timeout(PATIENCE_MS + Math.ceil(bytes / SLOWEST_BYTES)),
      );
    } catch (error) {
      throw new PlaceError(`the bucket does not answer: ${(error as Error).message}`, { passes: true });
    }
  };
  return {
    everyMs: LOOK_EVERY_MS,
    list: () => listBucket(settings, get, now),
    fetch: async ({ path, version, bytes }, folder) => {
      const answer = await get(objectUrl(settings, path), { 'if-match': version }, bytes);
      if (answer.status === 412 || answer.status === 404)
        throw new PlaceError('it has been replaced or removed since it was listed');
      if (answer.status !== 200) throw await refusal(answer, 'the object');
      const copy = join(folder, createHash('sha256').update(path).digest('hex'));
      await pipeline(upTo(bytes, answer.body), createWriteStream(copy, { mode: 0o600 })).catch(brokenOff);
      return copy;
    },
  };
}

/** What broke off is asked for again at the next look. */
function brokenOff(error: Error): never {
  if (error instanceof PlaceError) throw error;
  throw new PlaceError(`its content broke off (${error.message}); it is read again`, { passes: true });
}

/** No more than the list says: the room on the disk was checked for that. */
async function* upTo(bytes: number, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of body) {
    left -= chunk.length;
    if (left < 0)
      throw new PlaceError(`it is longer than the ${bytes} bytes that the list of the bucket says`);
    yield chunk;
  }
}

/** A key as it is; one that is not encoded as it should be stays as it was written. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

const originOf = ({ endpoint, region }: BucketSettings): string =>
  endpoint ?? `https://s3.${region}.amazonaws.com`;

/** @throws PlaceError for a key that leads to another object, or into another bucket: an address has no such parts */
function objectUrl(settings: BucketSettings, key: string): URL {
  if (key.split('/').some((part) => part === '.' || part === '..'))
    throw new PlaceError('its key has a part "." or "..", which no address can have; copy it to another key');
  const path = key.split('/').map(encodeURIComponent).join('/');
  return new URL(`${originOf(settings)}/${settings.bucket}/${path}`);
}

type Get = (url: URL) => Promise<BucketAnswer>;

async function listBucket(settings: BucketSettings, get: Get, now: () => number): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  const until = now() + LIST_MS;
  let pages = 0;
  for (let token: string | null = ''; token !== null; ) {
    if (++pages > MOST_PAGES) throw tooLong(settings, `has more than ${MOST_PAGES} pages`);
    if (now() > until) throw tooLong(settings, `takes longer than ${LIST_MS / 60_000} minutes`);
    const url = new URL(`${originOf(settings)}/${settings.bucket}`);
    url.searchParams.set('list-type', '2');
    url.searchParams.set('encoding-type', 'url');
    if (settings.prefix !== '') url.searchParams.set('prefix', settings.prefix);
    if (token !== '') url.searchParams.set('continuation-token', token);
    const answer = await get(url);
    if (answer.status !== 200) throw await refusal(answer, `the bucket ${settings.bucket}`);
    const page = readList(await textOf(answer));
    for (const file of page.files) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1);
      if (file.bytes > 0 && isMeant(name)) files.push(file);
    }
    if (files.length > MOST_FILES) throw tooMany();
    token = page.next;
  }
  return files;
}

const tooLong = ({ bucket }: BucketSettings, how: string) =>
  new PlaceError(`the list of the bucket ${bucket} ${how}; give a longer "prefix" in the mapping`);

/** What a store that refuses says, with what would be right. */
async function refusal(answer: BucketAnswer, what: string): Promise<PlaceError> {
  const code = codeIn(await textOf(answer));
  const way = WAYS[code] ?? WAYS[answer.status];
  return new PlaceError(
    `${what} is refused: ${answer.status}${code ? ` ${code}` : ''}${way ? `; ${way}` : ''}`,
    { passes: answer.status >= 500 || answer.status === 429 },
  );
}

/** The code of an error; blank where the answer is not of S3. */
function codeIn(xml: string): string {
  try {
    return readList(xml).code;
  } catch {
    return '';
  }
}

const WAYS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'correct "bucket" of the mapping',
  InvalidAccessKeyId: 'replace the secret of the connection',
  SignatureDoesNotMatch: 'replace the secret of the connection',
  PermanentRedirect: 'correct "region" and "endpoint" of the mapping',
  AuthorizationHeaderMalformed: 'correct "region" of the mapping',
  403: 'its user needs s3:ListBucket and s3:GetObject',
};

async function textOf({ body }: BucketAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_LIST) throw new PlaceError('the bucket answers with a list that is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface ListPage {
  readonly files: readonly FoundFile[];
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null;
  /** Of an error; blank without one. */
  readonly code: string;
}

/** Reads a list of objects, or an error, of the S3 protocol. */
function readList(xml: string): ListPage {
  const parser = new SaxesParser();
  const files: FoundFile[] = [];
  let [text, next, code]: [string, string | null, string] = ['', null, ''];
  let object: Record<string, string> = {};
  let depth = 0;
  // Asked for, because XML cannot hold every key; not every store does it.
  let isEncoded = false;
  const refused = () => {
    throw new PlaceError('the bucket answers with something that is not a list of S3');
  };
  parser.on('error', refused);
  parser.on('opentag', ({ name }) => {
    text = '';
    // The parser keeps each element until it ends.
    if (++depth > DEEPEST) refused();
    if (name === 'Contents') object = {};
  });
  parser.on('text', (more) => {
    text += more;
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    if (name === 'NextContinuationToken') next = text;
    else if (name === 'Code') code = text;
    else if (name === 'EncodingType') isEncoded = text === 'url';
    else if (name === 'Contents') files.push(fileOf(object));
    else object[name] = text;
    text = '';
  });
  if (xml.trim() !== '') parser.write(xml).close();
  const named = isEncoded ? files.map((file) => ({ ...file, path: decoded(file.path) })) : files;
  return { files: named, next, code };
}

const fileOf = ({ Key = '', ETag = '', Size = '' }: Record<string, string>): FoundFile => ({
  path: Key,
  version: ETag,
  bytes: Number(Size),
});
