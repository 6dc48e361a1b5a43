import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { FieldGroup, Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import {
  type Database,
  type ScopedSession,
  type Session,
  type Store,
  scopedSession,
} from '../database/client.ts';
import { MAY_BE_READER } from '../database/privileges.ts';
import { PAGES, READER, VIEWS } from '../database/scoped-view-names.ts';
import { statement } from '../database/statement.ts';
import { pageFunctions } from './scoped-pages.ts';
import { type Column, type Guard, OPEN, SCOPED_TABLES, sees } from './scoped-tables.ts';

/*
 * Scoped views, the second layer of access control: the API reads as a database role that has no right to any
 * table, through views that show what one scope sees. The views have the tables' names and come first in the
 * role's search path, so the statements are the same. Without a scope they are empty; a table that is not
 * listed in scoped-tables.ts cannot be read. First pages come from functions with the same conditions
 * (store/access/scoped-pages.ts).
 */

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
        ...(remembers && { seen: { store, since: null, showScoresOf: (cellIds) => scored(scope, cellIds) } }),
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
