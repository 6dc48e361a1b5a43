import { type Counts, ZERO } from '../../domain/nps/nps.ts';
import { splitByLevel, type TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';

/** How many answers of a cell in a window name a theme, by class. */
export interface ThemeCounts {
  /** The index of the window. */
  readonly window: number;
  readonly cellId: number;
  /** The theme's place in the model. */
  readonly place: number;
  /** How many themes each of these answers names. */
  readonly named: number;
  /** By the class that the respondent gave. */
  readonly surveyed: Counts;
  /** By the inferred class: of all answers, and of those without a surveyed class. */
  readonly inferred: Counts;
  readonly alone: Counts;
}

export interface ThemeQuery {
  /** Windows that do not overlap, in order; edges are whole minutes. */
  readonly windows: readonly TimeRange[];
  /** Which cells; the caller has already restricted them to what may be read. */
  readonly cellIds: readonly number[];
  readonly model: number;
  /** Separately for each cell; otherwise `cellId` is 0 and the counts are of all of them. */
  readonly byCell: boolean;
}

const KINDS = { surveyed: 'surveyed_', inferred: '', alone: 'alone_' } as const;
const CLASSES = ['promoters', 'passives', 'detractors'] as const;
const COLUMNS = Object.values(KINDS).flatMap((prefix) => CLASSES.map((name) => `${prefix}${name}`));

const PARTS = `unnest($2::timestamptz[], $3::timestamptz[]) AS part (start, stop)`;
const head = (time: string, byCell: boolean) =>
  `SELECT width_bucket(${time}, $1::timestamptz[]) - 1 AS edge, ${byCell ? 'r.cell_id' : '0'} AS "cellId", r.theme AS place, r.named`;
const grouping = (byCell: boolean) => `GROUP BY 1, 3, 4${byCell ? ', r.cell_id' : ''}`;

/** Reads each part by the key (OFFSET 0), as the statements of store/scores/rollups.ts do. */
const rollupStatement = (unit: 'day' | 'hour', byCell: boolean): Statement =>
  statement(
    `themes_${unit}_${byCell ? 'by_cell' : 'sum'}`,
    `${head('r.bucket', byCell)}, ${COLUMNS.map((name) => `sum(r.${name})::float8 AS ${name}`).join(', ')}
    FROM ${PARTS} CROSS JOIN LATERAL (SELECT * FROM theme_${unit} t WHERE t.bucket >= part.start AND t.bucket < part.stop
        AND t.cell_id = ANY ($4::integer[]) AND t.model_version_id = $5 OFFSET 0) r
    ${grouping(byCell)}`,
  );

const CLASS_OF = { promoters: 2, passives: 1, detractors: 0 } as const;
const counted = (condition: string, prefix: string) =>
  CLASSES.map(
    (name) =>
      `(count(*) FILTER (WHERE ${condition} = ${CLASS_OF[name]}${prefix === 'alone_' ? ' AND NOT r.surveyed' : ''}))::float8 AS ${prefix}${name}`,
  ).join(', ');

/** Parts of hours: counted from the predictions. */
const factStatement = (byCell: boolean): Statement =>
  statement(
    `themes_fact_${byCell ? 'by_cell' : 'sum'}`,
    `${head('r.answered_at', byCell)}, ${counted('r.surveyed_class', 'surveyed_')}, ${counted('r.class', '')}, ${counted('r.class', 'alone_')}
    FROM (SELECT p.*, theme.place AS theme, cardinality(n.places) AS named
      FROM ${PARTS} CROSS JOIN LATERAL (SELECT answered_at, cell_id, surveyed, surveyed_class, class, themes FROM prediction f
          WHERE f.answered_at >= part.start AND f.answered_at < part.stop AND f.cell_id = ANY ($4::integer[])
            AND f.model_version_id = $5 AND f.class IS NOT NULL OFFSET 0) p
        CROSS JOIN LATERAL (SELECT array_agg(t.place) AS places FROM model_theme t
          WHERE t.model_version_id = $5 AND p.themes[t.place] >= t.threshold) n
        CROSS JOIN LATERAL unnest(n.places) AS theme (place)) r
    ${grouping(byCell)}`,
  );

const both = (make: (byCell: boolean) => Statement) => ({ sum: make(false), byCell: make(true) });
const STATEMENTS = {
  DAY: both((byCell) => rollupStatement('day', byCell)),
  HOUR: both((byCell) => rollupStatement('hour', byCell)),
  MINUTE: both(factStatement),
};

type Row = Record<string, number> &
  Pick<ThemeCounts, 'cellId' | 'place' | 'named'> & { readonly edge: number };

/** The counts of each theme, window and number of named themes, from the coarsest rollups that fit; none without answers. */
export async function readThemeCounts(session: Session, query: ThemeQuery): Promise<ThemeCounts[]> {
  const { windows, cellIds, model, byCell } = query;
  if (cellIds.length === 0) return [];
  const edges = [...new Set(windows.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
  const windowOf = new Map(windows.map(({ from }, window) => [edges.indexOf(from), window]));
  const parts: Record<keyof typeof STATEMENTS, TimeRange[]> = { DAY: [], HOUR: [], MINUTE: [] };
  for (const window of windows)
    for (const { level, from, until } of splitByLevel(window)) parts[level].push({ from, until });
  const dates = (times: readonly number[]) => times.map((time) => new Date(time));
  const read = await Promise.all(
    (Object.keys(parts) as (keyof typeof parts)[])
      .filter((level) => parts[level].length > 0)
      .map((level) =>
        session.rows<Row>(STATEMENTS[level][byCell ? 'byCell' : 'sum'], [
          dates(edges),
          dates(parts[level].map(({ from }) => from)),
          dates(parts[level].map(({ until }) => until)),
          cellIds,
          model,
        ]),
      ),
  );
  return read.flat().map((row) => {
    const { edge, cellId, place, named } = row;
    const of = (kind: keyof typeof KINDS): Counts => ({
      promoters: row[`${KINDS[kind]}promoters`] ?? 0,
      passives: row[`${KINDS[kind]}passives`] ?? 0,
      detractors: row[`${KINDS[kind]}detractors`] ?? 0,
    });
    return {
      window: windowOf.get(edge) ?? 0,
      cellId,
      place,
      named,
      surveyed: of('surveyed'),
      inferred: of('inferred'),
      alone: of('alone'),
    };
  });
}

const THEMES = statement(
  'themes_of_model',
  'SELECT place, theme FROM model_theme WHERE model_version_id = $1 ORDER BY place',
);

/** The themes of a model version, in its order. */
export function readModelThemes(
  session: Session,
  model: number,
): Promise<{ readonly place: number; readonly theme: string }[]> {
  return session.rows(THEMES, [model]);
}

/** The counts of a basis: what respondents gave, and what a model inferred. */
export function onBasis(
  basis: 'SURVEYED' | 'INFERRED' | 'COMBINED',
  { surveyed, inferred, alone }: Pick<ThemeCounts, 'surveyed' | 'inferred' | 'alone'>,
): { surveyed: Counts; inferred: Counts } {
  if (basis === 'SURVEYED') return { surveyed, inferred: ZERO };
  return basis === 'INFERRED' ? { surveyed: ZERO, inferred } : { surveyed, inferred: alone };
}
