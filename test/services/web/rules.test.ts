import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { axe, picture, useDashboard } from './browser.ts';

/* The screen Rules, over 200 days of Germany: a dip of three days, a fall that stays, and another in the last days. Ann is an analyst. */

const { server, visit } = useDashboard({
  config: 'dimensions: [{ field: productLine }, { field: region }, { field: channel }]\n',
  keys: { Ann: 'analyst' },
});
const overflows = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
const dialogOf = (page: Page) => page.getByRole('dialog');
const replayOf = (page: Page) => page.getByTestId('rule-replay');

const DAYS = 200;
const [USUAL, LOW, LOWER] = [
  [10, 9, 8, 10, 7, 9, 10, 3],
  [10, 2, 3, 8, 1, 9, 4, 3],
  [0, 2, 3, 1, 1, 2, 4, 3],
];

/** Eight answers a day. */
function answers(): object[] {
  const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  return Array.from({ length: DAYS }, (_, i) => DAYS - i).flatMap((ago) => {
    const isDip = ago <= 120 && ago > 117;
    const scores = isDip || ago <= 12 ? LOWER : ago <= 60 ? LOW : USUAL;
    return (scores ?? []).map((score, n) => ({
      externalId: `${ago} ${n}`,
      source: 'web',
      answeredAt: new Date(today - ago * 86_400_000 + n * 3_600_000).toISOString(),
      score,
      region: 'Germany',
      channel: 'email',
    }));
  });
}

beforeAll(async () => {
  const all = answers();
  for (let from = 0; from < all.length; from += 400)
    await server.post('/ingest/responses', all.slice(from, from + 400));
  await until(async () => {
    const { data } = await server.graphql<{ nps: { responses: number }[] }>(
      '{ nps(window: "P12M") { responses } }',
    );
    return (data.nps[0]?.responses ?? 0) >= 8 * (DAYS - 1);
  }, 'the answers are there');
});

describe('a rule', () => {
  it('is tested against the past before it is switched on, and says when it fired and how rightly', async () => {
    const { page, problems } = await visit('/rules', ADMIN_KEY);
    await page.getByTestId('rules').getByText('It ships with Scoreline.').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'New rule' }).click();
    const form = page.getByTestId('rule-form');
    await form.getByLabel('Name').fill('germany');
    await page.getByText('It was not tested yet').waitFor();
    expect(await form.getByRole('button', { name: 'Save and switch on' }).isDisabled()).toBe(true);
    await form.getByLabel('Shifts').fill('ten');
    await form.getByRole('button', { name: 'Test it against the past' }).click();
    await form.getByText('Choose what the segment consists of.').waitFor();
    await form.getByText(/^Write numbers with commas/).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'rules-problems');
    await form.getByRole('button', { name: /^Region/ }).click();
    await page.getByRole('option', { name: 'Germany' }).click();
    await page.keyboard.press('Escape');
    await form.getByLabel('Shifts').fill('20');
    await form.getByLabel('False alarms a year').fill('0.5');
    await form.getByRole('button', { name: 'Test it against the past' }).click();
    const replay = replayOf(page);
    await replay.getByText(/^In 365 days it would have fired \d times/).waitFor();
    await replay.getByText(/1 real, 1 not real, 1 too early to tell/).waitFor();
    await replay.getByText(/may be wrong 0\.5 times a year/).waitFor();
    // The score is read on its own.
    await replay.locator('.lines-mark').first().waitFor();
    await expect.poll(() => replay.locator('.lines-mark-real').count()).toBe(1);
    await expect.poll(() => replay.locator('.lines-mark-not-real').count()).toBe(1);
    await expect.poll(() => replay.locator('.lines-mark-undecided').count()).toBe(1);
    const firings = replay.getByRole('table', { name: 'When it would have fired' });
    await expect.poll(() => firings.getByRole('row').count()).toBe(4);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'rules-replay');
    await replay.getByRole('button', { name: /show the table$/ }).click();
    await replay
      .getByRole('table', { name: /^Score by week/ })
      .getByText(/: not real$/)
      .waitFor();
    await picture(page, 'rules-replay-table');

    await form.getByLabel('Shifts').fill('20, 40');
    await replay.getByText('The rule was changed after this test.').waitFor();
    expect(await form.getByRole('button', { name: 'Save and switch on' }).isDisabled()).toBe(true);
    await form.getByLabel('Shifts').press('Enter');
    await replay.getByText('The rule was changed after this test.').waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Save and switch on' }).click();
    await dialogOf(page).getByLabel('Reason').fill('The team of Germany answers for it.');
    expect(await axe(page)).toEqual([]);
    await dialogOf(page).getByRole('button', { name: 'Save and switch on' }).click();
    const row = page.getByRole('listitem', { name: 'germany' });
    await row.getByText('Falls of 20, 40 points, in Region: Germany').waitFor();
    await row.getByText(/it would have fired 3 times: 1 real, 1 not real, 1 too early to tell/).waitFor();
    await row.getByText(/^Version 1 by .*The team of Germany answers for it\./).waitFor();
    await picture(page, 'rules');
    expect(problems).toEqual([]);
  });

  it('is changed and switched off with a reason, and keeps its versions', async () => {
    const { page, problems } = await visit('/rules?rule=germany', ADMIN_KEY);
    const form = page.getByTestId('rule-form');
    await form.getByLabel('Fires when').selectOption('The score is beyond a fixed value');
    await form.getByLabel('Score').fill('-50');
    await form.getByLabel('Days').fill('5');
    await form.getByRole('button', { name: 'Test it against the past' }).click();
    await replayOf(page).getByText('A fixed threshold states no rate of false alarms.').waitFor();
    await form.getByLabel('Days').fill('0');
    await form.getByRole('button', { name: 'Test it against the past' }).click();
    await replayOf(page).getByText('rule.windowDays: a number from 1 to 365 is expected').waitFor();
    await form.getByRole('button', { name: 'Save switched off' }).click();
    await dialogOf(page).getByLabel('Reason').fill('A try.');
    await dialogOf(page).getByRole('button', { name: 'Save switched off' }).click();
    await dialogOf(page)
      .getByText(/^rule\.windowDays/)
      .waitFor();
    await dialogOf(page).getByRole('button', { name: 'Cancel' }).click();
    await form.getByLabel('Days').fill('7');
    await form.getByRole('button', { name: 'Save switched off' }).click();
    await dialogOf(page).getByLabel('Reason').fill('Too noisy.');
    await dialogOf(page).getByRole('button', { name: 'Save switched off' }).click();
    const row = page.getByRole('listitem', { name: 'germany' });
    await row.getByText('Score of 7 days below \u221250.0, in Region: Germany').waitFor();
    await row.getByText('Switched off').waitFor();
    await row.getByRole('button', { name: 'Test and change germany' }).press('Enter');
    const versions = page.getByTestId('rule-versions');
    await versions.getByText('Too noisy.').waitFor();
    await versions.getByText('The team of Germany answers for it.').waitFor();
    await expect.poll(() => versions.getByRole('row').count()).toBe(3);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'rules-versions');
    await page.goto(`${server.url}/rules?rule=none`);
    await page.getByText('This rule is not there').waitFor();
    expect(problems).toEqual([]);
  });

  it('is made by keys alone', async () => {
    const { page, problems } = await visit('/rules', ADMIN_KEY);
    await page.getByTestId('rules').getByText('germany').first().waitFor();
    await page.keyboard.press('n');
    await page.getByTestId('rule-form').getByLabel('Name').waitFor();
    await page.keyboard.type('everything');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.getByTestId('rule-form').getByLabel('Segment').waitFor({ state: 'detached' });
    await page.getByTestId('rule-form').getByLabel('Shifts').press('Enter');
    await replayOf(page)
      .getByText(/^In 365 days it would have fired/)
      .waitFor();
    await page.getByRole('button', { name: 'Save and switch on' }).press('Enter');
    await dialogOf(page).getByLabel('Reason').waitFor();
    await page.keyboard.type('All answers count.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(/^Falls of 5, 10, 20 points, of all answers together/).waitFor();
    await page.getByRole('button', { name: 'Switch everything off' }).press('Enter');
    await dialogOf(page).getByLabel('Reason').waitFor();
    await page.keyboard.type('Not now.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const row = page.getByRole('listitem', { name: 'everything' });
    await row.getByText('Switched off').waitFor();
    await row.getByText(/^Version 2 by .*Not now\./).waitFor();
    expect(problems).toEqual([]);
  });

  it('is absent for a role that may not, and fits a phone, dark', async () => {
    const { page: ann } = await visit('/rules', server.keys['Ann'] ?? '');
    await ann.getByText('There is no such page').waitFor();
    const { page } = await visit('/rules', ADMIN_KEY, { width: 'phone', dark: true });
    await page.getByTestId('rules').getByText('germany').first().waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'rules-phone-dark');
    await page.goto(`${server.url}/rules?rule=germany`);
    await page.getByRole('button', { name: 'Test it against the past' }).click();
    await replayOf(page)
      .getByText(/^In 365 days it would have fired/)
      .waitFor();
    await replayOf(page)
      .getByRole('img', { name: /^Score by week/ })
      .waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'rules-replay-phone-dark');
  });
});
