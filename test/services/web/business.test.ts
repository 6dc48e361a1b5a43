import { expect, it } from 'vitest';
import { axe, picture, useDashboard } from './browser.ts';

/* What became of the accounts that answered: the screen Business. */

const { server, visit } = useDashboard({ keys: { analyst: 'analyst', feed: 'feed' } });

const DAY_MS = 86_400_000;
const at = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString();
const REGIONS = ['Germany', 'Japan', 'Peru'] as const;

/** Accounts that subscribe, pay, and answered 100 days ago; detractors cancel more often, and so do those of Japan. */
const ACCOUNTS = Array.from({ length: 240 }, (_, i) => {
  const region = REGIONS[i % 3] ?? 'Germany';
  const score = [10, 9, 8, 2][i % 4] ?? 0;
  const risk = (score === 2 ? 5 : 1) + (region === 'Japan' ? 3 : 0);
  return { name: `account ${i}`, region, score, gone: i % 10 < risk ? 99 - ((i * 7) % 80) : null };
});

async function plant(): Promise<void> {
  const answers = ACCOUNTS.map(({ name, region, score }) => ({
    ...{
      externalId: name,
      answeredAt: at(100),
      score,
      account: name,
      respondent: `${name}@example.org`,
      region,
    },
  }));
  expect((await server.post('/ingest/responses', answers)).status).toBe(202);
  const outcomes = ACCOUNTS.flatMap(({ name, region, gone }, i) => {
    const base = { source: 'billing', account: name, segmentValues: { region } };
    const of = (kind: string, daysAgo: number, more: object = {}) => ({
      ...{ ...base, externalId: `${kind} ${name} ${daysAgo}`, kind, at: at(daysAgo), ...more },
    });
    return [
      ...[of('SUBSCRIPTION_STARTED', 120), of('PAYMENT', 119, { amount: 50 + (i % 40), currency: 'EUR' })],
      of('ONBOARDING_STEP', 119 - (i % 40), { name: 'first report' }),
      of(i % 3 === 0 ? 'DEAL_LOST' : 'DEAL_WON', 90),
      ...(gone === null
        ? [of('PAYMENT', 20, { amount: 60, currency: 'EUR' })]
        : [of('SUBSCRIPTION_CANCELLED', gone)]),
    ];
  });
  expect((await server.post('/ingest/outcomes', outcomes)).status).toBe(202);
}

it('says what to send where there are no outcomes', async () => {
  const { page, problems } = await visit('/business', server.keys['analyst'] ?? '');
  await page.getByTestId('business-retention').getByText('No accounts to watch in this window').waitFor();
  await page.getByTestId('business-kpis').getByText('docs/guides/outcomes.md').waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, 'business-empty');
  expect(problems).toEqual([]);
});

it('is absent for those who may not read answers', async () => {
  const { page } = await visit('/business', server.keys['feed'] ?? '');
  expect(await page.getByRole('link', { name: 'Business' }).count()).toBe(0);
  expect(await page.getByTestId('business-retention').count()).toBe(0);
});

it('shows retention by class with intervals, and reads each point aloud', async () => {
  await plant();
  const { page, problems, elsewhere } = await visit('/business?window=P12M', server.keys['analyst'] ?? '');
  const retention = page.getByTestId('business-retention');
  await retention.getByText(/240 accounts that subscribed/).waitFor();
  const slider = retention.getByRole('slider');
  await slider.focus();
  const said = await slider.getAttribute('aria-valuetext');
  expect(said).toMatch(/^\d+ days: Promoters, 120 accounts: \d+\.\d% left \(\d+% to \d+%\)/);
  await slider.press('ArrowLeft');
  expect(await slider.getAttribute('aria-valuetext')).not.toBe(said);
  await page.getByTestId('business-kpis').getByText('Revenue, EUR').waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, 'business');
  expect(problems).toEqual([]);
  expect(elsewhere).toEqual([]);
});

it('follows the filter row, on a phone in the dark', async () => {
  const { page } = await visit('/business?window=P12M&s.region=Japan', server.keys['analyst'] ?? '', {
    ...{ width: 'phone', dark: true },
  });
  await page
    .getByTestId('business-retention')
    .getByText(/80 accounts that subscribed/)
    .waitFor();
  await page.getByTestId('business-kpis').getByText('Revenue, EUR').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(
    0,
  );
  expect(await axe(page)).toEqual([]);
  await picture(page, 'business-phone');
});
