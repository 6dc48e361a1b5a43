import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './places.ts';

const VERSION = '24.21.0';
/** How npm says that it could not reach the registry, as opposed to: that the registry refused. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;

/**
 * The program of Node.js 24, from npm's package of its binary; null where the registry cannot be reached.
 * @throws Error when npm fails for another reason.
 */
export function findNode24(): string | null {
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = join(cacheFolder(), `node-${VERSION}`);
  const program = join(prefix, 'node_modules', name, 'bin', 'node');
  if (existsSync(program)) return program;
  mkdirSync(prefix, { recursive: true });
  const args = [
    'install',
    '--prefix',
    prefix,
    '--no-save',
    '--ignore-scripts',
    '--no-package-lock',
    `${name}@${VERSION}`,
  ];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status === 0 && existsSync(program)) return program;
  if (UNREACHABLE.test(stderr)) return null;
  throw new Error(`npm could not install ${name}@${VERSION}: ${stderr.slice(-2_000)}`);
}
