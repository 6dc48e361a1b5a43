import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPolicies } from '../../api/access/policies.ts';
import { scopesUnder } from '../../api/access/scope-of.ts';
import { grantSqlLogin } from '../../api/access/sql-grant.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { insertApiKey } from '../../store/access/api-keys.ts';
import { type BiSession, endBiSession, readBiSessions } from '../../store/bi/logins.ts';
import { revokeStatements, withRoleChange } from '../../store/bi/roles.ts';
import { createBiViews } from '../../store/bi/views.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { askForPasswords, type BiClient, connect } from '../fixtures/bi-login.ts';
import { DIMENSIONS, emptyDatabase, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { addMadeUpModel, makeUpPredictions } from '../fixtures/made-up-models.ts';
import { until } from '../fixtures/patience.ts';

/* Two databases that differ only in what a login may not see must answer every statement of it alike. */

const HOUR_MS = 3_600_000;
/** A fixed day: how many answers are in each chunk decides which index the planner takes. */
const NOW = Date.parse('2026-11-20T12:00:00Z');
const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
const SMALLEST = 5;

const answer = (region: string, i: number, comment: string) => ({
  externalId: `${region} ${i}`,
  answeredAt: new Date(NOW - i * 7 * HOUR_MS).toISOString(),
  score: (i * 7) % 11,
  region,
  productLine: i % 2 === 0 ? 'Rail' : 'Air',
  source: i % 3 === 0 ? 'web' : 'app',
  respondent: `${comment} ${i}`,
  comment,
});
const many = (region: string, count: number, comment: string) =>
  Array.from({ length: count }, (_, i) => answer(region, i, comment));

interface World {
  readonly database: TestDatabase;
  readonly clients: Readonly<Record<string, BiClient>>;
}
const KEYS = {
  analyst: { role: 'analyst', attributes: { region: ['Germany', 'Japan'] } },
  dpo: { role: 'dpo', attributes: { region: ['Germany', 'Japan'] } },
};

function keyOf(name: string, rights: { readonly role: string; readonly attributes: Segment }) {
  const id = randomUUID();
  const dates = { expiresAt: null, createdAt: new Date(), createdBy: 'test' };
  return { id, name, ...rights, ...dates, hash: id, sources: null, readOnly: true };
}

async function openWorld(batches: readonly (readonly object[])[]): Promise<World> {
  const database = await openTestDatabase();
  for (const batch of batches) await database.submit(batch);
  await addMadeUpModel(database, 8, 'CANDIDATE', { artefact: { languages: ['de'] } });
  await addMadeUpModel(database, 7, 'CHAMPION', { companion: 8 });
  await makeUpPredictions(database, 7, 0);
  await makeUpPredictions(database, 8, 1);
  const { store, cells } = database;
  await store.exclusively(LOCKS.migration, (db) => createBiViews(db, DIMENSIONS));
  const policies = await loadPolicies(POLICIES, DIMENSIONS);
  const rights = { policies, scopeOf: scopesUnder(policies, SMALLEST), trustedOnly: [], cells, store };
  const open = async ([name, { role, attributes }]: [string, (typeof KEYS)['dpo']]) => {
    const key = keyOf(name, { role, attributes });
    await insertApiKey(store, key);
    const { login, password } = await grantSqlLogin(rights, key, async () => undefined);
    const url = new URL(database.databaseUrl as string);
    url.username = login;
    url.password = password;
    return [name, await connect(url.href)] as const;
  };
  // At once, as the other world's: the first login makes the roles that all databases of the server share.
  const clients = await Promise.all(Object.entries(KEYS).map(open));
  await database.sql('ANALYZE');
  return { database, clients: Object.fromEntries(clients) };
}

let without: World;
let withHidden: World;
beforeAll(async () => {
  await askForPasswords();
  const visible = (comment: string) => [...many('Germany', 60, comment), ...many('Japan', 30, comment)];
  const hidden = [many('Peru', 200, 'hidden'), visible('another'), many('Chile', 90, 'hidden')];
  [without, withHidden] = await Promise.all([openWorld([visible('one')]), openWorld(hidden)]);
});
afterAll(async () => {
  for (const world of [without, withHidden]) {
    for (const client of Object.values(world?.clients ?? {})) await client.close();
    await world?.database.close();
  }
});

const VIEWS = ['bi.score_hour', 'bi.score_day', 'bi.response', 'bi.theme_day'];
const FUNCTIONS = ['bi.score_hours()', `bi.score_days('2020-01-01')`, 'bi.responses()', 'bi.theme_days()'];
const EXPLAIN = 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF)';
/** How many rows the session has read of each table, regardless of what it was shown. */
async function countersOf(client: BiClient): Promise<(readonly [string, number])[]> {
  const rows = await client.rows<{ table: string; read: string }>(
    `SELECT coalesce(h.hypertable_name, s.relname) AS table, sum(s.seq_tup_read + s.idx_tup_fetch) AS read
      FROM pg_stat_xact_all_tables s
        LEFT JOIN timescaledb_information.chunks h ON h.chunk_schema = s.schemaname AND h.chunk_name = s.relname
      WHERE s.schemaname IN ('public', '_timescaledb_internal') AND s.relname NOT LIKE 'bgw%'
      GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(({ table, read }) => [table, Number(read)] as const);
}

/** Times of arrival differ between the worlds. */
const shown = (rows: unknown) => JSON.stringify(rows).replaceAll(/"received_at":"[^"]*"/g, '');

const STATEMENTS = [
  ...[...VIEWS, ...FUNCTIONS].flatMap((from) => [
    `SELECT * FROM ${from}`,
    `SELECT count(*) FROM ${from} WHERE region = 'Peru'`,
    `SELECT region, count(*) FROM ${from} GROUP BY region`,
    `${EXPLAIN} SELECT * FROM ${from}`,
    `${EXPLAIN} SELECT * FROM ${from} WHERE region = 'Peru' ORDER BY 1 LIMIT 3`,
    `EXPLAIN SELECT * FROM ${from} WHERE region <> 'Germany'`,
  ]),
  `SELECT count(*) FROM bi.response WHERE 1 / length(replace(region, 'Peru', '')) > 0`,
  `SELECT region::integer FROM bi.score_day`,
  `SELECT bi.sees_all('score'), bi.sees_all('response'), bi.sees_all('nonsense')`,
];

it.each(Object.keys(KEYS))(
  '%s is answered alike, plans and errors included, and reads as much',
  async (name) => {
    let compared = 0;
    for (const settings of ['', 'SET enable_indexscan = off; SET enable_nestloop = off; SET jit = off'])
      for (const text of STATEMENTS) {
        const [a, b] = await Promise.all(
          [without, withHidden].map(async ({ clients }) => {
            const client = clients[name] as BiClient;
            if (settings) await client.rows(settings);
            await client.rows('BEGIN');
            const isCounted = settings === '' && text.startsWith('SELECT * FROM');
            const before = isCounted ? await countersOf(client) : [];
            const rows = await client.rows(text).catch((error: Error) => `failed: ${error.message}`);
            const after = isCounted ? await countersOf(client) : before;
            await client.rows('ROLLBACK');
            return {
              rows: shown(rows),
              read: after.map(([table, n], i) => [table, n - (before[i]?.[1] ?? 0)] as const),
            };
          }),
        );
        expect(b?.rows, text).toBe(a?.rows);
        // In a chunk of a few rows the planner takes any index.
        b?.read.forEach(([table, n], i) => {
          expect(Math.abs(n - (a?.read[i]?.[1] ?? 0)), `${text}: rows read of ${table}`).toBeLessThan(10);
        });
        compared += 1;
      }
    expect(compared).toBe(2 * STATEMENTS.length);
    const [row] =
      (await withHidden.clients[name]?.rows('SELECT count(*)::integer AS n FROM bi.response')) ?? [];
    expect(row).toEqual({ n: 90 });
  },
);

describe('a user of DATABASE_URL who is no superuser', () => {
  const asAdmin = async (url: string, text: string) => {
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(text).finally(() => admin.end());
  };

  it.each([
    { title: 'that may create roles', options: 'CREATEROLE', may: true },
    { title: 'that may not', options: '', may: false },
  ])('$title gives logins, sees and ends their sessions, and takes them away', async ({ options, may }) => {
    const adminUrl = (await emptyDatabase()) as string;
    const user = `u_${randomUUID().slice(0, 8)}`;
    const database = new URL(adminUrl).pathname.slice(1);
    await asAdmin(
      adminUrl,
      `CREATE ROLE ${user} LOGIN ${options}; GRANT CREATE ON DATABASE ${database} TO ${user};
        GRANT USAGE, CREATE ON SCHEMA public TO ${user}; GRANT scoreline_reader TO ${user};
        ${may ? `GRANT scoreline_bi TO ${user} WITH ADMIN OPTION` : ''}`,
    );
    const url = new URL(adminUrl);
    url.username = user;
    const store = openPostgres(url.href, () => undefined);
    try {
      await migrate(store);
      await store.exclusively(LOCKS.migration, (db) => createBiViews(db, DIMENSIONS));
      const policies = await loadPolicies(POLICIES, DIMENSIONS);
      const cells = new StoredCellDictionary();
      const rights = { policies, scopeOf: scopesUnder(policies, SMALLEST), trustedOnly: [], cells, store };
      const key = keyOf('analyst', { role: 'analyst', attributes: {} });
      await insertApiKey(store, key);
      const { login, password, statements } = await grantSqlLogin(rights, key, async () => undefined);
      expect(statements.length > 0).toBe(!may);
      await asAdmin(adminUrl, statements.join(';'));
      url.username = login;
      url.password = password;
      const client = await connect(url.href);
      expect(await client.rows('SELECT count(*)::integer AS n FROM score_day')).toEqual([{ n: 0 }]);
      const [session] = await readBiSessions(store, [login]);
      expect(session).toMatchObject({ login, address: '127.0.0.1', holdsAdvisoryLock: false });
      await endBiSession(store, session as BiSession);
      await until(() => client.ended(), 'the session is ended');
      const removal = await revokeStatements(store, login);
      expect(await withRoleChange(store, removal, async () => undefined)).toBe(may);
      if (!may) await asAdmin(adminUrl, removal.join(';'));
      await expect(connect(url.href)).rejects.toThrow();
    } finally {
      await store.close();
    }
  });
});
