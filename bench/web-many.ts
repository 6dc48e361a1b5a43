import type { CDPSession, Page } from 'playwright-core';
import { pause } from './kit/process.ts';
import { responseAt } from './kit/traffic.ts';

const BATCH = 5_000;
const PAGES = 20;
const POLL_MS = 100;
const PATIENCE_MS = 120_000;
const MOVES = 200;
/** Chromium calls a task of the main thread that takes longer a long one: the page does not answer meanwhile. */
const LONG_TASK_MS = 50;

/** Times of the main thread are those in which it ran: work beside it on the machine adds nothing. */
export const CPU_TIME = { timeDomain: 'threadTicks' } as const;

/** Opens a page that is signed in. */
type Open = () => Promise<Page>;

/** Sends in made-up answers of the last `days`, numbered from `first`, until that many more are stored. */
export async function fill(
  { url, key }: { readonly url: string; readonly key: string },
  { answers, days, first = 0 }: { readonly answers: number; readonly days: number; readonly first?: number },
): Promise<void> {
  const now = Date.now();
  for (let sent = 0; sent < answers; sent += BATCH) {
    const size = Math.min(BATCH, answers - sent);
    const body = Array.from({ length: size }, (_, i) => responseAt(first + sent + i, now, days));
    const answer = await fetch(`${url}/ingest/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}: ${await answer.text()}`);
  }
}

/** What a page's main thread did for a number of steps. */
export interface Worked {
  readonly steps: number;
  /** CPU time of all tasks of the main thread, for each step. */
  readonly stepMs: number;
  readonly longTasks: number;
  /** 0: none was a long one. */
  readonly longestMs: number;
}

/** Scrolls the list of answers until twenty pages of it are read; and an empty page as often. */
export async function scrolled(
  open: Open,
  url: string,
): Promise<{ list: Worked; empty: Worked; rows: number }> {
  const page = await open();
  await page.goto(`${url}/responses`);
  await page.locator('.answers-scroll li').first().waitFor({ timeout: PATIENCE_MS });
  const wanted = (1 + PAGES) * 100;
  let rows = 0;
  const list = await measured(page, async () => {
    const until = Date.now() + PATIENCE_MS;
    let steps = 0;
    for (; rows < wanted && Date.now() < until; steps++) {
      rows = await page.evaluate<number>(`(() => {
        const list = document.querySelector('.answers-scroll');
        list.scrollTop = list.scrollHeight;
        return Math.floor(list.scrollHeight / list.querySelector('li').offsetHeight);
      })()`);
      await pause(POLL_MS);
    }
    return steps;
  });
  if (rows < wanted) throw new Error(`the list read only ${rows} rows`);
  const empty = await onEmptyPage(open, url, async (blank) => {
    await blank.evaluate(`document.body.style.height = '200000px'`);
    for (let step = 0; step < list.steps; step++) {
      await blank.evaluate(`window.scrollTo(0, ${1_000 * (step + 1)})`);
      await pause(POLL_MS);
    }
    return list.steps;
  });
  await page.context().close();
  return { list, empty, rows };
}

/** Moves the pointer over two years of days, in a line for each channel; and over an empty page. */
export async function pointed(open: Open, url: string): Promise<{ chart: Worked; empty: Worked }> {
  const page = await open();
  await page.goto(`${url}/explore?window=P2Y&every=day&by=channel`);
  const lines = page.locator('figure.lines svg').first();
  await lines.locator('.lines-line path').first().waitFor({ timeout: PATIENCE_MS });
  const { x = 0, y = 0, width = 0, height = 0 } = (await lines.boundingBox()) ?? {};
  const sweep = async (over: Page) => {
    await over.mouse.move(x + 1, y + height / 2);
    await over.mouse.move(x + width - 1, y + height / 2, { steps: MOVES });
    return MOVES;
  };
  const chart = await measured(page, () => sweep(page));
  const empty = await onEmptyPage(open, url, sweep);
  await page.context().close();
  return { chart, empty };
}

/** What an empty page of the same server does, to compare with. */
async function onEmptyPage(open: Open, url: string, act: (page: Page) => Promise<number>): Promise<Worked> {
  const page = await open();
  await page.goto(`${url}/healthz`);
  const worked = await measured(page, () => act(page));
  await page.context().close();
  return worked;
}

/** `act` answers with its number of steps. */
async function measured(page: Page, act: () => Promise<number>): Promise<Worked> {
  await page.evaluate(
    `window.tasks = []; new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((one) => one.duration)))
      .observe({ type: 'longtask' })`,
  );
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', CPU_TIME);
  const before = await taskMs(session);
  const steps = await act();
  const stepMs = ((await taskMs(session)) - before) / steps;
  const tasks = (await page.evaluate<number[]>('window.tasks')).filter((ms) => ms >= LONG_TASK_MS);
  return { steps, stepMs, longTasks: tasks.length, longestMs: Math.max(0, ...tasks) };
}

async function taskMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}
