import { beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { axe, picture, useDashboard, type Visited } from './browser.ts';
import { settled, type Watch, watch } from './watch.ts';

/* The demo, begun on an empty record by the button that a first visit offers: what a person sees of its half year. */

const { server, visit } = useDashboard();
const DAY_MS = 86_400_000;
/** A moment so many days ago, for the address. */
const daysAgo = (days: number) => encodeURIComponent(new Date(Date.now() - days * DAY_MS).toISOString());
const state = async () =>
  (await server.graphql<{ demo: { state: string } }>('{ demo { state } }')).data.demo.state;

let visited: Visited;
let seen: Watch;
beforeAll(async () => {
  visited = await visit('/overview', ADMIN_KEY);
  seen = watch(visited);
});

it('fills the pages from the first visit, then goes on live', async () => {
  const { page } = visited;
  await page.getByRole('button', { name: 'Start the demo' }).click();
  await page.getByText('The demo is being filled').waitFor();
  await until(async () => (await state()) === 'LIVE', 'the history is filled');
  await page.getByTestId('score-now').getByText(/\d/).waitFor();
  await page
    .getByTestId('live')
    .getByText(/^\d+\.\d\ss$/)
    .waitFor();
  await server.graphql('mutation { stopDemo { state } }');
  await until(async () => (await state()) === 'FILLED', 'live answers end');
});

it.each([
  [
    'a release that hurt new customers of one region',
    's.region=Germany&s.lifecycleStage=onboarding&window=P25D',
  ],
  ['new prices', 's.lifecycleStage=renewal&window=P80D'],
])('tells its story: %s', async (_story, view) => {
  const { page } = visited;
  await page.goto(`${server.url}/overview?${view}&asOf=${daysAgo(20)}`);
  await page
    .getByTestId('change')
    .getByText(/^▼ Fell by \d+\.\d points/)
    .waitFor();
});

it('stands on every screen without a failure, on each basis', async () => {
  const { page, problems } = visited;
  await page.goto(`${server.url}/overview`);
  const links = page.getByRole('navigation', { name: 'Screens', exact: true }).getByRole('link');
  await links.first().waitFor();
  const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  expect(paths.length).toBeGreaterThan(9);
  for (const path of paths) {
    await page.goto(`${server.url}${path}`);
    await settled(page, seen);
    await picture(page, `demo${path.split('?')[0]?.replaceAll('/', '-')}`);
    expect(await page.locator('.state-failed').count(), path).toBe(0);
    expect(await axe(page), path).toEqual([]);
  }
  for (const basis of ['surveyed', 'inferred', 'combined']) {
    await page.goto(`${server.url}/explore?show=snapshot&by=region&basis=${basis}`);
    await page.getByTestId('explore-snapshot').getByText('Germany').first().waitFor();
  }
  expect(seen.failures).toEqual([]);
  expect(problems).toEqual([]);
});
