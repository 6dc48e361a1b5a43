import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium as browsers } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function find(): string | undefined {
  const found = spawnSync('sh', ['-c', NAMES.map((name) => `command -v ${name}`).join(' || ')], {
    encoding: 'utf8',
  });
  return found.stdout.trim() || undefined;
}

/** Chromium's path; installs Debian's package when there is none. */
function chromium(): string {
  const present = find();
  if (present) return present;
  const installed = spawnSync('bash', [join(import.meta.dirname, 'chromium.sh')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const path = installed.status === 0 ? find() : undefined;
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
