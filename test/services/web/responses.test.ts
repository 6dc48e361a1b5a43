import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../fixtures/server.ts';
import { axe, holdBack, picture, useDashboard } from './browser.ts';

const { server, visit } = useDashboard({
  keys: {
    analyst: 'analyst',
    auditor: 'auditor',
    dpo: 'dpo',
    feed: 'feed',
    german: { role: 'analyst', attributes: { region: ['Germany'] } },
  },
});
const DAY_MS = 86_400_000;
const MANY = 100_000;
const BATCH = 5_000;
const COMMENTS = [
  'The app crashes every time I open a report, terrible performance.',
  'Support answered within minutes, wonderful people!',
  'Far too expensive since the price change.',
];
/** Answers of 28 days; the newest have comments, and an old one a word of its own. */
const answers = Array.from({ length: MANY }, (_, i) => ({
  externalId: `answer ${i}`,
  respondent: `person ${i}`,
  answeredAt: new Date(Date.now() - 60_000 - (i * 28 * DAY_MS) / MANY).toISOString(),
  region: ['Germany', 'Japan'][i % 2],
  source: i % 3 === 0 ? 'shop' : 'app',
  score: [2, 10, 1, 8][i % 4],
  ...(i < 9 ? { comment: COMMENTS[i % 3] } : {}),
  ...(i === 11_000 ? { comment: 'A xylophone stood in the office.' } : {}),
}));

beforeAll(async () => {
  for (let i = 0; i < MANY; i += BATCH) {
    const sent = await server.post('/ingest/responses', answers.slice(i, i + BATCH));
    expect(await sent.json()).toMatchObject({ accepted: BATCH });
  }
  await until(async () => {
    const { data } = await server.graphql<{
      responses: { edges: { node: { prediction: object | null } }[] };
    }>('{ responses(first: 9) { edges { node { prediction { class } } } } }');
    return data.responses.edges.every(({ node }) => node.prediction !== null);
  }, 'the comments are scored');
});

/** Scrolls to the end of what is loaded; returns how many rows that are. */
const SCROLL_TO_END = `(() => {
  const element = document.querySelector('.answers-scroll');
  element.scrollTop = element.scrollHeight;
  return element.scrollHeight / 64;
})()`;

/** Seconds that the page's main thread works for each row, while it reads that many more by scrolling. */
async function workPerRow(page: Page, rows: number): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const worked = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics
      .filter(({ name }) => ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].includes(name))
      .reduce((sum, { value }) => sum + value, 0);
  };
  const [before, first] = [await worked(), await page.evaluate<number>(SCROLL_TO_END)];
  let loaded = first;
  await until(async () => {
    loaded = await page.evaluate<number>(SCROLL_TO_END);
    return loaded >= first + rows;
  }, `${rows} more rows are read`);
  const work = (await worked()) - before;
  await session.detach();
  return work / (loaded - first);
}

const key = (role: string) => server.keys[role] ?? '';
const rowsOf = (page: Page) => page.getByTestId('responses').getByRole('listitem');
const opened = (page: Page) => page.getByRole('complementary', { name: 'The answer' });

describe('Responses', () => {
  it('lists answers as one scrolls, with few of them in the page', async () => {
    const { page, problems } = await visit('/responses', key('analyst'));
    await rowsOf(page).getByText('The app crashes').first().waitFor();
    await page.getByText('100,000 answers').waitFor();
    await until(async () => {
      const loaded = await page.evaluate<number>(SCROLL_TO_END);
      return loaded >= 1_000;
    }, 'pages are read as it is scrolled');
    await page.evaluate(`document.querySelector('.answers-scroll').scrollTop = 400 * 64`);
    // A dozen in sight, four around them on each side, and the active one.
    await page.locator('.answers-scroll li[aria-posinset="405"]').waitFor();
    expect(await rowsOf(page).count()).toBeLessThan(25);
    expect(problems).toEqual([]);
  });

  it('scrolls far into many answers as lightly as through few', async () => {
    const few = await visit('/responses?window=P2D', key('analyst'));
    await rowsOf(few.page).first().waitFor();
    const many = await visit('/responses', key('analyst'));
    await rowsOf(many.page).first().waitFor();
    await workPerRow(many.page, 3_000);
    const ofFew = await workPerRow(few.page, 400);
    const ofMany = await workPerRow(many.page, 400);
    expect(ofMany / ofFew).toBeLessThan(4);
    expect(await rowsOf(many.page).count()).toBeLessThan(60);
    await few.page.context().close();
    // The other screens show the same many answers.
    await many.page.goto(`${server.url}/overview`);
    await many.page
      .getByText(/100,000 answers/)
      .first()
      .waitFor();
    await many.page.getByTestId('segments').getByText('Japan').waitFor();
    await many.page.goto(`${server.url}/explore?show=snapshot&by=region`);
    await many.page.getByTestId('explore-snapshot').getByText('Japan').first().waitFor();
    await many.page.goto(`${server.url}/explore`);
    await many.page.getByTestId('explore-series').getByRole('slider').first().waitFor();
    expect(many.problems).toEqual([]);
    await many.page.context().close();
  });

  it('opens an answer with what the model read, and moves by keys alone', async () => {
    const { page, problems } = await visit('/responses', key('analyst'));
    await rowsOf(page).getByText('The app crashes').first().waitFor();
    await page.keyboard.press('Enter');
    await opened(page).locator('.shaded-text mark').first().waitFor();
    await opened(page).getByText('What the model read').waitFor();
    await opened(page).getByText('It arrived').waitFor();
    expect(page.url()).toContain('answer=Response');
    await opened(page).getByText('The same as a list').click();
    await opened(page).getByRole('table').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'responses');
    const first = page.url();
    await page.locator('.answers-head').click();
    await page.keyboard.press('j');
    await opened(page)
      .getByText('Support answered')
      .or(opened(page).getByText('wonderful'))
      .first()
      .waitFor();
    expect(page.url()).not.toBe(first);
    await page.keyboard.press('k');
    await until(() => Promise.resolve(page.url() === first), 'the one before is open again');
    await page.keyboard.press('Escape');
    await page.getByText('Choose an answer').waitFor();
    expect(page.url()).not.toContain('answer=');
    expect(await page.getByRole('button', { name: 'Erase' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('filters by class, source and words, and searches further back', async () => {
    const { page } = await visit('/responses?source=shop', key('analyst'));
    // The newest 10,000 of the answers are counted by source and sentiment.
    await page.getByRole('checkbox', { name: 'shop 3,334' }).waitFor();
    await page.getByRole('checkbox', { name: /^Negative [1-9]$/ }).waitFor();
    await page.getByText('counted in the newest 10,000 answers').first().waitFor();
    await page.getByRole('checkbox', { name: /Promoter/ }).check();
    await page.getByText(/found among 100,000 answers/).waitFor();
    await until(async () => {
      const texts = await page.locator('.score-chip').allTextContents();
      return texts.length > 5 && texts.every((text) => text.startsWith('10'));
    }, 'only promoters are listed');
    expect(page.url()).toContain('class=promoter');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('searchbox').fill('XYLOPHONE');
    await page.keyboard.press('Enter');
    await page.getByText(/Searched back to/).waitFor();
    await page.getByRole('button', { name: 'Search further back' }).click();
    await rowsOf(page).getByText('A xylophone stood in the office.').waitFor();
    expect(await axe(page)).toEqual([]);
  });

  it('lists the oldest first where the address says so', async () => {
    const { page, problems } = await visit('/responses', key('analyst'));
    const first = rowsOf(page).first();
    await first.locator('.score-chip', { hasText: /^2/ }).waitFor();
    await page.getByRole('button', { name: /^Order/ }).click();
    await page.getByRole('option', { name: 'Oldest first' }).click();
    await page.waitForURL(/order=oldest/);
    await first.locator('.score-chip', { hasText: /^8/ }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'responses-oldest');
    await page.reload();
    await first.locator('.score-chip', { hasText: /^8/ }).waitFor();
    await page.getByRole('searchbox').fill('wonderful');
    await page.keyboard.press('Enter');
    await page.getByText(/Searched up to/).waitFor();
    expect(problems).toEqual([]);
  });

  it('holds the list and counts what is new', async () => {
    const { page } = await visit('/responses', key('analyst'));
    await page.getByText('Live', { exact: true }).waitFor();
    await rowsOf(page).first().waitFor();
    const fresh = [1, 2].map((i) => ({
      externalId: `new ${i}`,
      score: 9,
      answeredAt: new Date().toISOString(),
    }));
    await server.post('/ingest/responses', fresh);
    const button = page.getByRole('button', { name: '2 new' });
    await button.waitFor();
    await button.click();
    await button.waitFor({ state: 'detached' });
    await page.getByText('100,002 answers').waitFor();
    // The head says how long the change took to be read.
    await page
      .getByTestId('live')
      .getByText(/^\d+\.\d\ss$/)
      .waitFor();
  });

  it('shows each role what it may see', async () => {
    const german = await visit('/responses', key('german'));
    await german.page.getByText('50,000 answers').waitFor();
    expect(await rowsOf(german.page).getByText('Japan').count()).toBe(0);
    const auditor = await visit('/responses', key('auditor'));
    await auditor.page.getByText('Text hidden from your role').first().waitFor();
    expect(await auditor.page.getByRole('searchbox').count()).toBe(0);
    expect(await auditor.page.getByText('The app crashes').count()).toBe(0);
    const feed = await visit('/responses', key('feed'));
    await feed.page.getByText('There is no such page').waitFor();
    expect(await feed.page.getByRole('link', { name: 'Responses' }).count()).toBe(0);
  });

  it('keeps the buttons of an answer where they are while more of it is read', async () => {
    const { page } = await visit('/responses', key('analyst'));
    const shares = await holdBack(page, 'ResponsesExplanation');
    const history = await holdBack(page, 'ResponsesLineage');
    await rowsOf(page).getByText('The app crashes').first().click();
    await Promise.all([shares.held, history.held]);
    const button = opened(page).getByRole('button', { name: 'Dispute the reading' });
    const before = await button.boundingBox();
    shares.answer();
    history.answer();
    await opened(page).getByText('The same as a list').waitFor();
    await opened(page).getByText('It arrived').waitFor();
    expect(await button.boundingBox()).toEqual(before);
    await page.context().close();
  });

  it('corrects, restricts and erases where the viewer may, with a reason', async () => {
    const { page } = await visit('/responses', key('dpo'));
    await rowsOf(page).getByText('The app crashes').first().click();
    await opened(page).getByRole('button', { name: 'Correct' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Score').fill('7');
    await dialog.getByRole('button', { name: 'Correct the answer' }).click();
    await dialog.getByText('Write a reason.').waitFor();
    expect(await axe(page)).toEqual([]);
    await dialog.getByLabel('Reason').fill('asked by mail');
    await dialog.getByRole('button', { name: 'Correct the answer' }).click();
    await page.getByText('The answer is corrected.').waitFor();
    await opened(page).getByText('It was corrected').waitFor();
    await opened(page).getByRole('button', { name: 'Restrict' }).click();
    await dialog.getByLabel('Reason').fill('disputed');
    await dialog.getByRole('button', { name: 'Restrict the answers' }).click();
    await page.getByText('1 answer restricted.').waitFor();
    await opened(page).getByText('This answer is not there').waitFor();
    await page.getByRole('button', { name: 'Lift the restriction' }).click();
    await dialog.getByLabel('Reason').fill('settled');
    await dialog.getByRole('button', { name: 'Lift the restriction' }).click();
    await page.getByText('1 answer put back.').waitFor();
    await rowsOf(page).getByText('Support answered').first().click();
    await opened(page).getByText('Support answered').waitFor();
    await opened(page).getByRole('button', { name: 'Erase' }).click();
    await dialog.getByLabel('Reason').fill('asked by mail');
    await dialog.getByRole('button', { name: 'Erase the person' }).click();
    await page.getByText(/answer is erased/).waitFor();
    await opened(page).getByText('This answer is not there').waitFor();
  });

  it('fits a phone and the dark', async () => {
    const { page } = await visit('/responses', key('analyst'), { width: 'phone', dark: true });
    await rowsOf(page).first().waitFor();
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(wide).toBeLessThanOrEqual(0);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'responses-phone-dark');
    await page.getByRole('button', { name: 'Filters of the list' }).click();
    await page
      .getByRole('dialog')
      .getByRole('checkbox', { name: /Passive/ })
      .check();
    await page.keyboard.press('Escape');
    await rowsOf(page).first().getByRole('button').click();
    await page.getByTestId('answer').getByText('Source').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'responses-phone-answer');
  });
});
