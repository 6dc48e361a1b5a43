import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FolderInUseError, findHolder, lockFolder } from '../../instance/lock.ts';
import { until } from '../fixtures/patience.ts';
import { type Program, runProgram } from '../fixtures/server.ts';

/* One process holds a data folder: a second one would destroy its embedded database. */

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'scoreline-lock-'));
  folders.push(made);
  return made;
};
const holders: Program[] = [];
async function heldByAnother(dataDir: string, env: Record<string, string> = {}): Promise<Program> {
  const program = runProgram(['test/fixtures/hold-folder.ts'], { SCORELINE_DATA_DIR: dataDir, ...env });
  holders.push(program);
  await until(() => program.output().includes('held'), 'it holds the folder');
  return program;
}
const ownTmp = process.env.TMPDIR;
afterEach(async () => {
  if (ownTmp === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = ownTmp;
  for (const { process: held, finished } of holders.splice(0)) {
    held.kill('SIGKILL');
    await finished;
  }
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});

describe('the lock of a data folder', () => {
  it('names the process that holds it, and where that listens, until it is released', async () => {
    const dataDir = folder();
    const { process: held } = await heldByAnother(dataDir);
    expect(await findHolder(dataDir)).toEqual({ pid: held.pid, url: 'http://127.0.0.1:9' });
    await expect(lockFolder(dataDir)).rejects.toThrow(
      `process ${held.pid} holds it, and listens on http://127.0.0.1:9. Stop it, or`,
    );
    const own = folder();
    const lock = await lockFolder(own);
    await lock.release();
    expect(readdirSync(own)).toEqual([]);
    expect(await findHolder(own)).toBeNull();
  });

  it('is held by a process that is stopped and does not answer', async () => {
    const dataDir = folder();
    const { process: held } = await heldByAnother(dataDir);
    held.kill('SIGSTOP');
    const refused = await lockFolder(dataDir).then(
      () => null,
      (error: Error) => error,
    );
    expect(refused).toBeInstanceOf(FolderInUseError);
    expect(refused?.message).toContain('by a process that does not answer: it is stopped or very busy');
    expect(await findHolder(dataDir)).toEqual({ pid: null });
    held.kill('SIGCONT');
    await until(async () => (await findHolder(dataDir))?.pid === held.pid, 'it answers again');
  });

  it('is seen by a process with another temporary folder, as in another container', async () => {
    const dataDir = folder();
    const { process: held } = await heldByAnother(dataDir, { TMPDIR: folder() });
    expect((await findHolder(dataDir))?.pid).toBe(held.pid);
    await expect(lockFolder(dataDir)).rejects.toThrow(`process ${held.pid} holds it`);
  });

  it('is held by the temporary folder alone where the path is too long for a socket', async () => {
    const dataDir = mkdtempSync(join(folder(), 'x'.repeat(100)));
    const { process: held } = await heldByAnother(dataDir);
    expect(readdirSync(dataDir)).toEqual([]);
    await expect(lockFolder(dataDir)).rejects.toThrow(`process ${held.pid} holds it`);
  });

  it('goes to one of those that start at once after its holder was killed', async () => {
    const dataDir = folder();
    const { process: held, finished } = await heldByAnother(dataDir);
    held.kill('SIGKILL');
    await finished;
    const starting = await Promise.allSettled(Array.from({ length: 5 }, () => lockFolder(dataDir)));
    const taken = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(taken).toHaveLength(1);
    expect(await findHolder(dataDir)).toEqual({ pid: process.pid });
    await taken[0]?.release();
  });

  it.runIf(process.getuid?.() === 0)('is not what another user puts in its place', async () => {
    const dataDir = folder();
    process.env.TMPDIR = folder();
    // Where the socket of the temporary folder is.
    const probe = await lockFolder(dataDir);
    const [name = ''] = readdirSync(process.env.TMPDIR);
    await probe.release();
    const path = join(process.env.TMPDIR, name);
    const forged = createServer((socket) => socket.end('{"pid":1,"url":"http://evil.example"}'));
    await new Promise<void>((done) => forged.listen(path, done));
    chownSync(path, 65_534, 65_534);
    expect(await findHolder(dataDir)).toBeNull();
    const lock = await lockFolder(dataDir);
    expect(await findHolder(dataDir)).toEqual({ pid: process.pid });
    await lock.release();
    await new Promise((done) => forged.close(done));
  });
});
