import type { Driver, ManagedTransaction } from 'neo4j-driver';
import { nodeId, type RollupKey, rollupId } from '../../domain/lineage.ts';
import type { RecordCells } from '../../store/cells.ts';
import type { Store } from '../../store/client.ts';
import type { JournalEntry } from '../../store/journal.ts';
import {
  type EventRow,
  type ResponseLineageRow,
  readEvents,
  readFeeding,
  readResponseLineage,
} from '../../store/lineage.ts';
import type { RecordMappings } from '../../store/provenance.ts';
import { surveyKey } from '../describe.ts';

export interface ProjectorDeps {
  readonly driver: Driver;
  readonly store: Store;
  readonly cells: RecordCells;
  readonly mappings: RecordMappings;
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
  await deps.mappings.refresh(deps.store);
  await projectMappings(deps);
  for (let i = 0; i < ids.length; i += BATCH) await projectResponses(deps, ids.slice(i, i + BATCH));
  const hours = new Map<string, { hour: number; cell: string }>();
  for (const { payload } of entries) {
    for (const [cellId, hour] of payload.deltas) {
      const cell = deps.cells.get(cellId)?.key;
      if (cell) hours.set(`${hour} ${cell}`, { hour, cell });
    }
  }
  const touched = [...hours.values()];
  for (let i = 0; i < touched.length; i += BATCH) await projectFeeding(deps, touched.slice(i, i + BATCH));
}

const MAPPINGS = `UNWIND $rows AS row
  MERGE (m:MappingVersion {id: row.id})
  MERGE (s:Source {id: row.source})
  MERGE (v:SurveyVersion {id: row.survey})
  MERGE (c:ScaleRule {id: row.scale})
  MERGE (m)-[:OF_SOURCE]->(s) MERGE (m)-[:FOR]->(v) MERGE (m)-[:APPLIES]->(c)`;

async function projectMappings({ driver, mappings }: ProjectorDeps): Promise<void> {
  const rows = mappings.all().map((mapping) => ({
    id: nodeId('MappingVersion', mapping.key),
    source: nodeId('Source', mapping.source),
    survey: nodeId('SurveyVersion', surveyKey(mapping)),
    scale: nodeId('ScaleRule', mapping.scaleKey),
  }));
  await write(driver, (tx) => tx.run(MAPPINGS, { rows }));
}

const REMOVE = `UNWIND $ids AS id MATCH (x:Response {id: id})
  OPTIONAL MATCH (x)-[:NORMALISED_FROM|SUPERSEDES]->(e:SourceEvent) DETACH DELETE x, e`;
/** What a correction left: the old rollup, survey and event of a response that has others now. */
const LOOSEN = `UNWIND $rows AS row MATCH (x:Response {id: row.id})-[link:COUNTED_IN|ANSWERS|NORMALISED_FROM]->(old)
  WHERE NOT old.id IN [row.rollup, row.survey, row.event] DELETE link`;
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
const EVENTS = `UNWIND $rows AS row
  MERGE (e:SourceEvent {id: row.id}) SET e.position = row.position, e.receivedAt = row.receivedAt
  WITH e, row MATCH (x:Response {id: row.response}) MATCH (m:MappingVersion {id: row.mapping}) MATCH (s:Source {id: row.source})
  MERGE (e)-[:MAPPED_BY]->(m) MERGE (e)-[:RECEIVED_FROM]->(s)
  FOREACH (_ IN CASE WHEN row.present THEN [1] ELSE [] END | MERGE (x)-[:NORMALISED_FROM]->(e))
  FOREACH (_ IN CASE WHEN row.present THEN [] ELSE [1] END | MERGE (x)-[:SUPERSEDES]->(e))`;

async function projectResponses(deps: ProjectorDeps, ids: readonly string[]): Promise<void> {
  const { driver, store } = deps;
  const present = await readResponseLineage(store, ids);
  const known = new Set(present.map(({ id }) => id));
  const gone = ids.filter((id) => !known.has(id)).map((id) => nodeId('Response', id));
  const events = await readEvents(store, [...known]);
  const responses = present.map((row) => responseRow(deps, row));
  const rollups = new Map<string, RollupKey>();
  for (const { counted, hour, cell } of present) {
    const rollup = { hour, cell, model: SURVEYED };
    if (counted) rollups.set(rollupId(rollup), rollup);
  }
  await write(driver, async (tx) => {
    if (gone.length > 0) await tx.run(REMOVE, { ids: gone });
    if (responses.length === 0) return;
    await tx.run(LOOSEN, { rows: responses });
    await tx.run(RESPONSES, { rows: responses });
    await tx.run(ROLLUPS, { rows: [...rollups.values()].map(rollupRow) });
    await tx.run(COUNTED, { rows: responses.filter(({ rollup }) => rollup !== null) });
    await tx.run(EVENTS, { rows: eventRows(deps, present, events) });
  });
}

function responseRow(deps: ProjectorDeps, row: ResponseLineageRow) {
  const mapping = deps.mappings.all().find(({ key }) => key === row.mapping);
  if (!mapping) throw new Error(`the mapping version ${row.mapping} is not in the record`);
  return {
    id: nodeId('Response', row.id),
    answeredAt: row.answeredAt,
    receivedAt: row.receivedAt,
    cell: row.cell,
    mapping: row.mapping,
    survey: nodeId('SurveyVersion', surveyKey(mapping)),
    event: nodeId('SourceEvent', row.eventId),
    rollup: row.counted ? rollupId({ hour: row.hour, cell: row.cell, model: SURVEYED }) : null,
  };
}

function rollupRow(rollup: RollupKey) {
  return {
    ...rollup,
    id: rollupId(rollup),
    cellId: nodeId('Cell', rollup.cell),
    modelId: nodeId('ModelVersion', rollup.model),
  };
}

function eventRows(
  deps: ProjectorDeps,
  responses: readonly ResponseLineageRow[],
  events: readonly EventRow[],
) {
  const presentEvents = new Set(responses.map(({ eventId }) => eventId));
  const sources = new Map(deps.mappings.all().map(({ key, source }) => [key, source]));
  return events.map(({ id, responseId, position, receivedAt, mapping }) => ({
    id: nodeId('SourceEvent', id),
    response: nodeId('Response', responseId),
    position,
    receivedAt,
    mapping: nodeId('MappingVersion', mapping),
    source: nodeId('Source', sources.get(mapping) ?? ''),
    present: presentEvents.has(id),
  }));
}

const FEED = `UNWIND $rows AS row MATCH (r:Rollup {id: row.rollup}) MATCH (m:MappingVersion {id: row.mapping})
  MERGE (r)-[:FED_BY]->(m)`;
const STARVE = `UNWIND $rows AS row MATCH (:Rollup {id: row.rollup})-[link:FED_BY]->(:MappingVersion {id: row.mapping})
  DELETE link`;
/** A rollup that nothing feeds any more has no answers. */
const EMPTY = `UNWIND $rollups AS id MATCH (r:Rollup {id: id}) WHERE NOT (r)-[:FED_BY]->() DETACH DELETE r`;

/** Joins the rollups of those hours to the mappings that feed them, and removes those that nothing feeds. */
async function projectFeeding(
  { driver, store }: ProjectorDeps,
  hours: readonly { hour: number; cell: string }[],
) {
  const rows = (await readFeeding(store, hours)).map(({ mapping, fed, ...rollup }) => ({
    rollup: rollupId(rollup),
    mapping: nodeId('MappingVersion', mapping),
    fed,
  }));
  const starved = rows.filter(({ fed }) => !fed);
  await write(driver, async (tx) => {
    await tx.run(FEED, { rows: rows.filter(({ fed }) => fed) });
    if (starved.length === 0) return;
    await tx.run(STARVE, { rows: starved });
    await tx.run(EMPTY, { rollups: [...new Set(starved.map(({ rollup }) => rollup))] });
  });
}

/** One transaction, tried again where another held its locks. */
async function write(driver: Driver, work: (tx: ManagedTransaction) => Promise<unknown>): Promise<void> {
  const session = driver.session();
  try {
    await session.executeWrite(work);
  } finally {
    await session.close();
  }
}
