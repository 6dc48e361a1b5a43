import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { axe, holdBack, picture, signIn, useDashboard } from './browser.ts';

/* The screens of access, the audit log and people's rights, by the roles that ship. */

const { server, visit } = useDashboard({
  keys: {
    analyst: 'analyst',
    auditor: 'auditor',
    dpo: 'dpo',
    'Team Chile': { role: 'segment-owner', attributes: { region: ['Chile'] } },
  },
  follow: false,
});
const key = (name: string) => server.keys[name] ?? '';
const PERSON = 'maria@example.org';

beforeAll(async () => {
  const answer = (externalId: string, score: number, region: string, respondent: string) => ({
    externalId,
    answeredAt: '2026-05-04T10:00:00Z',
    score,
    region,
    respondent,
    comment: `The setup of ${externalId} took too long and support was slow.`,
  });
  await server.post('/ingest/responses', [
    answer('a1', 3, 'Chile', PERSON),
    answer('a2', 9, 'Chile', PERSON),
    answer('b1', 10, 'Germany', 'someone@example.org'),
  ]);
});

const navigation = async (page: Page): Promise<string[]> =>
  page.getByRole('navigation', { name: 'Screens', exact: true }).getByRole('link').allTextContents();
/** Writes the reason into the dialog and confirms. */
async function confirm(page: Page, reason: string, action: RegExp | string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: action }).press('Enter');
  await dialog.waitFor({ state: 'hidden' });
}

describe('the navigation', () => {
  it.each([
    ['admin', { access: true, audit: true, people: true }],
    ['analyst', { access: false, audit: false, people: false }],
    ['auditor', { access: false, audit: true, people: false }],
    ['dpo', { access: false, audit: true, people: true }],
  ])('has what %s may see, and no more', async (role, { access, audit, people }) => {
    const { page } = await visit('/', key(role));
    const names = await navigation(page);
    expect([
      names.includes('Access'),
      names.includes('Audit log'),
      names.includes("People's rights"),
    ]).toEqual([access, audit, people]);
    if (!access) {
      await page.goto(`${server.url}/access`);
      await page.getByText('There is no such page').waitFor();
    }
    await page.context().close();
  });
});

describe('access', () => {
  it('makes a key that is shown once, and says what it sees', async () => {
    const { page, problems } = await visit('/access', ADMIN_KEY);
    await page.getByTestId('keys').getByText('Team Chile').waitFor();
    await page.getByTestId('roles').getByRole('columnheader', { name: 'dpo' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'access');
    await page.getByRole('button', { name: 'What Team Chile sees' }).press('Enter');
    const sees = page.getByTestId('sees');
    await sees.getByText('Read comments').waitFor();
    await sees.getByText('Region: Chile').first().or(sees.getByText('region: Chile').first()).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'access-sees');
    expect(page.url()).toContain('sees=ApiKey');
    await page.keyboard.press('Escape');
    await sees.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'Create a key' }).press('Enter');
    const form = page.getByTestId('create-key');
    await form.getByRole('button', { name: 'Create the key' }).press('Enter');
    await form.getByText('Write whose key it is').waitFor();
    await form.getByLabel('Name').fill('Quarterly report');
    await form.getByRole('button', { name: /^Region/ }).press('Enter');
    await page.getByRole('option', { name: 'Germany' }).press('Enter');
    await page.keyboard.press('Escape');
    await form.getByText('What it will see').click();
    await form.getByText('region: Germany').first().waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'access-create');
    await form.getByRole('button', { name: 'Create the key' }).press('Enter');
    const secret = (await form.getByTestId('new-key').textContent()) ?? '';
    expect(secret).toMatch(/^sl_[\w-]{43}$/);
    expect(await axe(page)).toEqual([]);
    await form.getByRole('button', { name: 'I have kept it' }).press('Enter');
    const row = page.getByRole('row', { name: /Quarterly report/ });
    await row.getByText('Region: Germany').waitFor();
    expect(await page.content()).not.toContain(secret);

    // A browser of the new key, which the administrator signs out; then the key is revoked.
    const other = await visit('/', secret);
    await page.reload();
    await page.getByRole('button', { name: 'Sign out this browser of Quarterly report' }).press('Enter');
    await confirm(page, 'the laptop was lost', 'Sign out');
    await other.page.reload();
    await other.page.locator('input[type=password]').waitFor();
    await signIn(other.page, secret);
    await page.getByRole('button', { name: 'Revoke Quarterly report' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the key' }).press('Enter');
    await page.getByText('Write a reason.').waitFor();
    expect(await axe(page)).toEqual([]);
    await confirm(page, 'the report ended', 'Revoke the key');
    await row.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Show 1 ended' }).press('Enter');
    await page.getByText(/Revoked .* by admin/).waitFor();
    await other.page.reload();
    await other.page.locator('input[type=password]').waitFor();
    expect(problems).toEqual([]);
  });

  it('is read on a phone, in the dark', async () => {
    const { page } = await visit('/access', ADMIN_KEY, { width: 'phone', dark: true });
    await page.getByTestId('keys').getByText('Team Chile').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await picture(page, 'access-phone-dark');
    await page.goto(`${server.url}/audit`);
    await page.getByTestId('audit-log').getByText('Created a key').first().waitFor();
    expect(await axe(page)).toEqual([]);
    // Each row is a block of named lines: nothing of it lies beyond the edge.
    const { scroll, box } = await page
      .locator('.table-scroll')
      .evaluate(({ scrollWidth, clientWidth }) => ({ scroll: scrollWidth, box: clientWidth }));
    expect(scroll).toBe(box);
    await picture(page, 'audit-phone-dark');
  });
});

describe('the audit log', () => {
  it('says who did what and that it is whole, and is narrowed, opened and exported', async () => {
    const { page, problems } = await visit('/audit', key('auditor'));
    await page.getByTestId('audit-chain').getByText('Nothing was changed.').waitFor();
    const log = page.getByTestId('audit-log');
    await log.getByText('Created a key').first().waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'audit');
    const rows = log.getByRole('row');
    await log.getByLabel('Who').fill('auditor');
    await log.getByLabel('Who').press('Enter');
    await page.waitForURL(/who=auditor/);
    await log.getByText('Signed in').first().waitFor();
    expect(await log.getByText('Created a key').count()).toBe(0);
    await log.getByRole('button', { name: /^Action/ }).press('Enter');
    await page.getByRole('option', { name: 'Signed in' }).click();
    await page.waitForURL(/action=signIn/);
    await page.keyboard.press('Escape');
    await rows.nth(1).getByText('Signed in').waitFor();
    await log.getByLabel('To (UTC)').fill('2020-01-01');
    await log.getByText('No row matches').waitFor();
    await log.getByRole('button', { name: 'Clear' }).press('Enter');
    await log.getByText('Created a key').first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    await log.getByRole('button', { name: 'Open row 1', exact: true }).press('Enter');
    await page.getByRole('dialog').getByText('None: it is the first').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      log.getByRole('link', { name: 'Export' }).press('Enter'),
    ]);
    const stream = await download.createReadStream();
    let text = '';
    for await (const part of stream) text += String(part);
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ seq: 1, previous: null });
    expect(problems).toEqual([]);
  });
});

describe("people's rights", () => {
  it('merges two identifiers, lists the merge, and undoes it', async () => {
    const { page, problems } = await visit('/people', key('dpo'));
    const merges = page.getByTestId('merges');
    await merges.getByText('No identifiers are merged').waitFor();
    await merges.getByRole('button', { name: 'Merge two identifiers' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Identifier').fill('visitor-81');
    await dialog.getByLabel('Reason').fill('confirmed by phone');
    await dialog.getByRole('button', { name: 'Merge', exact: true }).press('Enter');
    await dialog.getByText('Write the other identifier.').waitFor();
    expect(await axe(page)).toEqual([]);
    await dialog.getByLabel('Counts as').fill('visitor-81 ');
    await dialog.getByRole('button', { name: 'Merge', exact: true }).press('Enter');
    await dialog.getByText('are one identifier; name two').waitFor();
    await dialog.getByLabel('Counts as').fill(PERSON);
    await dialog.getByRole('button', { name: 'Merge', exact: true }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await merges.getByRole('cell', { name: 'confirmed by phone' }).waitFor();
    // Pseudonyms only.
    expect(await merges.innerText()).not.toContain('visitor-81');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'people-merges');
    await merges.getByRole('button', { name: /^Undo the merge/ }).press('Enter');
    await confirm(page, 'another person', 'Undo the merge');
    await merges.getByText(/by .*: another person/).waitFor();
    expect(await merges.getByRole('button', { name: /^Undo the merge/ }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('finds, corrects, restricts and erases a person, with proof', async () => {
    const { page, problems } = await visit('/people', key('dpo'));
    await page.getByText('No person has been erased').waitFor();
    const find = async (who: string) => {
      await page.getByTestId('find-person').getByLabel('Identifier').fill(who);
      await page.keyboard.press('Enter');
    };
    await find('nobody@example.org');
    await page.getByText('Nothing is held of this person').waitFor();
    expect(await axe(page)).toEqual([]);
    await find(PERSON);
    const person = page.getByTestId('person');
    await person.getByText('2 answers of this person').waitFor();
    expect(page.url()).not.toContain('maria');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'people');

    await person
      .getByRole('button', { name: /^Correct the answer/ })
      .first()
      .press('Enter');
    const form = page.getByTestId('rectify');
    await form.getByLabel('Score').fill('8');
    await form.getByLabel('Reason').fill('the person asked for it');
    expect(await axe(page)).toEqual([]);
    await form.getByRole('button', { name: 'Correct the answer' }).press('Enter');
    await form.waitFor({ state: 'hidden' });
    await person.getByRole('cell', { name: '8', exact: true }).waitFor();

    await person.getByRole('button', { name: 'Restrict' }).press('Enter');
    await confirm(page, 'article 18', 'Restrict 2 answers');
    await person.getByText('Restricted: the answers are kept').waitFor();
    // What was asked for before the hold is answered after it.
    const readBefore = await holdBack(page, 'subject(');
    await person.getByRole('button', { name: 'Lift the restriction' }).press('Enter');
    await confirm(page, 'settled', 'Put back 2 answers');
    await readBefore.held;
    await person.getByRole('button', { name: 'Place a legal hold' }).press('Enter');
    await confirm(page, 'a dispute', 'Place the hold');
    await readBefore.answer();
    await person.getByText('Under a legal hold').waitFor();
    await person.getByRole('button', { name: 'Restrict', exact: true }).waitFor();
    expect(await person.getByRole('button', { name: 'Erase this person' }).isDisabled()).toBe(true);
    await page.getByTestId('holds').getByRole('button', { name: 'Release' }).click();
    await confirm(page, 'the dispute ended', 'Release the hold');
    await person.getByText('Under a legal hold').waitFor({ state: 'hidden' });

    await person.getByRole('button', { name: 'Erase this person' }).press('Enter');
    await confirm(page, 'article 17', 'Erase 2 answers');
    await page
      .getByTestId('erased')
      .getByText('2 answers erased; a check over every store found nothing left.')
      .waitFor();
    await person.waitFor({ state: 'hidden' });
    await page.getByTestId('erasures').getByText('article 17').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'people-erased');
    await find(PERSON);
    await page.getByText('Nothing is held of this person').waitFor();
    expect(problems).toEqual([]);
  });
});
