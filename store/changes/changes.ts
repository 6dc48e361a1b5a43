import { type FieldGroup, type Scope, visibleCells } from '../../domain/access/scope.ts';
import type { Cell, CellDictionary, Segment } from '../../domain/segments/cell.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ChangeKind } from '../tables/outcomes.ts';

/** Something that happened outside and may explain a score. */
export interface ChangeRow {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly title: string;
  readonly at: Date;
  /** Its end, where it lasted. */
  readonly until: Date | null;
  readonly link: string | null;
  readonly source: string;
  /** What it concerns; {}: everything. */
  readonly segment: Segment;
}

const COLUMNS = `c.id, c.kind, c.title, c.at, c.until, c.link, s.name AS source, c.segment`;
const ROWS = `change_event c JOIN source s ON s.id = c.source_id`;
/** An event that lasts is in each window that it reaches into. */
const WITHIN = `c.at < $2 AND coalesce(c.until, c.at) >= $1`;
const SEGMENTS = statement(
  'change_segments',
  `SELECT DISTINCT c.segment FROM change_event c WHERE ${WITHIN}`,
);
const PAGE = statement(
  'changes_page',
  `SELECT ${COLUMNS} FROM ${ROWS} WHERE ${WITHIN} AND c.segment IN (SELECT jsonb_array_elements($3::jsonb))
      AND ($4::timestamptz IS NULL OR (c.at, c.id) < ($4, $5::uuid))
    ORDER BY c.at DESC, c.id DESC LIMIT $6`,
);
const BETWEEN = statement(
  'changes_between',
  `SELECT ${COLUMNS} FROM ${ROWS} WHERE ${WITHIN} ORDER BY c.at, c.id LIMIT $3`,
);
const BY_IDS = statement(
  'changes_by_ids',
  `SELECT ${COLUMNS} FROM ${ROWS} WHERE c.id = ANY ($1::uuid[]) ORDER BY c.at, c.id`,
);
const MOST_BETWEEN = 1_000;

/** The events of a window, the oldest first, whatever segment they concern: for the program itself. */
export function readChangesBetween(session: Session, from: Date, to: Date): Promise<ChangeRow[]> {
  return session.rows<ChangeRow>(BETWEEN, [from, to, MOST_BETWEEN]);
}

/** Whether one answer can belong to both segments. */
export function concerns(change: Segment, segment: Segment): boolean {
  return Object.entries(change).every(([attribute, values]) => {
    const asked = segment[attribute];
    return asked === undefined || values.some((value) => asked.includes(value));
  });
}

/**
 * Whether the scope sees events that concern the segment: each value that it names occurs in one of its cells whose scores the scope
 * reads (`needed`: and has these rights too). Only cells that the scope sees decide. The scoped views have the same rule: each holds alone.
 */
export function seesChangesOf(
  scope: Scope,
  cells: CellDictionary,
  segment: Segment,
  needed: readonly FieldGroup[] = ['readScore'],
): boolean {
  if (needed.every((group) => scope.allowsAll(group))) return true;
  const seen = visibleCells(scope, needed, cells, segment);
  return seen.length > 0 && namesOnly(seen, segment);
}

/** Whether each value that the segment names occurs in one of these cells: then a caller who sees them all sees its events. */
export const namesOnly = (cells: readonly Pick<Cell, 'attributes'>[], segment: Segment): boolean =>
  Object.entries(segment).every(([attribute, values]) => {
    const present = new Set(cells.map((cell) => valueIn(cell.attributes, attribute)));
    return values.every((value) => present.has(value));
  });

interface ChangeDeps {
  /** The caller's. */
  readonly store: Session;
  readonly cells: CellDictionary;
}

/** The events of a window that concern the segment, the newest first, of those that the scope sees. */
export async function readChanges(
  { store, cells }: ChangeDeps,
  scope: Scope,
  {
    range,
    segment,
    after,
    limit,
  }: {
    readonly range: TimeRange;
    readonly segment: Segment;
    readonly after: { readonly at: Date; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<ChangeRow[]> {
  const window = [new Date(range.from), new Date(range.until)];
  const known = await store.rows<{ segment: Segment }>(SEGMENTS, window);
  const shown = known
    .map((row) => row.segment)
    .filter((one) => concerns(one, segment) && seesChangesOf(scope, cells, one));
  if (shown.length === 0) return [];
  const place = [after?.at ?? null, after?.id ?? null];
  return store.rows<ChangeRow>(PAGE, [...window, JSON.stringify(shown), ...place, limit]);
}

/** Events by id, of those that the scope sees with these rights. */
export async function readChangesById(
  { store, cells }: ChangeDeps,
  scope: Scope,
  ids: readonly string[],
  needed?: readonly FieldGroup[],
): Promise<ChangeRow[]> {
  const rows = await store.rows<ChangeRow>(BY_IDS, [ids]);
  return rows.filter(({ segment }) => seesChangesOf(scope, cells, segment, needed));
}

/** The existing ones of the events, for the program itself. */
export const readChangesOf = (session: Session, ids: readonly string[]): Promise<ChangeRow[]> =>
  session.rows<ChangeRow>(BY_IDS, [ids]);

const PAGES = statement(
  'record_pages_changes',
  'SELECT id FROM change_event WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT 2000',
);

/** Ids of all events. */
export async function* changePages(session: Session): AsyncGenerator<string[]> {
  for (let after: string | null = null; ; ) {
    const rows: { id: string }[] = await session.rows(PAGES, [after]);
    if (rows.length === 0) return;
    yield rows.map(({ id }) => id);
    after = rows.at(-1)?.id ?? null;
  }
}
