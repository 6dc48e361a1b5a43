import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which program runs: for the log and the metrics. */
export interface Build {
  readonly version: string;
  /** The commit that it was made of: of an image where it was given to the build, of a clone where it can be read; or "unknown". */
  readonly commit: string;
  readonly node: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param commit from the environment of an image */
export function readBuild(commit: string | undefined): Build {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { version, commit: commit ?? headOf(join(ROOT, '.git')) ?? 'unknown', node: process.version };
}

/** The commit that a clone stands at; null where there is none, or where its files are arranged in another way. */
function headOf(git: string): string | null {
  try {
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim();
    const named = head.startsWith('ref: ') ? readFileSync(join(git, head.slice(5)), 'utf8').trim() : head;
    return /^[0-9a-f]{40}$/.test(named) ? named : null;
  } catch {
    return null;
  }
}
