import { chromium as browsers } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXAMPLE_QUERIES } from '../../web/example-queries.ts';
import {
  ADMIN_KEY,
  freshInstance,
  type Instance,
  type RunningServer,
  startServer,
} from '../fixtures/server.ts';
import { chromium } from './chromium.ts';

let instance: Instance;
let server: RunningServer;
beforeAll(async () => {
  instance = await freshInstance();
  server = await startServer(instance);
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

it('asks for the key, then shows a console with the example queries that works without internet', async () => {
  // For the tab that shows twelve weeks of the example, and for the live one.
  const times = ['2026-10-20T12:00:00Z', '2026-10-19T12:00:00Z', new Date().toISOString()];
  const items = [9, 10, 3].map((score, i) => ({
    externalId: `p${i}`,
    answeredAt: times[i],
    score,
    region: 'Germany',
    productLine: 'Rail',
  }));
  expect((await server.post('/ingest/responses', items)).status).toBe(202);
  const browser = await browsers.launch({
    executablePath: chromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage();
    const elsewhere: string[] = [];
    const problems: string[] = [];
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url))
        elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(server.url);
    await page.fill('#key', 'wrong');
    await page.click('button');
    await page.getByText('This key is not known here.').waitFor();
    await page.fill('#key', ADMIN_KEY);
    await page.click('button');
    await page.waitForSelector('.graphiql-tabs', { timeout: 60_000 });
    const tabs = await page.locator('.graphiql-tab').allInnerTexts();
    expect(tabs.map((tab) => tab.trim())).toEqual(EXAMPLE_QUERIES.map(({ name }) => name));
    await page.click('.graphiql-execute-button');
    await page.locator('.graphiql-response', { hasText: 'Germany' }).waitFor({ timeout: 30_000 });
    await page.locator('.graphiql-tab', { hasText: 'Live' }).click();
    // The editor takes in the tab's operation a moment later.
    await page.waitForTimeout(1_000);
    await page.click('.graphiql-execute-button');
    await page.locator('.graphiql-response', { hasText: 'Rail' }).waitFor({ timeout: 30_000 });
    if (process.env.SCORELINE_TEST_SCREENSHOT)
      await page.screenshot({ path: process.env.SCORELINE_TEST_SCREENSHOT });
    expect(elsewhere).toEqual([]);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
});
