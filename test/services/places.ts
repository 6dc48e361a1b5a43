import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/*
 * Where things are, and which user runs the servers.
 *
 * PostgreSQL refuses to run as root, so under root it runs as the system user `postgres` (made when missing), and that
 * user must be able to pass through every folder above its binaries and its data. The project may be cloned below a
 * folder that only root enters (/root in most containers), so:
 *  - binaries: `.cache/services` in the project if that user reaches it, else `/var/cache/scoreline-services`, which
 *    only root can write and every user can read. Not a fixed name in /tmp: there anyone could put it first.
 *  - data: always a fresh folder in the system's temporary folder, removed at the end.
 */

const PROJECT_ROOT = resolve(import.meta.dirname, '../..');
const SHARED_CACHE = '/var/cache/scoreline-services';
const HOME_PREFIX = 'scoreline-services-';
const STALE_AFTER_MS = 60 * 60 * 1000;

/** The user a server runs as; undefined means as the caller. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

let postgresIdentity: Identity | undefined;

function run(command: string, args: readonly string[]): string | undefined {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** The unprivileged user for PostgreSQL: `postgres` when we are root (made if it is missing), else ourselves. */
export function serverIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  postgresIdentity ??= findOrMakePostgresUser();
  return postgresIdentity;
}

function findOrMakePostgresUser(): Identity {
  const lookUp = () => {
    const uid = run('id', ['-u', 'postgres']);
    const gid = run('id', ['-g', 'postgres']);
    return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
  };
  const found = lookUp();
  if (found) return found;
  // Another run may make it in the same moment: what counts is that it exists afterwards.
  run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/sh', 'postgres']);
  const made = lookUp();
  if (!made)
    throw new Error('PostgreSQL refuses to run as root and no user "postgres" could be made (useradd)');
  return made;
}

/** Whether the servers' user can enter this folder, which takes every folder above it too. */
function isReachable(folder: string): boolean {
  const identity = serverIdentity();
  return spawnSync('test', ['-x', folder], { cwd: '/', ...identity }).status === 0;
}

/** The folder that holds downloads and unpacked servers (see the top of this file). */
export function cacheFolder(): string {
  const inProject = join(PROJECT_ROOT, '.cache', 'services');
  mkdirSync(inProject, { recursive: true });
  if (isReachable(inProject)) return inProject;
  mkdirSync(SHARED_CACHE, { recursive: true });
  chmodSync(SHARED_CACHE, 0o755);
  if (!isReachable(SHARED_CACHE))
    throw new Error(`the user "postgres" reaches neither ${inProject} nor ${SHARED_CACHE}`);
  return SHARED_CACHE;
}

/** A fresh folder for one server's data, sockets and log; `owner` is who writes the data. */
export function makeHome(service: string, owner: Identity | undefined): { home: string; data: string } {
  const base = [tmpdir(), '/tmp', '/var/tmp'].find(isReachable);
  if (base === undefined) throw new Error('no temporary folder that the user "postgres" can enter');
  removeStaleHomes(base);
  const home = mkdtempSync(join(base, `${HOME_PREFIX}${process.pid}-${service}-`));
  chmodSync(home, 0o711);
  const data = join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (owner) chownSync(data, owner.uid, owner.gid);
  return { home, data };
}

/** Removes what a run left that was killed before it could clean up; its servers died with it. */
function removeStaleHomes(base: string): void {
  for (const name of readdirSync(base)) {
    const pid = new RegExp(`^${HOME_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      // The age spares a run in another container that shares this folder but not our process ids.
      if (Date.now() - statSync(join(base, name)).mtimeMs > STALE_AFTER_MS) {
        rmSync(join(base, name), { recursive: true, force: true });
      }
    } catch {
      // Another user's, or another run removes it at this moment: not ours to insist on.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
