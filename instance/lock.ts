import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, realpathSync, statSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/config.ts';

/*
 * The lock of a data folder: sockets that only a living process answers. It cannot go stale like a file with a process id, and it
 * answers with the holder's address.
 */

/** What the holder of a data folder answers. */
export interface Holder {
  /** Null: it does not answer, as a process does that is stopped (Ctrl-Z) or very busy. It holds the folder all the same. */
  readonly pid: number | null;
  /** Absent until it listens, or if it never will. */
  readonly url?: string;
}

export interface FolderLock {
  /** From now on the lock answers with this address. */
  announce(url: string): void;
  release(): Promise<void>;
}

/** Another process holds the data folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly holder: Holder;

  constructor(folder: string, holder: Holder) {
    const { pid, url } = holder;
    super(
      pid === null
        ? `${folder} is in use by a process that does not answer: it is stopped or very busy. Let it go on or end it, or set SCORELINE_DATA_DIR to another folder`
        : `${folder} is in use: process ${pid} holds it${url ? `, and listens on ${url}` : ''}. Stop it, or set SCORELINE_DATA_DIR to another folder`,
    );
    this.holder = holder;
  }
}

/** Bytes of a socket's path that every system takes; Node.js cuts longer ones off without a word. */
const LONGEST_PATH = 100;
const ANSWER_MS = 2_000;
const ATTEMPTS = 4;
const IS_WINDOWS = process.platform === 'win32';
const SILENT: Holder = { pid: null };
/** Of connecting: no process listens. After any other failure one may. */
const ENDED = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']);

/**
 * The sockets of the lock. The one in the folder is seen by every process that sees the folder, whatever its temporary folder and
 * container. The one in the temporary folder, under the hash of the folder's real path, is for paths that are too long, for file
 * systems without sockets, and for servers of earlier versions.
 */
function placesOf(folder: string): string[] {
  const real = realpathSync(folder);
  const name = `scoreline-${createHash('sha256').update(real).digest('hex').slice(0, 24)}`;
  if (IS_WINDOWS) return [`\\\\.\\pipe\\${name}`];
  const inside = join(real, 'lock');
  return [...(Buffer.byteLength(inside) <= LONGEST_PATH ? [inside] : []), join(tmpdir(), `${name}.sock`)];
}

/**
 * Whether the socket belongs to a user of the folder. Everyone may put one into the temporary folder: another user's would get
 * the administrator's key from the commands that believe it.
 */
function isTrusted(path: string, folder: string): boolean {
  if (IS_WINDOWS) return true;
  const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
  return uid !== undefined && [0, process.getuid?.(), statSync(folder).uid].includes(uid);
}

/** The folder's holder, or null when there is none. */
export async function findHolder(folder: string): Promise<Holder | null> {
  for (const path of placesOf(folder)) {
    const holder = isTrusted(path, folder) ? await ask(path) : null;
    if (holder) return holder;
  }
  return null;
}

/** Who listens there, or null. */
function ask(path: string): Promise<Holder | null> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    let text = '';
    socket.setEncoding('utf8').setTimeout(ANSWER_MS, () => {
      resolve(SILENT);
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(ENDED.has(code ?? '') ? null : SILENT));
    socket.on('end', () => resolve(holderIn(text)));
  });
}

function holderIn(text: string): Holder {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // It ended, or ends, while it was asked.
    return SILENT;
  }
}

/**
 * Takes the folder, which must exist, for this process.
 * @throws FolderInUseError when another process has it, also one that does not answer.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const holder = { pid: process.pid } as { pid: number; url?: string };
  const servers: Server[] = [];
  const release = async () => {
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  };
  try {
    for (const path of placesOf(folder)) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(JSON.stringify(holder));
      });
      if (await take(path, server, folder)) servers.push(server);
    }
    if (servers.length === 0)
      throw new ConfigError(
        `${folder} cannot be locked: no socket can be made in it or in ${tmpdir()}; set TMPDIR to a folder that this user may write`,
      );
  } catch (error) {
    await release();
    throw error;
  }
  return {
    announce: (url) => {
      holder.url = url;
    },
    release,
  };
}

/** Listens there; false where that is not possible. @throws FolderInUseError */
async function take(path: string, server: Server, folder: string): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const failed = await listen(server, path);
    if (failed === null) {
      // The lock must not keep an otherwise idle process alive.
      server.unref();
      closeToOthers(path);
      return true;
    }
    if (failed !== 'EADDRINUSE') return false;
    if (!IS_WINDOWS && lstatSync(path, { throwIfNoEntry: false }) && !isTrusted(path, folder)) return false;
    const asked = stateOf(path);
    const other = await ask(path);
    if (other === null) removeEnded(path, asked);
    // One that ends just now leaves the place to the next attempt.
    else if (other.pid !== null) throw new FolderInUseError(folder, other);
  }
  throw new FolderInUseError(folder, SILENT);
}

/** Only its owner may ask; some file systems have no permissions of sockets. */
function closeToOthers(path: string): void {
  try {
    if (!IS_WINDOWS) chmodSync(path, 0o600);
  } catch {
    // The folder is the owner's alone.
  }
}

/** The code of the failure; null: it listens. */
function listen(server: Server, path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown');
    server.once('error', failed);
    server.listen(path, () => {
      server.off('error', failed);
      resolve(null);
    });
  });
}

/** Identifies the socket among those that follow each other under one name; null: there is none. */
function stateOf(path: string): string | null {
  const found = IS_WINDOWS ? undefined : lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino} ${found.ctimeNs}` : null;
}

/**
 * Removes the socket of a process that ended without removing it. Another starting process may have removed it since it was asked, and
 * listen there now: removing that one's would take the lock from it.
 */
function removeEnded(path: string, asked: string | null): void {
  if (asked === null || stateOf(path) !== asked) return;
  try {
    unlinkSync(path);
  } catch {
    // Another starting process was faster; the next attempt shows it.
  }
}
