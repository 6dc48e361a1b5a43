import type { Dimension } from '../../domain/segments/dimensions.ts';
import { UNKNOWN } from '../../domain/segments/dimensions.ts';

/* What the views for BI tools show; store/bi/views.ts makes them. */

/** What must be granted for the cell of a row. */
export type Group = 'score' | 'response' | 'prediction';

export interface Column {
  readonly name: string;
  readonly type: string;
  /** Over r, the row, and c, its cell. */
  readonly from: string;
  readonly says: string;
}

/** How the tables are read: whole, or only what stands in the cells that a narrowed login sees. */
type Reading = 'table' | 'cell';

export interface View {
  readonly name: string;
  readonly says: string;
  readonly group: Group;
  /** The function of the narrowed branch, which can be called with a period. */
  readonly rows: string;
  /** What stands before and after the dimensions. */
  readonly before: readonly Column[];
  readonly after: readonly Column[];
  /** What follows the columns in FROM, after r and c; `prediction` is the condition under which predictions of c are seen. */
  readonly joins: (prediction: string, by: Reading) => string;
  readonly table: string;
  readonly time: string;
  /** Of r. */
  readonly where: string;
  /** One row for all that are equal up to that column. */
  readonly sums?: { readonly upTo: string; readonly having: string };
}

const COUNTS: readonly Column[] = [
  { name: 'promoters', type: 'integer', from: 'r.promoters', says: 'Answers of 9 and 10' },
  { name: 'passives', type: 'integer', from: 'r.passives', says: 'Answers of 7 and 8' },
  { name: 'detractors', type: 'integer', from: 'r.detractors', says: 'Answers of 0 to 6' },
  {
    name: 'n',
    type: 'integer',
    from: 'r.n',
    says: 'Answers with a class: promoters + passives + detractors',
  },
  {
    name: 'score',
    type: 'double precision',
    from: '100 * (r.promoters - r.detractors)::float8 / r.n',
    says: 'NPS of this row alone; of several rows take bi.nps(sum(promoters), sum(passives), sum(detractors))',
  },
];

const scoreView = (name: string, unit: string, time: Column): View => ({
  name,
  says: `Surveyed answers by UTC ${unit} and segment; rows add up exactly`,
  group: 'score',
  rows: `${name}s`,
  before: [time],
  after: COUNTS,
  table: `rollup_${unit}`,
  time: 'bucket',
  where: 'r.model_version_id = 0 AND r.n > 0',
  joins: () => '',
});

const classOf = (column: string) =>
  `CASE ${column} WHEN 0 THEN 'DETRACTOR' WHEN 1 THEN 'PASSIVE' WHEN 2 THEN 'PROMOTER' END`;
const shareOf = (column: string) => `${column}::float8 / 1000000`;

const SCORE_VIEWS: readonly View[] = [
  scoreView('score_hour', 'hour', {
    name: 'hour',
    type: 'timestamptz',
    from: 'r.bucket',
    says: 'Start of the hour',
  }),
  scoreView('score_day', 'day', {
    name: 'day',
    type: 'date',
    from: `(r.bucket AT TIME ZONE 'UTC')::date`,
    says: 'The UTC day; for days of another zone sum score_hour',
  }),
];

const PREDICTED: readonly Column[] = [
  {
    name: 'predicted_class',
    type: 'text',
    from: classOf('p.class'),
    says: 'Class that the champion model infers',
  },
  {
    name: 'sentiment',
    type: 'text',
    from: `CASE p.sentiment WHEN 0 THEN 'NEGATIVE' WHEN 1 THEN 'NEUTRAL' WHEN 2 THEN 'POSITIVE' END`,
    says: 'Sentiment of the comment that the champion model infers',
  },
  ...(['promoter', 'passive', 'detractor'] as const).map((one) => ({
    name: `${one}_probability`,
    type: 'double precision',
    from: shareOf(`p.${one}`),
    says: `Probability, 0 to 1, of the class ${one.toUpperCase()}`,
  })),
  {
    name: 'uncertainty',
    type: 'double precision',
    from: shareOf('p.uncertainty'),
    says: '0 certain, 1 no idea',
  },
];

/** A text as a constant of SQL. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

const CHAMPION = `(SELECT w.id FROM public.model_version w WHERE w.stage = 'CHAMPION')`;
const COMPANION = `(SELECT w.companion_id FROM public.model_version w WHERE w.stage = 'CHAMPION')`;
/** Each response has a prediction of one of the two at most. */
const READERS = `ANY (ARRAY[${CHAMPION}, ${COMPANION}])`;

const predictionOf = (condition: string) => `p.response_id = r.id AND p.answered_at = r.answered_at
  AND p.cell_id = r.cell_id AND p.model_version_id = ${READERS} AND ${condition}`;
/** Read one by one for narrowed logins: a join of the whole table would count the predictions that they do not see. */
const predictionsOf = (condition: string, by: Reading) =>
  by === 'cell'
    ? `LATERAL (SELECT * FROM public.prediction p WHERE ${predictionOf(condition)} OFFSET 0) p ON true`
    : `public.prediction p ON ${predictionOf(condition)}`;

/** The themes that p names, most probable first. The lists of both versions are read once, not for each row. */
const NAMED_THEMES = (() => {
  const of = (column: string, version: string) =>
    `(SELECT array_agg(t.${column} ORDER BY t.place) FROM public.model_theme t WHERE t.model_version_id = ${version})`;
  const list = (column: string) =>
    `(CASE p.model_version_id WHEN ${CHAMPION} THEN ${of(column, CHAMPION)} ELSE ${of(column, COMPANION)} END)`;
  return `CASE WHEN p.class IS NOT NULL THEN array_to_string(ARRAY(SELECT ${list('theme')}[i] FROM generate_subscripts(p.themes, 1) i
    WHERE p.themes[i] >= ${list('threshold')}[i] ORDER BY p.themes[i] DESC, i), ', ') END`;
})();

const RESPONSE: View = {
  name: 'response',
  says: 'One row for each response; comments and respondents are encrypted in the database and are not here',
  group: 'response',
  rows: 'responses',
  table: 'response',
  time: 'answered_at',
  where: 'true',
  joins: (
    condition,
    by,
  ) => `JOIN public.mapping_version m ON m.id = r.mapping_version_id JOIN public.source s ON s.id = m.source_id
      JOIN public.survey_version v ON v.id = m.survey_version_id LEFT JOIN ${predictionsOf(condition, by)}`,
  before: [
    { name: 'id', type: 'text', from: `'Response:' || r.id`, says: 'Id of the response in GraphQL' },
    { name: 'answered_at', type: 'timestamptz', from: 'r.answered_at', says: 'When it was answered' },
    { name: 'received_at', type: 'timestamptz', from: 'r.received_at', says: 'When it arrived' },
    { name: 'source', type: 'text', from: 's.name', says: 'Where it came from' },
    { name: 'external_id', type: 'text', from: 'r.external_id', says: 'Its id at the source' },
    { name: 'survey', type: 'text', from: 'v.name', says: 'Survey' },
    { name: 'survey_version', type: 'text', from: 'v.version', says: 'Version of the survey' },
    { name: 'score', type: 'smallint', from: 'r.score', says: 'As answered, on the scale of the survey' },
    { name: 'class', type: 'text', from: classOf('r.class'), says: 'PROMOTER, PASSIVE or DETRACTOR' },
    ...PREDICTED,
    {
      name: 'themes',
      type: 'text',
      from: NAMED_THEMES,
      says: 'Themes of the comment, most probable first',
    },
  ],
  after: [],
};

const THEME_N = 'sum(r.surveyed_promoters + r.surveyed_passives + r.surveyed_detractors)';
/** Sums of rows instead of rows: answers that name one theme and those that name several are apart. */
const THEME_COUNTS: readonly Column[] = COUNTS.map((column) => ({
  ...column,
  from:
    {
      n: `${THEME_N}::integer`,
      score: `100 * sum(r.surveyed_promoters - r.surveyed_detractors)::float8 / ${THEME_N}`,
    }[column.name] ?? `sum(r.surveyed_${column.name})::integer`,
}));

const THEME_DAY: View = {
  name: 'theme_day',
  says: 'Surveyed answers whose comment names the theme, by UTC day and segment; an answer counts in each of its themes',
  group: 'prediction',
  rows: 'theme_days',
  table: 'theme_day',
  time: 'bucket',
  where: `r.model_version_id = ${READERS}`,
  joins: () => 'JOIN public.model_theme t ON t.model_version_id = r.model_version_id AND t.place = r.theme',
  before: [{ name: 'day', type: 'date', from: `(r.bucket AT TIME ZONE 'UTC')::date`, says: 'The UTC day' }],
  after: [
    { name: 'theme', type: 'text', from: 't.theme', says: 'Theme that the champion model names' },
    ...THEME_COUNTS,
  ],
  sums: { upTo: 'theme', having: `${THEME_N} > 0` },
};

/** The columns of a view, with one for each dimension. */
export function columnsOf({ before, after }: View, dimensions: readonly Dimension[]): Column[] {
  const taken = new Set([...before, ...after].map(({ name }) => name));
  const values = dimensions.map(
    ({ attribute, description }): Column => ({
      name: taken.has(attribute) ? `${attribute}_value` : attribute,
      type: 'text',
      from: `coalesce(c.attributes ->> ${literal(attribute)}, '${UNKNOWN}')`,
      says: description,
    }),
  );
  return [...before, ...values, ...after];
}

/** Every view. */
export const BI_VIEWS: readonly View[] = [...SCORE_VIEWS, RESPONSE, THEME_DAY];
