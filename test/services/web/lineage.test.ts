import pg from 'pg';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { responseId } from '../../../domain/responses/normalised-response.ts';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { axe, holdBack, picture, useDashboard } from './browser.ts';

/* The lineage screen against a real server: opened step by step, by mouse and by keys, with proof and earlier moments. */

const HOUR_MS = 3_600_000;
const NOW = Date.now();
const ITEMS = Array.from({ length: 60 }, (_, i) => ({
  externalId: `l${i}`,
  answeredAt: new Date(NOW - (30 + i * 5) * HOUR_MS).toISOString(),
  score: (i * 7) % 11,
  region: ['Germany', 'Japan', 'Peru'][i % 3],
  source: i % 4 === 0 ? 'web' : 'app',
}));
const { server, visit } = useDashboard({ keys: { analyst: 'analyst', feed: 'feed' } });

let score = '';
beforeAll(async () => {
  expect(await (await server.post('/ingest/responses', ITEMS)).json()).toMatchObject({
    accepted: ITEMS.length,
  });
  const { data } = await server.graphql<{ nps: { id: string }[] }>('{ nps(window: "P30D") { id } }');
  score = data.nps[0]?.id ?? '';
  const verdict = () =>
    server.graphql<{ verify: { verdict: string } }>(`{ verify(id: "${score}") { verdict } }`);
  await until(async () => (await verdict()).data.verify.verdict === 'VERIFIED', 'every hour is sealed');
});

const box = (page: Page, id: string) => page.locator(`[data-box="${id}"]`);
const at = () => `/lineage/${encodeURIComponent(score)}`;

describe('the lineage screen', () => {
  it('begins with the score of the filters, and opens group by group down to the source', async () => {
    const { page, problems, elsewhere } = await visit('/lineage', server.keys['analyst'] ?? '');
    await box(page, 'n0').waitFor();
    expect(new URL(page.url()).pathname).toContain('/lineage/nps_');
    expect(await box(page, 'g0.Rollup').textContent()).toContain('60 hour rollups');
    expect(await box(page, 'g0.Response').textContent()).toContain('60 answers');
    expect(await box(page, 'g0.Source').textContent()).toContain('2 sources');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'lineage');

    await box(page, 'g0.Rollup').click();
    const members = page.getByTestId('lineage-members');
    await members.getByRole('listitem').first().waitFor();
    await expect.poll(() => members.getByRole('listitem').count()).toBe(50);
    await members.getByRole('button', { name: 'Show more' }).click();
    await until(
      async () => (await members.getByRole('listitem').count()) === 60,
      'the second page is listed',
    );
    await members.getByRole('textbox').fill('japan');
    await until(async () => (await members.getByRole('listitem').count()) === 20, 'the filter is heeded');
    expect(page.url()).toContain('find=japan');
    await members.getByRole('listitem').first().getByRole('button').click();

    await box(page, 'g1.Response').click();
    await members.getByRole('listitem').first().getByRole('button').click();
    await box(page, 'g2.Source').waitFor();
    expect(await box(page, 'n2').textContent()).toContain('answer');
    await page.reload();
    await box(page, 'g2.Source').waitFor();
    await box(page, 'n1').click();
    await box(page, 'g1.Response').waitFor();
    expect(await box(page, 'n2').count()).toBe(0);
    expect(problems).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('drops a page of another filter, and goes on where one could not be read', async () => {
    const { page } = await visit(at(), server.keys['analyst'] ?? '');
    await box(page, 'g0.Rollup').click();
    const members = page.getByTestId('lineage-members');
    const count = () => members.getByRole('listitem').count();
    await expect.poll(count).toBe(50);
    const older = await holdBack(page, '"after":"');
    await members.getByRole('button', { name: 'Show more' }).click();
    await older.held;
    await members.getByRole('textbox').fill('japan');
    await expect.poll(count).toBe(20);
    older.answer();
    await page.waitForTimeout(300);
    expect(await count()).toBe(20);
    await members.getByRole('textbox').fill('');
    await expect.poll(count).toBe(50);
    let isBroken = true;
    await page.route('**/graphql', (route) =>
      isBroken && route.request().postData()?.includes('"after":"') ? route.abort() : route.fallback(),
    );
    await members.getByRole('button', { name: 'Show more' }).click();
    await members.getByRole('button', { name: 'Try again' }).waitFor();
    isBroken = false;
    await members.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(count).toBe(60);
  });

  it('has a list with the same items, and goes by keys alone', async () => {
    const { page, problems } = await visit(at(), server.keys['analyst'] ?? '');
    await box(page, 'n0').waitFor();
    await box(page, 'n0').focus();
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate('document.activeElement?.dataset.box');
    expect(await focused()).toBe('g0.Rollup');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^g0\./);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByTestId('lineage-members').getByRole('listitem').first().waitFor();
    expect(page.url()).toContain('open=0.Rollup');
    const boxes = await page.locator('[data-box]').allTextContents();
    await page.getByRole('button', { name: 'As a list' }).press('Enter');
    const list = page.getByTestId('lineage-list');
    await list.waitFor();
    expect((await list.getByRole('button').allTextContents()).sort()).toEqual(boxes.sort());
    expect(await axe(page)).toEqual([]);
    await list.getByRole('button', { name: /60 answers/ }).press('Enter');
    await page
      .getByTestId('lineage-members')
      .getByRole('listitem')
      .first()
      .getByRole('button')
      .press('Enter');
    await page.getByTestId('lineage-details').getByText('Answer', { exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('goes the other way, from a source to what it went into', async () => {
    const { page } = await visit('/lineage/Source%3Aweb?look=fed', server.keys['analyst'] ?? '');
    expect(await box(page, 'g0.Rollup').textContent()).toContain('15 hour rollups');
    await page.getByTestId('lineage-impact').getByText('15 answers, in 15 hour rollups').waitFor();
    await page.getByRole('button', { name: 'What it was made of' }).click();
    await page.getByText('It was made of nothing else.').waitFor();
  });

  it('finds the way between two nodes, and says so where there is none', async () => {
    const { page } = await visit(at(), server.keys['analyst'] ?? '');
    const answer = `Response:${responseId('web', 'l0')}`;
    await page.getByRole('textbox', { name: 'To' }).fill(answer);
    await page.keyboard.press('Enter');
    const path = page.getByTestId('lineage-path');
    await path.waitFor();
    await expect.poll(() => path.getByRole('listitem').count()).toBe(3);
    expect(await path.textContent()).toMatch(/counted in/);
    await page.getByRole('textbox', { name: 'To' }).fill('Source:nowhere');
    await page.keyboard.press('Enter');
    await page.getByText('There is no way between the two').waitFor();
  });

  it('shows the score as it was known, and what changed it', async () => {
    const { page, problems } = await visit(at(), server.keys['analyst'] ?? '');
    const slider = page.getByRole('slider');
    await slider.waitFor();
    await slider.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    const known = page.getByTestId('known');
    await known.getByText('60 answers came later').click();
    expect(await known.textContent()).toContain('not counted then');
    expect(page.url()).toContain('known=');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'lineage-known');
    await known.getByRole('button').first().click();
    expect(await box(page, 'n1').textContent()).toContain('answer');
    expect(problems).toEqual([]);
  });

  it('is for viewers with rights to trace; only those with rights to read the audit log download proofs', async () => {
    const feed = await visit('/lineage', server.keys['feed'] ?? '');
    await feed.page.getByText('There is no such page').waitFor();
    expect(await feed.page.getByRole('link', { name: 'Lineage' }).count()).toBe(0);
    const analyst = await visit(at(), server.keys['analyst'] ?? '');
    await analyst.page.getByRole('button', { name: 'Verify this score' }).waitFor();
    expect(await analyst.page.getByRole('button', { name: 'Download the proof' }).count()).toBe(0);
    const unknown = await visit('/lineage/Response%3Anothing', server.keys['analyst'] ?? '');
    await unknown.page.getByText('nothing with this id exists here').waitFor();
  });

  it('looks right on a phone and in the dark', async () => {
    const phone = await visit(at(), ADMIN_KEY, { width: 'phone' });
    await phone.page.getByTestId('lineage-list').waitFor();
    expect(await phone.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await axe(phone.page)).toEqual([]);
    await picture(phone.page, 'lineage-phone');
    const dark = await visit(at(), ADMIN_KEY, { dark: true });
    await box(dark.page, 'g0.Rollup').waitFor();
    expect(await axe(dark.page)).toEqual([]);
    await picture(dark.page, 'lineage-dark');
  });

  it('verifies with each step, downloads the proof, and opens the rollup that was changed', async () => {
    const { page, problems } = await visit(at(), ADMIN_KEY);
    await page.getByRole('button', { name: 'Verify this score' }).click();
    const verdict = page.getByTestId('verdict');
    await verdict.getByText(/^Verified \d/).waitFor();
    expect(await verdict.textContent()).toContain('60 answers recounted, 60 seals, root ');
    await expect.poll(() => verdict.getByText('passed', { exact: true }).count()).toBe(6);
    await verdict.getByText('The 6 steps of the check').click();
    await verdict.getByText('Answers counted again').click();
    await verdict.getByText('60 answers were counted again and give the stated score.').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the proof' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('proof.json');
    await picture(page, 'lineage-verified');

    const database = new pg.Client({ connectionString: server.instance.env['DATABASE_URL'] });
    await database.connect();
    const first = `(SELECT min(bucket) FROM rollup_hour WHERE model_version_id = 0 AND n > 0)`;
    await database.query(
      `UPDATE rollup_hour SET promoters = promoters + 1, n = n + 1 WHERE bucket = ${first}`,
    );
    await database.end();
    await page.getByRole('button', { name: 'Verify again' }).click();
    await verdict.getByText(/^Does not verify/).waitFor();
    await expect.poll(() => verdict.getByText('failed', { exact: true }).count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'lineage-mismatch');
    await page.getByRole('button', { name: 'Open the hour rollup that does not match' }).click();
    expect(await box(page, 'n1').textContent()).toContain('hour rollup');
    expect(problems).toEqual([]);
  });
});
