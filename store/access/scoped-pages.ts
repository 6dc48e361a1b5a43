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

type PageName =
  | 'newest_responses'
  | 'oldest_responses'
  | 'newest_outcomes'
  | 'first_rollups'
  | 'newest_of_source'
  | 'volume_of_source';

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

/** Hours of surveyed answers by mapping; `t` is a rollup. */
const hoursOf = (guard: string) =>
  `t.model_version_id = 0 AND t.cell_id = ANY (cells) AND t.n > 0 AND ${guard}`;
const withoutScore = (guard: string) => `t.class IS NULL AND t.cell_id = ANY (cells) AND ${guard}`;

const FUNCTIONS: readonly PageFunction[] = [
  {
    // The newest answers that the mappings of a source read: those of its newest hours, and those without a score.
    name: 'newest_of_source',
    parameters: 'cells integer[], mappings integer[], most integer',
    columns: 'id uuid, answered_at timestamptz, cell_id integer',
    body: (guard) => `BEGIN RETURN QUERY SELECT a.id, a.answered_at, a.cell_id FROM (
        SELECT r.id, r.answered_at, r.cell_id FROM (
            SELECT m.id, f.bucket, f.cell_id, sum(f.n) OVER (ORDER BY f.bucket DESC, f.cell_id, m.id) - f.n AS later
            FROM unnest(mappings) AS m (id) CROSS JOIN LATERAL (
              SELECT t.bucket, t.cell_id, t.n FROM public.rollup_mapping t WHERE t.mapping_version_id = m.id AND ${hoursOf(guard)}
                ORDER BY t.bucket DESC, t.cell_id LIMIT most) f) h
          CROSS JOIN LATERAL (SELECT t.id, t.answered_at, t.cell_id FROM public.response t WHERE t.cell_id = h.cell_id
            AND t.mapping_version_id = h.id AND t.answered_at >= h.bucket AND t.answered_at < h.bucket + interval '1 hour'
            AND t.class IS NOT NULL ORDER BY t.answered_at DESC, t.id DESC LIMIT most) r WHERE h.later < most
        UNION ALL
        SELECT r.id, r.answered_at, r.cell_id FROM unnest(mappings) AS m (id) CROSS JOIN LATERAL (
          SELECT t.id, t.answered_at, t.cell_id FROM public.response t WHERE t.mapping_version_id = m.id AND ${withoutScore(guard)}
          ORDER BY t.answered_at DESC, t.id DESC LIMIT most) r) a
      ORDER BY a.answered_at DESC, a.id DESC LIMIT most; END`,
  },
  {
    // How many answers the mappings of a source read since then, and of them since `late`, a day before the hour that runs. Read from
    // that hour back in windows as long as what was found lets expect, until there are `most`: neither an index by time nor one by
    // cell alone finds the newest hours of many cells without reading all of them.
    name: 'volume_of_source',
    parameters: 'cells integer[], mappings integer[], since timestamptz, late timestamptz, most integer',
    columns: 'answers bigint, late_answers bigint, complete boolean',
    body: (
      guard,
    ) => `DECLARE until timestamptz := 'infinity'; start timestamptz := late + interval '1 day'; hours integer := 1; more integer;
        seen bigint := 0; part record; BEGIN
      answers := 0; late_answers := 0;
      LOOP
        SELECT coalesce(sum(c.n), 0) AS n, coalesce(sum(c.n) FILTER (WHERE c.at >= late), 0) AS late_n, count(*) AS looked_at INTO part FROM (
          SELECT t.bucket AS at, t.n FROM public.rollup_mapping t WHERE t.mapping_version_id = ANY (mappings)
            AND t.bucket >= start AND t.bucket < until AND ${hoursOf(guard)}
          UNION ALL
          SELECT t.answered_at, 1 FROM public.response t WHERE t.mapping_version_id = ANY (mappings)
            AND t.answered_at >= start AND t.answered_at < until AND ${withoutScore(guard)}) c;
        answers := answers + part.n; late_answers := late_answers + part.late_n; seen := seen + part.looked_at;
        complete := start <= since;
        EXIT WHEN complete OR seen >= most;
        more := greatest(1, least(8 * hours, (most - seen) * hours / greatest(seen, 1)));
        until := start; start := greatest(since, start - more * interval '1 hour'); hours := hours + more;
      END LOOP;
      RETURN NEXT; END`,
  },
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
    // After that moment and id, the oldest first.
    name: 'oldest_responses',
    parameters:
      'cells integer[], since timestamptz, until timestamptz, after timestamptz, after_id uuid, most integer',
    columns: 'id uuid, answered_at timestamptz, cell_id integer',
    body: (guard) => `BEGIN RETURN QUERY SELECT t.id, t.answered_at, t.cell_id FROM public.response t
        WHERE t.answered_at >= since AND t.answered_at < until AND t.answered_at >= after
          AND (t.answered_at, t.id) > (after, after_id) AND t.cell_id = ANY (cells) AND ${guard}
        ORDER BY t.answered_at, t.id LIMIT most; END`,
  },
  {
    // Before that moment and id, the newest first; of these kinds, null: of all.
    name: 'newest_outcomes',
    parameters: `cells integer[], kinds text[], since timestamptz, until timestamptz, before timestamptz, before_id uuid, most integer`,
    columns: 'id uuid, at timestamptz, cell_id integer',
    body: (guard) => `BEGIN RETURN QUERY SELECT t.id, t.at, t.cell_id FROM public.outcome t
        WHERE t.at >= since AND t.at < until AND t.at <= before AND (t.at, t.id) < (before, before_id)
          AND t.cell_id = ANY (cells) AND (kinds IS NULL OR t.kind = ANY (kinds)) AND NOT t.restricted AND ${guard}
        ORDER BY t.at DESC, t.id DESC LIMIT most; END`,
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
