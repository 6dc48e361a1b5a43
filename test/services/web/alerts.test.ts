import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertKey } from '../../fixtures/sample-alerts.ts';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { type AgentWorld, openAgentWorld } from './agent-world.ts';
import { axe, picture, useBrowser } from './browser.ts';

/* The inbox of alerts and the page of one: Ada owns Germany, Ann is an analyst, Fay reads scores only. */

let world: AgentWorld;
beforeAll(async () => {
  world = await openAgentWorld({
    Ada: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    Ann: { role: 'analyst' },
    Fay: { role: 'feed' },
  });
});
afterAll(() => world?.close());
const visit = useBrowser(() => world.url);

const list = (page: Page) => page.getByRole('list', { name: /^Alerts/ });
const rows = (page: Page) => list(page).locator(':scope > li');
const current = (page: Page) => list(page).locator('[aria-current=true]');
const overflows = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe('the inbox of alerts', () => {
  it('says that nothing is wrong, and shows by itself what is found', async () => {
    const { page, problems } = await visit('/alerts', ADMIN_KEY);
    await page.getByText('Nothing needs you now').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'alerts-empty');
    await world.raise();
    await page.getByRole('link', { name: 'The score of Germany fell' }).waitFor();
    await until(async () => {
      // What arrived while the first were shown waits to be asked for.
      const more = page.getByRole('button', { name: /^\d new$/ });
      if ((await more.count()) > 0) await more.click();
      return (await rows(page).count()) === 4;
    }, 'every alert is shown');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'alerts');
    expect(problems).toEqual([]);
  });

  it('is worked through by keys alone: move, acknowledge, open a case, dismiss', async () => {
    const { page, problems } = await visit('/alerts', world.keys.Ada ?? '');
    await rows(page).first().waitFor();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.context().close();

    const admin = (await visit('/alerts', ADMIN_KEY)).page;
    await rows(admin).first().waitFor();
    const title = async () => (await current(admin).getByRole('link').first().textContent()) ?? '';
    const first = await title();
    await admin.keyboard.press('j');
    expect(await title()).not.toBe(first);
    await admin.keyboard.press('k');
    expect(await title()).toBe(first);
    await admin.keyboard.press('a');
    const dialog = admin.getByRole('dialog');
    await dialog.getByRole('textbox').waitFor();
    expect(await axe(admin)).toEqual([]);
    await admin.keyboard.type('Known: the app was down.');
    await picture(admin, 'alerts-acknowledge');
    await dialog.getByRole('button', { name: 'Acknowledge' }).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await rows(admin).getByText('In hand').waitFor();

    await admin.keyboard.press('c');
    await dialog.getByLabel('Title').waitFor();
    await dialog.getByLabel('Reason').fill('Someone must call them.');
    await picture(admin, 'alerts-open-case');
    await dialog.getByRole('button', { name: 'Open the case' }).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await admin.getByText('A case is open.').waitFor();

    await admin.keyboard.press('j');
    await admin.keyboard.press('j');
    const dismissed = await title();
    await admin.keyboard.press('d');
    await dialog.getByRole('textbox').waitFor();
    await admin.keyboard.type('A test of ours.');
    await dialog.getByRole('button', { name: 'Dismiss' }).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await list(admin).getByText(dismissed).waitFor({ state: 'detached' });
    await admin.getByRole('button', { name: 'Resolved and dismissed' }).press('Enter');
    await list(admin).getByText(dismissed).waitFor();
    await expect.poll(() => rows(admin).count()).toBe(1);
    expect(problems).toEqual([]);
  });

  it('opens the chosen alert by Enter', async () => {
    const { page } = await visit('/alerts', ADMIN_KEY);
    await rows(page).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/alerts\/[0-9a-f-]{36}/);
    await page.getByRole('article', { name: 'Alert' }).waitFor();
  });

  it('fits a phone, dark', async () => {
    const { page } = await visit('/alerts', ADMIN_KEY, { width: 'phone', dark: true });
    await rows(page).first().waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'alerts-phone-dark');
  });
});

describe('one alert', () => {
  const germany = `/alerts/${alertKey('Germany')}`;

  it('shows what moved, where it comes from, examples, who decided it and what happened', async () => {
    const { page, problems } = await visit(germany, world.keys.Ada ?? '');
    await page.getByRole('heading', { name: 'The score of Germany fell' }).waitFor();
    const scores = page.getByTestId('alert-scores');
    await scores.getByText(/^▼ Fell by/).waitFor();
    const chart = page.getByTestId('alert-series');
    await chart.getByRole('img', { name: /^Score by/ }).waitFor();
    await expect.poll(() => chart.locator('.lines-mark-alert').count()).toBe(1);
    const drivers = page.getByTestId('alert-drivers');
    await drivers.getByText('onboarding', { exact: true }).waitFor();
    await drivers.getByRole('button', { name: /^By/ }).click();
    await page.getByRole('option', { name: 'product line' }).click();
    await drivers.getByText('Rail').waitFor();
    const examples = page.getByTestId('alert-examples');
    await expect.poll(() => examples.getByRole('listitem').count()).toBeGreaterThan(2);
    await page.getByTestId('alert-events').getByText('Changed').waitFor();
    const text = page.getByTestId('alert-text').getByRole('listitem').first();
    expect(await text.innerText()).toMatch(
      /^The alert of \d{4}-\d{2}-\d{2} says: The score of Germany fell\./,
    );
    await page.getByTestId('alert-facts').getByText('Value').waitFor();
    await page.getByTestId('alert-decision').getByText('the decision is the same').waitFor();
    await expect.poll(() => page.getByRole('link', { name: /^Trace the score/ }).count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'alert');
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByRole('textbox').fill('I call them.');
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).press('Enter');
    await page.getByTestId('alert-events').getByText('Taken in hand').waitFor();
    await page.getByRole('link', { name: /^Trace it/ }).click();
    await page.getByRole('heading', { name: /^Lineage of this/ }).waitFor();
    expect(await page.getByText('This node could not be opened').count()).toBe(0);
    await picture(page, 'alert-lineage');
    expect(problems).toEqual([]);
  });

  it('is not there for those who may not read all that it counts, and offers nothing to those who only read', async () => {
    const other = await visit(`/alerts/${alertKey('Peru')}`, world.keys.Ada ?? '');
    await other.page.getByText('This alert is not there').waitFor();
    const { page } = await visit(germany, world.keys.Ann ?? '');
    await page.getByRole('heading', { name: 'The score of Germany fell' }).waitFor();
    expect(await page.getByRole('button', { name: /Dismiss|Acknowledge|Open a case/ }).count()).toBe(0);
    const feed = await visit(germany, world.keys.Fay ?? '');
    await feed.page.getByText('There is no such page').waitFor();
  });

  it('fits a phone, and is dark where the reader wants it', async () => {
    const phone = (await visit(germany, ADMIN_KEY, { width: 'phone' })).page;
    await phone.getByTestId('alert-drivers').getByText('onboarding', { exact: true }).waitFor();
    expect(await overflows(phone)).toBe(false);
    expect(await axe(phone)).toEqual([]);
    await picture(phone, 'alert-phone');
    const dark = (await visit(germany, ADMIN_KEY, { dark: true })).page;
    await dark.getByTestId('alert-drivers').getByText('onboarding', { exact: true }).waitFor();
    expect(await axe(dark)).toEqual([]);
    await picture(dark, 'alert-dark');
  });
});
