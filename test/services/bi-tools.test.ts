import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askForPasswords, type BiClient, connect, type Granted, grant } from '../fixtures/bi-login.ts';
import { useServer } from '../fixtures/use-server.ts';

/*
 * The statements that BI tools send to a login of PostgreSQL: at the start of a session, to list tables, and to read.
 * They are reduced to the catalogs, columns, functions and settings that the tools use; each block names its source.
 */

const HOUR_MS = 3_600_000;
const NOW = Date.now();
const ITEMS = Array.from({ length: 60 }, (_, i) => ({
  externalId: `t${i}`,
  answeredAt: new Date(NOW - (1 + (i % 48)) * HOUR_MS).toISOString(),
  score: i % 11,
  region: ['Germany', 'Japan', 'Peru'][i % 3],
}));
const VIEWS = ['response', 'score_day', 'score_hour', 'theme_day'];

const server = useServer({
  follow: true,
  keys: { tool: { role: 'analyst', attributes: { region: ['Germany', 'Japan'] } } },
});
let login: Granted;
let session: BiClient;
beforeAll(async () => {
  await askForPasswords();
  expect(await (await server.post('/ingest/responses', ITEMS)).json()).toMatchObject({ accepted: 60 });
  login = await grant('tool', server.instance.env);
  session = await connect(login.url);
});
afterAll(async () => session?.close());

const rows = <Row = Record<string, unknown>>(text: string, values?: unknown[]) =>
  session.rows<Row>(text, values);
const names = async (text: string, values?: unknown[]) =>
  (await rows<{ name: string }>(text, values)).map(({ name }) => name).sort();
/** What a tool must find after any statement before: 40 answers of the two regions of the key. */
const readsItsRegions = async () =>
  expect(
    await rows(`SELECT "score_day"."region" AS "region", SUM("score_day"."n")::integer AS "n"
      FROM "bi"."score_day" "score_day" GROUP BY 1 ORDER BY 1`),
  ).toEqual([
    { region: 'Germany', n: 20 },
    { region: 'Japan', n: 20 },
  ]);

/* postgresMetaQuery.ts and macros.go of the data source, https://github.com/grafana/grafana. */
describe('Grafana, PostgreSQL source', () => {
  const range = () => `'${new Date(NOW - 72 * HOUR_MS).toISOString()}' AND '${new Date(NOW).toISOString()}'`;

  it('tests the connection and lists the views for its query builder, which shows the search path', async () => {
    expect(await rows('SELECT 1')).toHaveLength(1);
    const [version] = await rows<{ version: number }>(
      `SELECT current_setting('server_version_num')::int / 100 AS version`,
    );
    expect(version?.version).toBeGreaterThanOrEqual(1500);
    await rows(`SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'`);
    const inPath = `quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
      FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
        array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i,
        string_to_array(current_setting('search_path'), ',') s)`;
    expect(
      await names(`SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE ${inPath}`),
    ).toEqual(VIEWS);
    const columns = await names(`SELECT quote_ident(column_name) AS name FROM information_schema.columns
      WHERE quote_ident(table_name) = 'score_hour'`);
    expect(columns).toEqual(expect.arrayContaining(['hour', 'promoters', 'region']));
  });

  it('$__timeFilter and $__timeGroupAlias give the rows of the panel', async () => {
    const found = await rows<{ time: number; n: string }>(
      `SELECT floor(extract(epoch from hour)/86400)*86400 AS "time", region AS metric, sum(n) AS n,
        bi.nps(sum(promoters), sum(passives), sum(detractors)) AS score
        FROM bi.score_hour WHERE hour BETWEEN ${range()} GROUP BY 1, 2 ORDER BY 1`,
    );
    expect(found.reduce((sum, { n }) => sum + Number(n), 0)).toBe(40);
    // What the switch "TimescaleDB" of the data source sends instead: its functions are not in the search path.
    await expect(rows(`SELECT time_bucket('86400.000s', hour) AS "time" FROM bi.score_hour`)).rejects.toThrow(
      'time_bucket',
    );
  });
});

/* Npgsql 4.0.17 (https://learn.microsoft.com/power-query/connectors/postgresql), its PostgresDatabaseInfo.cs; a log of
 * Power BI Desktop: https://github.com/datafusion-contrib/datafusion-postgres/issues/218. Excel has the same connector. */
describe('Power BI and Excel, PostgreSQL', () => {
  it('Npgsql loads the types, and DISCARD ALL between queries leaves the scope as it was', async () => {
    const types =
      await names(`SELECT a.typname AS name, ns.nspname, a.oid, a.typrelid, a.typbasetype, p.proname, rngsubtype
      FROM pg_type a JOIN pg_namespace ns ON ns.oid = a.typnamespace JOIN pg_proc p ON p.oid = a.typreceive
      LEFT JOIN pg_class cls ON cls.oid = a.typrelid LEFT JOIN pg_type b ON b.oid = a.typelem
      LEFT JOIN pg_class elemcls ON elemcls.oid = b.typrelid LEFT JOIN pg_range ON pg_range.rngtypid = a.oid
      WHERE a.typtype IN ('b', 'r', 'e', 'd')`);
    expect(types).toEqual(expect.arrayContaining(['date', 'float8', 'int8', 'text', 'timestamptz', 'uuid']));
    await rows(`SELECT typ.oid, att.attname, att.atttypid FROM pg_type typ JOIN pg_class cls ON cls.oid = typ.typrelid
      JOIN pg_attribute att ON att.attrelid = typ.typrelid WHERE typ.typtype = 'c' AND cls.relkind = 'c'`);
    await rows('SELECT pg_type.oid, enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid');
    await rows('DISCARD ALL');
    expect(await rows('SHOW search_path')).toEqual([{ search_path: 'bi' }]);
    await readsItsRegions();
  });

  it('the navigator lists the views with their columns, and no keys', async () => {
    const listed = await rows<{ table_schema: string; name: string }>(
      `select TABLE_SCHEMA, TABLE_NAME as name, TABLE_TYPE from INFORMATION_SCHEMA.tables
        where TABLE_SCHEMA not in ('information_schema', 'pg_catalog') order by TABLE_SCHEMA, TABLE_NAME`,
    );
    expect(listed.filter(({ table_schema }) => table_schema === 'bi').map(({ name }) => name)).toEqual(VIEWS);
    expect(listed.filter(({ table_schema }) => table_schema === 'public')).toEqual([]);
    const columns = await rows(
      `select COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE, DATA_TYPE from INFORMATION_SCHEMA.columns
        where TABLE_SCHEMA = 'bi' and TABLE_NAME = 'score_day' order by ORDINAL_POSITION`,
    );
    expect(columns).toContainEqual(expect.objectContaining({ column_name: 'day', data_type: 'date' }));
    expect(await rows('select character_set_name from INFORMATION_SCHEMA.character_sets')).toEqual([
      { character_set_name: 'UTF8' },
    ]);
    for (const keys of [
      `select ii.COLUMN_NAME from INFORMATION_SCHEMA.table_constraints i
        inner join INFORMATION_SCHEMA.key_column_usage ii on i.CONSTRAINT_NAME = ii.CONSTRAINT_NAME
        where i.TABLE_SCHEMA = 'bi' and i.CONSTRAINT_TYPE in ('PRIMARY KEY', 'UNIQUE')`,
      `select fkcol.COLUMN_NAME from INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS fkcon
        inner join INFORMATION_SCHEMA.KEY_COLUMN_USAGE fkcol on fkcon.CONSTRAINT_NAME = fkcol.CONSTRAINT_NAME
        where fkcol.TABLE_SCHEMA = 'bi'`,
    ])
      expect(await rows(keys)).toEqual([]);
  });

  it('Import previews and reads a view; DirectQuery groups it', async () => {
    expect(
      await rows('select "_"."day", "_"."region", "_"."n" from "bi"."score_day" "_" limit 1000'),
    ).not.toEqual([]);
    const grouped =
      await rows(`select "rows"."region" as "region", sum("rows"."promoters")::integer as "a0" from
      (select "_"."region", "_"."promoters" from "bi"."score_day" "_" where "_"."region" in ('Germany', 'Peru')) "rows"
      group by "region" limit 1000001`);
    expect(grouped).toEqual([{ region: 'Germany', a0: expect.any(Number) }]);
  });
});

/* src/metabase/driver/postgres.clj of https://github.com/metabase/metabase; a log of its start:
 * https://github.com/datafusion-contrib/datafusion-postgres/issues/158. The driver is pgjdbc. */
describe('Metabase', () => {
  it('sets its session up as pgjdbc does', async () => {
    for (const text of [
      'SET extra_float_digits = 2',
      `SET application_name = 'Metabase'`,
      'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED',
      'SHOW TRANSACTION ISOLATION LEVEL',
      'show timezone',
    ])
      await rows(text);
    await rows('BEGIN READ ONLY');
    await readsItsRegions();
    await rows('COMMIT');
  });

  it('syncs: the schemas, the views it may select, their columns with comments, no keys or indexes', async () => {
    const schemas =
      await names(`SELECT nspname AS name FROM pg_catalog.pg_namespace WHERE nspname <> 'pg_toast'
      AND (nspname !~ '^pg_temp_' OR nspname = (pg_catalog.current_schemas(true))[1])`);
    expect(schemas).toContain('bi');
    const privileges = await rows<Record<string, unknown>>(`SELECT t.name,
      pg_catalog.has_any_column_privilege(current_user, '"' || t.schemaname || '"."' || t.name || '"', 'select') AS select,
      pg_catalog.has_any_column_privilege(current_user, '"' || t.schemaname || '"."' || t.name || '"', 'update') AS update,
      pg_catalog.has_table_privilege(current_user, '"' || t.schemaname || '"."' || t.name || '"', 'delete') AS delete
      FROM (SELECT schemaname, tablename AS name FROM pg_catalog.pg_tables
        UNION SELECT schemaname, viewname FROM pg_catalog.pg_views
        UNION SELECT schemaname, matviewname FROM pg_catalog.pg_matviews) t
      WHERE t.schemaname !~ '^pg_|timescaledb' AND t.schemaname <> 'information_schema'
        AND pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage') ORDER BY 1`);
    expect(privileges.filter(({ select }) => select)).toEqual(
      VIEWS.map((name) => ({ name, select: true, update: false, delete: false })),
    );
    const tables = await names(
      `SELECT c.relname AS name, d.description, stat.n_live_tup FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid
        LEFT JOIN pg_catalog.pg_description d ON c.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
        LEFT JOIN pg_stat_user_tables stat ON n.nspname = stat.schemaname AND c.relname = stat.relname
        WHERE c.relkind IN ('r', 'p', 'v', 'f', 'm') AND n.nspname IN ($1) AND d.description IS NOT NULL`,
      ['bi'],
    );
    expect(tables).toEqual(VIEWS);
    const columns = await rows<{ comment: string | null }>(
      `SELECT c.column_name, c.udt_name, col_description(CAST(CAST(format('%I.%I', CAST(c.table_schema AS text),
          CAST(c.table_name AS text)) AS regclass) AS oid), c.ordinal_position) AS comment
        FROM information_schema.columns c WHERE c.table_schema !~ '^information_schema|catalog_history|pg_'
          AND c.table_schema IN ($1) AND c.table_name IN ($2)`,
      ['bi', 'score_day'],
    );
    expect(columns.length).toBeGreaterThan(5);
    expect(columns.filter(({ comment }) => comment === null)).toEqual([]);
    await rows(`SELECT nspname, typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE t.oid IN (SELECT DISTINCT enumtypid FROM pg_enum e)`);
    for (const none of [
      `SELECT c.conname FROM pg_constraint c JOIN pg_namespace n ON c.connamespace = n.oid WHERE n.nspname = 'bi' AND c.contype = 'f'::char`,
      `SELECT pg_catalog.pg_get_indexdef(i.indexrelid, 1, false), (information_schema._pg_expandarray(i.indkey)).n FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class ct ON ct.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON ct.relnamespace = n.oid
        WHERE n.nspname = 'bi' AND pg_catalog.pg_get_expr(i.indpred, i.indrelid) IS NULL`,
    ])
      expect(await rows(none)).toEqual([]);
  });

  it('takes samples of columns and answers a question with a date filter as a parameter', async () => {
    expect(
      await rows('SELECT SUBSTRING("bi"."response"."region", 1, 1234) AS a FROM "bi"."response" LIMIT 10000'),
    ).toHaveLength(40);
    const found = await rows<{ n: string }>(
      `SELECT CAST(DATE_TRUNC('week', "bi"."score_day"."day") AS date) AS "day", SUM("bi"."score_day"."n") AS n,
        CAST(100 * (SUM("promoters") - SUM("detractors")) AS DOUBLE PRECISION) / NULLIF(SUM("n"), 0) AS "score"
        FROM "bi"."score_day" WHERE "bi"."score_day"."day" >= CAST((NOW() + INTERVAL '-30 day') AS date)
          AND "bi"."score_day"."region" = $1 GROUP BY 1 ORDER BY 1 ASC LIMIT 2000`,
      ['Germany'],
    );
    expect(found.reduce((sum, { n }) => sum + Number(n), 0)).toBe(20);
  });
});

/* Tableau Desktop 2025.3 with pgjdbc: https://github.com/cube-js/cube/issues/10721. Without temporary tables it writes
 * subqueries: https://github.com/tableau/connector-plugin-sdk/issues/282. psqlODBC reads through cursors. */
describe('Tableau', () => {
  const PROBE = '"#Tableau_1_Connect_Check"';
  const TEMPORARY = `CREATE LOCAL TEMPORARY TABLE ${PROBE} ("COL" INTEGER) ON COMMIT PRESERVE ROWS`;

  it('its probe for temporary tables is refused, and the session goes on with subqueries', async () => {
    const client = await connect(login.url);
    await client.rows('SET extra_float_digits = 3');
    await expect(client.rows(TEMPORARY)).rejects.toThrow('read-only transaction');
    await expect(client.rows(`DROP TABLE ${PROBE}`)).rejects.toThrow();
    expect(
      await client.rows('SELECT "SUBCOL" AS "COL" FROM (SELECT 1 AS "SUBCOL") "SUBQUERY" GROUP BY 1'),
    ).toEqual([{ COL: 1 }]);
    expect(
      await client.rows(`SELECT "score_day"."region" AS "region" FROM "bi"."score_day" "score_day"
        INNER JOIN (SELECT "score_day"."region" AS "region", SUM("score_day"."n") AS "$__alias__0"
          FROM "bi"."score_day" "score_day" GROUP BY 1 ORDER BY 2 DESC NULLS LAST LIMIT 10) "t0"
          ON "score_day"."region" = "t0"."region" GROUP BY 1 ORDER BY 1`),
    ).toEqual([{ region: 'Germany' }, { region: 'Japan' }]);
    await client.close();
  });

  it('an Initial SQL allows them, where the database gives them to everyone', async () => {
    const client = await connect(login.url);
    await client.rows('SET default_transaction_read_only = off');
    await client.rows(TEMPORARY);
    await client.rows(`DROP TABLE ${PROBE}`);
    await expect(client.rows('CREATE TABLE bi.extract (a integer)')).rejects.toThrow('permission denied');
    await client.close();
  });

  it('an extract is read through a cursor', async () => {
    await rows('BEGIN');
    await rows(`DECLARE "SQL_CUR1" CURSOR FOR SELECT * FROM "bi"."response" "response"`);
    expect(await rows('FETCH 25 IN "SQL_CUR1"')).toHaveLength(25);
    expect(await rows('FETCH 25 IN "SQL_CUR1"')).toHaveLength(15);
    await rows('CLOSE "SQL_CUR1"');
    await rows('COMMIT');
  });
});
