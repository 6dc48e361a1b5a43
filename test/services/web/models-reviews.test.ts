import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../fixtures/patience.ts';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { axe, picture, useDashboard } from './browser.ts';

/* The screens Models and Reviews: Stella and Stuart are stewards, Ada owns Germany, Ann is an analyst, Fay reads scores only. */

const { server, visit } = useDashboard({
  config: `export default { dimensions: [{ field: 'productLine' }, { field: 'region' }], cellLimit: 100,
    review: { sample: 0.1, lowConfidence: 0.34, contradictions: true, decisions: true, approvals: 1 } };`,
  keys: {
    Ada: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    Ann: 'analyst',
    Stella: 'model-steward',
    Stuart: 'model-steward',
    Fay: 'feed',
  },
});
const keyOf = (name: string) => server.keys[name] ?? '';

const TEXTS = [
  'We love it, it saves us hours every week',
  'It does what it should, but the export is slow',
  'It crashes all the time and support never answers',
];
/** The numbers fit the texts, but for one in twenty, which says the opposite. */
const ANSWERS = Array.from({ length: 300 }, (_, i) => ({
  externalId: `r${i}`,
  answeredAt: new Date(Date.now() - (i + 1) * 60_000).toISOString(),
  comment: `${TEXTS[i % 3]}, case ${i}.`,
  score: i % 20 === 0 ? [0, 7, 10][i % 3] : [10, 7, 0][i % 3],
  region: i % 2 === 0 ? 'Germany' : 'Peru',
}));

async function ask<T>(query: string, name?: string): Promise<T> {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${name ? keyOf(name) : ADMIN_KEY}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query }),
  });
  return ((await answer.json()) as { data: T }).data;
}
interface Counts {
  readonly waiting: number;
  readonly decided: number;
  readonly own: number;
}
const counts = async (name?: string) =>
  (await ask<{ reviewCounts: Counts }>('{ reviewCounts { waiting decided own } }', name)).reviewCounts;
const verdicts = async () => {
  type Edges = {
    node: { decisions: { by: string; verdict: string; class: string | null; reason: string }[] };
  }[];
  const { reviewQueue } = await ask<{ reviewQueue: { edges: Edges } }>(
    '{ reviewQueue(first: 200, decided: true) { edges { node { decisions { by verdict class reason } } } } }',
  );
  return reviewQueue.edges.flatMap(({ node }) => node.decisions);
};

beforeAll(async () => {
  await server.post('/ingest/responses', ANSWERS);
  await until(async () => {
    const { nps } = await ask<{ nps: { responses: number }[] }>(
      '{ nps(basis: INFERRED, window: "P2D") { responses } }',
    );
    return (nps[0]?.responses ?? 0) > 250 && (await counts('Ada')).waiting > 5;
  }, 'every text is scored, and some are queued');
});

/** Whether the page is wider than the window. */
const overflows = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe('models', () => {
  it('shows how good the champion is, what drifts, and what it makes of a text', async () => {
    const { page, problems } = await visit('/models', keyOf('Ann'));
    const quality = page.getByTestId('model-quality');
    await quality.getByText(/of 300 answers/).waitFor();
    // Share, interval, and the table of what was called what.
    expect(await quality.innerText()).toMatch(/Right class[\s\S]*%[\s\S]*% to [\s\S]*%/);
    await expect.poll(() => quality.getByRole('table').getByRole('row').count()).toBe(4);
    await page
      .getByTestId('model-drift')
      .getByText(/There are no readings yet|No clear change|Alarm/)
      .first()
      .waitFor();
    const text = page.getByTestId('model-try');
    await text.getByRole('textbox').fill('Far too expensive, and it crashes every day');
    await text.getByRole('button', { name: /Read it/ }).press('Enter');
    await text.getByText(/^Detractor/).waitFor();
    await expect.poll(() => text.locator('mark').count()).toBeGreaterThan(1);
    // An analyst changes nothing, and sees no decisions that concern everyone.
    for (const name of ['Train a version', 'Promote', 'Roll back'])
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'models');
    expect(problems).toEqual([]);
  });

  it('trains, runs a shadow and promotes by keys alone, each with a reason', async () => {
    const { page, problems } = await visit('/models', keyOf('Stella'));
    const act = async (button: string, confirm: string, reason: string) => {
      await page.getByRole('button', { name: button, exact: true }).press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').waitFor();
      expect(await axe(page)).toEqual([]);
      await dialog.getByRole('button', { name: confirm, exact: true }).press('Enter');
      await dialog.getByText('Write a reason.').waitFor();
      await dialog.getByRole('textbox').focus();
      await page.keyboard.type(reason);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe(confirm);
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
    };
    await page.getByRole('heading', { name: /^Version 1/ }).waitFor();
    await act('Train a version', 'Train', 'on our own answers');
    await page.getByRole('heading', { name: /^Version 2 Candidate/ }).waitFor();
    expect(page.url()).toContain('version=2');
    await page.getByTestId('model-comparison').getByText('They cannot be compared yet').waitFor();
    await page.getByTestId('model-quality').getByText('has learnt from answers before that day').waitFor();
    await act('Run as shadow', 'Run as shadow', 'beside the champion first');
    await page.getByRole('heading', { name: /^Version 2 Shadow/ }).waitFor();
    await act('Promote', 'Promote version 2', 'better for Japan');
    await page.getByRole('heading', { name: /^Version 2 Champion/ }).waitFor();
    const history = page.getByTestId('model-history');
    await history.getByText('better for Japan').waitFor();
    await until(async () => (await counts('Stuart')).waiting > 0, 'the promotion waits for another person');
    await page.reload();
    await history.getByText('Waits for a review by another person').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'models-champion');
    expect(problems).toEqual([]);
  });

  it('fits a phone, dark', async () => {
    const { page } = await visit('/models', ADMIN_KEY, { width: 'phone', dark: true });
    await page
      .getByTestId('model-quality')
      .getByText(/Right class|nothing to judge/)
      .first()
      .waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'models-phone-dark');
  });
});

describe('reviews', () => {
  it('are decided by one key each; a decision can be undone before it is kept', async () => {
    const before = await counts('Ada');
    const { page, problems } = await visit('/reviews', keyOf('Ada'));
    const card = page.getByRole('article', { name: 'Review' });
    await card.locator('mark').first().waitFor();
    const text = () => card.locator('.shaded-text').innerText();
    const first = await text();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'reviews');

    await page.keyboard.press('j');
    await until(async () => (await text()) !== first, 'the next one is shown');
    await page.keyboard.press('k');
    await until(async () => (await text()) === first, 'and this one again');

    await page.keyboard.press('2');
    await page.getByText('Decided: passive.').waitFor();
    await until(async () => (await text()) !== first, 'the next one is shown');
    await page.keyboard.press('u');
    await until(async () => (await text()) === first, 'it is back');
    expect(await counts('Ada')).toEqual(before);

    await page.keyboard.press('e');
    await page.keyboard.type('praises the app, blames the price');
    await page.keyboard.press('Enter');
    await page.keyboard.press('2');
    await page.keyboard.press('Enter');
    await page.getByText('Sent: confirmed.').waitFor();
    await until(async () => (await counts('Ada')).own === before.own + 2, 'both are kept');
    expect(await verdicts()).toEqual(
      expect.arrayContaining([
        { by: 'Ada', verdict: 'CORRECTED', class: 'PASSIVE', reason: 'praises the app, blames the price' },
        { by: 'Ada', verdict: 'CONFIRMED', class: null, reason: 'Read by a person: the model is right.' },
      ]),
    );

    const next = await text();
    await page.keyboard.press('x');
    await until(async () => (await text()) !== next, 'it is skipped');
    await page.getByRole('button', { name: /^Decided/ }).press('Enter');
    await page.getByText('What was said').first().waitFor();
    expect(page.url()).toContain('show=decided');
    expect(problems).toEqual([]);
  });

  it.each<[string, (page: Page) => Promise<unknown>]>([
    ['the tab is closed', (page) => page.close()],
    ['another page is opened', (page) => page.goto('about:blank')],
    [
      'the reviewer signs out',
      async (page) => {
        await page.getByTestId('user-menu').click();
        await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
      },
    ],
  ])('are kept once when %s before they are sent', async (_, leave) => {
    const before = await counts('Ada');
    const { page, problems } = await visit('/reviews', keyOf('Ada'));
    await page.getByRole('article', { name: 'Review' }).locator('mark').first().waitFor();
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.postData()?.includes('decideReview')) sent.push(request.postData() ?? '');
    });
    await page.keyboard.press('2');
    await page.getByText('Decided: passive.').waitFor();
    // The way to the server takes longer than the page lives.
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('decideReview')) await pause(1_000);
      // Of a page that is closed it goes on by itself.
      await route.continue().catch(() => undefined);
    });
    await leave(page);
    await until(async () => (await counts('Ada')).own === before.own + 1, 'it is kept');
    expect(sent.length).toBeLessThan(2);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('say who has claimed one, and are not decided then', async () => {
    const { page: other } = await visit('/reviews', keyOf('Ada'));
    await other.getByRole('article', { name: 'Review' }).waitFor();
    await until(
      async () =>
        (await ask<{ reviewCounts: { claimed: number } }>('{ reviewCounts { claimed } }')).reviewCounts
          .claimed === 1,
      'it is claimed',
    );
    const { page } = await visit('/reviews', ADMIN_KEY);
    await page.getByText('1 claimed by others').waitFor();
    const claimed = await other.getByRole('article', { name: 'Review' }).locator('.shaded-text').innerText();
    const notice = page.getByText(/You cannot decide this one: another reviewer has claimed/);
    // An answer may wait twice: by what the champion before read, and by what this one reads.
    const alike = page
      .getByRole('navigation', { name: /^Reviews/ })
      .getByRole('button')
      .filter({ has: page.getByText(claimed, { exact: true }) });
    // The counts may be there before the list.
    await until(async () => {
      for (const one of await alike.all()) {
        await one.click();
        await until(async () => (await one.getAttribute('aria-current')) === 'true', 'it is shown');
        if (await notice.isVisible()) return true;
      }
      return false;
    }, 'the claimed one says so');
    // How many wait may change meanwhile: what the new champion reads is queued by itself.
    const { decided, own } = await counts();
    await page.keyboard.press('1');
    await page.getByRole('button', { name: /Skip/ }).click();
    expect(await counts()).toMatchObject({ decided, own });
  });

  it('of decisions about models are of another person, who overturns with a reason', async () => {
    const { page: own } = await visit('/reviews', keyOf('Stella'));
    await own.getByText(/You cannot decide this one: this was your own decision/).waitFor();
    const { page, problems } = await visit('/reviews', keyOf('Stuart'));
    await page
      .getByText(/model version 2: shadow to champion/)
      .first()
      .waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'reviews-decision');
    await page.keyboard.press('o');
    // A reason first.
    await page.keyboard.type('worse for Peru');
    await page.keyboard.press('Escape');
    await page.keyboard.press('o');
    await page.getByText('Sent: overturned.').waitFor();
    await page.getByText('Nothing waits for you').waitFor();
    expect(problems).toEqual([]);
    const { page: models } = await visit('/models?version=2', keyOf('Stella'));
    await models.getByTestId('model-history').getByText('Overturned by Stuart').waitFor();
  });

  it('fit a phone, dark, and are only for reviewers', async () => {
    const { page } = await visit('/reviews', keyOf('Ada'), { width: 'phone', dark: true });
    await page.getByRole('article', { name: 'Review' }).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'reviews-phone-dark');
    for (const [name, screens] of [
      ['Ann', ['Models']],
      ['Ada', ['Models', 'Reviews']],
      ['Fay', []],
    ] as const) {
      const { page: theirs } = await visit('/', keyOf(name));
      await theirs.getByRole('navigation', { name: 'Screens', exact: true }).waitFor();
      const links = await theirs
        .getByRole('navigation', { name: 'Screens', exact: true })
        .getByRole('link')
        .allInnerTexts();
      expect(
        links.filter((one) => ['Models', 'Reviews'].includes(one)),
        name,
      ).toEqual(screens);
    }
    const { page: refused } = await visit('/reviews', keyOf('Ann'));
    await refused.getByText('There is no such page').waitFor();
  });
});

describe('rolling back', () => {
  it('puts the champion before in charge again, with a reason, and offers it no longer', async () => {
    const { page, problems } = await visit('/models?version=2', keyOf('Stella'));
    await page.getByRole('heading', { name: /^Version 2 Champion/ }).waitFor();
    await page.getByRole('button', { name: 'Roll back', exact: true }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Roll back to the champion before?' });
    await dialog.getByText('Version 2 is retired at once').waitFor();
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).press('Enter');
    await dialog.getByText('Write a reason.').waitFor();
    await dialog.getByRole('textbox').fill('Peru became worse');
    await picture(page, 'models-roll-back');
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: /^Version 2 Retired/ }).waitFor();
    await page.getByTestId('model-history').getByText('Peru became worse').waitFor();
    type Stages = { modelVersions: { version: number; stage: string }[] };
    const { modelVersions: models } = await ask<Stages>('{ modelVersions { version stage } }');
    expect(models.find(({ stage }) => stage === 'CHAMPION')?.version).toBe(1);
    expect(models.find(({ version }) => version === 2)?.stage).toBe('RETIRED');
    // Version 1 was the first: there is none before it.
    await page.goto(`${server.url}/models?version=1`);
    await page.getByRole('heading', { name: /^Version 1 Champion/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Roll back', exact: true }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
