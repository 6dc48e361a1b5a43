import { join } from 'node:path';
import { installedPackage } from './npm-package.ts';

const VERSION = '24.21.0';

/**
 * The program of Node.js 24, from npm's package of its binary; null where the registry cannot be reached.
 * @throws Error when npm fails for another reason.
 */
export function findNode24(): string | null {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = installedPackage('node', name, VERSION);
  return folder && join(folder, 'node_modules', name, 'bin', 'node');
}
