import { DateTime, Duration } from 'luxon';
import { loadConfig } from '../config/config.ts';
import { parseDateTime } from '../domain/time/date-time.ts';
import { askServer } from './ask-server.ts';
import { UsageError } from './command.ts';
import { findServer, keyOf } from './sink.ts';

const CREATE = 'mutation CreateApiKey($input: ApiKeyInput!) { createApiKey(input: $input) { id key } }';

interface Given {
  readonly role: string | undefined;
  readonly attributes: string | undefined;
  readonly 'read-only': boolean;
  readonly expires: string | undefined;
  readonly url: string | undefined;
}

interface Created {
  readonly createApiKey: { readonly id: string; readonly key: string };
}

/** Makes an API key through the server that runs on the data folder, or the one at `url`, and prints it once. */
export async function createKey(given: Given, name: string | undefined): Promise<number> {
  if (name === undefined || given.role === undefined) throw new UsageError('name the key, and its --role');
  const input = {
    name,
    role: given.role,
    readOnly: given['read-only'],
    ...(given.attributes === undefined ? {} : { attributes: attributesOf(given.attributes) }),
    ...(given.expires === undefined ? {} : { expiresAt: expiryOf(given.expires, Date.now()) }),
  };
  const config = await loadConfig();
  const server =
    given.url === undefined
      ? await findServer(config)
      : { url: given.url.replace(/\/$/, ''), key: await keyOf(config) };
  if (!server) throw new Error(`no server runs on ${config.dataDir}: start it, or name one with --url`);
  const { createApiKey: made } = await askServer<Created>(server, CREATE, { input });
  process.stderr.write(`${made.id}; the key is shown only once:\n`);
  process.stdout.write(`${made.key}\n`);
  return 0;
}

function attributesOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--attributes: not JSON such as {"region":["Germany"]}`);
  }
}

/**
 * The moment at which a key expires: RFC 3339, or so long from now ("P90D").
 * @throws UsageError
 */
export function expiryOf(text: string, now: number): string {
  const moment = parseDateTime(text);
  if (moment) return moment.toISOString();
  const length = Duration.fromISO(text);
  const expiry = DateTime.fromMillis(now, { zone: 'UTC' }).plus(length);
  if (length.isValid && expiry.isValid && expiry.toMillis() > now) return expiry.toISO() ?? '';
  throw new UsageError(
    `--expires: ${text.slice(0, 40)} is neither a time such as 2027-03-31T00:00:00Z nor a duration such as P90D`,
  );
}
