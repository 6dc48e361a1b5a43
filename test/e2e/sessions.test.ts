import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* What a browser does: it signs in with a key once, and keeps a cookie that its pages cannot read. */

const server = useServer({ ownPolicies: true, env: { SCORELINE_TRUSTED_PROXIES: '127.0.0.1' } });

interface Signed {
  readonly cookie: string;
  readonly csrf: string;
  readonly name: string;
  readonly role: string;
  readonly expiresAt: string;
}

const call = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(`${server.url}${path}`, init);
const post = (key: unknown, headers: Record<string, string> = {}) =>
  call('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ key }),
  });
async function signIn(key: string): Promise<Signed> {
  const answer = await post(key);
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { cookie, ...((await answer.json()) as Omit<Signed, 'cookie'>) };
}
const session = (cookie: string) => call('/session', { headers: { cookie } });
const graphql = ({ cookie, csrf }: Partial<Signed>, query: string, headers: Record<string, string> = {}) =>
  call('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(cookie ? { cookie } : {}),
      ...(csrf ? { 'x-scoreline-csrf': csrf } : {}),
      ...headers,
    },
    body: JSON.stringify({ query }),
  });
const VIEWER = '{ viewer { name role } }';
const create = async (name: string, role = 'analyst', more: object = {}) => {
  const { data } = await server.graphql<{ createApiKey: { id: string; key: string } }>(
    'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { id key } }',
    { input: { name, role, ...more } },
  );
  return data.createApiKey;
};

describe('signing in', () => {
  it('sets a cookie that pages and other sites cannot use, and answers who it is', async () => {
    const { key } = await create('a browser');
    const answer = await post(key);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^scoreline_session=ss_[\w-]{43}; Path=\/; Max-Age=4\d{4}; HttpOnly; SameSite=Strict$/,
    );
    const text = await answer.text();
    expect(text).not.toContain('ss_');
    expect(text).not.toContain(key);
    expect(JSON.parse(text)).toMatchObject({ name: 'a browser', role: 'analyst' });
    const secure = await post(key, { 'x-forwarded-proto': 'https' });
    expect(secure.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it('answers queries, also after a reload and a restart, as the key does', async () => {
    const signed = await signIn((await create('reader')).key);
    const answer = await graphql(signed, VIEWER);
    expect(await answer.json()).toMatchObject({ data: { viewer: { name: 'reader', role: 'analyst' } } });
    const again = await session(signed.cookie);
    expect(await again.json()).toEqual({
      caller: expect.stringMatching(/^ApiKey:/),
      name: 'reader',
      role: 'analyst',
      csrf: signed.csrf,
      expiresAt: signed.expiresAt,
    });
    await server.stop();
    await server.start();
    expect((await graphql(signed, VIEWER)).status).toBe(200);
  });

  it('is refused without a known key, from other origins, and with what is no key', async () => {
    expect((await post('sl_unknown')).status).toBe(401);
    expect((await post('')).status).toBe(400);
    expect((await post({ a: 1 })).status).toBe(400);
    expect((await post(ADMIN_KEY, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(ADMIN_KEY, { origin: 'https://elsewhere.example' })).status).toBe(403);
    // A session does not prolong itself.
    const { cookie } = await signIn(ADMIN_KEY);
    expect((await post(cookie.split('=')[1])).status).toBe(401);
  });

  it('ends with the key that expires', async () => {
    const expiresAt = new Date(Date.now() + 3_000);
    const { key } = await create('short', 'analyst', { expiresAt: expiresAt.toISOString() });
    const signed = await signIn(key);
    expect(signed.expiresAt).toBe(expiresAt.toISOString());
    await until(async () => (await session(signed.cookie)).status === 401, 'it expires');
  });
});

describe('requests of a session', () => {
  it('need the CSRF token where they may change something, and are refused to other origins', async () => {
    const signed = await signIn((await create('careful')).key);
    for (const csrf of [undefined, '', 'wrong', `${signed.csrf}x`]) {
      const answer = await graphql({ cookie: signed.cookie, csrf: csrf ?? '' }, VIEWER);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('GET /session returns');
    }
    for (const headers of [{ 'sec-fetch-site': 'same-site' }, { origin: 'http://127.0.0.1:1' }])
      expect((await graphql(signed, VIEWER, headers as Record<string, string>)).status).toBe(403);
    const get = (headers: Record<string, string>) =>
      call(`/graphql?query=${encodeURIComponent(VIEWER)}`, {
        headers: { cookie: signed.cookie, ...headers },
      });
    expect((await get({})).status).toBe(200);
    expect((await get({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const upload = await call('/ingest/responses', {
      method: 'POST',
      headers: { cookie: signed.cookie },
      body: '{}',
    });
    expect(upload.status).toBe(403);
  });

  it('take the token from the cookie only', async () => {
    const { cookie } = await signIn(ADMIN_KEY);
    const token = cookie.split('=')[1] ?? '';
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { 'x-api-key': token },
      { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
    ] as Record<string, string>[])
      expect((await graphql({}, VIEWER, headers)).status).toBe(401);
  });

  it('obey what the key may: it reads no keys', async () => {
    const signed = await signIn((await create('narrow', 'feed')).key);
    expect(await (await graphql(signed, '{ apiKeys { name } }')).text()).toContain('FORBIDDEN');
  });
});

/** Opens a live query and returns what it has received so far. */
async function live(signed: Signed): Promise<{ text: () => string; ended: () => boolean }> {
  const answer = await graphql(signed, 'subscription { npsUpdates(window: "PT2H") { row { responses } } }', {
    accept: 'text/event-stream',
  });
  let text = '';
  let ended = false;
  void (async () => {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString();
    ended = true;
  })().catch(() => {
    ended = true;
  });
  return { text: () => text, ended: () => ended };
}

describe('the end of a session', () => {
  it.each(['the sign-out', 'the sign-out everywhere', 'the revocation of its key'])(
    'comes with %s, and ends what is open',
    async (what) => {
      const { id, key } = await create(what);
      const signed = await signIn(key);
      const other = await signIn(key);
      const stream = await live(signed);
      await until(() => stream.text().includes('responses'), 'the present row comes');
      const remove = (path: string, csrf: string) =>
        call(path, { method: 'DELETE', headers: { cookie: signed.cookie, 'x-scoreline-csrf': csrf } });
      expect((await remove('/session', '')).status).toBe(403);
      if (what === 'the revocation of its key')
        await server.graphql('mutation ($id: ID!) { revokeApiKey(id: $id) }', { id });
      else {
        const answer = await remove(
          what === 'the sign-out' ? '/session' : '/session?everywhere=true',
          signed.csrf,
        );
        expect(answer.status).toBe(204);
        expect(answer.headers.get('set-cookie')).toContain('scoreline_session=; Path=/; Max-Age=0');
      }
      await until(stream.ended, 'the stream ends');
      expect(stream.text()).toContain('UNAUTHENTICATED');
      expect((await session(signed.cookie)).status).toBe(401);
      expect((await session(other.cookie)).status).toBe(what === 'the sign-out' ? 200 : 401);
    },
  );

  it('comes to the oldest when a key has twenty', async () => {
    const { key } = await create('many windows');
    const all: Signed[] = [];
    for (let i = 0; i < 21; i++) {
      all.push(await signIn(key));
      await wait(2);
    }
    expect((await session(all[0]?.cookie ?? '')).status).toBe(401);
    expect((await session(all[1]?.cookie ?? '')).status).toBe(200);
  });
});

describe('an administrator', () => {
  it('lists the sessions of a key and ends them, with a reason', async () => {
    const { id, key } = await create('watched');
    const signed = [await signIn(key), await signIn(key)];
    const list = async () => {
      const { data } = await server.graphql<{
        browserSessions: { edges: { node: Record<string, string> }[] };
      }>(
        'query ($actor: String) { browserSessions(actor: $actor) { edges { node { id actor name role createdAt lastSeenAt expiresAt } } } }',
        { actor: id },
      );
      return data.browserSessions.edges.map(({ node }) => node);
    };
    const found = await list();
    expect(found).toMatchObject([
      { actor: id, name: 'watched', role: 'analyst', expiresAt: signed[1]?.expiresAt },
      { actor: id, name: 'watched', role: 'analyst', expiresAt: signed[0]?.expiresAt },
    ]);
    await session(signed[0]?.cookie ?? '');
    await until(async () => (await list())[1]?.lastSeenAt !== null, 'its use is written');
    const end = (variables: object) =>
      server.graphql(
        'mutation ($id: ID, $actor: String, $reason: String!) { endBrowserSessions(id: $id, actor: $actor, reason: $reason) }',
        { reason: 'a lost laptop', ...variables },
      );
    expect(await end({ id: found[0]?.id })).toMatchObject({ data: { endBrowserSessions: 1 } });
    expect((await session(signed[1]?.cookie ?? '')).status).toBe(401);
    expect(await end({ actor: id })).toMatchObject({ data: { endBrowserSessions: 1 } });
    expect((await session(signed[0]?.cookie ?? '')).status).toBe(401);
    expect(await list()).toEqual([]);
    expect((await end({ actor: id, reason: ' ' })).errors?.[0]?.message).toMatch(/^reason:/);
    expect((await end({})).errors?.[0]?.message).toBe('actor, id: name one of them');
    const analyst = await signIn(key);
    for (const query of [
      '{ browserSessions { edges { node { id } } } }',
      '{ roles { name } }',
      '{ permissions(role: "dpo") { group } }',
    ])
      expect(await (await graphql(analyst, query)).text()).toContain('FORBIDDEN');
  });

  it('reads what roles and narrowed keys see, and whether the audit log is whole', async () => {
    await server.post('/ingest/responses', [
      { externalId: 'g', answeredAt: new Date().toISOString(), score: 9, region: 'Germany' },
      { externalId: 'p', answeredAt: new Date().toISOString(), score: 3, region: 'Peru' },
    ]);
    type Permissions = { group: string; reach: string; segments: string[]; more: number }[];
    const { data } = await server.graphql<{
      roles: { name: string; permissions: Permissions }[];
      permissions: Permissions;
      auditChain: { sound: boolean; problem: string | null; rows: number; hash: string };
      auditLog: { edges: { node: { seq: number } }[] };
    }>(
      `{ roles { name permissions { group reach } }
        permissions(role: "segment-owner", attributes: { region: ["Germany"] }) { group reach segments more }
        auditChain { sound problem rows signedRows hash checkedAt } auditLog(first: 1) { edges { node { seq } } } }`,
    );
    const of = (permissions: Permissions | undefined, group: string) =>
      permissions?.find((one) => one.group === group);
    const role = (name: string) => data.roles.find((one) => one.name === name)?.permissions;
    expect(of(role('admin'), 'administer')?.reach).toBe('ALL');
    expect(of(role('auditor'), 'readComment')?.reach).toBe('NONE');
    expect(of(role('auditor'), 'readAudit')?.reach).toBe('ALL');
    expect(of(data.permissions, 'readComment')).toEqual({
      group: 'readComment',
      reach: 'SOME',
      segments: ['region: Germany'],
      more: 0,
    });
    expect(of(data.permissions, 'administer')?.reach).toBe('NONE');
    expect(data.auditChain).toMatchObject({ sound: true, problem: null });
    expect(data.auditChain.rows).toBeGreaterThan(3);
    const wrong = await server.graphql('{ permissions(role: "kind") { group } }');
    expect(wrong.errors?.[0]?.message).toMatch(/^role: "kind" is not a role here; there are admin, /);
  });
});

it('keeps the token out of the log, and has sign-ins in the audit log', async () => {
  const signed = await signIn((await create('logged')).key);
  await graphql(signed, '{');
  await session(signed.cookie);
  const token = signed.cookie.split('=')[1] ?? '';
  expect(server.output()).not.toContain(token);
  const exported = await call('/audit/export', { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  const text = await exported.text();
  expect(text).toMatch(
    /"action":"signIn"[^\n]*"actorName":"logged"|"actorName":"logged"[^\n]*"action":"signIn"/,
  );
  expect(text).not.toContain(token);
});

it('counts failures by the address that a trusted proxy names, and believes no other sender', async () => {
  const fails = async (times: number, from: string) => {
    let status = 0;
    for (let i = 0; i < times; i++) ({ status } = await post('sl_guess', { 'x-forwarded-for': from }));
    return status;
  };
  expect(await fails(11, '198.51.100.7')).toBe(429);
  expect(await fails(1, '198.51.100.8')).toBe(401);
  // What the sender wrote stands in front of what the proxy added.
  expect(await fails(1, '198.51.100.9, 198.51.100.7')).toBe(429);
});

/* Last: it uses up the failures of this address. */
it('refuses to try out keys, with the time to wait, and lets a valid one in', async () => {
  const tried: Response[] = [];
  for (let i = 0; i < 14; i++) tried.push(await post(`sl_guess${i}`));
  const answer = tried.at(-1) as Response;
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await post(ADMIN_KEY)).status).toBe(200);
  expect((await post('sl_guess')).status).toBe(429);
});
