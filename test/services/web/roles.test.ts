import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { axe, picture, useDashboard, type Visited } from './browser.ts';
import { settled, type Watch, watch } from './watch.ts';

/*
 * Every screen on an empty record, then every role that ships on every screen, with the example. All roles but the
 * administrator's may send trusted documents only: the screens work with those that ship.
 */

const PATHS = {
  Overview: '/overview',
  Explore: '/explore',
  Responses: '/responses',
  Alerts: '/alerts',
  Cases: '/cases',
  Business: '/business',
  Lineage: '/lineage',
  Data: '/data',
  Models: '/models',
  Reviews: '/reviews',
  Agents: '/agents',
  Rules: '/rules',
  Targets: '/targets',
  Access: '/access',
  'Audit log': '/audit',
  "People's rights": '/people',
} as const;
type Title = keyof typeof PATHS;
const TITLES = Object.keys(PATHS) as Title[];

/** Which screens each role of policies/roles.cedar may see, in the order of the navigation. */
const SCREENS_OF: Readonly<Record<string, readonly Title[]>> = {
  admin: TITLES,
  analyst: ['Overview', 'Explore', 'Responses', 'Alerts', 'Cases', 'Business', 'Lineage', 'Models', 'Agents'],
  'segment-owner': [
    'Overview',
    'Explore',
    'Responses',
    'Alerts',
    'Cases',
    'Business',
    'Lineage',
    'Models',
    'Reviews',
    'Agents',
  ],
  'model-steward': ['Overview', 'Explore', 'Lineage', 'Models', 'Reviews'],
  auditor: [
    'Overview',
    'Explore',
    'Responses',
    'Alerts',
    'Cases',
    'Business',
    'Lineage',
    'Models',
    'Agents',
    'Audit log',
  ],
  dpo: ['Overview', 'Explore', 'Responses', 'Business', 'Lineage', 'Audit log', "People's rights"],
  feed: ['Overview', 'Explore'],
  collector: ['Data'],
  metrics: [],
};
const ROLES = Object.keys(SCREENS_OF);

const { server, visit } = useDashboard({
  config: `dimensions: [{ field: productLine }, { field: region }, { field: lifecycleStage }, { field: channel }]
limits:
  trustedOnly: [${ROLES.filter((role) => role !== 'admin').join(', ')}]
`,
  keys: Object.fromEntries(
    ROLES.filter((role) => role !== 'admin').map((role) => [
      role,
      role === 'segment-owner' ? { role, attributes: { region: ['Germany'] } } : role,
    ]),
  ),
});
const keyOf = (role: string) => server.keys[role] ?? '';

const main = (page: Page) => page.locator('main');
const shownScreens = (page: Page) =>
  page.getByRole('navigation', { name: 'Screens', exact: true }).getByRole('link').allTextContents();

describe('on an empty record', () => {
  const NEXT: Readonly<Record<Title, readonly (string | RegExp)[]>> = {
    Overview: ['No answers in the last 30 days', 'Bring in answers', 'Load the example', 'Start the demo'],
    Explore: ['No answers in this window', 'Bring in answers'],
    Responses: ['There are no answers here', 'Bring in answers'],
    Alerts: ['Nothing needs you now', /Agents watch the scores/],
    Cases: ['No case was opened yet', 'Go to the alerts'],
    Business: ['No accounts to watch in this window', /has examples/, 'No cases were opened in this window'],
    Agents: ['No proposal waits', 'What runs here'],
    Rules: ['Rules in force', 'New rule'],
    Targets: ['Nothing is sent anywhere yet', 'Add a target', 'There are no deliveries'],
    Lineage: ['There is no answer in this window', 'Bring in answers'],
    Data: [
      'Load the example',
      'Start the demo',
      'No survey tool delivers here yet',
      'No file was imported yet',
    ],
    Models: [/^Version 1/, 'There is nothing to judge by yet', 'There are no readings yet'],
    Reviews: ['Nothing waits for you', /Answers are queued when/],
    Access: ['Create a key', 'From the policies in force'],
    'Audit log': ['Created a key'],
    "People's rights": ['No person has been erased', 'Find a person'],
  };
  let admin: Visited;
  let seen: Watch;
  beforeAll(async () => {
    admin = await visit('/overview', ADMIN_KEY);
    seen = watch(admin);
  });

  it.each(TITLES)('%s says what to do next', async (title) => {
    const { page } = admin;
    await page.goto(`${server.url}${PATHS[title]}`);
    for (const words of NEXT[title]) await main(page).getByText(words).first().waitFor();
    await settled(page, seen);
    await picture(page, `empty-${PATHS[title].slice(1)}`);
    expect(await page.locator('.state-failed').count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    expect(admin.problems.splice(0)).toEqual([]);
    expect(seen.failures.splice(0)).toEqual([]);
  });

  it('fits a phone, and a laptop at 200 % and 400 %', async () => {
    const { page } = admin;
    const phone = { width: 390, height: 844 };
    // A window of 1,280 by 1,024 pixels has as many fewer of the page's pixels as it is zoomed (WCAG 1.4.4, 1.4.10).
    const zoomed = [2, 4].map((zoom) => ({ width: 1_280 / zoom, height: 1_024 / zoom }));
    for (const title of TITLES) {
      await page.setViewportSize(phone);
      await page.goto(`${server.url}${PATHS[title]}`);
      await settled(page, seen);
      await picture(page, `empty-phone-${PATHS[title].slice(1)}`);
      for (const size of [phone, ...zoomed]) {
        await page.setViewportSize(size);
        expect(
          await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
          `${title} at ${size.width}`,
        ).toBeLessThanOrEqual(0);
      }
    }
    await page.setViewportSize({ width: 1_440, height: 900 });
  });

  it('leads to the example', async () => {
    const { page } = admin;
    await page.goto(`${server.url}/overview`);
    await page.getByRole('button', { name: 'Load the example' }).click();
    await page.getByTestId('score-now').waitFor();
    await expect.poll(() => page.getByTestId('segments').getByRole('listitem').count()).toBeGreaterThan(1);
    expect(seen.failures).toEqual([]);
    await page.context().close();
  });
});

describe('each role', () => {
  it('that ships is in the table of this test', () => {
    const policies = readFileSync(new URL('../../../policies/roles.cedar', import.meta.url), 'utf8');
    const shipped = [...policies.matchAll(/Role::"([^"]+)"/g)].map(([, role]) => role);
    expect([...new Set(shipped)].toSorted()).toEqual(ROLES.toSorted());
  });

  /** What stands on a screen for every role that sees it. */
  const CONTENT: Readonly<Record<Title, string | RegExp>> = {
    Overview: /^Score by /,
    Explore: /^Score over time/,
    Responses: /\d answers/,
    Alerts: 'Nothing needs you now',
    Cases: 'No case was opened yet',
    Business: 'How many accounts are left after their answer',
    Agents: 'No proposal waits',
    Rules: 'Rules in force',
    Targets: 'Add a target',
    // A role that reads no answers is not led to the newest ones, and is not shown how few its window has.
    Lineage: /^Lineage of this score|^Too few answers to show/,
    Data: /Drop/,
    Models: /^Version 1/,
    Reviews: /decided, \d+ by you/,
    Access: 'Create a key',
    'Audit log': 'Created a key',
    "People's rights": 'Find a person',
  };

  it.each(ROLES)('%s sees its screens and no other', async (role) => {
    const mine = SCREENS_OF[role] ?? [];
    const visited = await visit('/', keyOf(role));
    const { page, problems } = visited;
    const seen = watch(visited);
    const navigation = page.getByRole('navigation', { name: 'Screens', exact: true });
    expect(await shownScreens(page)).toEqual(mine);
    if (mine.length === 0) await page.getByText('There is nothing to see for this key').waitFor();
    for (const title of mine) {
      await navigation.getByRole('link', { name: title, exact: true }).click();
      await page.waitForURL((url) => url.pathname.startsWith(PATHS[title]));
      await main(page).getByText(CONTENT[title]).first().waitFor();
      await settled(page, seen);
      expect(await page.locator('.state-failed, [role=alert]').allInnerTexts(), title).toEqual([]);
      expect(await axe(page), title).toEqual([]);
    }
    await page.goto(`${server.url}/`);
    await settled(page, seen);
    for (const title of TITLES.filter((one) => !mine.includes(one))) {
      seen.asked = [];
      await page.goto(`${server.url}${PATHS[title]}`);
      await page.getByText('There is no such page').waitFor();
      expect(await shownScreens(page)).toEqual(mine);
      // The page asks who the viewer is and nothing that the screen would show.
      expect([title, seen.asked]).toEqual([title, ['Viewer']]);
    }
    expect(seen.failures).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
