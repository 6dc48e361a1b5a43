import { type Cell, type CellAttributes, cellKey } from '../../domain/segments/cell.ts';
import { UNKNOWN, valueIn } from '../../domain/segments/dimensions.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { moveOutcomes } from '../outcomes/outcome-retention.ts';
import { CELLS_LOCK } from '../responses/add-cells.ts';
import type { StoredCellDictionary } from '../responses/cell-dictionary.ts';
import { RESPONSE_COLUMNS } from '../responses/response-row.ts';
import { type Sign, tombstoneLeaves } from '../seals/leaf-tombstones.ts';
import { emptyItems, forgetSent, lockOld } from './aged-answers.ts';
import type { LockedKey } from './data-subject.ts';
import { OLD } from './old-rows.ts';

/*
 * An old answer loses its value in a dimension: it moves to the cell that has all its other values. It is deleted there and inserted here,
 * like a correction, so triggers carry it into every number and the journal; its predictions and reviews go with it. Leaves of seals
 * forget it as for an erasure, because a leaf names the cell.
 */

/** Cells, with how a new one is stored. */
export type AgeingCells = Pick<StoredCellDictionary, 'all' | 'use' | 'storedAs' | 'refresh'>;

/** What is old: the moment, cells under a hold, how many, and the source. */
export type OldRows = readonly [before: Date, held: readonly number[], most: number, sourceId: number | null];

const FOUND = statement('aged_placed', `(${OLD.placed}) UNION ALL (${OLD.asidePlaced})`);
const ADD_CELLS = statement(
  'aged_add_cells',
  `INSERT INTO cell (key, attributes, used) SELECT key, attributes, false FROM json_to_recordset($1::json) AS new (key text, attributes jsonb)
    ORDER BY key ON CONFLICT (key) DO NOTHING`,
);
const CELL_IDS = statement('aged_cell_ids', 'SELECT id, key FROM cell WHERE key = ANY ($1::text[])');
const ROWS = statement(
  'aged_rows',
  `SELECT to_jsonb(r) AS row FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    WHERE k.id = ANY ($1::uuid[]) ORDER BY r.id`,
);
const PREDICTIONS = statement(
  'aged_predictions',
  `SELECT to_jsonb(p) AS row FROM response_key k JOIN prediction p ON p.response_id = k.id AND p.answered_at = k.answered_at
    WHERE k.id = ANY ($1::uuid[]) ORDER BY p.response_id, p.model_version_id`,
);
const REVIEWS = statement(
  'aged_reviews',
  'SELECT to_jsonb(v) AS row FROM review v WHERE v.response_id = ANY ($1::uuid[]) ORDER BY v.id',
);
const DECISIONS = statement(
  'aged_review_decisions',
  `SELECT to_jsonb(d) AS row FROM review v JOIN review_decision d ON d.review_id = v.id WHERE v.response_id = ANY ($1::uuid[]) ORDER BY d.id`,
);
/** Includes time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE = statement(
  'aged_delete',
  'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
);
const MOVE_KEYS = statement(
  'aged_keys',
  `UPDATE response_key k SET cell_id = t.target FROM unnest($1::uuid[], $2::integer[]) AS t (id, target) WHERE k.id = t.id`,
);
const INSERT = statement(
  'aged_insert',
  `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points,
      class, comment, subject_id, account_id) SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (${RESPONSE_COLUMNS})`,
);
const inserted = (table: string) =>
  statement(
    `aged_insert_${table}`,
    `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
  );
const [INSERT_PREDICTIONS, INSERT_REVIEWS, INSERT_DECISIONS] = [
  inserted('prediction'),
  inserted('review'),
  inserted('review_decision'),
];
const MOVE_ASIDE = statement(
  'aged_aside',
  `UPDATE restricted_response x SET row = x.row || jsonb_build_object('cell_id', t.target)
    FROM unnest($1::uuid[], $2::integer[]) AS t (id, target) WHERE x.id = t.id`,
);
const MOVE_STOOD = statement(
  'aged_stood',
  `UPDATE source_event e SET stood = e.stood || jsonb_build_object('cell_id', t.target), sealed = NULL, content = NULL, sent = NULL
    FROM unnest($5::integer[], $6::integer[]) AS t (cell, target)
    WHERE e.id IN (${OLD.stoodPlaced}) AND (e.stood->>'cell_id')::integer = t.cell RETURNING e.id`,
);

const storedOf = ({ stored, attributes }: Cell): CellAttributes => stored ?? attributes;

/** The cells with a value in the dimension. */
export const cellsWithValue = (cells: Pick<AgeingCells, 'all'>, attribute: string): Cell[] =>
  cells.all().filter((cell) => valueIn(storedOf(cell), attribute) !== UNKNOWN);

/** Takes the value from one batch of old answers and outcomes; returns how many rows, and the ids of the answers. */
export async function ageDimension(
  session: Session,
  { cells, sign }: { readonly cells: AgeingCells; readonly sign: Sign },
  attribute: string,
  old: OldRows,
): Promise<{ readonly rows: number; readonly aged: string[] }> {
  const [before, held] = old;
  const valued = cellsWithValue(cells, attribute);
  const targets = await targetsOf(session, cells, attribute, valued);
  const found = await session.rows<{ id: string }>(FOUND, [...old, valued.map(({ id }) => id)]);
  const { keys } = await lockOld(
    session,
    found.map(({ id }) => id),
    { before, held },
  );
  const moved = keys.filter(({ cellId }) => targets.has(cellId));
  await move(session, moved, targets);
  const ids = moved.map(({ id }) => id);
  const places = [[...targets.keys()], [...targets.values()]];
  const stood = await session.rows(MOVE_STOOD, [...old, ...places]);
  const outcomes = await moveOutcomes(session, old, targets);
  await emptyItems(session, ids);
  await forgetSent(session, ids);
  await tombstoneLeaves(session, sign, ids, 'aged');
  return { rows: ids.length + stood.length + outcomes, aged: ids };
}

/** The cell without the value, by the cell with it; missing ones are added whatever room there is, because there are never more of them. */
async function targetsOf(
  session: Session,
  cells: AgeingCells,
  attribute: string,
  valued: readonly Cell[],
): Promise<Map<number, number>> {
  const attributesOf = (cell: Cell) => cells.storedAs({ ...storedOf(cell), [attribute]: UNKNOWN });
  const wanted = new Map(valued.map((cell) => [cellKey(attributesOf(cell)), attributesOf(cell)]));
  const known = new Set(cells.all().map(({ key }) => key));
  const missing = [...wanted].filter(([key]) => !known.has(key));
  if (missing.length > 0) {
    await session.rows(CELLS_LOCK, []);
    const added = missing.map(([key, attributes]) => ({ key, attributes }));
    await session.rows(ADD_CELLS, [JSON.stringify(added)]);
  }
  const rows = await session.rows<{ id: number; key: string }>(CELL_IDS, [[...wanted.keys()]]);
  await cells.use(
    session,
    rows.map(({ id }) => id),
  );
  const idOf = new Map(rows.map(({ id, key }) => [key, id]));
  return new Map(
    valued.flatMap((cell) => {
      const target = idOf.get(cellKey(attributesOf(cell)));
      return target === undefined ? [] : [[cell.id, target] as const];
    }),
  );
}

interface Kept {
  readonly row: Readonly<Record<string, unknown>>;
}

async function move(
  session: Session,
  keys: readonly LockedKey[],
  targets: ReadonlyMap<number, number>,
): Promise<void> {
  if (keys.length === 0) return;
  const ids = keys.map(({ id }) => id);
  const targetOf = new Map(keys.map(({ id, cellId }) => [id, targets.get(cellId)]));
  const kept = async (of: typeof ROWS) => (await session.rows<Kept>(of, [ids])).map(({ row }) => row);
  const placed = (rows: readonly Kept['row'][], id: string) =>
    JSON.stringify(rows.map((row) => ({ ...row, cell_id: targetOf.get(row[id] as string) })));
  const [responses, predictions] = [await kept(ROWS), await kept(PREDICTIONS)];
  const [reviews, decisions] = [await kept(REVIEWS), await kept(DECISIONS)];
  for (const { id, answeredAt, cellId } of keys) await session.rows(DELETE, [id, answeredAt, cellId]);
  const cellIds = ids.map((id) => targetOf.get(id));
  await session.rows(MOVE_KEYS, [ids, cellIds]);
  await session.rows(MOVE_ASIDE, [ids, cellIds]);
  await session.rows(INSERT, [placed(responses, 'id')]);
  await session.rows(INSERT_PREDICTIONS, [placed(predictions, 'response_id')]);
  await session.rows(INSERT_REVIEWS, [placed(reviews, 'response_id')]);
  await session.rows(INSERT_DECISIONS, [JSON.stringify(decisions)]);
}
