import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { BUDGET, webSize } from '../.ci/web-size.mjs';
import { ADMIN_KEY, type Program, runProgram } from '../test/fixtures/server.ts';
import { launch } from '../test/services/chromium.ts';
import { pause } from './kit/process.ts';
import { figure, median, type Report } from './kit/report.ts';
import { CPU_TIME, fill, pointed, scrolled, type Worked } from './web-many.ts';

const ROUNDS = 7;
/** A screen is used for so long: what it does at once, and its live updates. */
const SETTLED_MS = 4_000;
const PATIENCE_MS = 60_000;
const POLL_MS = 50;
const RATIO = 10;
/** Answers of the last 28 days that are added to those of the demo, and how much more a screen may work with them. */
const MANY = 100_000;
const MANY_RATIO = 2;
/** Answers over two years, for the chart of its days. */
const OLD = { answers: 20_000, days: 730, first: MANY } as const;
/** What a step of a list or chart may take: a frame of 60 a second. */
const FRAME_MS = 1_000 / 60;
/** Visits of a screen; the one with the median of script counts. */
const VISITS = 3;

/** The screens whose work could grow with the answers. */
const HEAVY = ['/overview', '/explore', '/responses'];

interface Screen {
  readonly path: string;
  readonly scriptMs: number;
  readonly taskMs: number;
  readonly bytes: number;
}

/**
 * The pages in Chromium, on the demo's half year: what they weigh, how soon a score is seen, and how long scripts run; then
 * with 100,000 answers more.
 */
export async function web(): Promise<Report> {
  const size = await webSize();
  const dataDir = mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
  const env = { SCORELINE_DATA_DIR: dataDir, SCORELINE_ADMIN_KEY: ADMIN_KEY, PORT: '0' };
  const server = runProgram(['start'], env);
  const browser = await launch();
  try {
    const url = await listening(server);
    const filled = await runProgram(['demo', '--history-only', '--url', url], env).finished;
    if (filled.code !== 0) throw new Error(filled.output);
    const [scores, empties]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      empties.push(await emptyPage(browser, url));
      scores.push(await firstScore(browser, url, ADMIN_KEY));
    }
    const screens = await measured(browser, url, ADMIN_KEY);
    const page = async () => (await signedIn(browser, url, ADMIN_KEY)).newPage();
    const few = await scrolled(page, url);
    const place = { url, key: ADMIN_KEY };
    await fill(place, { answers: MANY, days: 28 });
    await fill(place, OLD);
    const heavy: Screen[] = [];
    for (const path of HEAVY) heavy.push(await visits(browser, url, ADMIN_KEY, path));
    const many = await scrolled(page, url);
    const days = await pointed(page, url);
    return report(size, { score: median(scores), empty: median(empties), screens, heavy, few, many, days });
  } finally {
    await browser.close();
    server.process.kill('SIGTERM');
    await server.finished;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function listening({ output, process: server }: Program): Promise<string> {
  for (;;) {
    const url = output().includes('Next:') ? /listening\s+(http:\S+)/.exec(output())?.[1] : undefined;
    if (url !== undefined) return url;
    if (server.exitCode !== null) throw new Error(`the server ended: ${output()}`);
    await pause(POLL_MS);
  }
}

/** A page of the same server that has nothing to do, in a browser without a cache. */
async function emptyPage(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(`${url}/healthz`);
  await page.locator('body').waitFor({ timeout: PATIENCE_MS });
  const took = performance.now() - began;
  await context.close();
  return took;
}

/** From the address until the score is on the screen, in a browser without a cache. */
async function firstScore(browser: Browser, url: string, key: string): Promise<number> {
  const context = await signedIn(browser, url, key);
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(`${url}/`, { waitUntil: 'commit' });
  await page.locator('[data-testid=score-now]', { hasText: /\d/ }).first().waitFor({ timeout: PATIENCE_MS });
  const took = performance.now() - began;
  await context.close();
  return took;
}

async function signedIn(browser: Browser, url: string, key: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  const answer = await context.request.post(`${url}/session`, { data: { key } });
  if (!answer.ok()) throw new Error(`the browser could not sign in: ${answer.status()}`);
  return context;
}

/** Every screen of the navigation, each in a browser without a cache. */
async function measured(browser: Browser, url: string, key: string): Promise<Screen[]> {
  const first = await signedIn(browser, url, key);
  const page = await first.newPage();
  await page.goto(`${url}/`);
  const link = page.locator('nav a[href^="/"]');
  await link.first().waitFor({ timeout: PATIENCE_MS });
  const paths = await link.evaluateAll((links) => links.map((one) => one.getAttribute('href') ?? ''));
  await first.close();
  const screens: Screen[] = [];
  for (const path of new Set(paths)) screens.push(await visits(browser, url, key, path));
  return screens;
}

async function visits(browser: Browser, url: string, key: string, path: string): Promise<Screen> {
  const all: Screen[] = [];
  for (let visit = 0; visit < VISITS; visit++) all.push(await screen(browser, url, key, path));
  const middle = median(all.map(({ scriptMs }) => scriptMs));
  return all.find(({ scriptMs }) => scriptMs === middle) as Screen;
}

async function screen(browser: Browser, url: string, key: string, path: string): Promise<Screen> {
  const context = await signedIn(browser, url, key);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', CPU_TIME);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(`${url}${path}`);
  await pause(SETTLED_MS);
  const { metrics } = await session.send('Performance.getMetrics');
  const seconds = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  await context.close();
  return {
    path,
    scriptMs: seconds('ScriptDuration') * 1_000,
    taskMs: seconds('TaskDuration') * 1_000,
    bytes,
  };
}

interface Measured {
  readonly score: number;
  readonly empty: number;
  readonly screens: readonly Screen[];
  readonly heavy: readonly Screen[];
  readonly few: Awaited<ReturnType<typeof scrolled>>;
  readonly many: Awaited<ReturnType<typeof scrolled>>;
  readonly days: Awaited<ReturnType<typeof pointed>>;
}

function report(
  { first, scripts, styles }: Awaited<ReturnType<typeof webSize>>,
  { score, empty, screens, heavy, few, many, days }: Measured,
): Report {
  const kB = (bytes: number) => `${figure(bytes / 1_000)} kB`;
  const all = scripts.reduce((sum, { bytes }) => sum + bytes, 0);
  const line = ({ path, scriptMs, taskMs, bytes }: Screen, suffix = '') => [
    `${path}${suffix}`,
    '',
    figure(scriptMs),
    figure(taskMs),
    kB(bytes),
  ];
  const more = `, ${MANY.toLocaleString('en')} answers more`;
  const longOf = ({ longTasks, longestMs }: Worked) =>
    longTasks === 0 ? 'no long task' : `${longTasks} long tasks, at most ${figure(longestMs)} ms`;
  const steps = (what: string, one: Worked, blank: Worked) => [
    what,
    `${figure(one.stepMs)} ms each, ${figure(one.stepMs / blank.stepMs)} times the empty page; ${longOf(one)} (the empty page: ${longOf(blank)})`,
    '',
    '',
    '',
  ];
  const longestStep = Math.max(few.list.stepMs, many.list.stepMs, days.chart.stepMs);
  const growth = Math.max(
    ...heavy.map(
      ({ path, scriptMs }) => scriptMs / (screens.find((one) => one.path === path)?.scriptMs ?? 0),
    ),
    many.list.stepMs / few.list.stepMs,
  );
  return {
    title: 'the pages in Chromium',
    method:
      `Embedded database with the demo's half year, headless Chromium on the same machine, a browser without a cache each time; ` +
      `medians of ${ROUNDS} rounds in turn, and of ${VISITS} visits of a screen. Script and tasks: CPU time of the page's main thread, in the first ${SETTLED_MS / 1_000} s with the loading. ` +
      `Steps: CPU time of all tasks of the main thread while the list is scrolled to its end again and again, and while the pointer moves over the chart; ` +
      `an empty page does the same steps. A long task takes 50 ms of passed time. ` +
      `All scripts together ${kB(all)} gzipped in ${scripts.length} files, styles ${kB(styles)}; loaded: as it was sent.`,
    columns: ['what', 'found', 'script ms', 'all tasks ms', 'loaded'],
    rows: [
      ['script of the first screen, gzipped', kB(first.bytes), '', '', ''],
      ['until an empty page is shown', `${figure(empty)} ms`, '', '', ''],
      [
        'until the first score is shown',
        `${figure(score)} ms, ${figure(score / empty)} times the empty page`,
        '',
        '',
        '',
      ],
      ...screens.map((one) => line(one)),
      ...heavy.map((one) => line(one, more)),
      steps(`${few.list.steps} steps of scrolling through ${figure(few.rows)} rows`, few.list, few.empty),
      steps(
        `${many.list.steps} steps of scrolling through ${figure(many.rows)} rows${more}`,
        many.list,
        many.empty,
      ),
      steps(`${days.chart.steps} moves over 2 years of days`, days.chart, days.empty),
    ],
    bars: [
      {
        aim: `at most ${kB(BUDGET)} of script for the first screen`,
        found: kB(first.bytes),
        met: first.bytes <= BUDGET,
      },
      {
        aim: `the first score within ${RATIO} times an empty page or one second`,
        found: `${figure(score)} ms, ${figure(score / empty)} times`,
        met: score <= Math.max(1_000, RATIO * empty),
      },
      {
        aim: `with ${MANY.toLocaleString('en')} answers more no screen works more than ${MANY_RATIO} times as long`,
        found: `${figure(growth)} times at most`,
        met: growth <= MANY_RATIO,
      },
      {
        aim: `a step of the list, and a move over 2 years of days, take at most a frame of 60 a second (${figure(FRAME_MS)} ms)`,
        found: `${figure(longestStep)} ms at most`,
        met: longestStep <= FRAME_MS,
      },
    ],
  };
}
