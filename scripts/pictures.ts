import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADMIN_KEY, type Program, runProgram } from '../test/fixtures/server.ts';
import { launch } from '../test/services/chromium.ts';

/** npm run pictures: takes the pictures of the README again, of a server with the demo's half year. */
const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const PICTURES = { overview: '/overview', explore: '/explore?show=why&window=P90D' } as const;
const VIEW = { width: 1_280, height: 800 };
const MOST_BYTES = 200_000;
const SETTLED_MS = 5_000;
const PATIENCE_MS = 120_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function listening({ output, process: server }: Program): Promise<string> {
  for (;;) {
    const url = output().includes('Next:') ? /listening\s+(http:\S+)/.exec(output())?.[1] : undefined;
    if (url !== undefined) return url;
    if (server.exitCode !== null) throw new Error(`the server ended: ${output()}`);
    await pause(100);
  }
}

/** Whether the text model has read all that arrived. */
async function isScored(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  return /^scoreline_journal_lag_entries\{follower="scorer 1"\} 0$/m.test(await answer.text());
}

const dataDir = mkdtempSync(join(tmpdir(), 'scoreline-pictures-'));
const env = { SCORELINE_DATA_DIR: dataDir, SCORELINE_ADMIN_KEY: ADMIN_KEY, PORT: '0' };
const server = runProgram(['start'], env);
const browser = await launch();
try {
  const url = await listening(server);
  const { code, output } = await runProgram(['demo', '--history-only', '--url', url], env).finished;
  if (code !== 0) throw new Error(output);
  // The themes of the comments are on the pictures too.
  while (!(await isScored(url))) await pause(1_000);
  const context = await browser.newContext({ viewport: VIEW, colorScheme: 'light', locale: 'en-GB' });
  await context.request.post(`${url}/session`, {
    data: { key: ADMIN_KEY },
    timeout: PATIENCE_MS,
  });
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, path] of Object.entries(PICTURES)) {
    const page = await context.newPage();
    await page.goto(`${url}${path}`, { timeout: PATIENCE_MS });
    await pause(SETTLED_MS);
    const file = join(FOLDER, `${name}.png`);
    await page.screenshot({ path: file, timeout: PATIENCE_MS });
    await page.close();
    const { size } = statSync(file);
    process.stdout.write(`${file}: ${size} bytes\n`);
    if (size > MOST_BYTES) throw new Error(`${name}.png has ${size} bytes; at most ${MOST_BYTES}`);
  }
} finally {
  await browser.close();
  server.process.kill('SIGTERM');
  await server.finished;
  rmSync(dataDir, { recursive: true, force: true });
}
