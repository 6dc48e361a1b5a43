import { nodeId, type RollupKey, rollupId } from '../../../domain/lineage/lineage.ts';
import { responsePages } from '../../../store/lineage/all-rows.ts';
import {
  type EventRow,
  type ResponseLineageRow,
  readEvents,
  readInferredRollups,
  readResponseLineage,
} from '../../../store/lineage/lineage.ts';
import type { RecordedMapping } from '../../../store/responses/mappings.ts';
import { batches, entry, type GraphTransaction, type GraphWriter, type Projection } from './projection.ts';
import { surveyKey } from './recorded-mapping.ts';
import { SURVEYED } from './visible-selection.ts';

type Mappings = ReadonlyMap<string, RecordedMapping>;

/** Responses with their source events, and the rollups, cells and model versions that they are counted under. */
export const responseProjection: Projection = {
  write: async (graph, entries) => {
    const mappings = new Map(graph.mappings.all().map((mapping) => [mapping.key, mapping]));
    const touched = entries.flatMap(({ payload }) => [...payload.added, ...payload.removed]);
    for (const ids of batches([...new Set(touched)].sort())) await writeResponses(graph, mappings, ids);
  },
  all: async function* ({ store }) {
    for await (const added of responsePages(store)) yield [entry('responses', { added })];
  },
};

/** What was written about a response goes by the entries of its own kind. */
const REMOVE = `UNWIND $ids AS id MATCH (x:Response {id: id})
  OPTIONAL MATCH (x)-[:NORMALISED_FROM|SUPERSEDES]->(e:SourceEvent) DETACH DELETE x, e`;
/** Leftovers of a correction: the old rollup, survey and event of a response that has others now. */
const LOOSEN = `UNWIND $rows AS row MATCH (x:Response {id: row.id})-[link:COUNTED_IN|ANSWERS|NORMALISED_FROM]->(old)
  WHERE NOT old.id IN [row.rollup, row.survey, row.event] + row.inferred DELETE link`;
const RESPONSES = `UNWIND $rows AS row
  MERGE (x:Response {id: row.id})
  SET x.answeredAt = row.answeredAt, x.receivedAt = row.receivedAt, x.cell = row.cell, x.mapping = row.mapping,
    x.uncounted = row.uncounted
  WITH x, row MATCH (v:SurveyVersion {id: row.survey}) MERGE (x)-[:ANSWERS]->(v)`;
const ROLLUPS = `UNWIND $rows AS row
  MERGE (r:Rollup {id: row.id}) SET r.hour = row.hour, r.cell = row.cell, r.model = row.model
  MERGE (c:Cell {id: row.cellId}) MERGE (v:ModelVersion {id: row.modelId})
  MERGE (r)-[:OF]->(c) MERGE (r)-[:CLASSIFIED_BY]->(v)`;
const COUNTED = `UNWIND $rows AS row MATCH (x:Response {id: row.id}) MATCH (r:Rollup {id: row.rollup})
  MERGE (x)-[:COUNTED_IN]->(r)`;
const INFERRED = `UNWIND $rows AS row MATCH (x:Response {id: row.id}) UNWIND row.inferred AS rollup
  MATCH (r:Rollup {id: rollup}) MERGE (x)-[:COUNTED_IN]->(r)`;
const EVENTS = `UNWIND $rows AS row
  MERGE (e:SourceEvent {id: row.event}) SET e.position = row.position, e.receivedAt = row.eventReceivedAt
  WITH e, row MATCH (x:Response {id: row.response}) MATCH (m:MappingVersion {id: row.mappingId}) MATCH (s:Source {id: row.source})
  MERGE (e)-[:MAPPED_BY]->(m) MERGE (e)-[:RECEIVED_FROM]->(s)
  FOREACH (_ IN CASE WHEN row.present THEN [1] ELSE [] END | MERGE (x)-[:NORMALISED_FROM]->(e))
  FOREACH (_ IN CASE WHEN row.present THEN [] ELSE [1] END | MERGE (x)-[:SUPERSEDES]->(e))`;

const EXISTING = 'UNWIND $ids AS id MATCH (x:Response {id: id}) RETURN x.id AS id';
/** Most responses are new: one pass that does not look for what cannot exist. */
const CREATE = `UNWIND $rows AS row
  MATCH (v:SurveyVersion {id: row.survey}) MATCH (m:MappingVersion {id: row.mappingId}) MATCH (s:Source {id: row.source})
  CREATE (x:Response {id: row.id, answeredAt: row.answeredAt, receivedAt: row.receivedAt, cell: row.cell,
    mapping: row.mapping, uncounted: row.uncounted})
  CREATE (e:SourceEvent {id: row.event, position: row.position, receivedAt: row.eventReceivedAt})
  CREATE (x)-[:ANSWERS]->(v) CREATE (x)-[:NORMALISED_FROM]->(e)
  CREATE (e)-[:MAPPED_BY]->(m) CREATE (e)-[:RECEIVED_FROM]->(s)
  WITH x, row WHERE row.rollup IS NOT NULL
  MATCH (r:Rollup {id: row.rollup}) CREATE (x)-[:COUNTED_IN]->(r)`;

async function writeResponses(
  { store, write }: GraphWriter,
  mappings: Mappings,
  ids: readonly string[],
): Promise<void> {
  const present = await readResponseLineage(store, ids);
  const known = new Set(present.map(({ id }) => id));
  const gone = ids.filter((id) => !known.has(id)).map((id) => nodeId('Response', id));
  const events = byResponse(await readEvents(store, [...known]));
  const rollups = new Map<string, RollupKey>();
  const inferred = new Map<string, string[]>();
  for (const { responseId, ...rollup } of await readInferredRollups(store, [...known])) {
    rollups.set(rollupId(rollup), rollup);
    inferred.set(responseId, [...(inferred.get(responseId) ?? []), rollupId(rollup)]);
  }
  const rows = present.map((row) =>
    responseRow(mappings, row, events.get(row.id) ?? [], inferred.get(row.id) ?? []),
  );
  for (const { counted, hour, cell } of present) {
    const rollup = { hour, cell, model: SURVEYED };
    if (counted) rollups.set(rollupId(rollup), rollup);
  }
  await write(async (tx) => {
    if (gone.length > 0) await tx.run(REMOVE, { ids: gone });
    if (rows.length === 0) return;
    await tx.run(ROLLUPS, { rows: [...rollups.values()].map(rollupRow) });
    const found = await tx.run(EXISTING, { ids: rows.map(({ id }) => id) });
    const existing = new Set(found.records.map((record) => record.get('id') as string));
    const isNew = (row: ResponseRow) => !existing.has(row.id) && row.superseded.length === 0;
    await tx.run(CREATE, { rows: rows.filter(isNew) });
    const changed = rows.filter((row) => !isNew(row));
    if (changed.length > 0) await rewrite(tx, changed);
    await tx.run(INFERRED, { rows: rows.filter((row) => row.inferred.length > 0) });
  });
}

/** Existing responses, or ones with a past: their old edges. */
async function rewrite(tx: GraphTransaction, changed: readonly ResponseRow[]): Promise<void> {
  await tx.run(LOOSEN, { rows: changed });
  await tx.run(RESPONSES, { rows: changed });
  await tx.run(COUNTED, { rows: changed.filter(({ rollup }) => rollup !== null) });
  await tx.run(EVENTS, { rows: changed.flatMap(eventRows) });
}

function byResponse(events: readonly EventRow[]): Map<string, EventRow[]> {
  const groups = new Map<string, EventRow[]>();
  for (const event of events) {
    const group = groups.get(event.responseId);
    if (group) group.push(event);
    else groups.set(event.responseId, [event]);
  }
  return groups;
}

interface GraphEvent {
  readonly event: string;
  readonly position: string;
  readonly eventReceivedAt: number;
  readonly mappingId: string;
  readonly source: string;
}

interface ResponseRow extends GraphEvent {
  readonly id: string;
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly cell: string;
  readonly mapping: string;
  readonly survey: string;
  /** Why it is not counted. */
  readonly uncounted: string | null;
  readonly rollup: string | null;
  /** Rollups of model versions that count it. */
  readonly inferred: readonly string[];
  readonly superseded: readonly GraphEvent[];
}

function responseRow(
  mappings: Mappings,
  row: ResponseLineageRow,
  events: readonly EventRow[],
  inferred: readonly string[],
): ResponseRow {
  const own = mappings.get(row.mapping);
  const present = events.find(({ id }) => id === row.eventId);
  if (!own || !present)
    throw new Error(`the mapping or the source event of response ${row.id} is not in the database`);
  return {
    id: nodeId('Response', row.id),
    answeredAt: row.answeredAt,
    receivedAt: row.receivedAt,
    cell: row.cell,
    mapping: row.mapping,
    survey: nodeId('SurveyVersion', surveyKey(own)),
    uncounted: row.uncounted,
    rollup: row.counted ? rollupId({ hour: row.hour, cell: row.cell, model: SURVEYED }) : null,
    inferred,
    ...graphEvent(mappings, present),
    superseded: events.filter((event) => event !== present).map((event) => graphEvent(mappings, event)),
  };
}

function graphEvent(mappings: Mappings, { id, position, receivedAt, mapping }: EventRow): GraphEvent {
  return {
    event: nodeId('SourceEvent', id),
    position,
    eventReceivedAt: receivedAt,
    mappingId: nodeId('MappingVersion', mapping),
    source: nodeId('Source', mappings.get(mapping)?.source ?? ''),
  };
}

/** The current event of a response and superseded ones, each with its response. */
function eventRows({ id, superseded, ...present }: ResponseRow) {
  return [
    { ...present, response: id, present: true },
    ...superseded.map((event) => ({ ...event, response: id, present: false })),
  ];
}

function rollupRow(rollup: RollupKey) {
  return {
    ...rollup,
    id: rollupId(rollup),
    cellId: nodeId('Cell', rollup.cell),
    modelId: nodeId('ModelVersion', rollup.model),
  };
}
