import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeToken, makeVisit } from '../../ingestion/surveys/token.ts';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Surveys by mail on a real server: links are made, opened by scanners and people, answered, corrected and refused. */

const GERMANY = { region: ['Germany'] };
const server = useServer({
  keys: { analyst: 'analyst', german: { role: 'admin', attributes: GERMANY } },
});

interface Link {
  readonly externalId: string;
  readonly path: string;
  readonly expiresAt: string;
}
const CREATE =
  'mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { id } secret } }';
const MAKE = `mutation ($id: ID!, $input: [SurveyInviteeInput!]!) {
  makeSurveyLinks(connection: $id, input: $input) { externalId path expiresAt } }`;

const create = async (input: object = {}) => {
  const { data, errors } = await server.graphql<{
    createConnection: { connection: { id: string }; secret: string };
  }>(CREATE, { input: { connector: 'email-link', name: 'Mail', mapping: {}, ...input } });
  expect(errors).toBeUndefined();
  return data.createConnection;
};
const asking = async (key: string, id: string, input: readonly object[]) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: MAKE, variables: { id, input } }),
  });
  return (await response.json()) as {
    data: { makeSurveyLinks: Link[] } | null;
    errors?: { message: string }[];
  };
};
const linksOf = async (id: string, input: readonly object[]): Promise<Link[]> => {
  const { data, errors } = await asking(ADMIN_KEY, id, input);
  expect(errors).toBeUndefined();
  return data?.makeSurveyLinks ?? [];
};
const linkOf = async (id: string, invitee: object) => (await linksOf(id, [invitee]))[0] as Link;

const open = (path: string, options: RequestInit = {}) => fetch(`${server.url}${path}`, options);
const at = (days: number) => new Date(Math.floor(Date.now() / 60_000 + days * 1_440) * 60_000).toISOString();
const visitIn = (page: string) => /name="visit" value="([^"]+)"/.exec(page)?.[1] ?? '';
const visitOf = async (path: string) => visitIn(await (await open(path)).text());
const send = (
  path: string,
  form: Record<string, string> | string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) =>
  open(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body:
      typeof form === 'string' || form instanceof Uint8Array ? form : new URLSearchParams(form).toString(),
  });

interface Stored {
  readonly externalId: string;
  readonly score: number;
  readonly comment: string | null;
  readonly source: string;
  readonly survey: string;
  readonly region: string;
  readonly respondent: string;
}
const stored = async (source: string): Promise<Stored[]> => {
  const { data, errors } = await server.graphql<{ responses: { edges: { node: Stored }[] } }>(
    `query ($sources: [String!]) { responses(first: 100, sources: $sources) { edges { node {
      externalId score comment source survey region respondent } } } }`,
    { sources: [source] },
  );
  expect(errors).toBeUndefined();
  return data.responses.edges.map(({ node }) => node);
};
const counts = async (id: string) => {
  const { data } = await server.graphql<{ connections: { id: string; [name: string]: unknown }[] }>(
    '{ connections { id deliveries accepted duplicates rejected lastError lastRefusal } }',
  );
  return data.connections.find((one) => one.id === id);
};

let id = '';
let link: Link;
beforeAll(async () => {
  ({ id } = (
    await create({ mapping: { source: 'mail', survey: { name: 'Mail', version: '2' } } })
  ).connection);
  link = await linkOf(id, { externalId: 'i-1', respondent: 'jane@example.com', region: 'Germany' });
});

it('is flagged by signs of a program', async () => {
  const own = await create({ mapping: { source: 'signs' } });
  const person = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0' };
  const shown = (externalId: string, seconds: number) =>
    makeVisit(own.secret, externalId, Date.now() - seconds * 1_000, randomBytes(12));
  const page = await (await open((await linkOf(own.connection.id, { externalId: 'page' })).path)).text();
  expect(page).toMatch(/aria-hidden="true"><label>[^<]+<input name="more" tabindex="-1"/);
  const sent = [
    ['slow', 20, {}, person, []],
    ['at once', 0, {}, person, ['too-fast']],
    ['filled', 20, { more: 'https://spam.example' }, person, ['hidden-field']],
    ['scanner', 20, {}, { 'user-agent': 'Mozilla/5.0 (compatible; MailScanner/3.0)' }, ['bot-client']],
  ] as const;
  for (const [externalId, seconds, form, headers] of sent) {
    const { path } = await linkOf(own.connection.id, { externalId });
    const answer = { score: '9', comment: externalId, visit: shown(externalId, seconds), ...form };
    expect((await send(path, answer, headers)).status).toBe(200);
  }
  const { data } = await server.graphql<{
    responses: { edges: { node: { externalId: string; counting: { flags: string[] } } }[] };
  }>('{ responses(sources: ["signs"]) { edges { node { externalId counting { flags } } } } }');
  const found = data.responses.edges.map(({ node }) => [node.externalId, node.counting.flags]);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(sent.map(([externalId, , , , flags]) => [externalId, flags])),
  );
});

describe('a link', () => {
  it('stores nothing when it is opened, by GET, HEAD or ahead of time', async () => {
    expect(link.path).not.toMatch(/jane|Germany|i-1/);
    const page = await open(`${link.path}?score=9`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('value="9" required checked');
    for (const options of [
      { method: 'HEAD' },
      { headers: { 'sec-purpose': 'prefetch;prerender', purpose: 'prefetch', 'x-moz': 'prefetch' } },
    ]) {
      const answer = await open(`${link.path}?score=9`, options);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect((await open(`${link.path}?score=9`, { method })).status).toBeGreaterThanOrEqual(400);
    expect(await stored('mail')).toEqual([]);
    expect(await counts(id)).toMatchObject({ deliveries: 0 });
  });

  it('leads to a page that needs no script, loads nothing and sends its address nowhere', async () => {
    const { headers } = await open(link.path);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('vary')).toContain('Accept-Language');
  });

  it.each([
    ['', null],
    ['?score=', null],
    ['?score=11', null],
    ['?score=-1', null],
    ['?score=9.5', null],
    ['?score=%22%3E%3Cscript%3E', null],
    ['?score=9&score=3', null],
    ['?score=0', '0'],
    ['?score=10', '10'],
  ])('chooses the number of %j: %s', async (query, score) => {
    const page = await (await open(`${link.path}${query}`)).text();
    expect(/value="(\d+)" required checked/.exec(page)?.[1] ?? null).toBe(score);
    expect(page).not.toContain('<script');
  });

  it('stores one answer, which a second one corrects and the same one repeats', async () => {
    const visit = await visitOf(`${link.path}?score=9`);
    const first = await send(link.path, { score: '9', comment: 'quick', visit });
    expect(first.status).toBe(200);
    expect(await first.text()).toContain('Thank you for your answer.');
    expect(await stored('mail')).toMatchObject([
      { externalId: 'i-1', score: 9, comment: 'quick', survey: 'Mail', region: 'Germany' },
    ]);
    // A button that is pressed twice, and twice at once.
    const again = { score: '9', comment: 'quick', visit };
    for (const { status } of [
      await send(link.path, again),
      ...(await Promise.all([send(link.path, again), send(link.path, again)])),
    ])
      expect(status).toBe(200);
    expect(await counts(id)).toMatchObject({ accepted: 1, duplicates: 3, rejected: 0 });
    // From the same page with the back button, there and back again: what was sent last stands.
    for (const [score, comment] of [
      ['3', 'slow'],
      ['9', 'quick'],
      ['4', ''],
    ] as const) {
      expect((await send(link.path, { score, comment, visit })).status).toBe(200);
      expect(await stored('mail')).toMatchObject([{ score: Number(score), comment: comment || null }]);
    }
    // Later, from the mail again.
    const later = await visitOf(link.path);
    expect((await send(link.path, { score: '10', comment: '', visit: later })).status).toBe(200);
    expect(await stored('mail')).toMatchObject([{ score: 10, comment: null }]);
  });

  it('is changed from what was just sent: the comment stays, and nothing stored is shown', async () => {
    const own = await create({ mapping: { source: 'changed' } });
    const { path } = await linkOf(own.connection.id, { externalId: 'c', respondent: 'cy@example.com' });
    const comment = 'slow,\n"but" <b>kind</b>';
    const sent = await send(path, { score: '2', comment, visit: await visitOf(path) });
    const thanks = await sent.text();
    expect(thanks).toContain('value="slow,\n&quot;but&quot; &lt;b&gt;kind&lt;/b&gt;"');
    const fields = [...thanks.matchAll(/name="(\w+)" value="(\w*)/g)].map(([, name, value]) => [name, value]);
    const { score = '', change = '' } = Object.fromEntries(fields) as Record<string, string>;
    const again = await send(path, { score, comment, change });
    const page = await again.text();
    expect([again.status, await stored('changed')]).toMatchObject([200, [{ score: 2, comment }]]);
    expect(page).toContain('value="2" required checked');
    expect(page).toContain('>\nslow,\n&quot;but&quot; &lt;b&gt;kind&lt;/b&gt;</textarea>');
    expect((await send(path, { score: '4', comment, visit: visitIn(page) })).status).toBe(200);
    expect(await stored('changed')).toMatchObject([{ score: 4, comment }]);
    // The link itself shows nothing of it, and a form that asks for a change stores nothing.
    expect(await (await open(path)).text()).not.toContain('slow');
    await send(path, { score: '0', comment: 'x', change, visit: visitIn(page) });
    expect(await stored('changed')).toMatchObject([{ score: 4, comment }]);
  });

  it('is one respondent with answers from elsewhere, and no identifier is stored', async () => {
    await server.post('/ingest/responses', [
      {
        externalId: 'x',
        source: 'other',
        answeredAt: new Date().toISOString(),
        score: 8,
        respondent: 'jane@example.com',
      },
    ]);
    const [mail] = await stored('mail');
    const [other] = await stored('other');
    expect(mail?.respondent).toBe(other?.respondent);
    expect(mail?.respondent).not.toContain('jane');
  });

  it('shows the page in the language of the browser, and the texts of the connection', async () => {
    const texts = { de: { question: 'Wie war <b>es</b>?' }, ar: { question: 'هل توصي بنا؟' } };
    const own = await create({ mapping: { source: 'languages', texts } });
    const { path } = await linkOf(own.connection.id, { respondent: 'a' });
    const page = async (language: string) =>
      (await open(path, { headers: { 'accept-language': language } })).text();
    expect(await page('de-CH, en;q=0.5')).toContain('Wie war &lt;b&gt;es&lt;/b&gt;?');
    expect(await page('de')).toContain('Antwort senden');
    expect(await page('ar')).toContain('<html lang="ar" dir="rtl">');
    expect(await page('ja')).toContain('<html lang="ja" dir="ltr">');
  });
});

describe('what is refused, and stores nothing', () => {
  it('a form that was not shown by this link, or has no number', async () => {
    const other = await linkOf(id, { externalId: 'i-2', respondent: 'joe@example.com' });
    const foreign = await visitOf(link.path);
    for (const form of [
      { score: '9' },
      { score: '9', visit: foreign },
      { score: '9', visit: 'x' },
      { comment: 'no number', visit: await visitOf(other.path) },
      { score: '11', visit: await visitOf(other.path) },
      '',
      '%',
      'score=9&score=3&visit',
      '\0'.repeat(1_000),
      '&'.repeat(200_000),
      'score=9&'.repeat(30_000),
      `score=${'9'.repeat(200_000)}`,
    ]) {
      const answer = await send(other.path, form);
      expect([form, answer.status]).toEqual([form, 400]);
      expect(await answer.text()).toContain('<form method="post">');
    }
    const kept = await send(other.path, { comment: '</textarea><script>alert(1)</script>', visit: foreign });
    const page = await kept.text();
    expect(page).toContain('Please choose a number from 0 to 10.');
    expect(page).toContain('&lt;/textarea&gt;&lt;script&gt;');
    expect((await stored('mail')).map(({ externalId }) => externalId)).toEqual(['i-1']);
  });

  it('a form that says two things, or is no text: it is shown again', async () => {
    const { path } = await linkOf(id, { externalId: 'i-4', respondent: 'jim@example.com' });
    const visit = encodeURIComponent(await visitOf(path));
    for (const form of [
      `score=9&score=3&visit=${visit}`,
      `score=9&visit=${visit}&visit=${visit}`,
      `score=9&comment=good&comment=bad&visit=${visit}`,
      `score=9&visit=${visit}&comment=%ff`,
      `score=9&visit=${visit}&comment=%ED%A0%80`,
      `score=9&visit=${visit}&comment=%`,
      Buffer.from(`score=9&visit=${visit}&comment=\xff`, 'latin1'),
      Buffer.from(`score=9&visit=${visit}`, 'utf16le'),
      `score=9&visit=${visit}${Array.from({ length: 30 }, (_, i) => `&x${i}=`).join('')}`,
      `score=\u0669&visit=${visit}`,
      `score=9.0&visit=${visit}`,
      `score=1e1&visit=${visit}`,
      `score[]=9&__proto__=9&visit=${visit}`,
      `score=9&visit=${visit.repeat(500)}`,
    ]) {
      const answer = await send(path, form);
      expect([String(form), answer.status]).toEqual([String(form), 400]);
      expect(await answer.text()).toContain('<form method="post">');
    }
    const of = async () => (await stored('mail')).find(({ externalId }) => externalId === 'i-4');
    expect(await of()).toBeUndefined();
    const odd = '\u0000 \u202egnp.exe ((((a+)+)+)+$ <b> {{7*7}} \u2028 \ufffe 😀';
    const sent = await send(path, `score=9&__proto__=1&comment=${encodeURIComponent(odd)}&visit=${visit}`);
    expect(sent.status).toBe(200);
    expect(await of()).toMatchObject({ score: 9, comment: odd.replace('\0', ' ') });
  });

  it('a link that was changed, cut, made elsewhere or never made: one page for all of them', async () => {
    const gone = await create({ mapping: { source: 'gone' } });
    const removed = await linkOf(gone.connection.id, { respondent: 'a' });
    await server.graphql('mutation ($id: ID!) { removeConnection(id: $id) }', { id: gone.connection.id });
    const vendor = await create({ connector: 'canonical', mapping: {} });
    const bytes = Buffer.from(vendor.connection.id.replace('Connection:', '').replaceAll('-', ''), 'hex');
    const pages = new Set<string>();
    for (const path of [
      `${link.path.slice(0, -1)}${link.path.endsWith('A') ? 'B' : 'A'}`,
      link.path.slice(0, -20),
      removed.path,
      `/s/${Buffer.concat([bytes, Buffer.alloc(80)]).toString('base64url')}`,
      '/s/x',
      `/s/${'A'.repeat(300)}`,
      `/s/${'A'.repeat(10_000)}`,
      `/s/${encodeURIComponent('<script>alert(1)</script>')}`,
    ])
      for (const method of ['GET', 'POST']) {
        const answer = await open(path, { method, ...(method === 'POST' ? { body: 'score=9' } : {}) });
        expect([path.slice(0, 40), answer.status]).toEqual([path.slice(0, 40), 404]);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        pages.add(await answer.text());
      }
    expect([...pages]).toHaveLength(1);
    expect([...pages][0]).toContain('open the link in the mail again');
    expect(await counts(id)).toMatchObject({ lastRefusal: 'WRONG_SIGNATURE' });
  });

  it.each<[string, () => RequestInit, number]>([
    ['a body that is too large', () => ({ body: `comment=${'x'.repeat(300_000)}` }), 413],
    ['a compressed body', () => ({ body: 'x', headers: { 'content-encoding': 'gzip' } }), 415],
  ])('%s', async (_, options, status) => {
    const answer = await open(link.path, { method: 'POST', ...options() });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  it('more requests of one link than people make; others are not affected', async () => {
    const { path } = await linkOf(id, { externalId: 'i-3', respondent: 'busy' });
    const answers = await Promise.all(Array.from({ length: 70 }, () => open(path)));
    // On a slow machine a request more may be allowed again by the time of the last ones.
    const limited = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(70 - limited.length);
    expect(limited.length).toBeGreaterThan(0);
    for (const { headers } of limited) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await open((await linkOf(id, { respondent: 'calm' })).path)).status).toBe(200);
  });

  it('answers outside of the segment of the connection: no link is made for them', async () => {
    const german = await create({ mapping: { source: 'german' }, segment: GERMANY });
    const { errors } = await asking(ADMIN_KEY, german.connection.id, [
      { respondent: 'a', region: 'Germany' },
      { respondent: 'b', region: 'Peru' },
    ]);
    expect(errors?.[0]?.message).toMatch(/^input\[1\]: .*segment/);
  });

  it('a link that has expired, which says so, and one under the secret of another connection', async () => {
    const [own, other] = [
      await create({ mapping: { source: 'old' } }),
      await create({ mapping: { source: 'another' } }),
    ];
    const connection = own.connection.id.replace('Connection:', '');
    const invitee = { externalId: 'o', respondent: null, account: null, dimensions: {} };
    const tokenOf = (secret: string, expiresAt: number) =>
      makeToken(connection, secret, { ...invitee, expiresAt }, randomBytes(12));
    const expired = `/s/${tokenOf(own.secret, Date.now() - 1_000)}`;
    const visit = makeVisit(own.secret, 'o', Date.now(), randomBytes(12));
    for (const answer of [await open(expired), await send(expired, { score: '9', visit })]) {
      expect(answer.status).toBe(410);
      expect(await answer.text()).toContain('This survey has ended');
    }
    const foreign = `/s/${tokenOf(other.secret, Date.now() + 60_000)}`;
    expect((await send(foreign, { score: '9', visit })).status).toBe(404);
    expect((await open(`/s/${tokenOf(own.secret, Date.now() + 60_000)}`)).status).toBe(200);
    expect(await stored('old')).toEqual([]);
  });

  it('what comes after a rotation without overlap', async () => {
    const own = await create({ mapping: { source: 'rotated' } });
    const { path } = await linkOf(own.connection.id, { respondent: 'a' });
    const rotate = (hours: number) =>
      server.graphql(
        `mutation { rotateConnection(id: "${own.connection.id}", acceptFormerHours: ${hours}) { secret } }`,
      );
    await rotate(1);
    expect((await open(path)).status).toBe(200);
    await rotate(0);
    expect((await open(path)).status).toBe(404);
  });
});

describe('the makers of links', () => {
  it('administer the connection; others are refused or find none', async () => {
    const { errors } = await asking(server.keys['analyst'] as string, id, [{ respondent: 'a' }]);
    expect(errors?.[0]?.message).toContain('may not make links');
    const german = await asking(server.keys['german'] as string, id, [{ respondent: 'a' }]);
    expect(german.errors?.[0]?.message).toContain('there is no connection of that id');
    const vendor = await create({ connector: 'canonical', mapping: {} });
    const wrong = await asking(ADMIN_KEY, vendor.connection.id, [{ respondent: 'a' }]);
    expect(wrong.errors?.[0]?.message).toContain('email-link');
  });

  it('learn which person is invalid, and none has a link then', async () => {
    const { errors } = await asking(ADMIN_KEY, id, [{ respondent: 'a' }, { respondent: 'x'.repeat(600) }]);
    expect(errors?.[0]?.message).toMatch(/^input\[1\]\.respondent|respondent/);
  });

  it('record invitations where the connection says so, once for each id', async () => {
    const own = await create({ mapping: { source: 'asked', invitations: true } });
    const people = [
      { externalId: 'p1', respondent: 'a', region: 'Germany' },
      { externalId: 'p2', respondent: 'b', region: 'Germany' },
      { externalId: 'p3', respondent: 'c', region: 'Japan' },
    ];
    await linksOf(own.connection.id, people);
    await linksOf(own.connection.id, people);
    const { data, errors } = await server.graphql<{ responseRates: { invited: number }[] }>(
      `{ responseRates(from: "${at(-1)}", to: "${at(1)}") { invited } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.responseRates[0]?.invited).toBe(3);
  });

  it('are in the audit log, without persons', async () => {
    const { data } = await server.graphql<{ auditLog: { edges: { node: { subject: unknown } }[] } }>(
      '{ auditLog(action: "makeSurveyLinks") { edges { node { subject } } } }',
    );
    const text = JSON.stringify(data.auditLog);
    expect(text).toContain('links');
    expect(text).not.toContain('jane');
  });

  it('get none for two people with one id, of whose answers one would be lost', async () => {
    const { errors } = await server.graphql(
      'mutation ($id: ID!, $input: [SurveyInviteeInput!]!) { makeSurveyLinks(connection: $id, input: $input) { path } }',
      { id, input: ['ann', 'bob'].map((respondent) => ({ externalId: 'same', respondent })) },
    );
    expect(errors?.[0]?.message).toContain('input[1].externalId: is that of input[0]');
    // Who is there twice is still one person.
    const twice = { externalId: 'twice', respondent: 'ann' };
    expect(await linksOf(id, [twice, twice])).toHaveLength(2);
  });

  it('write them for a mail tool by the command', async () => {
    const folder = server.instance.dataDir;
    const from = join(folder, 'people.csv');
    const to = join(folder, 'links.csv');
    writeFileSync(
      from,
      'id,mail,name,region\nc1,ann@example.com,"Ann, Dr.",Germany\nc2,bob@example.com,Bob,\n',
    );
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['cli/scoreline.mjs', 'survey', 'links', '--url', server.url, ...args], {
        encoding: 'utf8',
        env: {
          ...process.env,
          SCORELINE_ADMIN_KEY: ADMIN_KEY,
          SCORELINE_PUBLIC_URL: 'https://nps.example.org',
        },
      });
    const done = run('--connection', id, '--from', from, '--to', to, '--respondent', 'mail');
    expect([done.status, done.stderr]).toEqual([0, expect.stringContaining('2 links')]);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const [heading, first, second] = readFileSync(to, 'utf8').split('\r\n');
    expect(heading).toBe('id,mail,name,region,survey_id,survey_link,survey_expires');
    expect(first).toMatch(
      /^c1,ann@example.com,"Ann, Dr.",Germany,c1,https:\/\/nps\.example\.org\/s\/[\w-]+,20/,
    );
    const path = /https:\/\/nps\.example\.org(\/s\/[\w-]+)/.exec(second ?? '')?.[1] ?? '';
    expect((await send(path, { score: '7', comment: '', visit: await visitOf(path) })).status).toBe(200);
    expect(await stored('mail')).toContainEqual(expect.objectContaining({ externalId: 'c2', score: 7 }));
    const wrong = run('--connection', id, '--from', from);
    expect(wrong.status).not.toBe(0);
    expect(wrong.stderr).toContain('has no column respondent; it has id, mail, name, region');
    // Nothing of these is guessed: answers of people would be lost, or be filed nowhere.
    const refused: [string, string][] = [
      [readFileSync(to, 'utf8'), 'has a column survey_id already'],
      ['id,mail,region,region\nc1,ann@example.com,Germany,Japan\n', 'has several columns region'],
      [
        'id,mail\nc1,ann@example.com\n,eve@example.com\n c1 ,bob@example.com\n',
        'line 4 has the id of line 2',
      ],
    ];
    for (const [text, problem] of refused) {
      writeFileSync(from, text);
      const { status, stderr } = run('--connection', id, '--from', from, '--respondent', 'mail');
      expect([status, stderr]).toEqual([2, expect.stringContaining(problem)]);
    }
  });
});

it('an answer that was sent into a kill is stored once when it is sent again', async () => {
  const own = await create({ mapping: { source: 'killed' } });
  const { path } = await linkOf(own.connection.id, { externalId: 'k', respondent: 'a' });
  const form = { score: '2', comment: 'gone', visit: await visitOf(path) };
  const lost = send(path, form).catch(() => null);
  server.process.kill('SIGKILL');
  await lost;
  await server.finished;
  await server.start();
  for (const _ of [1, 2]) expect((await send(path, form)).status).toBe(200);
  expect(await stored('killed')).toMatchObject([{ externalId: 'k', score: 2, comment: 'gone' }]);
});

it('no link, person or secret is in the log', async () => {
  await until(() => server.output().includes('"/s/*"'), 'requests are logged');
  const output = server.output();
  expect(output).not.toContain(link.path.slice(3, 40));
  for (const text of ['jane@example.com', 'esk_']) expect(output).not.toContain(text);
});
