import { isUtf8 } from 'node:buffer';
import {
  type Encoding,
  encodingNamed,
  encodingOfMark,
  unknownEncoding,
} from '../../domain/text/encoding-names.ts';
import { createDecoder } from '../../domain/text/encodings.ts';
import { Slice } from '../../domain/text/slices.ts';
import { InvalidArgumentError, RefusedError } from '../errors.ts';

/** What bodies of /ingest are written in; a body without a type is looked at. The last two hold a CloudEvent, and a list of them. */
const CONTENT_TYPES = new Set(
  ['json', 'x-ndjson', 'ndjson', 'jsonl', 'x-jsonlines', 'cloudevents+json', 'cloudevents-batch+json'].map(
    (name) => `application/${name}`,
  ),
);

/** Whether a body of the type can be read: one of the types, with at most its charset. */
function isReadable(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';', 3);
  const [parameter, ...more] = parameters.map((one) => one.trim());
  return (
    CONTENT_TYPES.has(type.trim()) &&
    more.length === 0 &&
    (parameter === undefined || /^charset *=/.test(parameter))
  );
}

/** @throws RefusedError (415) for a content type that is not read */
export function assertReadableType(contentType: string | undefined): void {
  if (contentType !== undefined && !isReadable(contentType))
    throw new RefusedError(
      'UNSUPPORTED',
      415,
      'content-type: send application/json or application/x-ndjson, in UTF-8 or with its charset',
    );
  charsetOf(contentType);
}

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;
/** Characters of a content type that are parsed. */
const LONGEST_TYPE = 200;
const PIECE_BYTES = 32 * 1024;

/**
 * The encoding in the content type; null if it names none.
 * @throws RefusedError (415) for an unsupported one
 */
export function charsetOf(contentType: string | undefined): Encoding | null {
  const [, quotedName, name] = CHARSET.exec((contentType ?? '').slice(0, LONGEST_TYPE)) ?? [];
  const given = quotedName ?? name;
  if (given === undefined) return null;
  const encoding = encodingNamed(given);
  if (encoding) return encoding;
  throw new RefusedError('UNSUPPORTED', 415, `content-type: charset ${unknownEncoding(given)}`);
}

/**
 * The text of a body: in the charset of its content type, else by its byte order mark, else UTF-8. Decoded in
 * slices.
 * @throws InvalidArgumentError for bytes that are invalid in it, RefusedError for an unsupported charset
 */
export async function bodyText(contentType: string | undefined, body: Buffer): Promise<string> {
  const encoding = charsetOf(contentType) ?? encodingOfMark(body) ?? 'utf-8';
  const decoder = createDecoder(encoding);
  // Valid UTF-8, nearly every body, is decoded at once, which takes no time.
  if (encoding === 'utf-8' && isUtf8(body)) return decoder.write(body);
  const slice = new Slice();
  let text = '';
  let isText = true;
  for (let from = 0; from < body.length && isText; from += PIECE_BYTES) {
    if (slice.isOver()) await slice.next();
    const piece = decoder.write(body.subarray(from, from + PIECE_BYTES));
    text += piece;
    // A piece of UTF-16 may end between the halves of a character.
    isText = encoding.startsWith('utf-16') || piece.isWellFormed();
  }
  text += decoder.end();
  if (text.isWellFormed()) return text;
  const line = text.slice(0, text.search(/\p{Surrogate}/u)).split('\n').length;
  throw new InvalidArgumentError(
    `the body is not valid ${encoding}: line ${line} has bytes that are no character in it; ` +
      'send UTF-8, or name the charset in the content type',
  );
}
