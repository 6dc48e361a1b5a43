import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { FieldGroup, Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import { UNKNOWN } from '../../domain/segments/dimensions.ts';
import {
  type Database,
  type ScopedSession,
  type Session,
  type Store,
  scopedSession,
} from '../database/client.ts';
import { MAY_BE_READER } from '../database/privileges.ts';
import { PAGES, READER, SCOPE_SETTING, VIEWS } from '../database/scoped-view-names.ts';
import { statement } from '../database/statement.ts';
import { pageFunctions } from './scoped-pages.ts';
import { isOfStaff } from './staff-rows.ts';

/*
 * Scoped views, the second layer of access control: the API reads as a database role that has no right to any
 * table, through views that show what one scope sees. The views have the tables' names and come first in the
 * role's search path, so the statements are the same. Without a scope they are empty; a table that is not
 * listed here cannot be read. First pages come from functions with the same conditions
 * (store/access/scoped-pages.ts).
 */

const FINGERPRINT = `current_setting('${SCOPE_SETTING}', true)`;
const EVERYTHING = `(SELECT s.everything FROM public.scope s WHERE s.fingerprint = ${FINGERPRINT})`;
type Column = 'score' | 'response' | 'comment' | 'respondent' | 'prediction' | 'staff';
/**
 * Whether the scope sees the cell under any of the groups. The set of cells is read once per statement, and
 * costs the same for any number of cells; the empty set is added so that it is unpacked once, not per row.
 * COALESCE keeps the planner from underestimating how many rows a set leaves, and is false without a scope.
 */
const sees = (cell: string, ...groups: Column[]) =>
  `coalesce((SELECT ${groups.map((group) => `s.${group}`).join(' + ')} + '{}' FROM public.scope s
    WHERE s.fingerprint = ${FINGERPRINT}) @> ${cell}, false)`;
const THEMES = (['score', 'response', 'prediction'] as const)
  .map((column) => sees('t.cell_id', column))
  .join(' AND ');
const ANY: Column[] = ['score', 'response', 'prediction'];
/**
 * Rows about a set of cells hold numbers of subsets of the answers: they are for callers who may read every answer of every one
 * of those cells. Rows about everything have the unbounded set.
 */
const seesAll = (row: string) =>
  `((${EVERYTHING} OR (NOT isempty(${row}.cells) AND ${ANY.map((column) => sees(`${row}.cells`, column)).join(' AND ')}))
    AND (NOT ${isOfStaff(`${row}.cells`)} OR ${sees(`${row}.cells`, 'staff')}))`;
const belongsTo = (table: string, key: string, more = 'true') =>
  `EXISTS (SELECT FROM public.${table} o WHERE o.id = t.${key} AND ${seesAll('o')} AND ${more})`;
/** A case of a restricted response is kept, and shown to no one. */
const isUsed = (row: string) => `(${row}.response_id IS NULL OR EXISTS (SELECT FROM public.response_key k
    JOIN public.response r ON r.id = k.id AND r.answered_at = k.answered_at WHERE k.id = ${row}.response_id)
  OR EXISTS (SELECT FROM public.uncounted_response u WHERE u.id = ${row}.response_id))`;

const ofResponse = (key: string) =>
  `EXISTS (SELECT FROM public.response_key k WHERE k.id = t.${key} AND ${sees('k.cell_id', 'response')})`;

const seesEvery = (column: Column) =>
  `(SELECT s.${column} = '{(,)}' FROM public.scope s WHERE s.fingerprint = ${FINGERPRINT})`;
const EVERY_SCORE = seesEvery('score');
/** The value of a cell in the dimension of that attribute. */
const valueIn = (attribute: string) => `coalesce(nullif(c.attributes ->> ${attribute}, ''), '${UNKNOWN}')`;
/**
 * The segments whose change events the scope sees: each value that one names occurs in one of its cells whose scores the scope reads. Not
 * correlated with the row: it is computed once for each statement.
 */
const SEEN_SEGMENTS = `SELECT g.segment FROM (SELECT DISTINCT segment FROM public.change_event) g
  WHERE (SELECT NOT isempty(s.score) FROM public.scope s WHERE s.fingerprint = ${FINGERPRINT})
    AND NOT EXISTS (SELECT FROM jsonb_each(g.segment) d, jsonb_array_elements_text(d.value) v
      WHERE NOT EXISTS (SELECT FROM public.cell c WHERE ${sees('c.id', 'score')} AND ${valueIn('d.key')} = v.value
        AND NOT EXISTS (SELECT FROM jsonb_each(g.segment) e WHERE NOT jsonb_exists(e.value, ${valueIn('e.key')}))))`;

interface Guard {
  /** Which rows are shown; t is the table. */
  readonly where: string;
  /** Columns of which only the rows of some cells are shown. */
  readonly masked?: Readonly<Record<string, Column>>;
  /** Columns that are shown by an expression. */
  readonly shown?: Readonly<Record<string, string>>;
  /** Columns that are left out. */
  readonly hidden?: readonly string[];
}

/** Tables of facts, whose rows belong to cells. */
const SCOPED_TABLES = {
  response: {
    where: sees('t.cell_id', 'score', 'response'),
    // Comments are decrypted with the owner's id, so it has the same mask: see
    // store/encryption/subject-encryption.ts.
    masked: {
      comment: 'comment',
      subject_id: 'comment',
      external_id: 'response',
      account_id: 'respondent',
    },
  },
  // Those that are kept apart and not counted; which answer stands for one is shown where that is seen too.
  uncounted_response: {
    where: sees('t.cell_id', 'response'),
    masked: { comment: 'comment', subject_id: 'comment', account_id: 'respondent' },
    shown: {
      instead: `CASE WHEN EXISTS (SELECT FROM public.response_key k WHERE k.id = t.instead AND ${sees('k.cell_id', 'response')})
        THEN t.instead END`,
    },
  },
  counting_verdict: {
    where: ofResponse('response_id'),
    hidden: ['actor', 'actor_name', 'reason'],
  },
  // That an answer is flagged says that there are others like it, of any segment.
  response_flag: { where: seesEvery('response'), hidden: ['found'] },
  // That a comment was deleted says that there was one.
  aged_field: {
    where: `EXISTS (SELECT FROM public.response_key k WHERE k.id = t.response_id
      AND CASE WHEN t.field = 'comments' THEN ${sees('k.cell_id', 'comment')} ELSE ${sees('k.cell_id', 'response')} END)`,
  },
  response_key: {
    where: sees('t.cell_id', ...ANY),
    masked: { subject_id: 'respondent', content_hash: 'response' },
    hidden: ['revision', 'revised_at', 'event_id'],
  },
  source_event: {
    where: `EXISTS (SELECT FROM public.response_key k WHERE k.id = t.response_id AND ${sees('k.cell_id', ...ANY)})`,
    hidden: [
      'subject_id',
      'sealed',
      'content',
      'import_id',
      'import_line',
      'undone_at',
      'replaced',
      'stood',
      'sent',
    ],
  },
  prediction: { where: sees('t.cell_id', 'score', 'prediction') },
  // Money and time of accounts: for callers who may read the answers of the cell one by one.
  outcome: {
    where: `(NOT t.restricted AND ${sees('t.cell_id', 'response')})`,
    masked: {
      subject_id: 'respondent',
      account_id: 'respondent',
      owner: 'respondent',
      staff_id: 'staff',
      owner_id: 'staff',
    },
    hidden: ['former_hashes', 'revision', 'revised_at', 'position', 'sealed', 'import_id'],
  },
  rollup_minute: { where: sees('t.cell_id', 'score') },
  rollup_hour: { where: sees('t.cell_id', 'score', 'prediction') },
  rollup_day: { where: sees('t.cell_id', 'score') },
  rollup_mapping: { where: sees('t.cell_id', 'score', 'prediction') },
  // Subsets of the answers that scores count: only for callers who may read the answers one by one.
  theme_hour: { where: THEMES },
  theme_day: { where: THEMES },
  // The maker would reveal who submits responses.
  cell: { where: sees('t.id', ...ANY), hidden: ['made_by', 'source', 'overflow', 'used'] },
  // Which of its releases are shown is read through the views: see store/disclosure/score-guard.ts.
  disclosure_cell: { where: sees('t.cell_id', 'score') },
  // Its place in the log would reveal how much of other cells is sealed; the manifest is for proofs.
  seal: { where: sees('t.cell_id', 'score', 'prediction'), hidden: ['id', 'manifest'] },
  // A review of a decision belongs to no cell.
  review: {
    where: `(t.cell_id IS NULL OR ${sees('t.cell_id', 'prediction')})`,
    hidden: ['reason', 'claimed_by', 'claimed_until'],
  },
  monitor_reading: { where: EVERYTHING },
  alert: { where: seesAll('t'), hidden: ['key'] },
  alert_event: { where: belongsTo('alert', 'alert_id') },
  alert_escalation: { where: belongsTo('alert', 'alert_id'), hidden: ['target_id'] },
  agent_decision: { where: seesAll('t') },
  agent_approval: { where: belongsTo('agent_decision', 'decision_id') },
  case_record: { where: `${seesAll('t')} AND ${isUsed('t')}` },
  case_event: { where: belongsTo('case_record', 'case_id', isUsed('o')) },
  delivery: { where: seesAll('t'), hidden: ['claimed_until'] },
  // Rates of few people are for callers who may read their answers one by one.
  invitation: {
    where: `${sees('t.cell_id', 'score')} AND ${sees('t.cell_id', 'response')}`,
    hidden: ['external_id', 'received_at', 'content_hash', 'former_hashes', 'revision', 'revised_at'],
  },
  // Who sent it, and how it was corrected, is its sender's.
  change_event: {
    where: `(${EVERY_SCORE} OR t.segment IN (${SEEN_SEGMENTS}))`,
    hidden: [
      'external_id',
      'received_at',
      'content_hash',
      'former_hashes',
      'revision',
      'revised_at',
      'import_id',
    ],
  },
} satisfies Readonly<Record<string, Guard>>;

/** Tables without data of cells: models, and names of sources and surveys. */
const OPEN = [
  'feature_definition',
  'feature_set',
  'mapping_version',
  'model_event',
  'model_theme',
  'model_training_set',
  'model_version',
  'scale_rule',
  'source',
  'survey_version',
  'training_set',
] as const;

/**
 * Drops the views, before migrations change the tables under them; `createScopedViews` creates them again.
 * Until then callers cannot read anything.
 */
export async function dropScopedViews(db: Database): Promise<void> {
  await db.execute(sql.raw(`DROP SCHEMA IF EXISTS ${VIEWS}, ${PAGES} CASCADE`));
}

/** Creates the role and the views, unless the existing ones have the same definitions and tables. */
export async function createScopedViews(db: Database): Promise<void> {
  await ensureReader(db);
  const columns = rowsOf<{ table: string; columns: string[] }>(
    await db.execute(sql`SELECT table_name AS table, array_agg(column_name::text ORDER BY ordinal_position) AS columns
      FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1`),
  );
  const definition = [
    `CREATE SCHEMA ${VIEWS}`,
    `GRANT USAGE ON SCHEMA ${VIEWS}, public TO ${READER}`,
    ...Object.entries<Guard>(SCOPED_TABLES).flatMap(([table, guard]) => {
      const all = columns.find((one) => one.table === table)?.columns ?? [];
      const names = all.filter((name) => !guard.hidden?.includes(name));
      return [
        `CREATE VIEW ${VIEWS}.${table} WITH (security_barrier) AS SELECT ${names
          .map((name) => shown(name, guard))
          .join(', ')} FROM public.${table} t WHERE ${guard.where}`,
        `GRANT SELECT ON ${VIEWS}.${table} TO ${READER}`,
      ];
    }),
    `GRANT SELECT ON ${OPEN.map((table) => `public.${table}`).join(', ')} TO ${READER}`,
    ...pageFunctions({
      newest_responses: sees('t.cell_id', 'response'),
      oldest_responses: sees('t.cell_id', 'response'),
      newest_outcomes: sees('t.cell_id', 'response'),
      first_rollups: SCOPED_TABLES.rollup_hour.where,
      // For callers who read these answers one by one: how many there are follows from them.
      newest_of_source: sees('t.cell_id', 'response'),
      volume_of_source: sees('t.cell_id', 'response'),
    }),
  ];
  const hash = createHash('sha256').update(definition.join('\n')).digest('hex');
  const [present] = rowsOf<{ comment: string | null }>(
    await db.execute(sql`SELECT obj_description(to_regnamespace(${VIEWS})) AS comment`),
  );
  if (present?.comment === hash) return;
  await db.transaction(async (tx) => {
    await dropScopedViews(tx as unknown as Database);
    for (const statement of definition) await tx.execute(sql.raw(statement));
    await tx.execute(sql.raw(`COMMENT ON SCHEMA ${VIEWS} IS '${hash}'`));
  });
}

function shown(column: string, { masked, shown }: Guard): string {
  if (shown?.[column]) return `${shown[column]} AS ${column}`;
  const group = masked?.[column];
  return group ? `CASE WHEN ${sees('t.cell_id', group)} THEN t.${column} END AS ${column}` : `t.${column}`;
}

/** Creates the role, and grants membership in it. */
async function ensureReader(db: Database): Promise<void> {
  // Roles belong to the whole cluster: another database's start may be creating it right now.
  await db.execute(
    sql.raw(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${READER}') THEN CREATE ROLE ${READER} NOLOGIN; END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`),
  );
  await db.execute(
    sql.raw(`DO $$ BEGIN
      IF NOT ${MAY_BE_READER} THEN EXECUTE format('GRANT ${READER} TO %I', current_user); END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`),
  );
}

function rowsOf<Row>(result: unknown): Row[] {
  return (result as { rows: Row[] }).rows;
}

/** Sessions that see only what a scope sees, whatever the statement. */
export interface ScopedReader {
  as(scope: Scope): ScopedSession;
}

const COLUMNS: Readonly<Record<Column, FieldGroup>> = {
  score: 'readScore',
  response: 'readResponse',
  comment: 'readComment',
  respondent: 'readRespondent',
  prediction: 'readPrediction',
  staff: 'readStaff',
};
/** With these a scope has everything about answers; who of the staff handled them is apart. */
const WHOLE = Object.values(COLUMNS).filter((group) => group !== 'readStaff');
const SETS = Object.keys(COLUMNS);
/** Another process may know more cells, or fewer. */
const NOTE = statement(
  'wall_scope',
  `INSERT INTO scope (fingerprint, everything, used_at, ${SETS.join(', ')})
    VALUES ($1, $2, $3, ${SETS.map((_, i) => `$${i + 4}::int4multirange`).join(', ')})
    ON CONFLICT (fingerprint) DO UPDATE SET used_at = excluded.used_at,
      ${SETS.map((column) => `${column} = scope.${column} + excluded.${column}`).join(', ')}`,
  { isSmall: true },
);
const FORGET = statement('wall_forget', 'DELETE FROM scope WHERE used_at < $1');
const NOTED_AGAIN_MS = 3_600_000;
const KEPT_MS = 7 * 24 * 3_600_000;

/** Removes scopes that have not been used for a week. */
export async function forgetScopes(session: Session, now: number): Promise<void> {
  await session.rows(FORGET, [new Date(now - KEPT_MS)]);
}

/**
 * The scoped views of this process. A scope's cells are stored before it reads, and again when there are new
 * ones.
 */
export function createScopedReader(deps: {
  readonly store: Store;
  readonly cells: CellDictionary;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whether counts may come from memory: for what stays open, since it first loads them. */
  readonly remembers?: boolean;
}): ScopedReader {
  const { store, cells, now, remembers = false } = deps;
  const scored = scoredCells(cells);
  const noted = new Map<
    string,
    { readonly version: number; readonly at: number; readonly done: Promise<void> }
  >();
  const note = (scope: Scope): Promise<void> | undefined => {
    const { fingerprint } = scope;
    const known = noted.get(fingerprint);
    if (known && known.version === cells.version && now() - known.at < NOTED_AGAIN_MS) return known.done;
    const done = noteScope(store, scope, cells, new Date(now()));
    noted.set(fingerprint, { version: cells.version, at: now(), done });
    done.catch(() => noted.delete(fingerprint));
    return done;
  };
  return {
    as: (scope) =>
      scopedSession({
        rows: async (statement, parameters) => {
          await note(scope);
          return store.rowsAs(scope.fingerprint, statement, parameters);
        },
        ...(remembers && { seen: { store, showScoresOf: (cellIds) => scored(scope, cellIds) } }),
      }),
  };
}

/** Whether the stored set of the scope (`setOf`), by which the views show scores, has all of the cells. */
function scoredCells(cells: CellDictionary) {
  const known = new WeakMap<Scope, { readonly version: number; readonly ids: ReadonlySet<number> }>();
  return (scope: Scope, cellIds: readonly number[]): boolean => {
    if (scope.allowsAll('readScore')) return true;
    let its = known.get(scope);
    if (its?.version !== cells.version) {
      const seen = cells.all().filter((cell) => scope.allows('readScore', cell));
      its = { version: cells.version, ids: new Set(seen.map(({ id }) => id)) };
      known.set(scope, its);
    }
    const { ids } = its;
    return cellIds.every((id) => ids.has(id));
  };
}

async function noteScope(store: Store, scope: Scope, cells: CellDictionary, at: Date): Promise<void> {
  const groups = Object.values(COLUMNS);
  const everything = WHOLE.every((group) => scope.allowsAll(group));
  await store.rows(NOTE, [
    scope.fingerprint,
    everything,
    at,
    ...groups.map((group) => setOf(scope, group, cells)),
  ]);
}

/** The cells that the scope sees under that group, as a PostgreSQL multirange. */
function setOf(scope: Scope, group: FieldGroup, cells: CellDictionary): string {
  if (scope.allowsAll(group)) return '{(,)}';
  const seen = cells.all().filter((cell) => scope.allows(group, cell));
  return `{${seen.map(({ id }) => `[${id},${id}]`).join(',')}}`;
}
