import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../domain/errors/user-error.ts';
import { digestOf } from '../import/checkpoint.ts';

/** What is known of a file from its beginning on. */
export interface UploadFacts {
  readonly id: string;
  /** The caller that it belongs to: for others it does not exist. */
  readonly owner: string;
  readonly name: string;
  /** Of the whole file. */
  readonly bytes: number;
  /** SHA-256 in hex, as its sender gave it. */
  readonly digest: string | null;
  readonly begunAt: string;
}

/** A file that arrives or has arrived. */
export interface Upload extends UploadFacts {
  /** The folder of the file and of what belongs to it. */
  readonly folder: string;
  /** The file. */
  readonly path: string;
  /** Bytes that have arrived. */
  readonly received: number;
  /** Whether the content is still here: it is removed once it was imported. */
  readonly isKept: boolean;
}

type Beginning = Pick<UploadFacts, 'owner' | 'name' | 'bytes' | 'digest'>;

export interface UploadLimits {
  /** Of one file, and of all files of one caller. */
  readonly bytes: number;
  readonly bytesOfOwner: number;
  readonly filesOfOwner: number;
  /** Files are removed so long after they were last used. */
  readonly keptMs: number;
  /** Bytes of the disk that stay free. */
  readonly reserve: number;
}

/** The bytes do not follow those that have arrived. */
export class WrongOffsetError extends Error {
  override readonly name = 'WrongOffsetError';
  readonly received: number;

  constructor(received: number) {
    super(`${received} bytes have arrived; send the part that begins there`);
    this.received = received;
  }
}

const ID = /^[0-9a-f]{24}$/;
const REJECTS = 'rejects.ndjson';

/** Where the rejected rows of an upload's import are written, as NDJSON. */
export const rejectsPathOf = ({ folder }: Upload): string => join(folder, REJECTS);

/**
 * Files that callers send in parts, to be looked at and imported: each in a folder of its own. They are kept until they
 * are imported or removed, and otherwise for a limited time.
 */
export class Uploads {
  readonly #folder: string;
  readonly #limits: UploadLimits;
  readonly #now: () => number;
  /** Uploads that a part is written to. */
  readonly #busy = new Set<string>();
  /** The last beginning of each caller: those of one follow each other, because each counts what those before it left. */
  readonly #beginning = new Map<string, Promise<unknown>>();

  /** @param now epoch milliseconds */
  constructor(folder: string, limits: UploadLimits, now: () => number) {
    this.#folder = folder;
    this.#limits = limits;
    this.#now = now;
  }

  /** All of the caller's, newest first. */
  async list(owner: string): Promise<Upload[]> {
    const all = await this.#all();
    return all.filter((one) => one.owner === owner).sort((a, b) => b.begunAt.localeCompare(a.begunAt));
  }

  /** The caller's upload of that id, or null. */
  async find(owner: string, id: string): Promise<Upload | null> {
    const found = ID.test(id) ? await this.#read(id) : null;
    return found?.owner === owner ? found : null;
  }

  /**
   * Begins an upload, or continues the caller's own of the same content: the same digest, name and length.
   * @throws UserError when a limit is reached
   */
  begin(given: Beginning): Promise<{ upload: Upload; resumed: boolean }> {
    const { owner } = given;
    const begun = (this.#beginning.get(owner) ?? Promise.resolve()).then(() => this.#begin(given));
    const ended = begun.then(noResult, noResult).then(() => {
      if (this.#beginning.get(owner) === ended) this.#beginning.delete(owner);
    });
    this.#beginning.set(owner, ended);
    return begun;
  }

  async #begin({ owner, name, bytes, digest }: Beginning): Promise<{ upload: Upload; resumed: boolean }> {
    const { bytes: most, bytesOfOwner, filesOfOwner } = this.#limits;
    const own = await this.list(owner);
    const earlier =
      digest === null
        ? undefined
        : own.find((one) => one.isKept && one.digest === digest && one.bytes === bytes && one.name === name);
    if (earlier) return { upload: earlier, resumed: true };
    if (bytes < 1) throw new UserError('bytes: the file is empty');
    if (bytes > most)
      throw new UserError(
        `bytes: a file of at most ${most} bytes is taken here; import a larger one with scoreline import`,
      );
    const held = own.reduce((sum, one) => sum + one.bytes, 0);
    if (own.length >= filesOfOwner || held + bytes > bytesOfOwner)
      throw new UserError(
        `this key has ${own.length} files of ${held} bytes here, and may have ${filesOfOwner} of ${bytesOfOwner} bytes; remove one with DELETE /ingest/uploads/ID`,
        'TOO_MANY_OPEN',
      );
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#assertRoom(bytes);
    const id = randomBytes(12).toString('hex');
    const folder = join(this.#folder, id);
    await mkdir(folder, { mode: 0o700 });
    const facts: UploadFacts = {
      id,
      owner,
      name,
      bytes,
      digest,
      begunAt: new Date(this.#now()).toISOString(),
    };
    await writeFile(join(folder, 'data'), '', { mode: 0o600 });
    await writeWhole(join(folder, 'upload.json'), facts);
    return {
      upload: { ...facts, folder, path: join(folder, 'data'), received: 0, isKept: true },
      resumed: false,
    };
  }

  /**
   * Adds a part. With the last one the file is compared with its digest.
   * @returns the bytes that have arrived
   * @throws WrongOffsetError, UserError
   */
  async append({ id, folder, path, bytes, digest }: Upload, offset: number, part: Buffer): Promise<number> {
    if (this.#busy.has(id)) throw new UserError('another part of this file is arriving', 'TOO_MANY_OPEN');
    this.#busy.add(id);
    try {
      const { size } = await stat(path);
      // A part whose answer was lost is sent again.
      if (offset + part.length === size) return size;
      if (offset !== size) throw new WrongOffsetError(size);
      if (size + part.length > bytes)
        throw new UserError(`the part goes beyond the ${bytes} bytes of the file`);
      // Files that began when there was room may not have it all: others arrive too.
      await this.#assertRoom(part.length);
      await writeAt(path, offset, part);
      const received = offset + part.length;
      if (received === bytes && digest !== null && (await digestOf(path)) !== digest) {
        await rm(folder, { recursive: true, force: true });
        throw new UserError('digest: the bytes that arrived have another SHA-256; send the file again');
      }
      return received;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? notKept() : error;
    } finally {
      this.#busy.delete(id);
    }
  }

  /** @throws UserError where the disk has no room for so many bytes beside those that stay free */
  async #assertRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < bytes + this.#limits.reserve) throw noRoom();
  }

  /** Removes the file and what belongs to it. */
  async remove({ folder }: Upload): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  /** Removes the content, which has been imported; the account and the rejected rows stay for their time. */
  async drop({ path }: Upload): Promise<void> {
    await rm(path, { force: true });
  }

  /** Removes what was not used for long. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const folder = join(this.#folder, name);
      const times = await Promise.all(
        (await readdir(folder).catch(() => [])).map((file) =>
          stat(join(folder, file)).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        ),
      );
      const isOld = Math.max(0, ...times) < this.#now() - this.#limits.keptMs;
      if (isOld && !this.#busy.has(name)) await rm(folder, { recursive: true, force: true });
    }
  }

  async #all(): Promise<Upload[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => ID.test(name));
    const all = await Promise.all(names.map((name) => this.#read(name)));
    return all.flatMap((one) => one ?? []);
  }

  async #read(id: string): Promise<Upload | null> {
    const folder = join(this.#folder, id);
    const facts = await readWhole<UploadFacts>(join(folder, 'upload.json'));
    if (!facts) return null;
    const path = join(folder, 'data');
    const size = await stat(path).then(
      (found) => found.size,
      () => null,
    );
    return { ...facts, folder, path, received: size ?? facts.bytes, isKept: size !== null };
  }
}

/** @throws UserError where the disk has no room */
async function writeAt(path: string, offset: number, part: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  try {
    for (let done = 0; done < part.length; )
      done += (await file.write(part, done, part.length - done, offset + done)).bytesWritten;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom() : error;
  } finally {
    await file.close();
  }
}

const noResult = (): void => undefined;

/** It was imported, or removed meanwhile. */
export const notKept = (): UserError =>
  new UserError('this file was imported or removed, and its content is not kept; send it again');

const noRoom = (): UserError =>
  new UserError('the disk of this server has no room for the file; the upload stops', 'DISK_FULL', {
    retryAfter: 30,
  });

/** A JSON file of an upload, written under another name first, so that it is always whole. */
export async function writeWhole(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The JSON file, or null where there is none that can be read. */
export async function readWhole<Value>(path: string): Promise<Value | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value;
  } catch {
    return null;
  }
}
