import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Config } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { auditLine } from '../domain/seals/audit.ts';
import { openDatabase } from '../instance/open-database.ts';
import { audit, streamAudit } from '../store/audit/audit.ts';
import type { Store } from '../store/database/client.ts';
import { findServer, keyOf } from './sink.ts';

export interface AuditWindow {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** The rows of an audit log as lines, oldest first. */
export interface AuditSource {
  /** "the server at …", "the database in …" or the file. */
  readonly description: string;
  /** The database, if it was opened in this process. */
  readonly store: Store | null;
  lines(window: AuditWindow): AsyncIterable<string>;
  close(): Promise<void>;
}

/** Lines of a file that `audit:export` wrote; npm's own lines before the first are skipped. */
export function fileSource(path: string): AuditSource {
  return {
    description: path,
    store: null,
    lines: async function* () {
      let begun = false;
      for await (const line of createInterface({ input: createReadStream(path), crlfDelay: 0 })) {
        begun ||= line !== '' && !line.startsWith('> ');
        if (begun) yield line;
      }
    },
    close: async () => undefined,
  };
}

/**
 * The server at `url` if one is named, else the one that runs on the data folder, else the database itself,
 * opened in this process. Either way the export adds a row to the log.
 */
export async function findAuditSource(
  config: Config,
  { url, purpose }: { readonly url: string | undefined; readonly purpose: string | undefined },
): Promise<AuditSource> {
  const server =
    url === undefined ? await findServer(config) : { url: url.replace(/\/$/, ''), key: await keyOf(config) };
  if (server) {
    return {
      description: `the server at ${server.url}`,
      store: null,
      lines: (window) => linesOfServer(server, window, purpose),
      close: async () => undefined,
    };
  }
  const database = await openDatabase(config, (error) => process.stderr.write(`${safeMessage(error)}\n`));
  const { store } = database;
  return {
    description:
      config.databaseUrl === undefined ? `the database in ${config.dataDir}` : 'the PostgreSQL database',
    store,
    lines: async function* (window) {
      const actor = { actor: 'system', actorName: 'command line', role: 'system', policyVersion: null };
      const subject = { from: window.from?.toISOString() ?? null, to: window.to?.toISOString() ?? null };
      const entry = { ...actor, purpose: purpose ?? null, at: Date.now(), action: 'exportAudit', subject };
      await store.transaction((session) => audit(session, { ...entry, outcome: 'done' }));
      for await (const rows of streamAudit(store, window)) yield* rows.map(auditLine);
    },
    close: () => database.close(),
  };
}

async function* linesOfServer(
  { url, key }: { readonly url: string; readonly key: string },
  { from, to }: AuditWindow,
  purpose: string | undefined,
): AsyncGenerator<string> {
  const asked = new URL(`${url}/audit/export`);
  if (from) asked.searchParams.set('from', from.toISOString());
  if (to) asked.searchParams.set('to', to.toISOString());
  const response = await fetch(asked, {
    headers: {
      authorization: `Bearer ${key}`,
      // A header holds bytes: UTF-8, written as Latin-1.
      ...(purpose === undefined ? {} : { 'x-scoreline-purpose': Buffer.from(purpose).toString('latin1') }),
    },
  });
  if (!response.ok || !response.body)
    throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  yield* createInterface({ input: Readable.fromWeb(response.body as never), crlfDelay: 0 });
}
