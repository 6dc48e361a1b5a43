import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { type IdentityProvider, startIdentityProvider } from '../../fixtures/identity-provider.ts';
import { axe, picture, useDashboard } from './browser.ts';

/* Signing in at an identity provider, in a browser: its cookies and redirects are those of people. */

let provider: IdentityProvider;
const { server, visit } = useDashboard({
  follow: false,
  config: `export default { dimensions: [{ field: 'region' }], jwt: { role: 'scoreline_role' } };`,
  env: async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    taken.close();
    await once(taken, 'close');
    const publicUrl = `http://127.0.0.1:${port}`;
    provider = await startIdentityProvider({
      clientId: 'scoreline',
      clientSecret: 'the-secret-of-the-client-0123456789',
      redirectUri: `${publicUrl}/session/oidc/callback`,
      idTokenSeconds: 300,
      people: { ada: { name: 'Ada L.', scoreline_role: 'analyst' }, stranger: { name: 'S.' } },
    });
    return {
      PORT: String(port),
      SCORELINE_PUBLIC_URL: publicUrl,
      SCORELINE_OIDC_ISSUER: provider.issuer,
      SCORELINE_OIDC_CLIENT_ID: 'scoreline',
      SCORELINE_OIDC_CLIENT_SECRET: 'the-secret-of-the-client-0123456789',
      SCORELINE_OIDC_NAME: 'Example login',
    };
  },
});
afterAll(() => provider.close());

it('leads to the provider and back to the page that was asked for, or says why not', async () => {
  const { page, problems } = await visit('/explore?window=P90D', null);
  const link = page.getByRole('link', { name: /^Sign in with Example login/ });
  await link.waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, 'sign-in-oidc');
  for (const [visitor, words] of [
    ['cancels', 'The sign-in at Example login was cancelled.'],
    [{ person: 'stranger' }, 'Example login knows you, but your account has no role here.'],
  ] as const) {
    provider.visitor = visitor;
    await link.click();
    await page.getByRole('alert').getByText(words).waitFor();
    expect(await axe(page)).toEqual([]);
  }
  await picture(page, 'sign-in-no-role');
  provider.visitor = { person: 'ada' };
  await page.getByRole('link', { name: 'Sign in with Example login as someone else' }).press('Enter');
  await page.getByRole('button', { name: 'Menu of Ada L.' }).waitFor();
  expect(page.url()).toBe(`${server.url}/explore?window=P90D`);
  await page.reload();
  await page.getByRole('button', { name: 'Menu of Ada L.' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Sign out everywhere' }).press('Enter');
  await link.waitFor();
  expect(problems).toEqual([]);
});
