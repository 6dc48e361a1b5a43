import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './places.ts';

/** How npm says that it could not reach the registry, as opposed to: that the registry refused. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;

/**
 * A folder with that package in its node_modules, which the project does not depend on; null where the registry cannot be reached.
 * @param name what the folder is called, with the version
 * @throws Error when npm fails for another reason.
 */
export function installedPackage(name: string, packageName: string, version: string): string | null {
  const prefix = join(cacheFolder(), `${name}-${version}`);
  const installed = join(prefix, 'node_modules', packageName);
  if (existsSync(installed)) return prefix;
  mkdirSync(prefix, { recursive: true });
  const options = ['--prefix', prefix, '--no-save', '--ignore-scripts', '--no-package-lock'];
  const { status, stderr } = spawnSync('npm', ['install', ...options, `${packageName}@${version}`], {
    encoding: 'utf8',
  });
  if (status === 0 && existsSync(installed)) return prefix;
  if (UNREACHABLE.test(stderr)) return null;
  throw new Error(`npm could not install ${packageName}@${version}: ${stderr.slice(-2_000)}`);
}
