import type { Driver, ManagedTransaction } from 'neo4j-driver';
import { nodeId, type RollupKey, rollupId } from '../../domain/lineage/lineage.ts';
import type { Store } from '../../store/database/client.ts';
import type { Lease } from '../../store/database/lease.ts';
import type { JournalEntry } from '../../store/journal/journal.ts';
import {
  type EventRow,
  type ResponseLineageRow,
  readEvents,
  readFeeding,
  readInferredRollups,
  readResponseLineage,
} from '../../store/lineage/lineage.ts';
import { readSealsOfHours } from '../../store/lineage/lineage-annotations.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { MappingRegistry, RecordedMapping } from '../../store/responses/mappings.ts';
import { surveyKey } from '../describe.ts';
import { write } from './fence.ts';
import { projectAnnotations, projectSeals } from './project-annotations.ts';
import { SET_FED_BY } from './schema.ts';

export interface ProjectorDeps {
  readonly driver: Driver;
  readonly store: Store;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  /** Keys of the mappings that the graph has; emptied with it. */
  readonly projected: Set<string>;
  /** Under which the graph is written. */
  readonly lease: Lease;
}

/** Rows of one write to the graph. */
const BATCH = 2_000;
const SURVEYED = 0;

/**
 * Makes the graph equal to the record for all that the entries touched. It reads what is there now instead of
 * replaying what happened, so an entry taken twice, or late, does no harm.
 */
export async function projectEntries(deps: ProjectorDeps, entries: readonly JournalEntry[]): Promise<void> {
  const ids = [...new Set(entries.flatMap(({ payload }) => [...payload.added, ...payload.removed]))].sort();
  await deps.cells.refresh(deps.store);
  const mappings = await projectMappings(deps);
  for (let i = 0; i < ids.length; i += BATCH) await projectResponses(deps, mappings, ids.slice(i, i + BATCH));
  const hours = new Map<string, { hour: number; cell: string }>();
  for (const { payload } of entries) {
    for (const [cellId, hour] of payload.deltas) {
      const cell = deps.cells.get(cellId)?.key;
      if (cell) hours.set(`${hour} ${cell}`, { hour, cell });
    }
  }
  const touched = [...hours.values()];
  for (let i = 0; i < touched.length; i += BATCH) await projectFeeding(deps, touched.slice(i, i + BATCH));
  await projectAnnotations(deps, entries);
}

const MAPPINGS = `UNWIND $rows AS row
  MERGE (m:MappingVersion {id: row.id})
  MERGE (s:Source {id: row.source})
  MERGE (v:SurveyVersion {id: row.survey})
  MERGE (c:ScaleRule {id: row.scale})
  MERGE (m)-[:OF_SOURCE]->(s) MERGE (m)-[:FOR]->(v) MERGE (m)-[:APPLIES]->(c)`;

type Mappings = ReadonlyMap<string, RecordedMapping>;

/** Mappings are few and never change: those that are new are written before anything refers to them. */
async function projectMappings({
  driver,
  store,
  mappings,
  projected,
  lease,
}: ProjectorDeps): Promise<Mappings> {
  await mappings.refresh(store);
  const fresh = mappings.all().filter(({ key }) => !projected.has(key));
  const rows = fresh.map((mapping) => ({
    id: nodeId('MappingVersion', mapping.key),
    source: nodeId('Source', mapping.source),
    survey: nodeId('SurveyVersion', surveyKey(mapping)),
    scale: nodeId('ScaleRule', mapping.scaleKey),
  }));
  if (rows.length > 0) await write(driver, lease, (tx) => tx.run(MAPPINGS, { rows }));
  for (const { key } of fresh) projected.add(key);
  return new Map(mappings.all().map((mapping) => [mapping.key, mapping]));
}

const REMOVE = `UNWIND $ids AS id MATCH (x:Response {id: id})
  OPTIONAL MATCH (x)-[:NORMALISED_FROM|SUPERSEDES]->(e:SourceEvent) OPTIONAL MATCH (x)<-[:ABOUT]-(v:Review)
  DETACH DELETE x, e, v`;
/** What a correction left: the old rollup, survey and event of a response that has others now. */
const LOOSEN = `UNWIND $rows AS row MATCH (x:Response {id: row.id})-[link:COUNTED_IN|ANSWERS|NORMALISED_FROM]->(old)
  WHERE NOT old.id IN [row.rollup, row.survey, row.event] + row.inferred DELETE link`;
const RESPONSES = `UNWIND $rows AS row
  MERGE (x:Response {id: row.id})
  SET x.answeredAt = row.answeredAt, x.receivedAt = row.receivedAt, x.cell = row.cell, x.mapping = row.mapping
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
/** Most responses are new: one pass that does not look for what cannot be there. */
const CREATE = `UNWIND $rows AS row
  MATCH (v:SurveyVersion {id: row.survey}) MATCH (m:MappingVersion {id: row.mappingId}) MATCH (s:Source {id: row.source})
  CREATE (x:Response {id: row.id, answeredAt: row.answeredAt, receivedAt: row.receivedAt, cell: row.cell,
    mapping: row.mapping})
  CREATE (e:SourceEvent {id: row.event, position: row.position, receivedAt: row.eventReceivedAt})
  CREATE (x)-[:ANSWERS]->(v) CREATE (x)-[:NORMALISED_FROM]->(e)
  CREATE (e)-[:MAPPED_BY]->(m) CREATE (e)-[:RECEIVED_FROM]->(s)
  WITH x, row WHERE row.rollup IS NOT NULL
  MATCH (r:Rollup {id: row.rollup}) CREATE (x)-[:COUNTED_IN]->(r)`;

async function projectResponses(
  deps: ProjectorDeps,
  mappings: Mappings,
  ids: readonly string[],
): Promise<void> {
  const { driver, store, lease } = deps;
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
  await write(driver, lease, async (tx) => {
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

/** Responses that are there already, or that have a past: whatever they were joined to before. */
async function rewrite(tx: ManagedTransaction, changed: readonly ResponseRow[]): Promise<void> {
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
    throw new Error(`the mapping or the source event of response ${row.id} is not in the record`);
  return {
    id: nodeId('Response', row.id),
    answeredAt: row.answeredAt,
    receivedAt: row.receivedAt,
    cell: row.cell,
    mapping: row.mapping,
    survey: nodeId('SurveyVersion', surveyKey(own)),
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

/** The present event of a response and those that it superseded, each with the response it belongs to. */
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

const FEED = `UNWIND $rows AS row MATCH (r:Rollup {id: row.rollup}) MATCH (m:MappingVersion {id: row.mapping})
  MERGE (r)-[f:FED_BY]->(m) ${SET_FED_BY}`;
const STARVE = `UNWIND $rows AS row MATCH (:Rollup {id: row.rollup})-[link:FED_BY]->(:MappingVersion {id: row.mapping})
  DELETE link`;
/** A rollup that nothing feeds any more has no answers. Its seals are there again when it has some. */
const EMPTY = `UNWIND $rollups AS id MATCH (r:Rollup {id: id}) WHERE NOT (r)-[:FED_BY]->()
  OPTIONAL MATCH (r)-[:SEALED_BY]->(s:Seal) DETACH DELETE r, s`;

/** Joins the rollups of those hours to the mappings that feed them, and removes those that nothing feeds. */
async function projectFeeding(deps: ProjectorDeps, hours: readonly { hour: number; cell: string }[]) {
  const { driver, store, lease } = deps;
  const rows = (await readFeeding(store, hours)).map(({ mapping, fed, ...rollup }) => ({
    rollup: rollupId(rollup),
    mapping: nodeId('MappingVersion', mapping),
    fed,
  }));
  const starved = rows.filter(({ fed }) => !fed);
  await write(driver, lease, async (tx) => {
    await tx.run(FEED, { rows: rows.filter(({ fed }) => fed) });
    if (starved.length === 0) return;
    await tx.run(STARVE, { rows: starved });
    await tx.run(EMPTY, { rollups: [...new Set(starved.map(({ rollup }) => rollup))] });
  });
  await projectSeals(deps, await readSealsOfHours(store, hours));
}
