import { expect, it } from 'vitest';
import { EXAMPLE_QUERIES } from '../../web/example-queries.ts';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { launch, PAGE_PATIENCE_MS } from './chromium.ts';

const server = useServer({ follow: true });

/** Run in the page: whether the picture's texts lie in their boxes, and its boxes beside each other. */
const LAYOUT = `(() => {
  const groups = [...document.querySelectorAll('svg g')].map((group) => ({
    rect: group.querySelector('rect').getBoundingClientRect(),
    texts: [...group.querySelectorAll('.title, .line')].map((text) => ({
      end: text.getBoundingClientRect(),
      cut: text.scrollWidth <= text.clientWidth || getComputedStyle(text).overflowX === 'hidden',
    })),
  }));
  const inside = groups.every(({ rect, texts }) => texts.length > 0 &&
    texts.every(({ end, cut }) => cut && end.right <= rect.right + 1 && end.bottom <= rect.bottom + 1));
  const apart = groups.every(({ rect: a }, i) => groups.every(({ rect: b }, j) =>
    i >= j || a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top));
  return { boxes: groups.length, inside, apart, wide: document.body.scrollWidth > window.innerWidth };
})()`;

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
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PAGE_PATIENCE_MS);
    const elsewhere: string[] = [];
    const problems: string[] = [];
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url))
        elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${server.url}/console`);
    await page.fill('#key', 'wrong');
    await page.click('button');
    await page.getByText('This key is not known here.').waitFor();
    await page.fill('#key', ADMIN_KEY);
    await page.click('button');
    await page.waitForSelector('.graphiql-tabs');
    const tabs = await page.locator('.graphiql-tab').allInnerTexts();
    expect(tabs.map((tab) => tab.trim())).toEqual(EXAMPLE_QUERIES.map(({ name }) => name));
    await page.click('.graphiql-execute-button');
    await page.locator('.graphiql-response', { hasText: 'Germany' }).waitFor();
    await page.locator('.graphiql-tab', { hasText: 'Live' }).click();
    // The editor takes in the tab's operation a moment later.
    await page.waitForTimeout(1_000);
    await page.click('.graphiql-execute-button');
    await page.locator('.graphiql-response', { hasText: 'Rail' }).waitFor();
    if (process.env.SCORELINE_TEST_SCREENSHOT)
      await page.screenshot({ path: process.env.SCORELINE_TEST_SCREENSHOT });
    expect(elsewhere).toEqual([]);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
});

it('shows the report of a score, whole and readable, without anything from elsewhere', async () => {
  const items = Array.from({ length: 120 }, (_, i) => ({
    externalId: `report ${i}`,
    source: ['web', 'mobile app', 'call centre'][i % 3],
    // Letters of other scripts are twice as wide.
    survey:
      i % 2 === 0 ? 'お客様満足度調査と推奨度に関する年次アンケート調査' : 'WWWWWWWWWWWWWWWWWWWWWWWWWWWW',
    answeredAt: new Date(Date.now() - (1 + i) * 3_600_000).toISOString(),
    score: (i * 7) % 11,
    comment: i % 4 === 0 ? 'the train was late and the staff was rude' : undefined,
    region: ['Germany', 'Japan', 'Peru', 'Chile'][i % 4],
    productLine: i % 5 === 0 ? 'Air' : 'Rail',
  }));
  expect((await server.post('/ingest/responses', items)).status).toBe(202);
  const { data } = await server.graphql<{ nps: { id: string; score: number }[] }>(
    '{ nps(window: "P30D") { id score } }',
  );
  const [row] = data.nps;
  const path = `/reports/score/${row?.id}`;
  expect((await fetch(`${server.url}${path}`)).status).toBe(401);
  const browser = await launch();
  try {
    const context = await browser.newContext({ extraHTTPHeaders: { authorization: `Bearer ${ADMIN_KEY}` } });
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_PATIENCE_MS);
    const asked: string[] = [];
    const problems: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => problems.push(message.text()));
    await page.goto(`${server.url}${path}`);
    expect(await page.locator('.score').innerText()).toBe(row?.score.toFixed(1).replace('-', '−'));
    expect(await page.locator('h2').allInnerTexts()).toEqual([
      'Proof',
      'Sources and surveys',
      'Model',
      'Decisions of agents',
      'Where it comes from',
    ]);
    if (process.env.SCORELINE_TEST_SCREENSHOT)
      await page.screenshot({ path: `${process.env.SCORELINE_TEST_SCREENSHOT}.report.png`, fullPage: true });
    // No text of the picture leaves its box, and no box covers another.
    const overflow = await page.evaluate(LAYOUT);
    expect(overflow).toEqual({ boxes: 10, inside: true, apart: true, wide: false });
    expect((await page.pdf()).subarray(0, 4).toString()).toBe('%PDF');
    expect(asked).toEqual([`${server.url}${path}`]);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
});
