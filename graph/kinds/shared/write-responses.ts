import { nodeId, type RollupKey } from '../../../domain/lineage/lineage.ts';
import type { JournalEntry } from '../../../store/journal/journal.ts';
import { responsePages } from '../../../store/lineage/all-rows.ts';
import {
  type EventRow,
  type ResponseLineageRow,
  readEvents,
  readInferredRollups,
  readResponseLineage,
} from '../../../store/lineage/lineage.ts';
import {
  batches,
  entry,
  type GraphTransaction,
  type GraphWriter,
  type Projection,
  writeWhileReading,
} from './projection.ts';
import { storedRollup, storedUuid } from './stored-id.ts';
import { SURVEYED } from './visible-selection.ts';

/*
 * A response is one node with one relationship to each rollup that counts it. The event that brought its content, and the mapping, are
 * properties: as nodes they would be most of the graph, and those of a source or survey would have a relationship from each response.
 * Superseded events are nodes of their own.
 */

/** Responses with their events, and the rollups, cells and model versions that they are counted under. */
export const responseProjection: Projection = {
  write: async ({ store, write, written }, entries) => {
    await writeWhileReading(
      partsOf(entries),
      async ({ ids, lookup }) => ({ ...(await readResponses(store, ids)), lookup }),
      async (read) => {
        const rollups = read.rollups.map(rollupRow).filter(({ id }) => !written.has(id));
        const writeAs = (lookup: Lookup) => write((tx) => writeResponses(tx, read, rollups, lookup));
        try {
          await writeAs(read.lookup).catch((error) => {
            if (!isTaken(error)) throw error;
            return writeAs(existing);
          });
          written.addRollups(rollups);
        } catch (error) {
          // The repetition looks for all of them.
          written.forget(read.rollups.map(storedRollup));
          throw error;
        }
      },
    );
  },
  all: async function* ({ store }) {
    let entries: JournalEntry[] = [];
    for await (const added of responsePages(store)) {
      entries.push(entry('responses', { added }));
      if (entries.length < PAGES) continue;
      yield entries;
      entries = [];
    }
    if (entries.length > 0) yield entries;
  },
};

/** Pages that are taken in one step, each written while the next one is read. */
const PAGES = 10;

/** What was written about a response goes by the entries of its own kind. */
const REMOVE = `UNWIND $ids AS id MATCH (x:Response {id: id})
  OPTIONAL MATCH (x)-[:SUPERSEDES]->(e:SourceEvent) DETACH DELETE x, e`;
const ROLLUPS = `UNWIND $rows AS row
  MERGE (r:Rollup {id: row.id}) SET r.hour = row.hour, r.cell = row.cell, r.model = row.model
  MERGE (c:Cell {id: row.cellId}) MERGE (v:ModelVersion {id: row.modelId})
  MERGE (r)-[:OF]->(c) MERGE (r)-[:CLASSIFIED_BY]->(v)`;

const EXISTING = 'UNWIND $ids AS id MATCH (x:Response {id: id}) RETURN x.id AS id';
/** A null property takes no space. */
const PROPERTIES = ['id', 'answeredAt', 'receivedAt', 'cell', 'mapping', 'uncounted']
  .concat('event', 'position', 'eventReceivedAt', 'eventMapping')
  .map((name) => `${name}: own.${name}`)
  .join(', ');
/** Most responses are new: one pass that does not look for what cannot exist, by rollup. */
const CREATE_COUNTED = `UNWIND $groups AS one MATCH (r:Rollup {id: one.rollup})
  UNWIND one.responses AS own CREATE (:Response {${PROPERTIES}})-[:COUNTED_IN]->(r)`;
const CREATE = `UNWIND $responses AS own CREATE (:Response {${PROPERTIES}})`;

/** Leftovers of a correction: rollups that count the response no longer, and events that are gone, or current again. */
const LOOSEN = `UNWIND $rows AS row MATCH (x:Response {id: row.own.id})-[link:COUNTED_IN]->(old)
  WHERE NOT old.id IN row.rollups DELETE link`;
const FORGET = `UNWIND $rows AS row MATCH (:Response {id: row.own.id})-[:SUPERSEDES]->(e:SourceEvent)
  WHERE NOT e.id IN [one IN row.superseded | one.id] DETACH DELETE e`;
const CHANGE = 'UNWIND $rows AS row MERGE (x:Response {id: row.own.id}) SET x += row.own';
const COUNTED = `UNWIND $rows AS row MATCH (x:Response {id: row.own.id}) UNWIND row.rollups AS rollup
  MATCH (r:Rollup {id: rollup}) MERGE (x)-[:COUNTED_IN]->(r)`;
const SUPERSEDED = `UNWIND $rows AS row MATCH (x:Response {id: row.own.id}) UNWIND row.superseded AS one
  MERGE (e:SourceEvent {id: one.id}) SET e.position = one.position, e.receivedAt = one.receivedAt, e.mapping = one.mapping
  MERGE (x)-[:SUPERSEDES]->(e)`;

/** A response as the graph has it. */
interface ResponseRow {
  readonly own: OwnProperties;
  /** That of the surveyed numbers, if it counts there, and those of model versions. */
  readonly rollups: readonly string[];
  readonly superseded: readonly SupersededEvent[];
}

interface OwnProperties {
  readonly id: string;
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly cell: string;
  readonly mapping: string;
  /** Why it is not counted. */
  readonly uncounted: string | null;
  readonly event: string;
  readonly position: string;
  /** null: as those of the response. */
  readonly eventReceivedAt: number | null;
  readonly eventMapping: string | null;
}

interface SupersededEvent {
  readonly id: string;
  readonly position: string;
  readonly receivedAt: number;
  readonly mapping: string;
}

interface ReadResponses {
  readonly rows: readonly ResponseRow[];
  readonly rollups: readonly RollupKey[];
  /** Of those that are no longer in the database. */
  readonly gone: readonly string[];
}

async function readResponses(store: GraphWriter['store'], ids: readonly string[]): Promise<ReadResponses> {
  const present = await readResponseLineage(store, ids);
  const known = new Set(present.map(({ id }) => id));
  const events = byResponse(await readEvents(store, [...known]));
  const inferred = byResponse(await readInferredRollups(store, [...known]));
  const rollups = new Map<string, RollupKey>();
  const rows = present.map((row) => {
    const { hour, cell, counted } = row;
    const counts = [
      ...(counted ? [{ hour, cell, model: SURVEYED }] : []),
      ...(inferred.get(row.id) ?? []).map((one) => ({ hour: one.hour, cell: one.cell, model: one.model })),
    ];
    for (const rollup of counts) rollups.set(storedRollup(rollup), rollup);
    return responseRow(row, events.get(row.id) ?? [], counts.map(storedRollup));
  });
  return {
    rows,
    rollups: [...rollups.values()],
    gone: ids.filter((id) => !known.has(id)).map(storedUuid),
  };
}

async function writeResponses(
  tx: GraphTransaction,
  { rows, gone }: ReadResponses,
  rollups: readonly RollupRow[],
  lookup: Lookup,
): Promise<void> {
  if (gone.length > 0) await tx.run(REMOVE, { ids: gone });
  if (rows.length === 0) return;
  if (rollups.length > 0) await tx.run(ROLLUPS, { rows: rollups });
  const known = await lookup(tx, rows);
  const isNew = ({ own, superseded }: ResponseRow) => !known.has(own.id) && superseded.length === 0;
  await create(tx, rows.filter(isNew));
  const changed = rows.filter((row) => !isNew(row));
  if (changed.length > 0) await rewrite(tx, changed);
}

/** Which of the responses the graph has. */
type Lookup = (tx: GraphTransaction, rows: readonly ResponseRow[]) => Promise<ReadonlySet<string>>;

/** What the entries touched, in parts. What they name as responses is mostly new; what they name otherwise is there. */
function* partsOf(
  entries: readonly JournalEntry[],
): Generator<{ readonly ids: readonly string[]; readonly lookup: Lookup }> {
  const stored = new Set(entries.flatMap(({ kind, payload }) => (kind === 'responses' ? payload.added : [])));
  const touched = new Set(entries.flatMap(({ payload }) => [...payload.added, ...payload.removed]));
  for (const ids of batches([...stored])) yield { ids, lookup: noneExists };
  for (const ids of batches([...touched].filter((id) => !stored.has(id)))) yield { ids, lookup: existing };
}

/** If it is not so, the constraint refuses the creation, and the responses are written once more, with a look. */
const noneExists: Lookup = async () => new Set();
const existing: Lookup = async (tx, rows) => {
  const { records } = await tx.run(EXISTING, { ids: rows.map(({ own }) => own.id) });
  return new Set(records.map((record) => record.get('id') as string));
};
const isTaken = (error: unknown): boolean =>
  (error as { code?: unknown }).code === 'Neo.ClientError.Schema.ConstraintValidationFailed';

async function create(tx: GraphTransaction, rows: readonly ResponseRow[]): Promise<void> {
  const groups = new Map<string, OwnProperties[]>();
  const apart: OwnProperties[] = [];
  const further: ResponseRow[] = [];
  for (const row of rows) {
    const [first] = row.rollups;
    const group = first === undefined ? apart : groups.get(first);
    if (group) group.push(row.own);
    else groups.set(first ?? '', [row.own]);
    if (row.rollups.length > 1) further.push(row);
  }
  const counted = [...groups].map(([rollup, responses]) => ({ rollup, responses }));
  if (counted.length > 0) await createCounted(tx, counted);
  if (apart.length > 0) await tx.run(CREATE, { responses: apart });
  if (further.length > 0) await tx.run(COUNTED, { rows: further });
}

/** @throws if a rollup that was written is not there: the responses of it would be left out. */
async function createCounted(
  tx: GraphTransaction,
  groups: readonly { readonly rollup: string; readonly responses: readonly OwnProperties[] }[],
): Promise<void> {
  const { summary } = await tx.run(CREATE_COUNTED, { groups });
  const expected = groups.reduce((sum, { responses }) => sum + responses.length, 0);
  if (summary.counters.updates().nodesCreated < expected)
    throw new Error('rollups have disappeared from the graph: they are written again');
}

/** Existing responses, or ones with a past. */
async function rewrite(tx: GraphTransaction, rows: readonly ResponseRow[]): Promise<void> {
  for (const query of [LOOSEN, FORGET, CHANGE, COUNTED, SUPERSEDED]) await tx.run(query, { rows });
}

function byResponse<Row extends { readonly responseId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.responseId);
    if (group) group.push(row);
    else groups.set(row.responseId, [row]);
  }
  return groups;
}

function responseRow(
  { id, answeredAt, receivedAt, cell, mapping, uncounted, eventId }: ResponseLineageRow,
  events: readonly EventRow[],
  rollups: readonly string[],
): ResponseRow {
  const event = events.find((one) => one.id === eventId);
  if (!event) throw new Error(`the source event of response ${id} is not in the database`);
  const own = {
    ...{ id: storedUuid(id), answeredAt, receivedAt, cell, mapping, uncounted },
    event: storedUuid(event.id),
    position: event.position,
    eventReceivedAt: event.receivedAt === receivedAt ? null : event.receivedAt,
    eventMapping: event.mapping === mapping ? null : event.mapping,
  };
  const superseded = events
    .filter((one) => one !== event)
    .map((one) => ({
      id: storedUuid(one.id),
      position: one.position,
      receivedAt: one.receivedAt,
      mapping: one.mapping,
    }));
  return { own, rollups, superseded };
}

type RollupRow = ReturnType<typeof rollupRow>;

function rollupRow(rollup: RollupKey) {
  return {
    ...rollup,
    id: storedRollup(rollup),
    cellId: nodeId('Cell', rollup.cell),
    modelId: nodeId('ModelVersion', rollup.model),
  };
}
