import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npsInterval } from '../../domain/nps/interval.ts';
import { npsScore } from '../../domain/nps/nps.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { askForPasswords, type BiClient, connect, type Granted, grant } from '../fixtures/bi-login.ts';
import { registerTiny } from '../fixtures/model-pair.ts';
import { runProgram, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { installed } from './install.ts';

/* The SQL door for BI tools: a login for a key, what it sees, what it cannot do, and real clients. */

const HOUR_MS = 3_600_000;
const NOW = Date.now();
const REGIONS = ['Germany', 'Japan', 'Peru'];
/** Read by the champion, by its companion, and by neither. */
const COMMENTS = [
  'The staff were friendly but we waited for # hours at the desk.',
  'Das Personal war freundlich, aber wir haben # Stunden am Schalter gewartet.',
  'Das Programm stürzt jeden Tag # Mal ab.',
  'Zzz qqq #',
];
const random = randomFrom(5);
const ITEMS = Array.from({ length: 240 }, (_, i) => ({
  externalId: `b${i}`,
  answeredAt: new Date(NOW - 60_000 - Math.floor(random() * 20 * 24) * HOUR_MS).toISOString(),
  score: Math.floor(random() * 11),
  region: REGIONS[i % 3],
  productLine: i % 2 === 0 ? 'Rail' : 'Air',
  source: i % 5 === 0 ? 'web' : 'app',
  respondent: `person-${i}@example.org`,
  ...(i % 4 === 0 ? { comment: COMMENTS[(i / 4) % COMMENTS.length]?.replace('#', String(i)) } : {}),
}));

const GERMANY = { region: ['Germany'] };
const server = useServer({
  follow: true,
  ownPolicies: true,
  keys: {
    whole: 'analyst',
    germany: { role: 'analyst', attributes: GERMANY },
    dpo: 'dpo',
    auditor: { role: 'auditor', attributes: { region: ['Germany', 'Japan'] } },
    feed: 'feed',
    steward: 'model-steward',
    brief: 'analyst',
    attacker: { role: 'analyst', attributes: GERMANY },
    keeper: 'analyst',
    watched: 'analyst',
  },
});
const logins: Record<string, Granted> = {};
const open: Record<string, BiClient> = {};
let owner: pg.Client;
const env = () => server.instance.env;

beforeAll(async () => {
  await askForPasswords();
  await pairChampion();
  const stored = await (await server.post('/ingest/responses', ITEMS)).json();
  expect(stored).toMatchObject({ accepted: ITEMS.length });
  await until(async () => {
    const query = '{ responses(first: 500) { edges { node { comment prediction { uncertainty } } } } }';
    const { data } = await server.graphql<{
      responses: { edges: { node: { comment: string | null; prediction: object | null } }[] };
    }>(query);
    return data.responses.edges.every(({ node }) => node.comment === null || node.prediction !== null);
  }, 'every comment is scored');
  owner = new pg.Client({ connectionString: env().DATABASE_URL });
  await owner.connect();
  for (const name of ['whole', 'germany', 'dpo', 'auditor', 'brief', 'attacker']) {
    logins[name] = await grant(name, env());
    open[name] = await connect(logins[name].url);
  }
});
afterAll(async () => {
  for (const client of Object.values(open)) await client.close();
  await owner?.end();
});

/** Two model versions read: what the views show of a response is of the one that read it. */
async function pairChampion(): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const store = openPostgres(env().DATABASE_URL as string, () => undefined);
  const tiny = await registerTiny(store, privateKey, join(server.instance.dataDir, 'encoders'));
  await store.close();
  const change = async (mutation: string) => {
    const { data, errors } = await server.graphql<{ changed: { id: string } }>(
      `mutation { changed: ${mutation} { id } }`,
    );
    expect(errors).toBeUndefined();
    return data.changed.id;
  };
  const pair = await change(
    `pairModels(id: "ModelVersion:1", companion: "ModelVersion:${tiny}", reason: "a test")`,
  );
  await change(`promoteModel(id: "${pair}", reason: "a test")`);
}

const as = (name: string): BiClient => open[name] as BiClient;
const ask = async <T>(name: string, query: string): Promise<T> => {
  const headers = { authorization: `Bearer ${server.keys[name]}`, 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  return ((await answer.json()) as { data: T }).data;
};
const cliOf = (...args: string[]) => runProgram(['bi', ...args], env()).finished;

interface Score {
  readonly region: string;
  readonly responses: number;
  readonly promoters: number;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

describe('bi:grant', () => {
  it('prints the login once, and PostgreSQL asks for its password', async () => {
    const { output, login, url } = logins.germany as Granted;
    expect(login).toMatch(/^scoreline_bi_[0-9a-f]{12}$/);
    expect(output).toContain('region: Germany');
    expect(output).toMatch(/whole tables/);
    await expect(connect(url.replace(/:[^:@]+@/, ':wrong@'))).rejects.toThrow(
      /password authentication failed/,
    );
    const { rows } = await owner.query('SELECT subject FROM audit_log WHERE action = $1', ['grantSql']);
    expect(rows.map(({ subject }) => JSON.parse(subject).login)).toContain(login);
    const list = await cliOf('list');
    expect(list.output).toContain(`${login}  germany  analyst {"region":["Germany"]}  active  1 open`);
  });

  it('refuses keys that are held to small cells, in words, and unknown ones', async () => {
    const feed = await cliOf('grant', '--key', 'feed');
    expect(feed.code).toBe(1);
    expect(feed.output).toContain('sums of at least 5 answers only, which SQL could divide');
    expect((await cliOf('grant', '--key', 'steward')).output).toContain('without readResponse');
    expect((await cliOf('grant', '--key', 'nobody')).output).toContain('no key is called "nobody"');
    expect((await cliOf('grant')).code).toBe(2);
  });

  it('names the way out for the embedded database', async () => {
    const { DATABASE_URL: _, ...embedded } = env();
    const { output, code } = await runProgram(['bi', 'grant', '--key', 'x'], embedded).finished;
    expect(code).toBe(1);
    expect(output).toContain('the embedded database has no SQL logins');
    expect(output).toContain('/bi/NAME.csv');
  });
});

describe('the views', () => {
  const SCORES = `SELECT region, sum(n)::integer AS responses, sum(promoters)::integer AS promoters,
      bi.nps(sum(promoters), sum(passives), sum(detractors)) AS score,
      bi.nps_low(sum(promoters), sum(passives), sum(detractors)) AS low,
      bi.nps_high(sum(promoters), sum(passives), sum(detractors)) AS high FROM`;

  it.each(['whole', 'germany', 'auditor', 'dpo'])(
    'give %s the scores that GraphQL gives, by hour and by day',
    async (name) => {
      const { nps } = await ask<{ nps: Score[] }>(
        name,
        '{ nps(window: "P30D", groupBy: [REGION]) { region responses promoters score low high } }',
      );
      expect(nps.map(({ region }) => region)).toEqual(
        { germany: ['Germany'], auditor: ['Germany', 'Japan'] }[name] ?? REGIONS,
      );
      for (const view of [
        'bi.score_hour',
        'bi.score_day',
        'bi.score_hours()',
        `bi.score_days('2020-01-01')`,
      ]) {
        if (view.includes('(') && !['germany', 'auditor'].includes(name)) continue;
        const rows = await as(name).rows<Score>(`${SCORES} ${view} GROUP BY region ORDER BY region`);
        expect(rows).toHaveLength(nps.length);
        rows.forEach((row, i) => {
          expect(row).toMatchObject({
            region: nps[i]?.region,
            responses: nps[i]?.responses,
            score: nps[i]?.score,
          });
          expect(row.low).toBeCloseTo(nps[i]?.low as number, 9);
          expect(row.high).toBeCloseTo(nps[i]?.high as number, 9);
        });
      }
    },
  );

  it('compute score and interval by the formulas of the program, for any counts and confidence', async () => {
    const cases = Array.from({ length: 300 }, (_, i) => {
      const size = i % 3 === 0 ? 5 : i % 3 === 1 ? 40 : 5_000;
      const count = () => Math.floor(random() * size * (random() < 0.3 ? 0 : 1));
      return {
        promoters: count(),
        passives: count(),
        detractors: count(),
        confidence: [0.5, 0.9, 0.95, 0.999, 1 - 1e-12][i % 5] as number,
      };
    });
    const rows = await as('whole').rows<{ score: number; low: number; high: number }>(
      `SELECT bi.nps(p, q, d) AS score, bi.nps_low(p, q, d, c) AS low, bi.nps_high(p, q, d, c) AS high
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[]) WITH ORDINALITY t (p, q, d, c, i) ORDER BY i`,
      [
        cases.map(({ promoters }) => promoters),
        cases.map(({ passives }) => passives),
        cases.map(({ detractors }) => detractors),
        cases.map(({ confidence }) => confidence),
      ],
    );
    cases.forEach(({ confidence, ...counts }, i) => {
      const interval = npsInterval(counts, confidence);
      expect(rows[i]?.score ?? null).toBe(npsScore(counts));
      expect(rows[i]?.low ?? null).toEqual(interval ? expect.closeTo(interval.low, 8) : null);
      expect(rows[i]?.high ?? null).toEqual(interval ? expect.closeTo(interval.high, 8) : null);
    });
    await expect(as('whole').rows('SELECT bi.nps_low(1, 2, 3, 95)')).rejects.toThrow(
      'confidence 95 is not between 0 and 1',
    );
  });

  it.each(['whole', 'germany', 'auditor', 'dpo'])(
    'give %s the responses of GraphQL, masked alike, without texts',
    async (name) => {
      interface Node extends Record<string, unknown> {
        readonly prediction: {
          modelVersion: { version: number };
          class: string;
          promoter: number;
          themes: { theme: string; called: boolean }[];
        } | null;
      }
      const { responses } = await ask<{ responses: { edges: { node: Node }[] } }>(
        name,
        `{ responses(first: 500) { edges { node { id externalId source survey class score region productLine
        prediction { modelVersion { version } class promoter themes { theme called } } } } } }`,
      );
      const expected = responses.edges.map(({ node }) => ({
        id: node.id,
        external_id: node.externalId,
        source: node.source,
        survey: node.survey,
        class: node.class,
        score: node.score,
        region: node.region,
        product_line: node.productLine,
        predicted_class: node.prediction?.class ?? null,
        promoter_probability: node.prediction?.promoter ?? null,
        themes:
          // Where the model abstains, nothing is said of themes.
          node.prediction?.class
            ? node.prediction.themes
                .filter(({ called }) => called)
                .map(({ theme }) => theme)
                .join(', ')
            : null,
      }));
      const rows = await as(name).rows(
        `SELECT ${Object.keys(expected[0] ?? {}).join(', ')} FROM bi.response`,
      );
      const byId = (list: Record<string, unknown>[]) =>
        list.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
      expect(byId(rows)).toEqual(byId(expected));
      expect(rows.some((row) => row.predicted_class !== null)).toBe(name !== 'dpo');
      const readers = responses.edges.map(({ node }) => node.prediction?.modelVersion.version ?? null);
      expect(new Set(readers).size, 'two versions, and responses without a comment').toBe(
        name === 'dpo' ? 1 : 3,
      );
      const columns = Object.keys((await as(name).rows('SELECT * FROM bi.response LIMIT 1'))[0] ?? {});
      expect(columns.filter((column) => /comment|respondent|subject/.test(column))).toEqual([]);
    },
  );

  it('count answers by theme and day as the responses do', async () => {
    for (const name of ['whole', 'germany', 'dpo']) {
      const counted = await as(name).rows(
        'SELECT day::text, region, theme, sum(n)::integer AS n FROM bi.theme_day GROUP BY 1, 2, 3 ORDER BY 1, 2, 3',
      );
      const recounted = await as(name).rows(
        `SELECT (answered_at AT TIME ZONE 'UTC')::date::text AS day, region, theme, count(*)::integer AS n
          FROM bi.response, unnest(string_to_array(themes, ', ')) theme WHERE class IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      );
      expect(counted).toEqual(recounted);
      expect(counted.length > 0).toBe(name !== 'dpo');
    }
  });
});

describe('a login', () => {
  /** What the narrowed login must never get, by any way: each fails or shows what it may see. */
  const REFUSED = [
    'SELECT * FROM public.response',
    'SELECT * FROM public.bi_login',
    'SELECT * FROM public.api_key',
    'SELECT * FROM scoped.response',
    'SELECT * FROM public.journal',
    "SELECT public.bi_seen('score')",
    "SELECT * FROM paged.newest_responses('{1}', now(), now(), now(), gen_random_uuid(), 1)",
    "SELECT * FROM paged.oldest_responses('{1}', now(), now(), now(), gen_random_uuid(), 1)",
    'SELECT public.journal_safe_end() FROM public.journal',
    'SET ROLE scoreline_reader',
    'SET ROLE postgres',
    'SET SESSION AUTHORIZATION postgres',
    "UPDATE bi.response SET class = 'PROMOTER'",
    'DELETE FROM bi.score_day',
    'CREATE TABLE public.x (a integer)',
    'CREATE TABLE bi.x (a integer)',
    'CREATE VIEW bi.x AS SELECT 1',
    'CREATE SCHEMA x',
    'CREATE FUNCTION bi.sees_all2 (text) RETURNS boolean LANGUAGE sql RETURN true',
    'CREATE OR REPLACE FUNCTION bi.sees_all (which text) RETURNS boolean LANGUAGE sql RETURN true',
    'ALTER VIEW bi.response SET (security_barrier = false)',
    'ALTER ROLE CURRENT_USER CONNECTION LIMIT 1000',
    "ALTER ROLE CURRENT_USER VALID UNTIL 'infinity'",
    'CREATE ROLE y LOGIN',
    'COPY public.response TO STDOUT',
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "COPY bi.response TO '/tmp/x'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "LOAD 'auto_explain'",
    'CREATE EXTENSION dblink',
    'SELECT * FROM pg_authid',
    'SELECT * FROM pg_statistic',
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' AND pid <> pg_backend_pid()",
    "DO $$ BEGIN EXECUTE 'SELECT * FROM public.response'; END $$",
  ];
  const SETTINGS = [
    "SELECT set_config('scoreline.scope', 'everything', false)",
    "SELECT set_config('role', 'none', false)",
    "SELECT set_config('is_superuser', 'on', false)",
    'SET search_path = pg_temp, public, bi',
    'SET row_security = off',
    'SET plan_cache_mode = force_generic_plan',
    'SET enable_indexscan = off',
    "SET TimeZone = 'Pacific/Auckland'",
  ];
  const regionsSeen = async (client: BiClient) => {
    const seen = new Set<unknown>();
    for (const view of ['bi.score_hour', 'bi.score_day', 'bi.response', 'bi.theme_day'])
      for (const { region } of await client.rows(`SELECT DISTINCT region FROM ${view}`)) seen.add(region);
    return [...seen];
  };

  it('cannot read a table, change anything, or become another role', async () => {
    for (const text of REFUSED) {
      await expect(as('attacker').rows(text), text).rejects.toThrow(
        /permission denied|must be|cannot|read-only|access to library|not automatically updatable|Only roles|denied to/i,
      );
    }
    // The defaults of the role are not what holds: without the read-only setting it is the same.
    await as('attacker').rows('SET default_transaction_read_only = off');
    for (const text of REFUSED) await expect(as('attacker').rows(text), text).rejects.toThrow();
    expect(await regionsSeen(as('attacker'))).toEqual(['Germany']);
  });

  it('sees the same under any setting, with anything that it makes before the views', async () => {
    const client = await connect((logins.attacker as Granted).url);
    await client.rows('SET default_transaction_read_only = off');
    for (const text of SETTINGS) await client.rows(text).catch(() => undefined);
    const fake = `CREATE FUNCTION pg_temp.sees_all (text) RETURNS boolean LANGUAGE sql RETURN true;
      CREATE FUNCTION pg_temp.bi_seen (text) RETURNS int4multirange LANGUAGE sql RETURN '{(,)}'::int4multirange;
      CREATE FUNCTION pg_temp.upper_inf (int4multirange) RETURNS boolean LANGUAGE sql RETURN true;
      CREATE TEMP TABLE bi_login (login text, refused text);
      CREATE TEMP TABLE api_key (id uuid);
      CREATE TEMP TABLE response (a integer);
      CREATE FUNCTION pg_temp.always (text, text) RETURNS boolean LANGUAGE sql RETURN true;
      CREATE OPERATOR pg_temp.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.always)`;
    await client.rows(fake);
    await client.rows('SET search_path = pg_temp, bi, pg_catalog');
    expect(await regionsSeen(client)).toEqual(['Germany']);
    await client.close();
  });

  it('gives a function of its own no row that it may not see, as an argument or in an error', async () => {
    const client = await connect((logins.attacker as Granted).url);
    const said: string[] = [];
    await client.rows('SET default_transaction_read_only = off');
    await client.rows(`CREATE FUNCTION pg_temp.leak (text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN
      IF $1 <> 'Germany' THEN RAISE EXCEPTION 'leaked %', $1; END IF; RETURN true; END $$`);
    for (const view of ['bi.score_hour', 'bi.score_day', 'bi.response', 'bi.theme_day'])
      await client
        .rows(`SELECT * FROM ${view} WHERE pg_temp.leak(region)`)
        .catch((error: Error) => said.push(error.message));
    await client
      .rows(`SELECT 1 / (CASE WHEN region = 'Germany' THEN 1 ELSE 0 END) FROM bi.response`)
      .catch((error: Error) => said.push(error.message));
    await client
      .rows(`SELECT ('x' || region)::integer FROM bi.response WHERE region = 'Peru'`)
      .catch((error: Error) => said.push(error.message));
    expect(said).toEqual([]);
    await client.close();
  });

  it('lists the views alone, and reads no statistics of what is behind them', async () => {
    const tables = await as('attacker').rows<{ name: string }>(
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_schema NOT LIKE 'timescaledb%'
          AND table_schema NOT LIKE '\\_timescaledb%' ORDER BY 1`,
    );
    const views = ['bi.response', 'bi.score_day', 'bi.score_hour', 'bi.theme_day'];
    expect(tables.map(({ name }) => name)).toEqual(views);
    const readable = await as('attacker').rows<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND (n.nspname NOT LIKE '%timescaledb%' OR c.relname LIKE '\\_hyper%')
          AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') ORDER BY 1`,
    );
    expect(readable.map(({ name }) => name)).toEqual(views);
    expect(
      await as(
        'attacker',
      ).rows(`SELECT FROM pg_stats WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
      AND schemaname NOT LIKE '%timescaledb%'`),
    ).toEqual([]);
  });

  it('is ended where it holds an advisory lock or holds back the followers, and others go on', async () => {
    const locking = await connect((logins.attacker as Granted).url);
    await locking.rows('SELECT pg_advisory_lock(n) FROM generate_series(72673, 72700) n');
    const writing = await connect((logins.attacker as Granted).url);
    await writing.rows('SET default_transaction_read_only = off');
    await writing.rows('BEGIN');
    await writing.rows('SELECT pg_current_xact_id()');
    await until(() => locking.ended() && writing.ended(), 'both sessions are ended');
    // Logged after the session has ended.
    for (const reason of ['it holds an advisory lock', 'its transaction holds back live updates'])
      await until(() => server.output().includes(reason), `the log says: ${reason}`);
    expect(await regionsSeen(as('attacker'))).toEqual(['Germany']);
  });

  it('opens no more sessions than its limit', async () => {
    const more: BiClient[] = [];
    const { url } = logins.attacker as Granted;
    const opening = async () => {
      for (let i = 0; i < 12; i++) more.push(await connect(url));
    };
    await expect(opening()).rejects.toThrow(/too many connections for role/);
    for (const client of more) await client.close();
  });

  it('hears of commits and nothing of what they hold', async () => {
    const client = new pg.Client({ connectionString: (logins.attacker as Granted).url });
    client.on('error', () => undefined);
    const heard: pg.Notification[] = [];
    client.on('notification', (notice) => heard.push(notice));
    await client.connect();
    await client.query('LISTEN journal; LISTEN api_key; LISTEN connection');
    await server.graphql('mutation { createApiKey(input: { name: "heard", role: "feed" }) { id } }');
    await until(async () => {
      await client.query('SELECT 1');
      return heard.length > 0;
    }, 'a notice arrives');
    expect(heard.map(({ payload }) => payload).filter(Boolean)).toEqual([]);
    await client.end();
  });
});

describe('what a login loses', () => {
  const count = async (client: BiClient) =>
    (await client.rows<{ n: string }>('SELECT count(*) AS n FROM bi.response'))[0]?.n;
  /** What a session that is opened now counts; null: there is none, or it is ended at once. */
  const countNow = async (name: string) => {
    const client = await connect((logins[name] as Granted).url).catch(() => null);
    if (!client) return null;
    const n = await count(client).catch(() => null);
    await client.close();
    return n;
  };
  const ALL = String(ITEMS.length);

  it('by a policy is lost at once, in open sessions too, and comes back with the policy', async () => {
    const file = join(env().SCORELINE_POLICIES as string, 'roles.cedar');
    const before = readFileSync(file, 'utf8');
    const client = await connect((logins.whole as Granted).url);
    await client.rows('BEGIN ISOLATION LEVEL REPEATABLE READ');
    expect(await count(client)).toBe(ALL);
    const forbid = 'forbid (principal in Role::"analyst", action, resource)';
    writeFileSync(file, `${before}\n${forbid} when { resource has region && resource.region == "Peru" };\n`);
    await until(() => client.ended(), 'the session is ended');
    expect(await countNow('whole')).toBe(String((ITEMS.length * 2) / 3));
    writeFileSync(
      file,
      before.replace(
        '[Action::"readScore", Action::"readResponse", Action::"readComment",',
        '[Action::"readScore", Action::"readComment",',
      ),
    );
    await until(
      async () =>
        (await cliOf('list')).output.includes('sees nothing: the role analyst reads scores of answers'),
      'the list says why',
    );
    expect(['0', null]).toContain(await countNow('whole'));
    writeFileSync(file, before);
    await until(async () => (await countNow('whole')) === ALL, 'everything is seen again');
  });

  it('by an erasure is gone from open transactions too', async () => {
    const client = await connect((logins.whole as Granted).url);
    await client.rows('BEGIN ISOLATION LEVEL REPEATABLE READ');
    expect(await count(client)).toBe(ALL);
    const { errors } = await server.graphql(
      'mutation { eraseSubject(respondent: "person-1@example.org", reason: "asked") { complete } }',
    );
    expect(errors).toBeUndefined();
    await until(() => client.ended(), 'the session is ended');
    expect(await countNow('whole')).toBe(String(ITEMS.length - 1));
  });

  it('with its key is everything: views are empty in the next statement, the session ends, the role goes', async () => {
    const { login, url } = logins.brief as Granted;
    const client = await connect(url);
    expect(Number(await count(client))).toBeGreaterThan(0);
    // In the database alone, as another server would: the views are the first that know.
    await owner.query(`UPDATE api_key SET revoked_at = now() WHERE name = 'brief'`);
    const after = await count(client).catch(() => (client.ended() ? '0' : null));
    expect(after).toBe('0');
    await until(() => client.ended(), 'its session is ended');
    await until(async () => {
      const { rows } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [login]);
      return rows.length === 0;
    }, 'the role is dropped');
    await expect(connect(url)).rejects.toThrow();
    const { rows } = await owner.query(`SELECT subject FROM audit_log WHERE action = 'revokeSql'`);
    expect(rows.map(({ subject }) => JSON.parse(subject).login)).toContain(login);
  });

  it('by bi:revoke is everything too, with large objects that it made', async () => {
    const { url } = logins.attacker as Granted;
    const client = await connect(url);
    await client.rows('SET default_transaction_read_only = off');
    await client.rows('SELECT lo_create(0)');
    const { output, code } = await cliOf('revoke', '--key', 'attacker');
    expect(output).toContain('revoked; its views are empty');
    expect(code).toBe(0);
    await until(() => client.ended(), 'its session is ended');
    await expect(connect(url)).rejects.toThrow();
    const { rows } = await owner.query('SELECT FROM pg_largeobject_metadata');
    expect(rows).toEqual([]);
    expect((await cliOf('revoke', '--key', 'attacker')).output).toContain('has no SQL login');
  });

  it('is everything too where a role cannot be dropped; others stay in the audit log, and bi:revoke says what to run', async () => {
    const { url, login } = await grant('keeper', env());
    const elsewhere = new URL(url);
    elsewhere.pathname = '/postgres';
    const client = await connect(elsewhere.href);
    await client.rows('SET default_transaction_read_only = off');
    await client.rows('SELECT lo_create(0)');
    await owner.query(`UPDATE api_key SET revoked_at = now() WHERE name = 'keeper'`);
    const asked = await connect((await grant('watched', env())).url);
    await until(async () => {
      const { rows } = await owner.query(
        `SELECT FROM audit_log WHERE action = 'sqlSession' AND actor_name = 'watched'`,
      );
      return rows.length > 0;
    }, 'its session is in the audit log');
    await asked.close();
    const { output, code } = await cliOf('revoke', '--key', login);
    expect(code, output).toBe(0);
    expect(output).toContain('owns something in another database too');
    expect(output).toContain(`  DROP ROLE ${login};`);
    await client.close();
    // As it says.
    const there = new URL(env().DATABASE_URL as string);
    there.pathname = '/postgres';
    const admin = new pg.Client({ connectionString: there.href });
    await admin.connect();
    await admin.query(`DROP OWNED BY ${login} CASCADE`);
    await admin.end();
    for (const text of [`DROP OWNED BY ${login} CASCADE`, `DROP ROLE ${login}`]) await owner.query(text);
  });

  it('follows the attributes of the key, and shows nothing until they are followed', async () => {
    await owner.query(`UPDATE api_key SET attributes = '{"region": ["Japan"]}' WHERE name = 'germany'`);
    const seen: string[] = [];
    await until(async () => {
      const client = await connect((logins.germany as Granted).url).catch(() => null);
      const rows = await client?.rows('SELECT DISTINCT region FROM bi.response').catch(() => []);
      await client?.close();
      seen.push(JSON.stringify(rows ?? []));
      return seen.at(-1) === '[{"region":"Japan"}]';
    }, 'it sees Japan');
    expect(seen.filter((one) => one.includes('Germany'))).toEqual([]);
  });

  it('is in the audit log: who connected, from where, with what', async () => {
    const { rows } = await owner.query(
      `SELECT actor_name, subject FROM audit_log WHERE action = 'sqlSession' ORDER BY seq`,
    );
    const whole = rows.filter(({ actor_name }) => actor_name === 'whole');
    expect(whole.length).toBeGreaterThan(0);
    expect(JSON.parse(whole[0].subject)).toMatchObject({
      login: (logins.whole as Granted).login,
      addresses: ['127.0.0.1'],
    });
    const { apiKeys } = (
      await server.graphql<{ apiKeys: { name: string; lastUsedAt: string | null }[] }>(
        '{ apiKeys { name lastUsedAt } }',
      )
    ).data;
    expect(apiKeys.find(({ name }) => name === 'auditor')?.lastUsedAt).not.toBeNull();
  });
});

describe('real clients', () => {
  it('psql describes and reads', async () => {
    const psql = join(await installed('timescaledb'), 'pgbin', 'psql');
    const { url } = logins.auditor as Granted;
    const run = (command: string) => execFileSync(psql, [url, '-At', '-c', command], { encoding: 'utf8' });
    expect(run('\\dv bi.*').trim().split('\n')).toHaveLength(4);
    expect(run('\\d+ score_day')).toContain('bi.nps(sum(promoters)');
    expect(run('SELECT DISTINCT region FROM score_day ORDER BY 1')).toBe('Germany\nJapan\n');
  });

  it('SQLAlchemy (Superset), pandas and DuckDB connect, list and read', async () => {
    const python = join(await installed('bi-clients'), 'bin', 'python');
    const output = execFileSync(
      python,
      [join(import.meta.dirname, 'bi_clients.py'), (logins.auditor as Granted).url],
      { encoding: 'utf8' },
    );
    const said = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    const client = await connect((logins.auditor as Granted).url);
    const [row] = await client.rows<{ n: string }>('SELECT count(*) AS n FROM bi.response');
    await client.close();
    const views = ['response', 'score_day', 'score_hour', 'theme_day'];
    expect(said).toEqual({
      sqlalchemy: {
        schemas: expect.arrayContaining(['bi']),
        views,
        columns: expect.arrayContaining(['day', 'region', 'n', 'score']),
      },
      superset: {
        tables: [],
        keys: [[], []],
        comment: true,
        cost: true,
        regions: ['Germany', 'Japan'],
        streamed: Number(row?.n),
        stopped: true,
      },
      pandas: { responses: Number(row?.n), regions: ['Germany', 'Japan'] },
      duckdb: { views, responses: Number(row?.n), regions: ['Germany', 'Japan'] },
    });
  });
});
