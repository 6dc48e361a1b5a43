import { createHash } from 'node:crypto';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../../domain/errors/user-error.ts';
import { recordDelivery } from '../../store/connections/connection-deliveries.ts';
import { readSecrets } from '../../store/connections/connections.ts';
import {
  forgetOtherFiles,
  knownFiles,
  noteFile,
  type WatchedFile,
} from '../../store/connections/watched-files.ts';
import type { Store } from '../../store/database/client.ts';
import { LOCKS } from '../../store/database/locks.ts';
import type { Loops } from '../../store/database/loops.ts';
import { type Periodic, runPeriodic } from '../../store/database/periodic.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { type ImportResult, runImport } from '../files/import/run-import.ts';
import { databaseSink, type ImportSink } from '../files/import/sink.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { WrongColumnsError } from '../files/read/headings.ts';
import { UnreadableFileError } from '../files/read/read-row.ts';
import type { Ingestor } from '../pipeline/ingestor.ts';
import { accountFor, type BatchAccount } from '../pipeline/outcome.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import type { Connections, LiveConnection } from '../webhooks/connections.ts';
import { type AskBucket, type BucketSettings, bucket, bucketPlace } from './bucket.ts';
import { type FolderSettings, folder, folderPlace } from './folder.ts';
import { type FilePlace, type FoundFile, PlaceError, type PlaceReader } from './place.ts';

export interface WatchDeps {
  readonly store: Store;
  readonly ingestor: Ingestor;
  readonly connections: Connections;
  /** Who submits for a connection; null where its policies grant it nothing. */
  readonly submitterOf: (connection: LiveConnection) => Submitter | null;
  readonly encryption: SubjectEncryption;
  /** The folder that watched folders are in. */
  readonly watchDir: string | undefined;
  readonly ask: AskBucket;
  /** Checkpoints and copies are within it. */
  readonly dataDir: string;
  /** Bytes of the disk that stay free. */
  readonly reserve: number;
  readonly loops: Loops | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onIngested: (account: BatchAccount) => void;
  readonly onError: (error: Error) => void;
}

const LOOK_EVERY_MS = 5_000;
/** Places that are looked at together. */
const AT_ONCE = 4;
const WATCHED: ReadonlySet<string> = new Set([folder.name, bucket.name]);

/** Looks at the places of connections, and imports new files as `scoreline import` does: one process at a time. */
export function watchFiles(deps: WatchDeps): Periodic {
  const { store, loops, onError } = deps;
  const watching: Omit<Watching, 'stopped'> = { looked: new Map(), copying: new Map() };
  return runPeriodic({
    name: 'watched files',
    everyMs: LOOK_EVERY_MS,
    alone: { store, lock: LOCKS.watchedFiles },
    loops,
    onError,
    run: (stopped) => lookAtAll(deps, { ...watching, stopped }),
  });
}

interface Watching {
  /** When each place was looked at last, by connection. */
  readonly looked: Map<string, number>;
  /** Bytes of the copies that are being made, by connection. */
  readonly copying: Map<string, number>;
  readonly stopped: () => boolean;
}

/** Looks at every place, some at once; while one takes long, the others are looked at again. */
async function lookAtAll(deps: WatchDeps, watching: Watching): Promise<void> {
  const { connections, onError } = deps;
  const busy = new Map<string, Promise<void>>();
  do {
    for (const connection of connections.all()) {
      const { id, connector } = connection;
      if (!WATCHED.has(connector) || busy.has(id)) continue;
      while (busy.size >= AT_ONCE) await Promise.race(busy.values());
      if (watching.stopped()) break;
      const looking = look(deps, connection, watching);
      busy.set(
        id,
        looking.catch(onError).finally(() => busy.delete(id)),
      );
    }
    await Promise.race([Promise.all(busy.values()), wait(LOOK_EVERY_MS, undefined, { ref: false })]);
  } while (busy.size > 0);
}

/** One look at a place. What is wrong with it is recorded for its connection, and the others are looked at. */
async function look(deps: WatchDeps, connection: LiveConnection, watching: Watching): Promise<void> {
  const { store, connections } = deps;
  const { id } = connection;
  const { looked, stopped } = watching;
  const submitter = deps.submitterOf(connection);
  if (!submitter) return connections.refused(id, 'NOT_GRANTED');
  try {
    const reader = (await connections.reader(connection)) as PlaceReader<unknown>;
    const place = await placeOf(deps, connection, reader);
    if (deps.now() < (looked.get(id) ?? Number.NEGATIVE_INFINITY) + (place.everyMs ?? 0)) return;
    looked.set(id, deps.now());
    const found = await place.list();
    const known = await knownFiles(store, id);
    const paths = new Set(found.map(({ path }) => path));
    if ([...known.keys()].some((path) => !paths.has(path))) await forgetOtherFiles(store, id, [...paths]);
    for (const file of found) {
      if (stopped()) return;
      const earlier = known.get(file.path);
      const isSame = earlier?.version === file.version;
      if (isSame && earlier.state !== 'importing') continue;
      await importFile(deps, { connection, submitter, place, reader, isEndOpen: isSame, ...watching }, file);
    }
  } catch (error) {
    if (error instanceof InvalidMapError) return connections.refused(id, 'MAPPING');
    // One place that fails in another way does not keep the others waiting.
    if (!(error instanceof PlaceError)) return deps.onError(error as Error);
    // A correction takes effect at the next look.
    looked.delete(id);
    await note(deps, connection, { path: '', version: '' }, { state: 'failed', message: error.message });
  }
}

async function placeOf(
  { store, encryption, watchDir, ask, now }: WatchDeps,
  { id, connector }: LiveConnection,
  { settings }: PlaceReader<unknown>,
): Promise<FilePlace> {
  if (connector === folder.name) return folderPlace(watchDir, settings as FolderSettings, now);
  const [secret = ''] = (await readSecrets(store, encryption, id, new Date(now()))) ?? [];
  return bucketPlace(settings as BucketSettings, secret, ask, now);
}

interface Looking extends Watching {
  readonly connection: LiveConnection;
  readonly submitter: Submitter;
  readonly place: FilePlace;
  readonly reader: PlaceReader<unknown>;
  /** Whether this version of the file was begun, and its end is not recorded. */
  readonly isEndOpen: boolean;
}

async function importFile(deps: WatchDeps, looking: Looking, file: FoundFile): Promise<void> {
  const { connection, submitter, place, reader, isEndOpen, copying, stopped } = looking;
  const folder = join(deps.dataDir, 'watched', connection.id);
  const copies = join(folder, 'copies');
  await mkdir(copies, { recursive: true, mode: 0o700 });
  try {
    copying.set(connection.id, file.bytes);
    await assertRoom(deps, copies, file, copying);
    const path = await place.fetch(file, copies);
    const stored = databaseSink(deps, submitter, connection.name);
    const sink: ImportSink = {
      ...stored,
      send: async (request) => {
        const outcomes = await stored.send(request);
        deps.onIngested(accountFor(outcomes));
        return outcomes;
      },
    };
    const result = await runImport({
      path,
      name: file.path,
      version: `${file.path}\n${file.version}`,
      map: reader.map,
      sink,
      dataDir: folder,
      rejectsPath: null,
      restart: false,
      isEndOpen,
      isStopping: stopped,
      onProgress: () => undefined,
      // It only shows that the import goes on: without it the import does too.
      onBegun: (importKey) =>
        note(deps, connection, file, { state: 'importing', importKey }).catch(deps.onError),
    });
    // The next look goes on, here or in another process.
    if (result.interrupted) return;
    await ended(deps, connection, file, result);
  } catch (error) {
    const message = messageOf(error);
    if (message === null) throw error;
    // Another version than that of the file is read again.
    const version = error instanceof PlaceError && error.passes ? '' : file.version;
    await note(deps, connection, { path: file.path, version }, { state: 'failed', message });
  } finally {
    copying.delete(connection.id);
    await rm(copies, { recursive: true, force: true });
  }
}

/** @param copying bytes that are promised, of this file too, and may not be on the disk yet */
async function assertRoom(
  { reserve }: WatchDeps,
  folder: string,
  { bytes }: FoundFile,
  copying: ReadonlyMap<string, number>,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const promised = [...copying.values()].reduce((sum, one) => sum + one, 0);
  if (bavail * bsize < promised + reserve)
    throw new PlaceError(`it has ${bytes} bytes, and the disk of the server has no room for a copy`, {
      passes: true,
    });
}

/** What is wrong with a file as it is; null for an error that passes, after which the file is read again. */
function messageOf(error: unknown): string | null {
  const isOfFile =
    error instanceof UnreadableFileError ||
    error instanceof WrongColumnsError ||
    error instanceof PlaceError ||
    (error instanceof UserError && !('retryAfter' in error));
  return isOfFile ? (error as Error).message : null;
}

async function ended(
  deps: WatchDeps,
  connection: LiveConnection,
  file: FoundFile,
  { account, importKey, firstRejects }: ImportResult,
): Promise<void> {
  const { accepted, duplicates, rejected, filtered, reasons } = account;
  const digest = createHash('sha256').update(`${file.path}\n${file.version}`).digest();
  const [error = null] = Object.keys(reasons);
  const counts = { accepted, duplicates, rejected, ignored: filtered, error };
  // The rows are in the file, which is there: none is kept in the quarantine.
  await recordDelivery(deps.store, connection.id, digest, new Date(deps.now()), counts, null);
  await note(deps, connection, file, {
    state: 'done',
    importKey,
    message: rejectsOf(firstRejects, rejected),
  });
}

/** "2 rows were rejected: line 4 (INVALID_TIME), line 9 (INVALID_SCORE)", without what they contain. */
function rejectsOf(first: ImportResult['firstRejects'], count: number): string | null {
  if (count === 0) return null;
  const named = first.map(({ line, code }) => `line ${line} (${code})`).join(', ');
  return `${count} ${count === 1 ? 'row was' : 'rows were'} rejected: ${named}${first.length < count ? ', …' : ''}`;
}

const note = (
  { store, now }: WatchDeps,
  { id }: LiveConnection,
  { path, version }: Pick<FoundFile, 'path' | 'version'>,
  state: Pick<WatchedFile, 'state'> & Partial<WatchedFile>,
): Promise<void> =>
  noteFile(store, id, { path, version, message: null, importKey: null, ...state, at: new Date(now()) });
