import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertKey, decisionKey } from '../../fixtures/sample-alerts.ts';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { type AgentWorld, openAgentWorld } from './agent-world.ts';
import { axe, picture, useBrowser } from './browser.ts';

/* The board of cases, the agents, and what they decided: Ada owns Germany, Ann is an analyst. */

let world: AgentWorld;
let caseOfGermany: string;
let caseOfJapan: string;
beforeAll(async () => {
  world = await openAgentWorld({
    Ada: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    Ann: { role: 'analyst' },
  });
  await world.raise();
  const open = async (region: string, more: object) => {
    const input = { cause: `Alert:${alertKey(region)}`, reason: 'someone must call them', ...more };
    const { openCase } = await world.ask<{ openCase: { id: string } }>(
      'mutation ($input: CaseInput!) { openCase(input: $input) { id } }',
      { input },
    );
    return openCase.id.slice('Case:'.length);
  };
  const DAY_MS = 86_400_000;
  const dueAt = new Date(Date.now() - 2 * DAY_MS).toISOString();
  caseOfGermany = await open('Germany', {
    title: 'Onboarding in Germany',
    severity: 'CRITICAL',
    owner: 'Ada',
    dueAt,
  });
  caseOfJapan = await open('Japan', { title: 'Onboarding in Japan' });
});
afterAll(() => world?.close());
const visit = useBrowser(() => world.url);

const overflows = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
const dialogOf = (page: Page) => page.getByRole('dialog');

describe('cases', () => {
  it('stand on a board by their state, and are opened by keys', async () => {
    const { page, problems } = await visit('/cases', ADMIN_KEY);
    const open = page.getByTestId('cases-open');
    await open.getByText('Onboarding in Germany').waitFor();
    await open.getByText('Overdue by 2 days').waitFor();
    await open.getByText('No owner yet').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'cases');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const title = await page.locator('.cases-card[aria-current=true]').getByRole('link').textContent();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: title ?? '' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('stay with what is typed when they cannot be read again, and are read once the server is back', async () => {
    const { page } = await visit(`/cases/${caseOfJapan}`, ADMIN_KEY);
    const history = page.getByTestId('case-events');
    await history.getByLabel('Comment').fill('Half a comment');
    await page.route('**/graphql', (route) => route.abort());
    const failed = page.waitForEvent('requestfailed');
    await world.ask('mutation ($id: ID!) { commentCase(id: $id, comment: "From elsewhere") { id } }', {
      id: `Case:${caseOfJapan}`,
    });
    await failed;
    expect(await history.getByLabel('Comment').inputValue()).toBe('Half a comment');
    await page.unroute('**/graphql');
    await history.getByText('From elsewhere').waitFor();
    expect(await history.getByLabel('Comment').inputValue()).toBe('Half a comment');
  });

  it('are assigned, started, commented and closed with an outcome, and keep their history', async () => {
    const { page, problems } = await visit(`/cases/${caseOfGermany}`, world.keys.Ada ?? '');
    await page.getByRole('heading', { name: 'Onboarding in Germany' }).waitFor();
    await page.getByTestId('case-cause').getByText('The score of Germany fell').waitFor();
    expect(await axe(page)).toEqual([]);
    const history = page.getByTestId('case-events');
    await page.keyboard.press('s');
    await dialogOf(page).getByLabel('Reason').fill('I call them today.');
    await dialogOf(page).getByRole('button', { name: 'Start' }).press('Enter');
    await history.getByText('I call them today.').waitFor();
    await page.getByRole('button', { name: /^Assign/ }).click();
    await dialogOf(page).getByLabel('Owner').fill('Ada and Otto');
    await dialogOf(page).getByLabel('Reason').fill('Otto knows them.');
    await dialogOf(page).getByRole('button', { name: 'Assign' }).click();
    await page.getByText('Ada and Otto').first().waitFor();
    await history.getByLabel('Comment').fill('Ask otto@example.com about the setup.');
    await history.getByRole('button', { name: 'Add the comment' }).click();
    await history.getByRole('listitem').filter({ hasText: 'about the setup.' }).waitFor();
    expect(await history.innerText()).not.toContain('otto@example.com');
    await picture(page, 'case');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: /^Close/ }).click();
    await dialogOf(page).getByRole('button', { name: 'Close the case' }).click();
    await dialogOf(page).getByText('Say how it ended.').waitFor();
    expect(await axe(page)).toEqual([]);
    await dialogOf(page).getByLabel('Outcome').fill('Setup done with them, score asked again.');
    await dialogOf(page).getByLabel('Reason').fill('They are content.');
    await picture(page, 'case-close');
    await dialogOf(page).getByRole('button', { name: 'Close the case' }).click();
    await page.getByTestId('case-outcome').getByText('Setup done with them').waitFor();
    expect(await page.getByRole('button', { name: /^Start|^Assign|^Add the comment/ }).count()).toBe(0);
    await page.goto(`${world.url}/cases`);
    await page.getByTestId('cases-closed').getByText('Onboarding in Germany').waitFor();
    expect(await page.getByText('Onboarding in Japan').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('are not there for others, are only read by those who may not work on them, and fit a phone', async () => {
    const ada = (await visit(`/cases/${caseOfJapan}`, world.keys.Ada ?? '')).page;
    await ada.getByText('This case is not there').waitFor();
    const { page } = await visit(`/cases/${caseOfJapan}`, world.keys.Ann ?? '', {
      width: 'phone',
      dark: true,
    });
    await page.getByRole('heading', { name: 'Onboarding in Japan' }).waitFor();
    expect(await page.getByRole('button', { name: /^Start|^Assign|^Close$/ }).count()).toBe(0);
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'case-phone-dark');
    await page.goto(`${world.url}/cases`);
    await page.getByText('Onboarding in Japan').waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'cases-phone-dark');
  });
});

describe('agents', () => {
  it('are listed with what they may do, tried without effect, and switched off with a reason', async () => {
    const { page, problems } = await visit('/agents', ADMIN_KEY);
    const agents = page.getByTestId('agents');
    await agents.getByText('Watches numbers of a test.').waitFor();
    await page.getByTestId('proposals').getByRole('link', { name: 'the value is 12' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'agents');
    await page.getByRole('button', { name: 'Dry run of sample' }).click();
    await page.getByTestId('dry-run').getByText('It looked at 1 and would act on 1.').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'agents-dry-run');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Set how far sample may go' }).click();
    await dialogOf(page).getByLabel('Autonomy').selectOption('OBSERVE');
    await dialogOf(page).getByLabel('Reason').fill('First weeks.');
    expect(await axe(page)).toEqual([]);
    await dialogOf(page).getByRole('button', { name: 'Set autonomy' }).click();
    await agents.getByText('Observes only').waitFor();
    await agents.getByText('First weeks.').waitFor();
    await page.getByRole('button', { name: 'Switch sample off' }).click();
    await dialogOf(page).getByLabel('Reason').fill('It errs.');
    await dialogOf(page).getByRole('button', { name: 'Switch off' }).click();
    await agents.getByText('Switched off').waitFor();
    await page.getByRole('button', { name: 'Switch sample on' }).click();
    await dialogOf(page).getByLabel('Reason').fill('It is repaired.');
    await dialogOf(page).getByRole('button', { name: 'Switch on' }).click();
    await agents.getByText('Observes only').waitFor();
    expect(problems).toEqual([]);
  });

  it('propose, and a person approves, changes or rejects with a reason', async () => {
    const decisionOf = (about: string) => `/agents/decisions/${decisionKey(about)}`;
    const settle = async (page: Page, button: string, confirm: string, reason: string) => {
      await page.getByRole('button', { name: button, exact: true }).click();
      await dialogOf(page).getByRole('button', { name: confirm }).click();
      await dialogOf(page).getByText('Write a reason.').waitFor();
      await dialogOf(page).getByLabel('Reason').fill(reason);
      await dialogOf(page).getByRole('button', { name: confirm }).click();
      await page.getByTestId('decision-approval').getByText(reason).waitFor();
    };
    const { page, problems } = await visit(decisionOf('Germany'), world.keys.Ada ?? '');
    await page.getByTestId('decision-inputs').getByText('Value').waitFor();
    await page.getByTestId('decision-replay').getByText('follows the same decision').waitFor();
    await page.getByTestId('decision-alternatives').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'decision');
    await page.getByRole('button', { name: 'Edit and approve' }).click();
    await dialogOf(page).getByLabel('Action').fill('{ "write": ');
    await dialogOf(page).getByLabel('Reason').fill('Less is enough.');
    await dialogOf(page).getByRole('button', { name: 'Approve the change' }).click();
    await dialogOf(page).getByText('The action is not JSON.').waitFor();
    await dialogOf(page).getByLabel('Action').fill('{ "write": 5 }');
    await dialogOf(page).getByRole('button', { name: 'Approve the change' }).click();
    await page.getByText('wrote 5').waitFor();
    await page.getByTestId('decision-approval').getByText('Approved with a change').waitFor();
    await picture(page, 'decision-edited');
    expect(problems).toEqual([]);
    const admin = (await visit(decisionOf('Japan'), ADMIN_KEY, { dark: true })).page;
    await admin.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    expect(await axe(admin)).toEqual([]);
    await settle(admin, 'Approve', 'Approve', 'It is right.');
    await admin.getByText('wrote 13').waitFor();
    await picture(admin, 'decision-dark');
    await admin.goto(`${world.url}${decisionOf('Peru')}`);
    await settle(admin, 'Reject', 'Reject', 'Not now.');
    await admin.goto(`${world.url}/agents?state=rejected`);
    await admin.getByTestId('decisions').getByRole('link', { name: 'the value is 14' }).waitFor();
    await expect.poll(() => admin.getByTestId('decisions').getByRole('link').count()).toBe(1);
  });

  it('are seen with what they decided about one’s own segment, and fit a phone', async () => {
    const other = (await visit(`/agents/decisions/${decisionKey('Peru')}`, world.keys.Ada ?? '')).page;
    await other.getByText('This decision is not there').waitFor();
    const { page } = await visit('/agents', world.keys.Ada ?? '', { width: 'phone' });
    await page.getByTestId('decisions').getByRole('link', { name: 'the value is 12' }).waitFor();
    expect(await page.getByTestId('agents').count()).toBe(0);
    // The narrator decides about the alert of her segment too.
    const sample = page.getByTestId('decisions').getByRole('link', { name: 'the value is' });
    await expect.poll(() => sample.count()).toBe(1);
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'agents-phone');
  });
});
