import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished, TestRunner } from 'vitest';
import { type ServerOptions, type UsedServer, useServer } from '../../fixtures/use-server.ts';
import { launch, PAGE_PATIENCE_MS } from '../chromium.ts';

/** Where pictures are written to be looked at; git ignores it. */
const PICTURES = fileURLToPath(new URL('../../../.cache/pictures/', import.meta.url));

/** Widths at which every screen is looked at. */
export const WIDTHS = { phone: 390, tablet: 768, laptop: 1_440, large: 2_560 } as const;

export interface Look {
  readonly width?: keyof typeof WIDTHS;
  readonly dark?: boolean;
  readonly locale?: string;
}

/** A page of the dashboard, with what went wrong on it. */
export interface Visited {
  readonly page: Page;
  /** Errors of scripts and of the console: breaches of the content security policy are among them. */
  readonly problems: string[];
  /** Requests to other servers. */
  readonly elsewhere: string[];
}

export interface Dashboard {
  readonly server: UsedServer;
  /** Opens a path in a browser of its own that is signed in with the key; null: not signed in. The end of the test closes it. */
  visit(path: string, key: string | null, look?: Look): Promise<Visited>;
}

/**
 * A server and a Chromium for the tests of one file. The followers run too, because lineage, predictions and live scores
 * need them; `follow: false` starts faster.
 */
export function useDashboard(options: ServerOptions = {}): Dashboard {
  const server = useServer({ follow: true, ...options });
  return { server, visit: useBrowser(() => server.url) };
}

/** A Chromium for the tests of one file; `url` is asked at each visit. */
export function useBrowser(url: () => string): Dashboard['visit'] {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  return async (path, key, look = {}) => {
    const context = await (browser as Browser).newContext(contextOf(look));
    // A page that stays open goes on with its live scores beside the tests after it.
    if (TestRunner.getCurrentTest()) onTestFinished(() => context.close());
    context.setDefaultTimeout(PAGE_PATIENCE_MS);
    const page = await context.newPage();
    const visited: Visited = { page, problems: [], elsewhere: [] };
    page.on('pageerror', (error) => {
      // A query whose panel was left while its answer arrived.
      if (!error.message.includes('signal is aborted')) visited.problems.push(error.message);
    });
    page.on('console', (message) => {
      if (message.type() === 'error' && !isExpected(message.text())) visited.problems.push(message.text());
    });
    page.on('request', (request) => {
      const isOwn = request.url().startsWith(url()) || /^(?:blob|data):/.test(request.url());
      if (!isOwn) visited.elsewhere.push(request.url());
    });
    await page.goto(`${url()}${path}`);
    if (key !== null) await signIn(page, key);
    return visited;
  };
}

/** Chromium reports every answer with an error status; the page shows those itself. */
const isExpected = (text: string) =>
  /Failed to load resource: the server responded with a status of 4/.test(text);

function contextOf({ width = 'laptop', dark = false, locale = 'en-GB' }: Look): BrowserContextOptions {
  return {
    viewport: { width: WIDTHS[width], height: width === 'phone' ? 844 : 900 },
    colorScheme: dark ? 'dark' : 'light',
    locale,
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  };
}

/** Types the key into the field for it and sends it by Enter; waits for the frame. */
export async function signIn(page: Page, key: string): Promise<void> {
  const input = page.locator('input[type=password]');
  await input.fill(key);
  await input.press('Enter');
  await page.getByTestId('user-menu').waitFor();
}

/**
 * What axe finds against WCAG 2.2 A and AA, one line for each. The dashboard has no frames, so axe needs no second page to collect
 * their results in, and describes nothing but violations.
 */
export async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    // Of what axe loads beforehand, style sheets serve rules that are not asked for.
    .options({ resultTypes: ['violations'], preload: { assets: ['media'] } })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n').join(' ')}`,
    ),
  );
}

/** With PICTURES=1 writes a picture of the whole page to .cache/pictures/NAME.png, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['PICTURES'] !== '1') return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Lets the server answer the next operation that has these words, and keeps the answer from the page until it is let go. */
export async function holdBack(page: Page, words: string) {
  let answer = () => {};
  let onHeld = () => {};
  let isDone = false;
  const held = new Promise<void>((done) => {
    onHeld = done;
  });
  const letGo = new Promise<void>((done) => {
    answer = done;
  });
  await page.route('**/graphql', async (route) => {
    if (isDone || !route.request().postData()?.includes(words)) return route.fallback();
    isDone = true;
    const response = await route.fetch();
    onHeld();
    await letGo;
    await route.fulfill({ response });
  });
  return { held, answer };
}
