import { nodeId, type RollupKey } from '../../domain/lineage/lineage.ts';
import type { UncountedReason } from '../../domain/responses/counting.ts';
import { READ_MS } from '../../store/database/client.ts';
import type { CountedRow } from '../../store/lineage/lineage.ts';
import { storedRollup, storedUuid, uuidOf } from '../kinds/shared/stored-id.ts';
import type {
  CountedResponse,
  EventFacts,
  LineageStore,
  ResponseFacts,
  RollupSelection,
  SelectedParts,
} from '../lineage-store.ts';
import { countedResponses, mappingsByRollup } from '../response-facts.ts';
import { neo4jPackage } from './driver.ts';
import type { GraphConnections } from './graph-connections.ts';

const MAPPING = nodeId('MappingVersion', '');

/**
 * A rollup or a FED_BY edge, which repeats the rollup's properties: model versions count from 0, and an index
 * covers all of its properties or none.
 */
const selects = (of: string, { models }: RollupSelection): string =>
  `${of}.hour >= $fromHour AND ${of}.hour < $untilHour AND ${of}.cell IN $cells AND ${of}.model ${models === null ? '>= 0' : 'IN $models'}`;

const AFTER = (
  of: string,
) => `${of}.hour >= $after.hour AND (${of}.hour > $after.hour OR (${of}.hour = $after.hour
  AND (${of}.cell > $after.cell OR (${of}.cell = $after.cell AND ${of}.model > $after.model))))`;
const PAGE = 'ORDER BY hour, cell, model LIMIT $limit';

/**
 * The hints keep the planner to the indexes with this order, of which it reads only the page. The first ones of
 * each mapping are read, which include the first overall.
 */
function rollupsQuery(selection: RollupSelection, after: RollupKey | null): string {
  const conditions = (of: string) => `${selects(of, selection)}${after ? ` AND ${AFTER(of)}` : ''}`;
  const found = (of: string) => `RETURN ${of}.hour AS hour, ${of}.cell AS cell, ${of}.model AS model`;
  if (selection.mappings === null)
    return `MATCH (r:Rollup) USING INDEX r:Rollup(hour, cell, model) WHERE ${conditions('r')} ${found('r')} ${PAGE}`;
  // In the full order of the index: by fewer properties it would be read to its end and sorted.
  return `UNWIND $mappings AS mapping
    CALL (mapping) {
      MATCH ()-[f:FED_BY]->() USING INDEX f:FED_BY(mapping, hour, cell, model)
      WHERE f.mapping = mapping AND ${conditions('f')}
      WITH f ORDER BY f.mapping, f.hour, f.cell, f.model LIMIT $limit ${found('f')}
    }
    RETURN DISTINCT hour, cell, model ${PAGE}`;
}

const MAPPINGS_OF = `UNWIND range(0, size($ids) - 1) AS place
  MATCH (:Rollup {id: $ids[place]})-[f:FED_BY]->() RETURN place, f.mapping AS mapping ORDER BY place, mapping`;

/** For each candidate one rollup is looked up: there may be millions of rollups, but few of their inputs. */
const found = (selection: RollupSelection, condition: (of: string) => string): string =>
  selection.mappings === null
    ? `EXISTS { MATCH (r:Rollup) WHERE ${selects('r', selection)} AND ${condition('r')} }`
    : `EXISTS { MATCH ()-[f:FED_BY]->() WHERE f.mapping IN $mappings AND ${selects('f', selection)} AND ${condition('f')} }`;
const CELLS = (selection: RollupSelection) =>
  `UNWIND $cells AS part WITH part WHERE ${found(selection, (of) => `${of}.cell = part`)} RETURN part`;
const MODELS = (selection: RollupSelection) =>
  `${selection.models ? 'UNWIND $models AS part WITH part' : "MATCH (v:ModelVersion) WITH toInteger(split(v.id, ':')[1]) AS part"}
  WHERE ${found(selection, (of) => `${of}.model = part`)} RETURN part`;
const MAPPINGS = (selection: RollupSelection) =>
  `${selection.mappings ? 'UNWIND $mappings AS part WITH part' : `MATCH (m:MappingVersion) WITH substring(m.id, ${MAPPING.length}) AS part`}
  WHERE EXISTS { MATCH ()-[f:FED_BY]->() WHERE f.mapping = part AND ${selects('f', selection)} } RETURN part`;
const PARTS = (selection: RollupSelection) =>
  `RETURN COLLECT { ${CELLS(selection)} } AS cells, COLLECT { ${MODELS(selection)} } AS models, COLLECT { ${MAPPINGS(selection)} } AS mappings`;

const RESPONSES = `UNWIND range(0, size($ids) - 1) AS place
  MATCH (:Rollup {id: $ids[place]})<-[:COUNTED_IN]-(x:Response)
  WHERE x.answeredAt >= $from AND x.answeredAt < $until AND ($mappings IS NULL OR x.mapping IN $mappings)
    AND (place > 0 OR $begin IS NULL OR x.id >= $begin)
  WITH place, x ORDER BY place, x.id LIMIT $limit
  RETURN place, x.id AS id, x.answeredAt AS answeredAt, x.receivedAt AS receivedAt, x.mapping AS mapping,
    x.event AS eventId, x.position AS position, coalesce(x.eventReceivedAt, x.receivedAt) AS eventReceivedAt ORDER BY place, id`;

const RESPONSE = `MATCH (x:Response {id: $id})
  OPTIONAL MATCH (x)-[:COUNTED_IN]->(r:Rollup {model: 0})
  RETURN x.answeredAt AS answeredAt, x.receivedAt AS receivedAt, x.cell AS cell, x.mapping AS mapping, x.uncounted AS uncounted,
    r.hour AS hour, r.model AS model,
    {id: x.event, position: x.position, receivedAt: coalesce(x.eventReceivedAt, x.receivedAt),
      mapping: coalesce(x.eventMapping, x.mapping)} AS event,
    COLLECT { MATCH (x)-[:SUPERSEDES]->(e:SourceEvent)
      RETURN {id: e.id, position: e.position, receivedAt: e.receivedAt, mapping: e.mapping} ORDER BY e.id } AS superseded`;

const INFERRED = `MATCH (:Response {id: $id})-[:COUNTED_IN]->(r:Rollup) WHERE r.model > 0
  RETURN r.hour AS hour, r.cell AS cell, r.model AS model ORDER BY model`;

const RESPONSE_OF_EVENT = `MATCH (x:Response {event: $event}) RETURN x.id AS id
  UNION MATCH (:SourceEvent {id: $event})<-[:SUPERSEDES]-(x:Response) RETURN x.id AS id`;

interface ResponseRecord {
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly cell: string;
  readonly mapping: string;
  readonly uncounted: UncountedReason | null;
  readonly hour: number | null;
  readonly model: number | null;
  readonly event: EventFacts;
  readonly superseded: readonly EventFacts[];
}

/**
 * Lineage from the projection in Neo4j; `lag` says how far it is behind the database, `ready` throws while it
 * cannot be read. A query that takes longer than `timeout` milliseconds is given up.
 */
export function createNeo4jLineage(
  graph: GraphConnections,
  lag: () => Promise<number>,
  ready: () => Promise<void>,
  timeout = READ_MS,
): LineageStore {
  const read = async <Row>(query: string, parameters: object): Promise<Row[]> => {
    await ready();
    const records = await graph.read(query, parameters, timeout);
    return records.map((record) => record.toObject() as Row);
  };
  const partsOf = async <Part>(query: (selection: RollupSelection) => string, selection: RollupSelection) =>
    (await read<{ part: Part }>(query(selection), selection)).map(({ part }) => part);
  return {
    name: 'neo4j',
    lag,
    rollups: (selection, after, limit) =>
      read<RollupKey>(rollupsQuery(selection, after), {
        ...selection,
        after,
        limit: neo4jPackage().int(limit),
      }),
    mappingsOf: async (rollups) => {
      const rows = await read<{ place: number; mapping: string }>(MAPPINGS_OF, {
        ids: rollups.map(storedRollup),
      });
      return mappingsByRollup(rollups, rows);
    },
    parts: async (selection) => {
      const [row] = await read<SelectedParts>(PARTS(selection), selection);
      const { cells = [], models = [], mappings = [] } = row ?? {};
      return { cells: cells.toSorted(), models: models.toSorted(byNumber), mappings: mappings.toSorted() };
    },
    models: async (selection) => (await partsOf<number>(MODELS, selection)).sort(byNumber),
    mappings: async (selection) => (await partsOf<string>(MAPPINGS, selection)).sort(),
    responses: async (rollups, range, mappings, begin, limit): Promise<CountedResponse[]> => {
      const rows = await read<CountedRow>(RESPONSES, {
        ids: rollups.map(storedRollup),
        ...range,
        mappings,
        begin: begin === null ? null : storedUuid(begin),
        limit: neo4jPackage().int(limit),
      });
      return countedResponses(
        rollups,
        rows.map((row) => ({ ...row, id: uuidOf(row.id), eventId: uuidOf(row.eventId) })),
      );
    },
    response: async (id): Promise<ResponseFacts | null> => {
      const parameters = { id: storedUuid(id) };
      const [[row], inferred] = await Promise.all([
        read<ResponseRecord>(RESPONSE, parameters),
        read<RollupKey>(INFERRED, parameters),
      ]);
      return factsOf(id, row, inferred);
    },
    responseOfEvent: async (id) => {
      const [row] = await read<{ id: string }>(RESPONSE_OF_EVENT, { event: storedUuid(id) });
      return row ? uuidOf(row.id) : null;
    },
  };
}

const byNumber = (a: number, b: number): number => a - b;

function factsOf(
  id: string,
  record: ResponseRecord | undefined,
  inferred: readonly RollupKey[],
): ResponseFacts | null {
  if (!record) return null;
  const { cell, hour, model, event, superseded, ...own } = record;
  const rollup = hour === null || model === null ? null : { hour, cell, model };
  const eventOf = (one: EventFacts) => ({ ...one, id: uuidOf(one.id) });
  return {
    ...{ id, cell, rollup, inferred, ...own },
    event: eventOf(event),
    superseded: superseded.map(eventOf),
  };
}
