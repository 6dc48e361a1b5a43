import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { axe, picture, useDashboard } from './browser.ts';

/* The screen Targets. No target can be reached from here: private addresses are refused, so deliveries are given up. */

const { server, visit } = useDashboard({
  config: 'dimensions: [{ field: productLine }, { field: region }]\n',
});

const overflows = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
const dialogOf = (page: Page) => page.getByRole('dialog');

let answer: string;
beforeAll(async () => {
  await server.post('/ingest/responses', [
    {
      externalId: 'one',
      answeredAt: new Date().toISOString(),
      score: 2,
      region: 'Germany',
      productLine: 'Rail',
    },
  ]);
  await until(async () => {
    const { data } = await server.graphql<{ responses: { edges: { node: { id: string } }[] } }>(
      '{ responses { edges { node { id } } } }',
    );
    answer = data.responses.edges[0]?.node.id ?? '';
    return answer !== '';
  }, 'the answer is there');
});

describe('targets', () => {
  it('are made with a secret that is shown once, and show the exact request', async () => {
    const { page, problems } = await visit('/targets', ADMIN_KEY);
    await page.getByText('Nothing is sent anywhere yet').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add a target' }).first().click();
    const form = page.getByTestId('create-target');
    await form.getByLabel('Name').fill('On-call');
    await form.getByLabel('Settings').fill('{ "url": ');
    await form.getByRole('button', { name: 'Add the target' }).click();
    await form.getByText('The settings are not JSON.').waitFor();
    await form.getByLabel('Settings').fill('{ "url": "https://127.0.0.1:9/hook" }');
    await form.getByRole('button', { name: /^Role/ }).click();
    await page.getByRole('option', { name: 'admin' }).click();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'targets-create');
    await form.getByRole('button', { name: 'Add the target' }).click();
    await form.getByText(/^whsec_/).waitFor();
    await picture(page, 'targets-secret');
    await form.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByTestId('targets').getByText('Switched on').waitFor();
    await page.getByRole('button', { name: 'Dry run of On-call' }).click();
    const test = page.getByTestId('target-test');
    await test.getByText(/^POST https:\/\/127\.0\.0\.1:9\/hook/).waitFor();
    await test.getByText('Not sent.').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'targets-dry-run');
    await test.getByRole('button', { name: 'Send it to On-call' }).click();
    await test.getByText(/^Sent, but the target did not take it/).waitFor();
    await page.keyboard.press('Escape');
    expect(problems).toEqual([]);
  });

  it('take turns by a plan that is saved with a reason, and shown with who is on call next', async () => {
    const { page, problems } = await visit('/targets', ADMIN_KEY);
    const panel = page.getByTestId('on-call');
    await panel.getByText('No one is on call').waitFor();
    await panel.getByRole('button', { name: 'Make a plan' }).focus();
    await page.keyboard.press('Enter');
    const form = page.getByTestId('edit-on-call');
    const plan = {
      quietHours: { timeZone: 'UTC', windows: [{ days: ['MONDAY'], from: '01:00', until: '02:00' }] },
      schedules: { primary: { timeZone: 'UTC', begins: '2026-01-05', targets: ['On-call'] } },
      escalation: { steps: [{ schedule: 'primary', minutes: 15 }] },
    };
    const save = form.getByRole('button', { name: 'Save the plan' });
    await form.getByLabel('Reason').fill('Winter.');
    await save.click();
    await form.getByText(/there is no target named "the name of a target"/).waitFor();
    await form.getByLabel('Plan').fill(JSON.stringify(plan));
    expect(await axe(page)).toEqual([]);
    await picture(page, 'targets-on-call-edit');
    await save.click();
    await panel.getByText(/On-call is on call \(primary\) until .*, then On-call\./).waitFor();
    await panel.getByText(/^It is (not )?quiet/).waitFor();
    await panel.getByText('Ask On-call (primary), and wait 15 minutes.').waitFor();
    await panel.getByText(/^Version 1 by .*Winter\.$/).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'targets-on-call');
    expect(problems).toEqual([]);
  });

  it('list what was given up, which is sent again with a reason, and lead to what it is about', async () => {
    const input = { cause: answer, title: 'Call them', reason: 'a detractor' };
    const { data } = await server.graphql<{ openCase: { id: string } }>(
      'mutation ($input: CaseInput!) { openCase(input: $input) { id } }',
      { input },
    );
    const { page, problems } = await visit('/targets', ADMIN_KEY);
    const deliveries = page.getByTestId('deliveries');
    await until(async () => {
      await page.getByRole('button', { name: 'Read the deliveries again' }).click();
      return (await deliveries.getByText('Given up').count()) > 0;
    }, 'the delivery was given up');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'targets');
    await deliveries.getByRole('button', { name: /^Send again/ }).click();
    await dialogOf(page).getByLabel('Reason').fill('It is back.');
    await dialogOf(page).getByRole('button', { name: 'Send it again' }).click();
    await dialogOf(page).waitFor({ state: 'detached' });
    await deliveries.getByRole('link', { name: 'Case opened' }).click();
    await page.waitForURL(new RegExp(`/cases/${data.openCase.id.slice('Case:'.length)}`));
    await page.getByRole('heading', { name: 'Call them' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('are switched off and removed with a reason, and fit a phone, dark', async () => {
    const { page, problems } = await visit('/targets', ADMIN_KEY, { width: 'phone', dark: true });
    const targets = page.getByTestId('targets');
    await targets.getByText('On-call').first().waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Switch On-call off' }).click();
    await dialogOf(page).getByLabel('Reason').fill('Moving.');
    await picture(page, 'targets-reason-phone-dark');
    await dialogOf(page).getByRole('button', { name: 'Switch off' }).click();
    await targets.getByText(/^Switched off .*Moving\./).waitFor();
    await picture(page, 'targets-phone-dark');
    await page.getByRole('button', { name: 'Remove On-call' }).click();
    await dialogOf(page).getByLabel('Reason').fill('Gone.');
    await dialogOf(page).getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Nothing is sent anywhere yet').waitFor();
    expect(problems).toEqual([]);
  });
});
