import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityProvider, startIdentityProvider, type Visitor } from '../fixtures/identity-provider.ts';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* People sign in at an identity provider; what does not come from it, or not for this browser, begins no session. */

const SECRET = 'the-secret-of-the-client-0123456789';
const ID_TOKEN_S = 300;
let provider: IdentityProvider;

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  taken.close();
  await once(taken, 'close');
  return port;
}

const server = useServer({
  config: `export default {
    dimensions: [{ field: 'region' }],
    jwt: { role: 'scoreline_role', attributes: { region: 'region?' } },
  };`,
  env: async () => {
    const port = String(await freePort());
    const publicUrl = `http://127.0.0.1:${port}`;
    provider = await startIdentityProvider({
      clientId: 'scoreline',
      clientSecret: SECRET,
      redirectUri: `${publicUrl}/session/oidc/callback`,
      idTokenSeconds: ID_TOKEN_S,
      people: {
        ada: { name: 'Ada L.', scoreline_role: 'analyst' },
        chile: { name: 'Team Chile', scoreline_role: 'analyst', region: ['Chile'] },
        stranger: { name: 'No Role' },
        odd: { name: 'Odd Role', scoreline_role: 'emperor' },
      },
    });
    return {
      PORT: port,
      SCORELINE_PUBLIC_URL: publicUrl,
      SCORELINE_OIDC_ISSUER: provider.issuer,
      SCORELINE_OIDC_CLIENT_ID: 'scoreline',
      SCORELINE_OIDC_CLIENT_SECRET: SECRET,
      SCORELINE_OIDC_SCOPES: 'openid',
      SCORELINE_OIDC_NAME: 'Example login',
    };
  },
});
afterAll(() => provider.close());
beforeAll(async () => {
  await server.post('/ingest/responses', [
    { externalId: 'c', answeredAt: new Date().toISOString(), score: 9, region: 'Chile' },
    { externalId: 'p', answeredAt: new Date().toISOString(), score: 1, region: 'Peru' },
  ]);
});

const cookiesOf = (answer: Response): string[] =>
  answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
const go = (url: string, cookies: readonly string[] = []) =>
  fetch(url, { redirect: 'manual', headers: cookies.length > 0 ? { cookie: cookies.join('; ') } : {} });

interface Begun {
  /** The cookie of the login. */
  readonly login: string;
  /** Where the provider sends the browser back to. */
  readonly callback: string;
}

/** Leaves for the provider, and follows it until it sends the browser back. */
async function begin(visitor: Visitor, to?: string): Promise<Begun> {
  provider.visitor = visitor;
  const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
  const left = await go(`${server.url}/session/oidc${query}`);
  expect(left.status).toBe(303);
  const [login = ''] = cookiesOf(left);
  const jar = new Map<string, string>();
  let at = left.headers.get('location') ?? '';
  expect(at).toContain(provider.issuer);
  while (!at.startsWith(server.url)) {
    const answer = await go(
      at,
      [...jar].map(([name, value]) => `${name}=${value}`),
    );
    for (const one of cookiesOf(answer)) {
      const [name = '', value = ''] = one.split('=');
      jar.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    at = new URL(next, at).href;
  }
  return { login, callback: at };
}

const finish = ({ login, callback }: Begun, cookies: readonly string[] = [login]) => go(callback, cookies);
/** The session's cookie in an answer; null: it began none. */
const sessionOf = (answer: Response): string | null =>
  cookiesOf(answer).find((one) => one.startsWith('scoreline_session=ss_')) ?? null;

async function signIn(person: string): Promise<{ cookie: string; csrf: string }> {
  const cookie = sessionOf(await finish(await begin({ person }))) ?? '';
  const { csrf } = (await (await session(cookie)).json()) as { csrf: string };
  return { cookie, csrf };
}
const session = (cookie: string) => fetch(`${server.url}/session`, { headers: { cookie } });
const graphql = async ({ cookie, csrf }: { cookie: string; csrf: string }, query: string) =>
  (
    await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { cookie, 'x-scoreline-csrf': csrf, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
  ).json();
/** The page that says why there is no session. */
const refusal = (answer: Response): string | null => {
  expect(answer.status).toBe(303);
  expect(sessionOf(answer)).toBeNull();
  return new URL(answer.headers.get('location') ?? '', server.url).searchParams.get('signIn');
};

describe('a login at the identity provider', () => {
  it('is offered, and begins a session of the person with the role of their claims', async () => {
    const methods = await fetch(`${server.url}/session/methods`);
    expect(await methods.json()).toEqual({
      key: true,
      oidc: { name: 'Example login', path: '/session/oidc' },
    });
    const begun = await begin({ person: 'ada' }, '/responses?class=DETRACTOR');
    const answer = await finish(begun);
    expect(answer.headers.get('location')).toBe('/responses?class=DETRACTOR');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const [removed, set] = answer.headers.getSetCookie();
    expect(removed).toMatch(/^scoreline_login=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/);
    expect(set).toMatch(/^scoreline_session=ss_[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    const who = (await (await session(sessionOf(answer) ?? '')).json()) as { expiresAt: string };
    expect(who).toMatchObject({ name: 'Ada L.', role: 'analyst' });
    // No longer than the ID token, and half a minute in which clocks may differ.
    expect(Date.parse(who.expiresAt) - Date.now()).toBeLessThanOrEqual((ID_TOKEN_S + 30) * 1_000);
  });

  it('sees what the claims narrow it to, stands in the audit log, and outlives a restart; ends when the settings of the provider change', async () => {
    const signed = await signIn('chile');
    const query = '{ viewer { name role attributes } responses(first: 9) { edges { node { region } } } }';
    const narrowed = {
      data: {
        viewer: { name: 'Team Chile', role: 'analyst', attributes: { region: ['Chile'] } },
        responses: { edges: [{ node: { region: 'Chile' } }] },
      },
    };
    expect(await graphql(signed, query)).toMatchObject(narrowed);
    const { data } = await server.graphql<{
      auditLog: { edges: { node: { actor: string; actorName: string } }[] };
      browserSessions: { edges: { node: { actor: string; name: string } }[] };
    }>(
      '{ auditLog(action: "signIn", first: 1) { edges { node { actor actorName } } } browserSessions(actor: "login:chile") { edges { node { actor name role } } } }',
    );
    expect(data.auditLog.edges[0]?.node).toEqual({ actor: 'login:chile', actorName: 'Team Chile' });
    expect(data.browserSessions.edges[0]?.node).toMatchObject({ name: 'Team Chile', role: 'analyst' });
    const ada = await signIn('ada');
    await server.stop();
    await server.start({ SCORELINE_OIDC_CLIENT_ID: 'another' });
    for (const { cookie } of [signed, ada]) expect((await session(cookie)).status).toBe(401);
    await server.stop();
    await server.start();
    expect(await graphql(signed, query)).toMatchObject(narrowed);
    expect((await session(ada.cookie)).status).toBe(200);
  });

  it('ends by sign-out everywhere', async () => {
    const [one, other, ada] = [await signIn('chile'), await signIn('chile'), await signIn('ada')];
    await fetch(`${server.url}/session?everywhere=true`, {
      method: 'DELETE',
      headers: { cookie: one.cookie, 'x-scoreline-csrf': one.csrf },
    });
    for (const { cookie } of [one, other]) expect((await session(cookie)).status).toBe(401);
    expect((await session(ada.cookie)).status).toBe(200);
  });
});

describe('a login that does not hold', () => {
  /** The kept login, with another value. */
  const changed = (login: string, change: object) => {
    const [name, text = ''] = login.split('=');
    const kept = JSON.parse(Buffer.from(text, 'base64url').toString()) as object;
    return `${name}=${Buffer.from(JSON.stringify({ ...kept, ...change })).toString('base64url')}`;
  };
  const withQuery = ({ login, callback }: Begun, name: string, value: string): Begun => {
    const url = new URL(callback);
    url.searchParams.set(name, value);
    return { login, callback: url.href };
  };

  it.each<[string, (begun: Begun) => Promise<Response>]>([
    ['another state', (begun) => finish(withQuery(begun, 'state', 'another'))],
    [
      'the state of another browser',
      async (begun) => finish(begun, [(await begin({ person: 'ada' })).login]),
    ],
    ['no cookie', (begun) => finish(begun, [])],
    ['a cookie that is none', (begun) => finish(begun, ['scoreline_login=nonsense'])],
    ['another nonce', (begun) => finish(begun, [changed(begun.login, { nonce: 'another' })])],
    ['another verifier', (begun) => finish(begun, [changed(begun.login, { verifier: 'v'.repeat(43) })])],
    ['another issuer', (begun) => finish(withQuery(begun, 'iss', 'https://evil.example'))],
    ['another code', (begun) => finish(withQuery(begun, 'code', 'another'))],
    [
      'a code that was used',
      async (begun) => {
        expect(sessionOf(await finish(begun))).not.toBeNull();
        return finish(begun);
      },
    ],
  ])('is refused with %s', async (_what, attempt) => {
    expect(refusal(await attempt(await begin({ person: 'ada' })))).toBe('refused');
  });

  it.each([
    ['no role', 'stranger'],
    ['an unknown role', 'odd'],
  ])('is refused to a person with %s', async (_what, person) => {
    expect(refusal(await finish(await begin({ person })))).toBe('no-role');
  });

  it('is said to be cancelled where the person cancels', async () => {
    expect(refusal(await finish(await begin('cancels')))).toBe('cancelled');
  });

  it('leads to this server only', async () => {
    for (const to of ['//evil.example/', '/\\evil.example', 'https://evil.example/', '/..//evil.example'])
      expect((await finish(await begin({ person: 'ada' }, to))).headers.get('location')).toBe('/');
  });
});

it('is not kept out by what others send, which leaves neither codes nor secrets in the log', async () => {
  const begun = await begin({ person: 'ada' });
  const code = new URL(begun.callback).searchParams.get('code') ?? '';
  expect(code).not.toBe('');
  const guess = new URL(begun.callback);
  guess.searchParams.set('code', 'guess');
  for (let i = 0; i < 12; i++) {
    expect(refusal(await go(`${server.url}/session/oidc/callback?code=guess&state=guess`))).toBe('refused');
    expect(refusal(await go(guess.href, [begun.login]))).toBe('refused');
  }
  expect(sessionOf(await finish(begun))).not.toBeNull();
  for (const text of [code, SECRET, ADMIN_KEY, begun.login.split('=')[1] ?? ''])
    expect(server.output()).not.toContain(text);
  await until(() => server.output().includes('a sign-in was refused'), 'the log says that it was refused');
});

it('says that the provider does not answer', async () => {
  const begun = await begin({ person: 'ada' });
  await provider.close();
  expect(refusal(await finish(begun))).toBe('unavailable');
  await server.stop();
  await server.start();
  const answer = await go(`${server.url}/session/oidc?to=/explore`);
  expect(answer.headers.get('location')).toBe('/explore?signIn=unavailable');
});
