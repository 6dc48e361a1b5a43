import { PAGES, READER } from '../database/scoped-view-names.ts';

/*
 * First pages of long lists. A view's condition is a barrier to the planner: it hides the order of an index, so
 * the newest ten of a million rows would be found by reading and sorting the million. These functions apply the
 * views' conditions and stand beside them under the same names as the unguarded ones of the tables' owner. They
 * return keys and no content; content is looked up through the views. They have a schema of their own, so that
 * a process of an earlier version that recreates the views leaves them alone.
 */

/** Planned per call: a page over all cells goes by time, one over few cells by cell. */
const OPTIONS = 'STABLE SET plan_cache_mode = force_custom_plan';

type PageName = 'newest_responses' | 'first_rollups';

interface PageFunction {
  readonly name: PageName;
  readonly parameters: string;
  readonly columns: string;
  /** `t` is a table; the condition guards its rows. */
  readonly body: (guard: string) => string;
}

const rollupsOf = (table: string, guard: string, also: string) =>
  `SELECT t.bucket, t.cell_id, t.model_version_id FROM public.${table} t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND ${guard} AND ${also}`;
const FIRST = 't.bucket > after ORDER BY t.bucket LIMIT most';
const WHOLE = 't.bucket >= after AND t.bucket <= coalesce(final, after)';

const FUNCTIONS: readonly PageFunction[] = [
  {
    // Before that moment and id, the newest first.
    name: 'newest_responses',
    parameters:
      'cells integer[], since timestamptz, until timestamptz, before timestamptz, before_id uuid, most integer',
    columns: 'id uuid, answered_at timestamptz, cell_id integer',
    // The time bounds are plain comparisons, so that a hypertable's other chunks are not opened.
    body: (guard) => `BEGIN RETURN QUERY SELECT t.id, t.answered_at, t.cell_id FROM public.response t
        WHERE t.answered_at >= since AND t.answered_at < until AND t.answered_at <= before
          AND (t.answered_at, t.id) < (before, before_id) AND t.cell_id = ANY (cells) AND ${guard}
        ORDER BY t.answered_at DESC, t.id DESC LIMIT most; END`,
  },
  {
    // That hour, and later ones until that many rollups are found, each hour whole; with mappings, only those
    // that one of them fed.
    name: 'first_rollups',
    parameters: `cells integer[], models integer[], mappings integer[], since timestamptz, until timestamptz, after timestamptz,
      most integer`,
    columns: 'bucket timestamptz, cell_id integer, model_version_id integer',
    // The first of each mapping, which include the first overall.
    body: (guard) => `DECLARE final timestamptz; BEGIN
      IF mappings IS NULL THEN
        SELECT max(f.bucket) INTO final FROM (${rollupsOf('rollup_hour', guard, FIRST)}) f;
        RETURN QUERY ${rollupsOf('rollup_hour', guard, WHOLE)};
      ELSE
        SELECT max(e.bucket) INTO final FROM (SELECT DISTINCT f.bucket, f.cell_id, f.model_version_id FROM unnest(mappings) AS m (id)
          CROSS JOIN LATERAL (${rollupsOf('rollup_mapping', guard, `t.mapping_version_id = m.id AND ${FIRST}`)}) f
          ORDER BY f.bucket LIMIT most) e;
        RETURN QUERY SELECT DISTINCT f.bucket, f.cell_id, f.model_version_id
          FROM (${rollupsOf('rollup_mapping', guard, `t.mapping_version_id = ANY (mappings) AND ${WHOLE}`)}) f;
      END IF; END`,
  },
];

/** Whatever its parameters and columns were in an earlier version. */
const dropped = (name: string) => `DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = '${name}' LOOP
      EXECUTE 'DROP FUNCTION ' || f;
    END LOOP; END $$`;

/** The statements that recreate the functions. `guards`: by function the condition on rows t of its table. */
export function pageFunctions(guards: Readonly<Record<PageName, string>>): string[] {
  const functions = FUNCTIONS.flatMap(({ name, parameters, columns, body }) => {
    const made = (schema: string, security: string, guard: string) =>
      `CREATE FUNCTION ${schema}.${name} (${parameters}) RETURNS TABLE (${columns}) LANGUAGE plpgsql
        SECURITY ${security} ${OPTIONS} SET search_path = pg_catalog, pg_temp AS $page$ ${body(guard)} $page$`;
    return [
      dropped(name),
      made('public', 'INVOKER', 'true'),
      made(PAGES, 'DEFINER', guards[name]),
      `REVOKE ALL ON FUNCTION ${PAGES}.${name} FROM PUBLIC`,
      `GRANT EXECUTE ON FUNCTION ${PAGES}.${name} TO ${READER}`,
    ];
  });
  return [`CREATE SCHEMA ${PAGES}`, `GRANT USAGE ON SCHEMA ${PAGES} TO ${READER}`, ...functions];
}
