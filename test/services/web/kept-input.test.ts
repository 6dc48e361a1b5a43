import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { axe, signIn, useDashboard } from './browser.ts';

/* What was typed, and the page around it, while the server is away, after a session has ended, and beside a dialog. */

const { server, visit } = useDashboard({ keys: { analyst: 'analyst' }, follow: false });

const away = (page: Page) => page.route('**/*', (route) => route.abort());
const back = (page: Page) => page.unroute('**/*');
const nameOf = (page: Page) => page.getByLabel('Name', { exact: true });
const CREATE = 'Create the key';

async function fillKey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create a key' }).first().click();
  await nameOf(page).fill(name);
}

describe('a part of the page that the server does not send', () => {
  it('is tried again in its place, and the rest of the page stays', async () => {
    const { page, problems } = await visit('/access', ADMIN_KEY);
    await fillKey(page, 'a name');
    await away(page);
    await page.getByRole('button', { name: 'Role analyst' }).click();
    await page.getByText('This part of the page could not be loaded').waitFor();
    await back(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('option', { name: 'auditor' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await nameOf(page).inputValue()).toBe('a name');
    expect(problems.filter((one) => !/Failed to|not loaded/.test(one))).toEqual([]);
  });

  it('comes with its styles, for a whole screen too', async () => {
    const { page } = await visit('/access', ADMIN_KEY);
    await away(page);
    await page.getByRole('navigation').getByRole('link', { name: 'Explore' }).first().click();
    const main = page.getByRole('main');
    await main.getByText('This part of the page could not be loaded').waitFor();
    expect(await axe(page)).toEqual([]);
    await back(page);
    await main.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('tab', { name: 'Two dimensions' }).waitFor();
    // The rules of a style sheet that did not arrive cannot be read.
    const rules = await page.evaluate('[...document.styleSheets].map((one) => one.cssRules.length)');
    expect(Math.min(...(rules as number[]))).toBeGreaterThan(0);
  });
});

describe('what was typed', () => {
  it('is given back to the same caller after the session ended, and to no one else', async () => {
    const { page } = await visit('/access', ADMIN_KEY);
    const end = async (name: string) => {
      await fillKey(page, name);
      await page.context().clearCookies();
      await page.getByRole('button', { name: CREATE }).click();
      await page.getByText('You were signed out').waitFor();
    };
    const note = page.getByRole('region', { name: 'What you had typed' });
    await end('the key of the kiosk');
    await signIn(page, ADMIN_KEY);
    await note.getByText('the key of the kiosk').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.reload();
    await note.getByText('the key of the kiosk').waitFor();
    await note.getByRole('button', { name: 'Remove it' }).click();
    await note.waitFor({ state: 'detached' });
    await end('the key of the hall');
    await signIn(page, server.keys['analyst'] ?? '');
    expect(await note.count()).toBe(0);
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('stays in a dialog when something beside it is pressed', async () => {
    const { page } = await visit('/access', ADMIN_KEY);
    await fillKey(page, 'a name');
    await page.mouse.click(20, 400);
    await page.mouse.click(20, 500);
    expect(await nameOf(page).inputValue()).toBe('a name');
    await page.keyboard.press('Escape');
    await nameOf(page).waitFor({ state: 'detached' });
  });
});
