import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { databaseSink, httpSink, type ImportSink, patientPost } from '../ingestion/files/import/sink.ts';
import { createOutcomeIngestor } from '../ingestion/outcomes/outcome-ingestor.ts';
import { createOutcomeReader } from '../ingestion/outcomes/outcome-items.ts';
import { submitOutcomes } from '../ingestion/outcomes/submit-outcomes.ts';
import { createIngestor } from '../ingestion/pipeline/ingestor.ts';
import type { BatchAccount } from '../ingestion/pipeline/outcome.ts';
import { OWNER } from '../ingestion/pipeline/submitter.ts';
import { FolderInUseError, findHolder } from '../instance/lock.ts';
import { openDatabase } from '../instance/open-database.ts';
import { findAdminKey } from '../instance/secrets.ts';
import { openNameRedaction } from '../scoring/names/name-redaction.ts';

/** Where a command sends its data. */
export interface FoundSink {
  readonly sink: ImportSink;
  /** Stores outcomes, as items of POST /ingest/outcomes. */
  readonly sendOutcomes: (items: readonly object[]) => Promise<BatchAccount>;
  /** "through the server at …" or "into the database in …". */
  readonly description: string;
  /** Its address, if rows go through a server. */
  readonly server: string | null;
  close(): Promise<void>;
}

const PATIENCE_MS = 120_000;

/**
 * The server that runs on this configuration's data folder, or null.
 * @throws FolderInUseError where a process that holds the folder does not answer
 */
export async function findServer(config: Config): Promise<{ url: string; key: string } | null> {
  const holder = await findHolder(config.dataDir).catch(() => null);
  if (holder?.pid === null) throw new FolderInUseError(config.dataDir, holder);
  if (!holder?.url) return null;
  return { url: holder.url, key: await keyOf(config) };
}

/** The administrator's key: configured, or kept in the data folder. */
export async function keyOf(config: Config): Promise<string> {
  const key = await findAdminKey(config);
  if (key !== undefined) return key;
  throw new Error(
    `no key: set SCORELINE_ADMIN_KEY, or SCORELINE_DATA_DIR to the folder of the server (now ${config.dataDir})`,
  );
}

/**
 * The server at `url` if one is named, else the one that runs on the data folder, else the database itself,
 * opened in this process.
 */
export async function findSink(
  config: Config,
  url: string | undefined,
  onNote: (text: string) => void,
): Promise<FoundSink> {
  const named =
    url === undefined ? await findServer(config) : { url: url.replace(/\/$/, ''), key: await keyOf(config) };
  if (named) {
    const how = {
      ...named,
      patienceMs: PATIENCE_MS,
      onRetry: (reason: string) => onNote(`${reason}; trying again`),
    };
    const sink = httpSink(how);
    const post = patientPost(how);
    const sendOutcomes = (items: readonly object[]) =>
      post<BatchAccount>('/ingest/outcomes', items.map((item) => JSON.stringify(item)).join('\n'));
    const description = `through the server at ${named.url}`;
    return { sink, sendOutcomes, description, server: named.url, close: async () => undefined };
  }
  const database = await openDatabase(config, (error) => onNote(safeMessage(error)));
  const { dimensions, cellLimits, nameBounds, redaction, dataDir } = config;
  const names = config.names ? openNameRedaction(config.names) : undefined;
  const rules = { dimensions, cellLimits, nameBounds, redaction, names };
  const deps = { ...database, ...rules, now: Date.now, warn: onNote };
  const [ingestor, outcomes] = [createIngestor(deps), createOutcomeIngestor(deps)];
  const readOutcome = createOutcomeReader(dimensions);
  const place = config.databaseUrl === undefined ? `the database in ${dataDir}` : 'the PostgreSQL database';
  return {
    sink: databaseSink({ ingestor, store: database.store, now: Date.now }, OWNER),
    sendOutcomes: (items) => submitOutcomes(outcomes, OWNER, readOutcome, items, `import ${randomUUID()}`),
    description: `into ${place}`,
    server: null,
    close: async () => {
      await ingestor.idle();
      await outcomes.idle();
      await names?.close();
      await database.close();
    },
  };
}
