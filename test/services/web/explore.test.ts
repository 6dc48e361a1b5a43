import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { axe, picture, useDashboard, WIDTHS } from './browser.ts';

const { server, visit } = useDashboard({
  config: `dimensions: [{ field: productLine }, { field: region }, { field: lifecycleStage }, { field: channel }]
smallestCount: 7
`,
  keys: { analyst: 'analyst', feed: 'feed' },
  follow: false,
});
const DAY_MS = 86_400_000;
const REGIONS = ['Germany', 'Japan', 'Peru'];

/** 900 answers over 720 days; Japan falls in the last 30, and has more of the answers. */
const answers = Array.from({ length: 900 }, (_, i) => {
  const ago = i < 400 ? (i * 60 * DAY_MS) / 400 : ((i - 400) * 720 * DAY_MS) / 500;
  const isLate = ago < 30 * DAY_MS;
  const region = isLate && i % 2 === 0 ? 'Japan' : (REGIONS[i % 3] as string);
  return {
    externalId: `explore ${i}`,
    answeredAt: new Date(Date.now() - ago - 60_000).toISOString(),
    score: isLate && region === 'Japan' ? (i * 7) % 8 : 5 + ((i * 5) % 6),
    region,
    productLine: i % 4 === 0 ? 'Rail' : 'Air',
    channel: ['web', 'app', 'mail'][i % 3],
  };
});

beforeAll(async () => {
  await server.post('/ingest/responses', answers.slice(0, 450));
  await server.post('/ingest/responses', answers.slice(450));
});

const key = () => server.keys['analyst'] ?? '';
const saved = async (page: Page, name: string): Promise<string> => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ]);
  return readFileSync(await download.path(), name === 'PNG' ? 'latin1' : 'utf8');
};

interface Numbers {
  readonly score: number | null;
  readonly responses: number;
}

/** What a button copies, when the page says that it did. */
async function copied(page: Page, button: string, note: string): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: button }).click();
  await page
    .getByRole('status')
    .filter({ hasText: `Copied: ${note}` })
    .waitFor();
  return page.evaluate('navigator.clipboard.readText()');
}

/** The rows of a CSV by the names of its columns. */
function rowsOf(csv: string): Record<string, string>[] {
  const [names = [], ...rows] = csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])));
}

describe('Explore', () => {
  it('shows lines over time, and the same numbers as a table and a file', async () => {
    const { page, problems, elsewhere } = await visit('/explore?window=P90D&by=region', key());
    const panel = page.getByTestId('explore-series');
    await panel.getByRole('img', { name: /Score over time of/ }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'explore-series');
    // The arrow keys read moment by moment.
    const slider = panel.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/Japan: [+−]?\d/);
    expect(await saved(page, 'SVG')).toMatch(/^<svg xmlns.*Germany|^<svg xmlns/s);
    expect((await saved(page, 'PNG')).slice(1, 4)).toBe('PNG');
    const csv = await saved(page, 'CSV');
    expect(csv.split('\r\n')[0]).toBe('From,Segment,Score,Low,High,Answers');
    expect(csv.split('\r\n').length).toBeGreaterThan(3 * 12);
    await page.getByRole('button', { name: 'Show the table' }).click();
    await page.waitForURL(/as=table/);
    await panel.getByRole('table', { name: 'Scores over time' }).waitFor();
    expect(problems).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('keeps two years of days in the address, and draws them at once', async () => {
    const { page, problems } = await visit('/explore?window=P2Y&every=day&by=channel', key());
    await page.getByRole('img', { name: /Score over time/ }).waitFor();
    const slider = page.getByRole('slider');
    expect(Number(await slider.getAttribute('max'))).toBeGreaterThan(700);
    await picture(page, 'explore-two-years');
    expect(problems).toEqual([]);
  });

  it('compares segments side by side, chosen by keyboard', async () => {
    const { page } = await visit('/explore?show=compare&window=P12M', key());
    await page.getByText('Nothing to compare yet').waitFor();
    for (const region of ['Japan', 'Peru']) {
      await page.getByRole('button', { name: 'Add a segment' }).press('Enter');
      const drawer = page.getByRole('dialog', { name: 'Add a segment' });
      await drawer.getByRole('button', { name: /^Region/ }).press('Enter');
      await page.getByRole('option', { name: region }).press('Enter');
      await page.keyboard.press('Escape');
      await drawer.getByRole('button', { name: `Add ${region}` }).press('Enter');
      await drawer.waitFor({ state: 'detached' });
    }
    await page.waitForURL(/seg=region%3AJapan&seg=region%3APeru/);
    await page
      .getByTestId('explore-compare')
      .getByText(/(above|below|no clear difference from) Japan/)
      .waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'explore-compare');
    expect(await saved(page, 'SVG')).toContain('Peru');
    await agrees(page, ({ Segment, Score, Answers }) => [Segment, Score, Answers]);
    await page.getByRole('tab', { name: 'Over time' }).click();
    await page
      .getByRole('img', { name: 'Score over time of Japan, Peru' })
      .or(page.getByRole('img', { name: 'Score over time of Peru, Japan' }))
      .waitFor();
    await agrees(page, ({ Segment, Score, Answers }) => [Segment, Score, Answers]);
  });

  /** The copied query and the copied links have the numbers that are shown, those of every segment. */
  async function agrees(page: Page, facts: (row: Record<string, string>) => unknown[]): Promise<void> {
    const shown = rowsOf(await saved(page, 'CSV')).map(facts);
    expect(new Set(shown.map(([segment]) => segment))).toEqual(new Set(['Japan', 'Peru']));
    const query = await copied(page, 'Copy as GraphQL', 'the query');
    const { data } = await server.graphql<Record<string, Numbers[]>>(query);
    const names = [...query.matchAll(/# (\w+)/g)].map(([, name]) => name);
    const found = Object.values(data ?? {}).flatMap((rows, i) =>
      rows.map(({ score, responses }) => [names[i], score === null ? '' : String(score), String(responses)]),
    );
    expect(found).toEqual(shown);
    const links = (await copied(page, 'Copy as link for your BI tool', '2 links')).split('\n');
    const files = await Promise.all(
      links.map(async (link) => {
        const file = await fetch(link, { headers: { authorization: `Bearer ${key()}` } });
        return rowsOf(await file.text()).map((row) => row['responses']);
      }),
    );
    expect(files.flat()).toEqual(shown.map(([, , responses]) => responses));
  }

  it('tints a table of two dimensions, whose cells lead to the answers', async () => {
    const { page, problems } = await visit('/explore?show=heat&window=P12M', key());
    const panel = page.getByTestId('explore-heat');
    const cell = panel.getByRole('link', { name: 'Answers: Air, Japan' });
    await cell.waitFor();
    expect(await cell.getAttribute('href')).toContain('s.region=Japan');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'explore-heat');
    expect(await saved(page, 'SVG')).toContain('Japan');
    expect(problems).toEqual([]);
  });

  it('says why the score fell: mix and rate, adding up', async () => {
    const { page, problems } = await visit('/explore?show=why&by=region', key());
    const panel = page.getByTestId('explore-why');
    await panel.getByText(/Fell by/).waitFor();
    const csv = (await saved(page, 'CSV'))
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(','));
    const sum = csv.reduce((all, [, mix, rate]) => all + Number(mix) + Number(rate), 0);
    const words = (await panel.getByTestId('why-words').textContent()) ?? '';
    expect(-sum).toBeCloseTo(Number(/Fell by ([\d.]+)/.exec(words)?.[1]), 1);
    // Japan answered otherwise, and its answers are one click away.
    expect(csv[0]?.[0]).toBe('Japan');
    expect(await panel.getByRole('link', { name: 'Answers: Japan' }).getAttribute('href')).toContain(
      's.region=Japan',
    );
    expect(await axe(page)).toEqual([]);
    await picture(page, 'explore-why');
    // What it offers to other tools are these rows.
    const link = await copied(page, 'Copy as link for your BI tool', 'the link');
    const file = await fetch(link, { headers: { authorization: `Bearer ${key()}` } });
    expect((await file.text()).split('\r\n')[1]).toMatch(/Japan/);
    const query = await copied(page, 'Copy as GraphQL', 'the query');
    const { data } = await server.graphql<{ drivers: { region: string }[] }>(query);
    expect(data?.drivers[0]?.region).toBe('Japan');
    expect(problems).toEqual([]);
  });

  it('shows as a segment what a snapshot has, on a phone and in the dark', async () => {
    const { page, problems } = await visit('/explore?show=snapshot&by=region&window=P90D', key(), {
      width: 'phone',
      dark: true,
    });
    await page.getByTestId('explore-snapshot').getByText('Japan').first().waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'explore-phone-dark');
    for (const show of ['why', 'heat', 'series']) {
      await page.goto(page.url().replace(/show=\w+/, `show=${show}`));
      await page.getByTestId(`explore-${show}`).waitFor();
      await page.getByRole('button', { name: 'CSV', exact: true }).waitFor();
      expect(await axe(page)).toEqual([]);
      await picture(page, `explore-${show}-phone-dark`);
      const wide = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(wide, show).toBe(0);
      // However many tabs there are, the chosen one is in sight.
      await until(async () => {
        const { x = 0, width = 0 } = (await page.getByRole('tab', { selected: true }).boundingBox()) ?? {};
        return x >= 0 && x + width <= WIDTHS.phone;
      }, `the tab of ${show} is in sight`);
    }
    expect(problems).toEqual([]);
  });

  it('hides small cells from a role that reads scores alone, and links to no answers', async () => {
    const { page, problems } = await visit('/explore?show=heat&window=P7D', server.keys['feed'] ?? '');
    await page.getByTestId('explore-heat').waitFor();
    await page.getByText('hidden').or(page.getByText('No answers in this window')).first().waitFor();
    expect(await page.getByTestId('explore-heat').getByRole('link').count()).toBe(0);
    await page.getByRole('tab', { name: 'Why it changed' }).click();
    await page.getByTestId('explore-why').waitFor();
    expect(await page.getByRole('button', { name: /^Themes/ }).count()).toBe(0);
    await picture(page, 'explore-feed');
    expect(problems).toEqual([]);
  });

  it('says of how many answers a number is at least', async () => {
    const { page, problems } = await visit('/overview?window=PT1H', server.keys['feed'] ?? '');
    const hidden = page.getByText('Too few answers to show').locator('xpath=..');
    expect(await hidden.first().innerText()).toContain('fewer than 7 answers');
    await picture(page, 'overview-feed-hidden');
    expect(problems).toEqual([]);
  });

  it('says what to do where there is nothing', async () => {
    const { page } = await visit('/explore?s.region=Nowhere', ADMIN_KEY);
    await page.getByText('No answers in this window').waitFor();
    await picture(page, 'explore-empty');
  });
});
