import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../fixtures/server.ts';
import { startProxy, type TcpProxy, through } from '../../fixtures/tcp-proxy.ts';
import { holdBack, signIn, useBrowser, useDashboard } from './browser.ts';

/* Pages that stay open: beside another tab, over midnight, over a lost connection, while others send answers. */

const { server, visit } = useDashboard({
  keys: {
    analyst: 'analyst',
    dpo: 'dpo',
    german: { role: 'analyst', attributes: { region: ['Germany'] } },
  },
  follow: false,
});
let proxy: TcpProxy;
const visitByProxy = useBrowser(() => new URL(through(proxy, server.url)).origin);
const key = (name: string) => server.keys[name] ?? '';
const HOUR_MS = 3_600_000;
const PERSON = 'maria@example.org';

let sent = 0;
const post = async (region: string, more: object = {}) => {
  sent += 1;
  const answeredAt = new Date(Date.now() - 60_000).toISOString();
  await server.post('/ingest/responses', [{ externalId: `o${sent}`, answeredAt, score: 9, region, ...more }]);
};
const asked = (page: Page, name: string): Record<string, string>[] => {
  const found: Record<string, string>[] = [];
  page.on('request', (request) => {
    const { query, variables } = (request.postDataJSON() ?? {}) as {
      query?: string;
      variables?: Record<string, string>;
    };
    if (query?.includes(name)) found.push(variables ?? {});
  });
  return found;
};

beforeAll(async () => {
  proxy = await startProxy(Number(new URL(server.url).port));
  for (const region of ['Germany', 'Japan', 'Japan']) await post(region);
  await post('Germany', { respondent: PERSON });
  return () => proxy.close();
});

describe('a tab beside another one', () => {
  it('goes on under the session that the other one has begun', async () => {
    const { page, problems } = await visit('/explore?show=snapshot&by=region', key('analyst'));
    await page.locator('main').getByText('Japan').first().waitFor();
    const [other, third] = [await page.context().newPage(), await page.context().newPage()];
    for (const one of [other, third]) {
      await one.goto(`${server.url}/explore`);
      await one.getByTestId('user-menu').waitFor();
    }
    await signOut(other);
    await signIn(other, key('german'));
    await page.getByRole('tab', { name: 'Two dimensions' }).click();
    await page.getByRole('button', { name: 'Menu of german' }).waitFor();
    await page.locator('main').getByText('Germany').first().waitFor();
    expect(await page.getByText('Japan').count()).toBe(0);
    // Signing out ends the session that the browser has, not the one that the tab has seen.
    await signOut(third);
    await third.locator('input[type=password]').waitFor();
    expect(await third.getByText('still signed in').count()).toBe(0);
    await other.reload();
    await other.locator('input[type=password]').waitFor();
    expect(problems).toEqual([]);
  });

  it('says where the server has not ended the session', async () => {
    const { page } = await visit('/explore', key('analyst'));
    await page.route('**/session', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.fallback(),
    );
    await signOut(page);
    await page.getByText('this browser is still signed in').waitFor();
    await page.unroute('**/session');
    await page.reload();
    await page.getByTestId('user-menu').waitFor();
    await signOut(page);
    await page.locator('input[type=password]').waitFor();
    expect(await page.getByText('still signed in').count()).toBe(0);
  });
});

/** Signs out by the menu, which closes if the page goes on under another session meanwhile. */
async function signOut(page: Page): Promise<void> {
  const item = page.getByRole('menuitem', { name: 'Sign out', exact: true });
  await until(async () => {
    if (!(await item.isVisible())) await page.getByTestId('user-menu').press('Enter');
    const isPressed = item.press('Enter', { timeout: 2_000 });
    return isPressed.then(
      () => true,
      () => false,
    );
  }, 'the menu signs out');
}

describe('numbers of a page that stays open', () => {
  it('are read again where they were read before', async () => {
    const { page } = await visit('/explore?show=compare&seg=region%3AJapan&window=P7D', key('analyst'));
    const panel = page.getByTestId('explore-compare');
    await panel.getByText('2 answers').first().waitFor();
    await page.getByRole('tab', { name: 'By segment' }).click();
    await page.getByTestId('explore-snapshot').waitFor();
    await post('Japan');
    await page.getByRole('tab', { name: 'Side by side' }).click();
    await panel.getByText('3 answers').first().waitFor();
  });

  it('are of windows that end now, also on the day after', async () => {
    const { page } = await visit('/explore?show=why', key('analyst'));
    await page.clock.install();
    const reads = asked(page, 'ExploreWhy');
    await page.reload();
    await until(async () => reads.length > 0, 'the change is read');
    const before = reads.at(-1)?.['afterTo'] ?? '';
    await page.clock.fastForward(24 * HOUR_MS);
    await until(async () => (reads.at(-1)?.['afterTo'] ?? '') > before, 'the next day is read');
  });

  it('are said to be of the choice before while the next is read', async () => {
    const { page } = await visit('/overview', key('analyst'));
    const panel = page.locator('.overview-score');
    await page.getByTestId('score-now').waitFor();
    await page.getByTestId('live').getByText('Live').waitFor();
    expect(await panel.getAttribute('aria-busy')).toBe('false');
    await page.route('**/graphql', async (route) => {
      const { query, variables } = route.request().postDataJSON() as { query: string; variables: object };
      const isHeld = /OverviewLive|OverviewScore/.test(query) && JSON.stringify(variables).includes('P7D');
      // Never answered.
      if (!isHeld) await route.fallback();
    });
    await page.getByRole('button', { name: /^Window/ }).press('Enter');
    await page.getByRole('option', { name: 'Last 7 days' }).press('Enter');
    await page.getByText('NPS, last 7 days').waitFor();
    await until(async () => (await panel.getAttribute('aria-busy')) === 'true', 'it is marked');
  });

  it('name hours of UTC in the words of the viewer', async () => {
    const { page } = await visit('/explore?window=P2D&every=hour', key('analyst'), { locale: 'en-US' });
    // The window ends with the day of UTC.
    const last = Math.ceil(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS - HOUR_MS;
    const hour = {
      month: 'short',
      day: 'numeric',
      year: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
    } as const;
    const words = new Intl.DateTimeFormat('en-US', { ...hour, timeZone: 'UTC' }).format(last);
    const slider = page.getByTestId('explore-series').getByRole('slider');
    await slider.waitFor();
    const said = (await slider.getAttribute('aria-valuetext')) ?? '';
    expect(said.replace(/\s/g, ' ')).toContain(`${words.replace(/\s/g, ' ')}:`);
  });

  it('offer another try where two windows could not be compared', async () => {
    const { page } = await visit('/explore', key('analyst'));
    let isBroken = true;
    await page.route('**/graphql', (route) =>
      isBroken && route.request().postData()?.includes('OverviewChange') ? route.abort() : route.fallback(),
    );
    await page.goto(`${server.url}/overview`);
    await page.getByText('The two windows could not be compared').waitFor();
    isBroken = false;
    await page.locator('.overview-score').getByRole('button', { name: 'Try again' }).press('Enter');
    await page.getByTestId('change').waitFor();
  });

  it('are not live any more once the connection is silent, though nothing has ended it', async () => {
    const { page } = await visitByProxy('/overview', key('analyst'));
    await page.clock.install();
    await page.reload();
    const live = page.getByTestId('live');
    await live.getByText('Live').waitFor();
    proxy.silenceOpen();
    await page.clock.fastForward(60_000);
    await live.getByText(/Not connected/).waitFor();
    proxy.cut();
    proxy.hear();
    await until(async () => {
      await page.clock.runFor(2_000);
      // Not waited for: a panel that is shown again has none for a moment, and time stands still until the next look.
      return (await live.allInnerTexts()).includes('Live');
    }, 'the page is connected again');
  });
});

describe('lists of a page that stays open', () => {
  it('clear every filter that is set', async () => {
    const { page } = await visit('/responses?counted=no', key('analyst'));
    const list = page.getByTestId('responses').getByRole('region', { name: 'List of answers' });
    await list.getByText('No answer matches').waitFor();
    await list.getByRole('button', { name: 'Clear the filters' }).press('Enter');
    await list.getByRole('listitem').first().waitFor();
  });

  it('lead from an answer that is not counted to the one that is, in any view', async () => {
    await server.graphql(
      'mutation { setRespondentPolicy(survey: "nps", kind: LATEST, reason: "one voice each") { id } }',
    );
    const twice = { respondent: 'twice@example.org' };
    await post('Peru', { ...twice, score: 3, answeredAt: new Date(Date.now() - 2 * HOUR_MS).toISOString() });
    await post('Peru', { ...twice, score: 8 });
    const { page } = await visit('/responses?counted=no&window=P7D', key('analyst'));
    await page.getByTestId('responses').getByRole('listitem').getByRole('button').first().click();
    const opened = page.getByRole('complementary', { name: 'The answer' });
    await opened.getByText('Not counted').waitFor();
    await opened.getByRole('link', { name: 'Open the counted answer' }).click();
    await opened.getByText('Passive', { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('window')).toBe('P7D');
  });

  it('have every connection, however many there are', async () => {
    const create = (i: number) =>
      server.graphql('mutation ($input: ConnectionInput!) { createConnection(input: $input) { secret } }', {
        input: { connector: 'canonical', name: `Connection ${i}`, mapping: {} },
      });
    for (let i = 1; i <= 51; i++) expect(await create(i)).not.toHaveProperty('errors');
    const { page } = await visit('/data', key('admin'));
    const panel = page.getByTestId('connections');
    await panel.getByText('Connection 50', { exact: true }).waitFor();
    await panel.getByText('Connection 51', { exact: true }).waitFor();
  });

  it('take each older page once, however often it is asked for', async () => {
    const merge = (i: number) =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key('dpo')}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          query: `mutation { mergeIdentities(kind: ACCOUNT, from: "from ${i}", into: "into ${i}", reason: "same") }`,
        }),
      });
    for (let i = 0; i < 30; i++) expect(await (await merge(i)).json()).not.toHaveProperty('errors');
    const { page } = await visit('/people', key('dpo'));
    const merges = page.getByTestId('merges');
    const rows = merges.getByRole('row').filter({ hasText: 'same' });
    await expect.poll(() => rows.count()).toBe(25);
    await merges.getByRole('button', { name: 'Show older merges' }).dblclick();
    await merges.getByRole('button', { name: 'Show older merges' }).waitFor({ state: 'hidden' });
    await page.waitForTimeout(300);
    expect(await rows.count()).toBe(30);
  });
});

describe('groups', () => {
  it('are said to be cut where there are more than are read', async () => {
    const answeredAt = new Date(Date.now() - 60_000).toISOString();
    const channels = Array.from({ length: 501 }, (_, i) => ({
      ...{ externalId: `channel ${i}`, answeredAt, score: 9, region: 'Chile', channel: `c${i}` },
    }));
    await server.post('/ingest/responses', channels);
    const { page } = await visit('/explore?show=snapshot&by=channel', key('analyst'));
    await page.getByText('There are the 500 groups with the most answers.').waitFor();
    await page.goto(`${server.url}/overview?by=channel`);
    await page.getByText('Only the 200 segments with the most answers are compared.').waitFor();
  });
});

describe('a person who is looked for', () => {
  it('is the only one that is offered to be erased, whether or not they are found', async () => {
    const { page } = await visit('/people', key('dpo'));
    const find = async (who: string) => {
      await page.getByTestId('find-person').getByLabel('Identifier').fill(who);
      await page.keyboard.press('Enter');
    };
    await find(PERSON);
    const person = page.getByTestId('person');
    await person.getByText('1 answer of this person').waitFor();
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('another@example.org') ? route.abort() : route.fallback(),
    );
    await find('another@example.org');
    await page.getByText('The person could not be looked up').waitFor();
    expect(await person.count()).toBe(0);
  });

  it('is restricted though the dialog was closed meanwhile, and what is written next stays', async () => {
    const { page } = await visit('/people', key('dpo'));
    await page.getByTestId('find-person').getByLabel('Identifier').fill(PERSON);
    await page.keyboard.press('Enter');
    const person = page.getByTestId('person');
    await person.getByRole('button', { name: 'Restrict', exact: true }).press('Enter');
    const dialog = page.getByRole('dialog');
    const restricting = await holdBack(page, 'PeopleRestrict');
    await dialog.getByLabel('Reason').fill('article 18');
    await dialog.getByRole('button', { name: 'Restrict 1 answer' }).press('Enter');
    await restricting.held;
    await dialog.getByText('goes on when this is closed').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).press('Enter');
    await person.getByRole('button', { name: 'Place a legal hold' }).press('Enter');
    await dialog.getByLabel('Reason').fill('a dispute');
    restricting.answer();
    await person.getByText('Restricted: the answers are kept').waitFor();
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('a dispute');
  });
});
