import type { Config } from '../config/config.ts';
import { openDriver } from '../graph/neo4j/driver.ts';
import type { Store } from '../store/database/client.ts';
import { explained, isPrivilegeMissing } from '../store/database/database-refused.ts';
import { CONNECTIONS, openPostgres } from '../store/database/postgres.ts';
import { checkPrivileges, checkServer } from '../store/database/privileges.ts';
import { readServerSettings, smallSettings } from '../store/database/server-settings.ts';
import { statement } from '../store/database/statement.ts';
import { newerMigration } from '../store/setup/migrations.ts';
import { bad, type Finding, finding, good, worthKnowing } from './finding.ts';

interface Facts {
  readonly release: string;
  readonly now: Date;
  readonly readOnly: boolean;
  readonly limit: number;
  readonly used: number;
  readonly timescale: string | null;
  readonly license: string | null;
  readonly available: boolean;
}

const FACTS = statement(
  'doctor',
  `SELECT current_setting('server_version') AS release, clock_timestamp() AS now,
    current_setting('transaction_read_only') = 'on' AS "readOnly",
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer AS "limit",
    (SELECT count(*)::integer FROM pg_stat_activity WHERE backend_type = 'client backend'
      AND application_name NOT LIKE 'scoreline%') AS used,
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale,
    current_setting('timescaledb.license', true) AS license,
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS available`,
);
/** The clock difference from which times of answering, tokens and seals go wrong. */
const SKEW_MS = 5_000;

/** PostgreSQL: whether it is reachable, its version and edition, and each required privilege. */
export async function examineDatabase(url: string): Promise<Finding[]> {
  const store = openPostgres(url, () => undefined);
  try {
    return await examine(store);
  } catch (error) {
    const reason = explained(error, url);
    const [what = '', ...advice] = (reason as Error).message.split('; ');
    return [
      bad(what, advice.join('; ') || 'check DATABASE_URL, and that the server runs and can be reached'),
    ];
  } finally {
    await store.close();
  }
}

/** The privileges are examined by themselves. */
function withoutPrivilege(error: unknown): undefined {
  if (!isPrivilegeMissing(error)) throw error;
}

async function examine(store: Store): Promise<Finding[]> {
  const asked = Date.now();
  const [facts] = await store.rows<Facts>(FACTS, []);
  if (!facts) throw new Error('PostgreSQL answers without a row');
  const skew = facts.now.getTime() - (asked + Date.now()) / 2;
  const problems = await checkServer(store);
  const newer = problems.length > 0 ? undefined : await newerMigration(store).catch(withoutPrivilege);
  const free = facts.limit - facts.used;
  const { timescale, available } = facts;
  return [
    good(`PostgreSQL ${facts.release} answers`),
    ...problems.map((problem) => bad(problem.split(': ')[0] ?? '', problem.split(': ').slice(1).join(': '))),
    ...(newer ? [bad(newer.what, newer.advice)] : []),
    facts.readOnly
      ? bad('PostgreSQL takes no writes: it is a standby, or read-only', 'let DATABASE_URL name the primary')
      : good('it takes writes'),
    good(
      timescale
        ? `TimescaleDB ${timescale} (${facts.license === 'timescale' ? 'community' : 'apache'} edition)`
        : `no TimescaleDB in this database: plain tables are used${available ? '; to use it, an administrator runs CREATE EXTENSION timescaledb; before the first start' : ''}`,
    ),
    free < CONNECTIONS
      ? bad(
          `connections: ${facts.used} of ${facts.limit} are used by others, one process of Scoreline takes up to ${CONNECTIONS}`,
          `raise max_connections to ${facts.limit + CONNECTIONS} or more for each process`,
        )
      : good(`connections: ${free} are free, one process of Scoreline takes up to ${CONNECTIONS}`),
    Math.abs(skew) > SKEW_MS
      ? bad(
          `the clocks of this machine and of PostgreSQL differ by ${Math.round(skew / 1_000)} s`,
          'let both follow a time server (NTP)',
        )
      : good('the clocks of this machine and of PostgreSQL agree'),
    ...(await examineSettings(store)),
    ...(await checkPrivileges(store)).map(({ what, granted, statement }) =>
      granted
        ? good(`it may ${what}`)
        : bad(`it may not ${what}`, `an administrator runs in that database: ${statement}`),
    ),
  ];
}

/** Whether the caches and the log of the server are large enough for the answers that are stored. */
async function examineSettings(store: Store): Promise<Finding[]> {
  const settings = await readServerSettings(store);
  const small = smallSettings(settings);
  const indexes = `the indexes that each new answer changes (${mib(settings.indexes)})`;
  if (small.length === 0) return [good(`shared_buffers and max_wal_size are enough for ${indexes}`)];
  return small.map(({ name, value, advised }) =>
    worthKnowing(
      `${name} (${mib(value)}) is small for ${indexes}: answers are taken in more slowly`,
      `an administrator sets ${name} to ${advised} or more${name === 'shared_buffers' ? ', mostly a quarter of the memory, and restarts PostgreSQL' : ', and reloads the configuration; the log may take as much disk'}`,
    ),
  );
}

const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** Neo4j: whether the login works, and its version. */
export function examineGraph(address: NonNullable<Config['neo4j']>): Promise<Finding[]> {
  const advice =
    'check NEO4J_URL, NEO4J_USER and NEO4J_PASSWORD, and that Neo4j runs; lineage comes from the database until then';
  return finding('Neo4j', advice, async () => {
    const driver = openDriver(address);
    try {
      const { agent = '' } = await driver.getServerInfo();
      await driver.executeQuery('RETURN 1');
      const version = Number.parseInt(agent.slice(agent.indexOf('/') + 1), 10); // "Neo4j/5.26.0"
      // After 5, versions are named by the year: 2025.01.
      return version >= 5 ? good(`${agent} answers`) : bad(`${agent} is too old`, 'use Neo4j 5 or newer');
    } finally {
      await driver.close();
    }
  });
}
