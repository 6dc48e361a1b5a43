import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram, until } from '../../fixtures/server.ts';
import { axe, type Look, picture, useDashboard } from './browser.ts';

const { server, visit } = useDashboard({ keys: { analyst: 'analyst', feed: 'feed', auditor: 'auditor' } });

const DAY_MS = 86_400_000;
const at = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString();

/** Sixty days of answers: Japan is far above the rest, and the last thirty days are below the thirty before. */
function answers(): object[] {
  return Array.from({ length: 600 }, (_, i) => {
    const daysAgo = i % 60;
    const region = ['Japan', 'Germany', 'Peru'][i % 3];
    const isPleased = region === 'Japan' ? i % 10 > 0 : daysAgo < 30 ? i % 7 < 2 : i % 7 < 4;
    return {
      externalId: `o${i}`,
      answeredAt: at(daysAgo),
      score: isPleased ? 9 : i % 2 === 0 ? 3 : 7,
      region,
      productLine: i % 2 === 0 ? 'Rail' : 'Air',
      ...(i % 60 === 0 ? { comment: `The staff was kind on trip ${i}.` } : {}),
    };
  });
}

describe('the overview', () => {
  beforeAll(async () => {
    expect((await server.post('/ingest/responses', answers())).status).toBe(202);
  });

  it('says what the score is, whether it moved, where, and who said so', async () => {
    const { page, problems, elsewhere } = await visit('/overview', server.keys['analyst'] ?? '');
    const { data } = await server.graphql<{ nps: { score: number; low: number; high: number }[] }>(
      '{ nps { score low high } }',
    );
    const [row] = data.nps;
    const shown = (score = 0) => Math.abs(score).toFixed(1);
    await page.getByTestId('score-now').waitFor();
    expect(await page.getByTestId('score-now').innerText()).toMatch(
      new RegExp(`^[+−]?${shown(row?.score)}$`),
    );
    expect(await page.getByTestId('score-interval').innerText()).toContain(shown(row?.low));
    await page
      .getByTestId('change')
      .getByText(/^▼ Fell by \d+\.\d points \(\d+\.\d to \d+\.\d\)\.$/)
      .waitFor();
    const segments = page.getByTestId('segments').getByRole('listitem');
    await segments.first().waitFor();
    const names = (await segments.allInnerTexts()).map((text) => text.split(/\s/)[0]);
    expect(names[0]).toBe('Japan');
    expect(names.toSorted()).toEqual(['Germany', 'Japan', 'Peru']);
    expect(await segments.first().innerText()).toContain('above the rest');
    await page.getByTestId('responses').getByText('The staff was kind').first().waitFor();
    await page.getByTestId('parts-sum').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(problems).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('shows the parts of the change, which add up to it, and closes with Escape', async () => {
    const { page } = await visit('/overview?why=region', server.keys['analyst'] ?? '');
    const drawer = page.getByTestId('why');
    await drawer.getByText(/in all [+−]?\d/).waitFor();
    await drawer
      .getByText(/(?:Fell|Rose) by/)
      .first()
      .waitFor();
    const whole = /in all ([+−]?[\d.]+) points/.exec(await drawer.innerText())?.[1];
    const change = /(?:Fell|Rose) by ([\d.]+) points/.exec(await drawer.innerText())?.[1];
    expect(Math.abs(Number(whole?.replace('−', '-')))).toBeCloseTo(Number(change), 1);
    expect(await axe(page)).toEqual([]);
    const sentences = drawer.getByTestId('narrative').getByRole('listitem');
    await sentences.first().waitFor();
    expect(await sentences.first().innerText()).toMatch(/^The score of .* is [+−]?\d+\.\d \(95 % interval/);
    expect(await sentences.getByRole('link', { name: /^Evidence of/ }).count()).toBe(await sentences.count());
    await picture(page, 'overview-why');
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('why=');
    // A part of a segment leads to the answers of that part in the segment.
    const narrowed = await visit('/overview?why=region&s.productLine=Rail', server.keys['analyst'] ?? '');
    const parts = narrowed.page.getByRole('list', { name: 'Parts of the change, in points' });
    const part = narrowed.page.getByTestId('why').locator(parts).getByRole('link').first();
    expect(await part.getAttribute('href')).toMatch(/s\.productLine=Rail&s\.region=/);
  });

  it('shows which themes hold the score up and down, and where everything leads', async () => {
    const { page } = await visit('/overview?themes=now', server.keys['analyst'] ?? '');
    await page.getByTestId('themes').getByRole('listitem').first().waitFor();
    expect(await page.getByTestId('themes').innerText()).toMatch(/[+−]\d+\.\d/);
    for (const name of ['Where it comes from', 'All answers', /^Promoters/])
      expect(await page.getByRole('link', { name }).count(), String(name)).toBe(1);
    await page.getByRole('link', { name: /^Detractors/ }).click();
    await page.waitForURL(/\/responses\?class=detractor/);
  });

  it('marks change events on the trend and on the series of Explore, also those that happen meanwhile', async () => {
    const send = (externalId: string, title: string, more: object = {}) =>
      server.post('/ingest/changes', { externalId, kind: 'deploy', title, at: at(40), ...more });
    await send('d1', 'Checkout 4.2', { link: 'https://example.org/4.2' });
    const { page, problems } = await visit('/overview', server.keys['analyst'] ?? '');
    const trend = page.getByTestId('trend');
    await trend.getByText('■ change').waitFor();
    await expect.poll(() => trend.locator('.lines-mark-change').count()).toBe(1);
    await send('d2', 'Fares raised', { kind: 'price', at: at(20), segment: { region: ['Japan'] } });
    await until(
      async () => (await trend.locator('.lines-mark-change').count()) === 2,
      'the new one is marked',
    );
    await trend.getByRole('button', { name: /show the table/ }).press('Enter');
    const happened = trend.getByRole('table', { name: 'What happened meanwhile' });
    expect(await happened.innerText()).toMatch(
      /price: Fares raised\s+Japan[\s\S]*deploy: Checkout 4.2\s+everything/,
    );
    expect(await happened.getByRole('link').getAttribute('href')).toBe('https://example.org/4.2');
    expect(await axe(page)).toEqual([]);
    expect(problems).toEqual([]);
    const explore = await visit('/explore?window=P90D', server.keys['analyst'] ?? '');
    await explore.page.getByText('■ change').waitFor();
    await expect.poll(() => explore.page.locator('.lines-mark-change').count()).toBe(2);
    expect(await axe(explore.page)).toEqual([]);
  });

  it('reads each point of the trend aloud by the arrow keys, and has a table behind it', async () => {
    const { page } = await visit('/overview', server.keys['analyst'] ?? '');
    const trend = page.getByTestId('trend');
    const slider = trend.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('End');
    const last = await slider.getAttribute('aria-valuetext');
    expect(last).toMatch(/2\d{3}: [+−]?[\d.]+ \([−\d.]+ to [−\d.]+\), \d+ answers/);
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).not.toBe(last);
    await page.keyboard.press('Home');
    expect(await slider.getAttribute('aria-valuetext')).toContain('no answers');
    await trend.getByRole('button', { name: /show the table/ }).press('Enter');
    await expect.poll(() => trend.getByRole('row').count()).toBeGreaterThan(10);
    expect(await axe(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      trend.getByRole('button', { name: /save as CSV/ }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe('trend.csv');
  });

  it('shows an answer as it arrives, and goes on from where it was after a break', async () => {
    const { page, problems } = await visit('/overview?s.region=Chile', server.keys['analyst'] ?? '');
    await page.getByText('No answers in the last 30 days').first().waitFor();
    await page.getByTestId('live').getByText('Live').waitFor();
    const send = (externalId: string, score: number, comment: string) =>
      server.post('/ingest/responses', [{ externalId, answeredAt: at(0), score, comment, region: 'Chile' }]);
    await send('live 1', 10, 'It just works.');
    await page.getByTestId('score-now').getByText('+100.0').waitFor();
    await page.getByTestId('responses').getByText('It just works.').waitFor();
    await page.context().setOffline(true);
    // Requests that are open stay open in Chromium: the server ends the stream itself.
    await server.stop('SIGKILL');
    await page
      .getByTestId('live')
      .getByText(/Not connected: as of/)
      .waitFor();
    await server.start({ PORT: new URL(page.url()).port });
    // It comes in while the page is not connected: the page asks for what came after the last update that it saw.
    await send('live 2', 0, 'It broke.');
    const afters: unknown[] = [];
    page.on('request', (request) => {
      const { query, variables } = (request.postDataJSON() ?? {}) as {
        query?: string;
        variables?: { after?: unknown };
      };
      if (query?.includes('subscription')) afters.push(variables?.after);
    });
    await page.context().setOffline(false);
    await page
      .getByTestId('score-now')
      .getByText(/^0\.0$/)
      .waitFor();
    await page.getByTestId('responses').getByText('It broke.').waitFor();
    await page.getByTestId('live').getByText('Live').waitFor();
    expect(afters.length).toBeGreaterThan(0);
    for (const after of afters) expect(after).toEqual(expect.stringMatching(/./));
    expect(
      problems.filter((one) => !/ERR_(?:INTERNET|CONNECTION|INCOMPLETE|SOCKET|EMPTY)/.test(one)),
    ).toEqual([]);
  });

  it('says in words what happened in the last week', async () => {
    // Agents run when the server starts, and some minutes after each run.
    await server.stop();
    await server.start();
    const list = '{ narratives(kind: WEEK, first: 1) { edges { node { title sentences { text } } } } }';
    type Week = { title: string; sentences: { text: string }[] };
    const week = async () =>
      (await server.graphql<{ narratives: { edges: { node: Week }[] } }>(list)).data.narratives.edges[0]
        ?.node;
    await until(async () => (await week()) !== undefined, 'the narrator has written');
    const { page, problems } = await visit('/overview', server.keys['analyst'] ?? '');
    const panel = page.getByTestId('week');
    await panel.getByRole('heading', { name: /^Week of 2/ }).waitFor();
    const text = await panel.getByTestId('week-text').innerText();
    expect(text).toMatch(/^The score of \d{4}-\d{2}-\d{2} to \d{4}-\d{2}-\d{2} is [+−]?\d+\.\d/);
    expect(await axe(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('has nothing for a role beyond its rights', async () => {
    const { page, problems } = await visit('/overview', server.keys['feed'] ?? '');
    await page.getByTestId('score-now').waitFor();
    await page.getByTestId('segments').getByText('Japan').waitFor();
    expect(await page.getByTestId('responses').count()).toBe(0);
    expect(await page.getByText('The staff was kind').count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  const LOOKS: readonly (readonly [string, Look])[] = [
    ['overview-laptop', {}],
    ['overview-dark', { dark: true }],
    ['overview-phone', { width: 'phone' }],
    ['overview-phone-dark', { width: 'phone', dark: true }],
    ['overview-tablet', { width: 'tablet' }],
    ['overview-large', { width: 'large' }],
  ];
  it.each(LOOKS)('is readable: %s', async (name, look) => {
    const { page } = await visit('/overview', server.keys['analyst'] ?? '', look);
    await page.getByTestId('score-now').waitFor();
    await page.getByTestId('parts-sum').waitFor();
    await page.getByTestId('segments').getByText('Japan').waitFor();
    await picture(page, name);
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  });
});

describe('a history', () => {
  it('is shown as of its newest answer', async () => {
    const program = runProgram(
      [
        'import',
        'examples/survey-export.csv',
        '--map',
        'examples/survey-export.map.json',
        '--url',
        server.url,
      ],
      { SCORELINE_ADMIN_KEY: server.keys['admin'] ?? '' },
    );
    expect((await program.finished).code).toBe(0);
    const { page } = await visit('/overview?s.region=Brazil&window=P7D', server.keys['admin'] ?? '');
    await page.getByTestId('score-now').waitFor();
    expect(page.url()).toContain('asOf=2026-10');
    await page.getByText('The newest answers of this view are shown').waitFor();
    await page.getByRole('button', { name: 'Show the present' }).press('Enter');
    await page.getByText('No answers in the last 7 days').first().waitFor();
    await page.getByRole('button', { name: /Show the 7 days to the newest answer/ }).press('Enter');
    await page.getByTestId('score-now').waitFor();
  });
});
