import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build, type InlineConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forProduction } from '../../../cli/build/web.mjs';
import { launch, PAGE_PATIENCE_MS } from '../chromium.ts';
import { axe, picture } from './browser.ts';

/*
 * Each chart with fixed data, drawn by Chromium. Snapshots hold marks and their places, not pixels: fonts differ between
 * machines. After a change that is meant, look at .cache/pictures/charts-*.png (PICTURES=1), then run vitest with --update.
 */

const CONFIG = new URL('../../../web/vite.config.mjs', import.meta.url).href;
const GALLERY = fileURLToPath(new URL('./gallery/gallery.tsx', import.meta.url));
let browser: Browser;
let page: Page;
const problems: string[] = [];

/** The gallery as one script and one style sheet. */
async function bundled(): Promise<{ readonly script: string; readonly style: string }> {
  const { default: config } = (await import(CONFIG)) as { default: InlineConfig };
  const result = await forProduction(() =>
    build({
      configFile: false,
      logLevel: 'error',
      mode: 'production',
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: config.plugins ?? [],
      build: {
        write: false,
        minify: false,
        lib: { entry: GALLERY, formats: ['iife'], name: 'gallery', cssFileName: 'gallery' },
      },
    }),
  );
  const files = [result].flat().flatMap((one) => ('output' in one ? one.output : []));
  const textOf = (ending: string) =>
    files
      .filter(({ fileName }) => fileName.endsWith(ending))
      .map((file) => ('code' in file ? file.code : String(file.source)))
      .join('\n');
  return { script: textOf('.js'), style: textOf('.css') };
}

beforeAll(async () => {
  const { script, style } = await bundled();
  browser = await launch();
  const context = await browser.newContext({
    viewport: { width: 800, height: 1_200 },
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  page = await context.newPage();
  page.setDefaultTimeout(PAGE_PATIENCE_MS);
  page.on('pageerror', (error) => problems.push(error.message));
  await page.setContent('<!doctype html><html lang="en"><title>Charts</title><main id="root"></main></html>');
  await page.addStyleTag({ content: style });
  await page.addScriptTag({ content: script });
  await page
    .locator('[data-chart="lines"] path')
    .first()
    .waitFor({ state: 'attached' })
    .catch(() => undefined);
  expect(problems).toEqual([]);
});
afterAll(() => browser?.close());

/** The chart's marks, one a line: without ids that React numbers, and with one decimal. */
const drawn = async (name: string) =>
  (await page.locator(`[data-chart="${name}"]`).innerHTML())
    .replaceAll(/ (?:id|aria-describedby)="[^"]*"/g, '')
    .replaceAll(/-?\d+\.\d{2,}/g, (number) => Number(number).toFixed(1))
    .replaceAll(/></g, '>\n<');

describe('charts', () => {
  it.each([
    'distribution',
    'distribution-without-passives',
    'interval',
    'interval-at-the-end',
    'dot-plot',
    'parts',
    'heat-table',
    'drivers',
    'lines',
    'lines-of-two',
  ])('draw what they drew: %s', async (name) => {
    await expect(await drawn(name)).toMatchFileSnapshot(`gallery/${name}.txt`);
  });

  it('leave gaps where there are no answers, and draw a point that stands alone', async () => {
    const path = await page.locator('[data-chart="lines"] .lines-line path').getAttribute('d');
    // January to March, August and September, November and December; June stands alone.
    expect(path?.match(/M/g)).toHaveLength(3);
    await expect
      .poll(() => page.locator('[data-chart="lines"] .lines-line circle:not(.lines-hidden)').count())
      .toBe(1);
    await expect.poll(() => page.locator('[data-chart="lines"] .lines-hidden').count()).toBe(1);
  });

  it('stay inside of their boxes, and read well in both themes', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await axe(page), scheme).toEqual([]);
      await picture(page, `charts-${scheme}`);
    }
    const wide = await page
      .locator('[data-chart]')
      .evaluateAll((boxes) =>
        boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.getAttribute('data-chart')),
      );
    expect(wide).toEqual([]);
  });
});
