import { describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { axe, picture, signIn, useDashboard } from './browser.ts';

const { server, visit } = useDashboard({
  config: `dimensions: [{ field: productLine }, { field: region }, { field: lifecycleStage }, { field: channel }]
limits:
  trustedOnly: [segment-owner]
`,
  keys: {
    analyst: 'analyst',
    metrics: 'metrics',
    trusted: { role: 'segment-owner', attributes: { region: ['Japan'] } },
  },
  follow: false,
});

describe('the frame', () => {
  it('asks for the key in its first input, and shows the screens of the role', async () => {
    const { page, problems, elsewhere } = await visit('/', null);
    await page.locator('input').first().fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('This key is not known here').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'sign-in');
    await page.locator('input').first().fill(ADMIN_KEY);
    await page.keyboard.press('Enter');
    await page.getByTestId('score-now').or(page.getByText('answers')).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/overview');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'frame');
    expect(problems).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('keeps the filters in the address, and goes by keys alone', async () => {
    await server.post('/ingest/responses', [
      { externalId: 'f1', answeredAt: new Date().toISOString(), score: 9, region: 'Japan' },
      { externalId: 'f2', answeredAt: new Date().toISOString(), score: 3, region: 'Peru' },
    ]);
    const { page, problems } = await visit('/overview', server.keys['analyst'] ?? '');
    await page.getByRole('button', { name: /^Region/ }).press('Enter');
    await page.getByRole('option', { name: 'Japan' }).press('Enter');
    await page.waitForURL(/s\.region=Japan/);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByTestId('score-now').filter({ hasText: '+100.0' }).waitFor();
    await page.reload();
    await page.getByText('+100.0').waitFor();
    expect(page.url()).toContain('s.region=Japan');
    expect(problems).toEqual([]);
  });

  it('shows the list of shortcuts, the colours, and signs out', async () => {
    const { page } = await visit('/overview', ADMIN_KEY, { dark: true });
    await page.getByTestId('score-now').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByTestId('user-menu').press('Enter');
    await page.getByRole('menuitem', { name: 'Light', exact: true }).press('Enter');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
    await page.getByTestId('user-menu').press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).press('Enter');
    await page.locator('input[type=password]').waitFor();
  });

  it('keeps the focus and the press on the button of the menu while the menu is loaded', async () => {
    for (const isPressed of [false, true]) {
      const { page } = await visit('/overview', null);
      let release: () => void = () => undefined;
      const held = new Promise<void>((done) => {
        release = done;
      });
      await page.route(/\/user-menu-[^/]*\.js$/, async (route) => {
        await held;
        await route.continue();
      });
      await signIn(page, ADMIN_KEY);
      const button = page.getByTestId('user-menu');
      await button.focus();
      if (isPressed) await page.keyboard.down('Enter');
      release();
      await page.locator('[data-testid=user-menu][aria-expanded]').waitFor({ state: 'attached' });
      if (isPressed) await page.keyboard.up('Enter');
      else await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Light', exact: true }).waitFor();
    }
  });

  it('serves a role that may send trusted documents only, and nothing beyond its rights', async () => {
    await server.post('/ingest/responses', [
      { externalId: 't1', answeredAt: new Date().toISOString(), score: 9, region: 'Japan' },
      { externalId: 't2', answeredAt: new Date().toISOString(), score: 3, region: 'Peru' },
    ]);
    const refused: string[] = [];
    const { page, problems } = await visit('/overview', null);
    page.on('response', async (answer) => {
      if (answer.url().endsWith('/graphql') && answer.status() !== 200) refused.push(await answer.text());
    });
    await signIn(page, server.keys['trusted'] ?? '');
    await page.getByTestId('score-now').filter({ hasText: '+100.0' }).waitFor();
    await page.getByTestId('live').getByText('Live').waitFor();
    await page.getByRole('link', { name: 'Explore', exact: true }).first().click();
    await page.getByRole('tab', { name: 'By segment' }).click();
    await page.locator('main').getByText('+100.0').first().waitFor();
    await page.getByRole('link', { name: 'Responses', exact: true }).first().click();
    await page.locator('main').getByText('Japan').first().waitFor();
    expect(await page.getByText('Peru').count()).toBe(0);
    expect(refused).toEqual([]);
    expect(problems).toEqual([]);
    const arbitrary = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.keys['trusted']}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ nps { score } }' }),
    });
    expect(await arbitrary.text()).toContain('DOCUMENT_NOT_TRUSTED');
  });

  it('tells a key without rights to read what to do', async () => {
    const { page } = await visit('/', server.keys['metrics'] ?? '');
    await page.getByText('There is nothing to see for this key').waitFor();
    expect(await page.getByRole('navigation').getByRole('link').count()).toBe(0);
  });

  it('has the filters in a sheet and the screens below on a phone', async () => {
    const { page } = await visit('/overview', ADMIN_KEY, { width: 'phone' });
    await page.getByTestId('score-now').waitFor();
    await picture(page, 'frame-phone');
    await page.getByRole('button', { name: /Last 30 days/ }).click();
    await page.getByRole('dialog', { name: 'Filters' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'frame-phone-filters');
  });
});

describe('a session', () => {
  it('ends on every page of a key that is revoked, and says so', async () => {
    const made = await server.graphql<{ createApiKey: { id: string; key: string } }>(
      'mutation { createApiKey(input: { name: "leaver", role: "analyst" }) { id key } }',
    );
    const { id, key } = made.data.createApiKey;
    const { page, problems } = await visit('/overview', key);
    await page.getByTestId('live').getByText('Live').waitFor();
    await server.graphql('mutation ($id: ID!) { revokeApiKey(id: $id) }', { id });
    await page.getByText('You were signed out').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.reload();
    await page.locator('input[type=password]').waitFor();
    expect(problems).toEqual([]);
  });

  it('ends in every browser of the key, and so does what they are sent live', async () => {
    const key = server.keys['analyst'] ?? '';
    const { page: other, problems } = await visit('/overview', key);
    await other.getByTestId('live').getByText('Live').waitFor();
    const { page } = await visit('/overview', key);
    await page.getByTestId('live').getByText('Live').waitFor();
    const asked: string[] = [];
    other.on('request', (request) => asked.push(request.url()));
    await page.getByTestId('user-menu').press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out everywhere' }).press('Enter');
    await page.locator('input[type=password]').waitFor();
    // Nothing is done in the other browser: the end of its stream shows it.
    await other.getByText('You were signed out').waitFor();
    expect(await other.getByTestId('score-now').count()).toBe(0);
    await other.reload();
    await other.locator('input[type=password]').waitFor();
    expect(asked.filter((url) => url.endsWith('/graphql')).length).toBeLessThan(5);
    expect(problems).toEqual([]);
  });

  it('is not to be had without its cookie, and the key is nowhere in the page', async () => {
    const { page } = await visit('/overview', ADMIN_KEY);
    const kept = await page.evaluate(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])',
    );
    expect(kept).not.toContain(ADMIN_KEY);
    expect(JSON.parse(String(kept))[0]).toBe('');
    expect(await page.content()).not.toContain(ADMIN_KEY);
    await page.context().clearCookies();
    await page.reload();
    await page.locator('input[type=password]').waitFor();
  });
});

describe('the frame in print, and from right to left', () => {
  it('prints what is shown without what is pressed', async () => {
    const { page } = await visit('/overview', ADMIN_KEY);
    await page.getByTestId('score-now').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: /^Region/ }).isVisible()).toBe(false);
    expect(await page.getByText('Last 30 days').last().isVisible()).toBe(true);
    await picture(page, 'frame-print');
  });

  it('mirrors the page and keeps the charts', async () => {
    const { page } = await visit('/overview', ADMIN_KEY);
    await page.getByTestId('score-now').waitFor();
    await page.evaluate("document.documentElement.dir = 'rtl'");
    const [brand, menu] = await Promise.all([
      page.locator('.brand').boundingBox(),
      page.getByTestId('user-menu').boundingBox(),
    ]);
    expect(brand?.x).toBeGreaterThan(menu?.x ?? 0);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await picture(page, 'frame-rtl');
  });
});

describe('the pages', () => {
  it('load from files that never change, compressed, under a policy without exceptions', async () => {
    const answer = await fetch(`${server.url}/overview`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).not.toContain('unsafe');
    const html = await answer.text();
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(html).toContain(`nonce="${nonce}"`);
    expect(await (await fetch(`${server.url}/overview`)).text()).not.toContain(nonce);
    const [script = ''] = /\/assets\/[\w-]+\.js/.exec(html) ?? [];
    for (const coding of ['br', 'gzip', 'identity']) {
      const file = await fetch(`${server.url}${script}`, { headers: { 'accept-encoding': coding } });
      expect(file.status).toBe(200);
      expect(file.headers.get('cache-control')).toContain('immutable');
      expect(file.headers.get('content-encoding')).toBe(coding === 'identity' ? null : coding);
      expect(await file.text()).toContain('scoreline-theme');
    }
    for (const path of ['/assets/none-12345678.js', '/assets/..%2Fcurrent', '/assets/build.json'])
      expect((await fetch(`${server.url}${path}`)).status, path).toBe(404);
    expect((await fetch(`${server.url}/console`)).headers.get('content-security-policy')).toContain(
      'unsafe-eval',
    );
  });
});
