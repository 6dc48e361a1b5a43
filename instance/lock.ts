import { createHash } from 'node:crypto';
import { realpathSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the holder of a data folder answers. `url` is absent until it listens, or if it never will. */
export interface Holder {
  readonly pid: number;
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
    const where = holder.url ? `, and listens on ${holder.url}` : '';
    super(
      `${folder} is in use: process ${holder.pid} holds it${where}. Stop it, or set SCORELINE_DATA_DIR to another folder`,
    );
    this.holder = holder;
  }
}

/**
 * A socket that only a living process answers: it cannot go stale like a file with a process id, and it answers
 * with the holder's address. Socket paths are short (107 bytes), so it is in the temporary folder under the
 * hash of the folder's real path.
 */
function socketPath(folder: string): string {
  const name = `scoreline-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 24)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** The folder's holder, or null when there is none. */
export function findHolder(folder: string): Promise<Holder | null> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath(folder));
    let text = '';
    socket.setEncoding('utf8').setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => resolve(null));
    socket.on('end', () => {
      resolve(JSON.parse(text) as Holder);
    });
  });
}

/**
 * Takes the folder, which must exist, for this process.
 * @throws FolderInUseError when another process has it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = socketPath(folder);
  const holder = { pid: process.pid } as { pid: number; url?: string };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(holder));
  });
  for (let attempt = 0; ; attempt++) {
    if (await listening(server, path)) break;
    const other = await findHolder(folder);
    if (other || attempt === 3) throw new FolderInUseError(folder, other ?? { pid: 0 });
    // The holder died without removing its socket.
    try {
      unlinkSync(path);
    } catch {
      // Another starting process was faster; the next attempt shows it.
    }
  }
  // The lock must not keep an otherwise idle process alive.
  server.unref();
  return {
    announce: (url) => {
      holder.url = url;
    },
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listening(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(path, () => resolve(true));
  });
}
