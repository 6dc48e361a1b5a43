import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Database } from '../database/client.ts';
import { FORMULAS } from './formulas.ts';
import { BI_READERS, BI_SCHEMA } from './names.ts';
import { BI_VIEWS, columnsOf, literal, type View } from './view-definitions.ts';

/*
 * The views that BI tools read over SQL (decision 0092). What a login sees follows from session_user alone, which no statement of
 * its session changes. A view has two branches. The first reads the tables, for logins that see all of them: nothing is hidden
 * there, and conditions and limits reach the indexes. The second is a function, for narrowed logins: its plan shows in no EXPLAIN,
 * which would count the rows that a filter removes, and it reads by cell, so that counters of the session count what it sees.
 */

/**
 * The settings of the session reach nothing inside: names, plans and order of joins are fixed. Groups are sorted: the order of a hash
 * table follows from estimates, which count hidden rows.
 */
const CLOSED = `SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashagg = off
  SET enable_indexscan = on SET enable_nestloop = on`;
/** Marks the schema as made here; followed by a hash of the definition. */
const MARK = 'Scoreline: ';

/** The sets of the session's login; null for every other user, and for a key that ended or changed. */
const SEEN = `CREATE FUNCTION public.bi_seen (which text) RETURNS int4multirange LANGUAGE sql STABLE ${CLOSED}
  RETURN (SELECT CASE which WHEN 'score' THEN l.score WHEN 'response' THEN l.response WHEN 'prediction' THEN l.prediction END
    FROM public.bi_login l JOIN public.api_key k ON k.id = l.key_id
    WHERE l.login = session_user::text AND l.refused IS NULL AND k.role = l.role AND k.attributes = l.attributes
      AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()))`;

/**
 * Whether the login sees every cell, present and future; of responses: with every prediction, or none. `plans_all` is the same for
 * the planner: a narrowed login's plan is made without the first branch, so that no estimate shows statistics of the tables. What is
 * read follows from `sees_all`, which is asked whenever a plan runs.
 */
const SEES_ALL = (['sees_all', 'plans_all'] as const).map(
  (name) => `CREATE FUNCTION ${BI_SCHEMA}.${name} (which text) RETURNS boolean LANGUAGE sql
  ${name === 'sees_all' ? 'STABLE' : 'IMMUTABLE'} ${CLOSED}
  RETURN coalesce(upper_inf(public.bi_seen(which)) AND (which <> 'response' OR isempty(public.bi_seen('prediction'))
    OR upper_inf(public.bi_seen('prediction'))), false)`,
);
const seesAll = (group: string) =>
  `(${BI_SCHEMA}.plans_all('${group}') AND (SELECT ${BI_SCHEMA}.sees_all('${group}')))`;

/** The ids of a set's cells, without reading other cells. */
const cellsOf = (set: string) => `(SELECT c.id, c.attributes FROM public.cell c WHERE upper_inf(${set})
    UNION ALL SELECT c.id, c.attributes FROM unnest(CASE WHEN NOT upper_inf(${set}) THEN ${set} END) x
      CROSS JOIN LATERAL generate_series(lower(x), upper(x) - 1) i (id)
      CROSS JOIN LATERAL (SELECT * FROM public.cell k WHERE k.id = i.id OFFSET 0) c)`;

/** The view, the function behind it and what they are. */
const named = (name: string) => `"${name.replaceAll('"', '""')}"`;

function statementsOf(view: View, dimensions: readonly Dimension[]): string[] {
  const { name, says, group, rows, joins, table, time, where, sums } = view;
  const columns = columnsOf(view, dimensions);
  const last = columns.findIndex((column) => column.name === sums?.upTo);
  const grouped = sums
    ? ` GROUP BY ${columns
        .slice(0, last + 1)
        .map((_, i) => i + 1)
        .join(', ')} HAVING ${sums.having}`
    : '';
  const list = columns.map(({ name: column, from }) => `${from} AS ${named(column)}`).join(', ');
  const types = columns.map(({ name: column, type }) => `${named(column)} ${type}`).join(', ');
  return [
    `CREATE FUNCTION ${BI_SCHEMA}.${rows} (since timestamptz DEFAULT '-infinity', until timestamptz DEFAULT 'infinity')
      RETURNS TABLE (${types}) LANGUAGE plpgsql STABLE ${CLOSED}
      SET plan_cache_mode = force_custom_plan ROWS 10000 AS $body$
      #variable_conflict use_column
      DECLARE seen int4multirange := public.bi_seen('${group}'); predicted int4multirange := public.bi_seen('prediction');
      BEGIN
        IF seen IS NULL THEN RETURN; END IF;
        RETURN QUERY SELECT ${list} FROM ${cellsOf('seen')} c
          CROSS JOIN LATERAL (SELECT * FROM public.${table} t WHERE t.cell_id = c.id
            AND t.${time} >= since AND t.${time} < until OFFSET 0) r ${joins('predicted @> r.cell_id', 'cell')} WHERE ${where}${grouped};
      END $body$`,
    `CREATE VIEW ${BI_SCHEMA}.${name} WITH (security_barrier) AS
      SELECT ${list} FROM public.${table} r JOIN public.cell c ON c.id = r.cell_id
        ${joins(seesAll('prediction'), 'table')} WHERE ${where} AND ${seesAll(group)}${grouped}
      UNION ALL SELECT * FROM ${BI_SCHEMA}.${rows}() WHERE NOT ${seesAll(group)}`,
    `COMMENT ON VIEW ${BI_SCHEMA}.${name} IS ${literal(says)}`,
    `COMMENT ON FUNCTION ${BI_SCHEMA}.${rows} (timestamptz, timestamptz) IS ${literal(
      `The rows of ${BI_SCHEMA}.${name} of a period, from since (inclusive) to until; faster than the view for narrowed logins`,
    )}`,
    ...columns.map(
      ({ name: column, says: text }) =>
        `COMMENT ON COLUMN ${BI_SCHEMA}.${name}.${named(column)} IS ${literal(text)}`,
    ),
  ];
}

/** What opens the views to the logins; run whenever views or role are made. */
export const OPEN_TO_READERS: readonly string[] = [
  `GRANT USAGE ON SCHEMA ${BI_SCHEMA} TO ${BI_READERS}`,
  `GRANT SELECT ON ALL TABLES IN SCHEMA ${BI_SCHEMA} TO ${BI_READERS}`,
  `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${BI_SCHEMA} TO ${BI_READERS}`,
];

/** Drops the views, before migrations change the tables under them; `createBiViews` creates them again. */
export async function dropBiViews(db: Database): Promise<void> {
  if (!(await markOf(db))?.startsWith(MARK)) return;
  // A session that reads them would be waited for.
  await db.execute(sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
    AND starts_with(usename::text, ${`${BI_READERS}_`}) AND pg_has_role(usesysid, 'USAGE')`);
  await db.execute(sql.raw(`DROP SCHEMA ${BI_SCHEMA} CASCADE`));
  await db.execute(sql.raw('DROP FUNCTION IF EXISTS public.bi_seen (text)'));
}

/** Another schema has the name; it is left alone, and there is no SQL door. */
export class ForeignSchemaError extends Error {
  override readonly name = 'ForeignSchemaError';
}

/**
 * Creates the views for these dimensions, unless the existing ones have the same definition.
 * @throws ForeignSchemaError
 */
export async function createBiViews(db: Database, dimensions: readonly Dimension[]): Promise<void> {
  const definition = [
    `CREATE SCHEMA ${BI_SCHEMA}`,
    SEEN,
    'REVOKE ALL ON FUNCTION public.bi_seen (text) FROM PUBLIC',
    ...SEES_ALL,
    ...FORMULAS,
    ...BI_VIEWS.flatMap((view) => statementsOf(view, dimensions)),
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${BI_SCHEMA} FROM PUBLIC`,
  ];
  const mark = MARK + createHash('sha256').update(definition.join('\n')).digest('hex');
  const present = await markOf(db);
  if (present === mark) return;
  if (present !== null && !present.startsWith(MARK))
    throw new ForeignSchemaError(
      `the database has a schema "${BI_SCHEMA}" that Scoreline did not make, so there are no views for BI tools: rename it (ALTER SCHEMA ${BI_SCHEMA} RENAME TO ...) and start again`,
    );
  await db.transaction(async (tx) => {
    await dropBiViews(tx as unknown as Database);
    for (const statement of definition) await tx.execute(sql.raw(statement));
    if (await readersExist(tx as unknown as Database))
      for (const statement of OPEN_TO_READERS) await tx.execute(sql.raw(statement));
    await tx.execute(sql.raw(`COMMENT ON SCHEMA ${BI_SCHEMA} IS '${mark}'`));
  });
}

/** The schema's comment; empty without one, null without the schema. */
async function markOf(db: Database): Promise<string | null> {
  const [row] = rowsOf<{ mark: string | null }>(
    await db.execute(
      sql`SELECT obj_description(oid, 'pg_namespace') AS mark FROM pg_namespace WHERE nspname = ${BI_SCHEMA}`,
    ),
  );
  return row ? (row.mark ?? '') : null;
}

async function readersExist(db: Database): Promise<boolean> {
  return rowsOf(await db.execute(sql`SELECT FROM pg_roles WHERE rolname = ${BI_READERS}`)).length > 0;
}

function rowsOf<Row>(result: unknown): Row[] {
  return (result as { rows: Row[] }).rows;
}
