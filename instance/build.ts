import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which build runs: for the log and the metrics. */
export interface Build {
  readonly version: string;
  /** The commit of the build: given to an image's build, or read from a clone; or "unknown". */
  readonly commit: string;
  readonly node: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param commit from the environment of an image */
export function readBuild(commit: string | undefined): Build {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { version, commit: commit ?? headOf(join(ROOT, '.git')) ?? 'unknown', node: process.version };
}

/** The commit of a clone; null if there is none, or its files are arranged in another way. */
function headOf(git: string): string | null {
  try {
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim();
    const named = head.startsWith('ref: ') ? readFileSync(join(git, head.slice(5)), 'utf8').trim() : head;
    return /^[0-9a-f]{40}$/.test(named) ? named : null;
  } catch {
    return null;
  }
}
