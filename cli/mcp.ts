import { readFile } from 'node:fs/promises';
import { type Config, loadConfig } from '../config/config.ts';
import { UsageError } from './command.ts';
import { keyIn } from './key-file.ts';
import { findServer, keyOf } from './sink.ts';

interface Given {
  readonly url: string | undefined;
  readonly 'key-file': string | undefined;
  readonly purpose: string | undefined;
}

/** Serves the tools of a running server over standard input and output, until the client closes the input. */
export async function serveMcp(given: Given): Promise<number> {
  const config = await loadConfig();
  const server = await serverOf(config, given);
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const { remoteTools } = await import('../api/mcp/remote.ts');
  const { serveOverStdio } = await import('../api/mcp/stdio.ts');
  // Standard output belongs to the protocol.
  process.stderr.write(
    `mcp: the tools of ${server.url}${server.isAdmin ? ", with the administrator's key: everything is visible" : ''}\n`,
  );
  await serveOverStdio(remoteTools({ url: server.url, key: server.key, purpose: given.purpose }), version);
  return 0;
}

async function serverOf(
  config: Config,
  given: Given,
): Promise<{ url: string; key: string; isAdmin: boolean }> {
  if (given.url !== undefined && !URL.canParse(given.url))
    throw new UsageError('--url must be an address such as http://127.0.0.1:4000');
  const chosen = await chosenKey(config, given['key-file']);
  const isAdmin = chosen === undefined;
  if (given.url !== undefined)
    return { url: withoutSlashes(given.url), key: chosen ?? (await keyOf(config)), isAdmin };
  const running = await findServer(config);
  if (!running)
    throw new Error(`no server runs on ${config.dataDir}: start one with npm start, or name it with --url`);
  return { url: running.url, key: chosen ?? running.key, isAdmin };
}

function withoutSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

/** The key of --key-file or SCORELINE_KEY; undefined: the administrator's is to be used. */
async function chosenKey(config: Config, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return config.clientKey;
  // Standard input belongs to the protocol.
  if (file === '-') throw new UsageError('--key-file must be a file');
  return keyIn(file);
}
