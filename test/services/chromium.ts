import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium as browsers } from 'playwright-core';

/** Chromium without a window comes first: a page takes half the CPU time in it. */
const SHELL = 'chromium-headless-shell';
const NAMES = [SHELL, 'chromium', 'chromium-browser', 'google-chrome'];

function find(names: readonly string[]): string | undefined {
  const found = spawnSync('sh', ['-c', names.map((name) => `command -v ${name}`).join(' || ')], {
    encoding: 'utf8',
  });
  return found.stdout.trim() || undefined;
}

/** Chromium's path; installs Debian's package as root. Any other Chromium that is there will do. */
function chromium(): string {
  const shell = find([SHELL]);
  if (shell) return shell;
  if (process.getuid?.() === 0 || !find(NAMES))
    spawnSync('bash', [join(import.meta.dirname, 'chromium.sh')], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  const path = find(NAMES);
  if (!path) throw new Error('the page is tested in Chromium: install it (Debian: apt-get install chromium)');
  return path;
}

/** A Chromium that makes no connections by itself. */
export const launch = () =>
  browsers.launch({
    executablePath: chromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/**
 * For how long a page is waited for, milliseconds. Pages are slow on a busy machine, and no test asserts a time: it ends a test that
 * hangs.
 */
export const PAGE_PATIENCE_MS = 120_000;
