import type { Driver } from 'neo4j-driver';
import neo4j from 'neo4j-driver';
import { nodeId, type RollupKey, rollupId } from '../../domain/lineage.ts';
import { READ_MS } from '../../store/client.ts';
import type { CountedResponse, LineageStore, ResponseFacts, RollupSelection } from '../lineage-store.ts';

/** Keys in the graph are ids of nodes: "MappingVersion:…"; the store speaks of the keys behind the colon. */
const keyOf = (id: string) => id.slice(id.indexOf(':') + 1);

/**
 * The selection's conditions; those that select nothing are left out, because `$x IS NULL OR …` keeps Neo4j's planner
 * from its indexes.
 */
const where = ({ mappings, models }: RollupSelection): string =>
  [
    'r.hour >= $fromHour AND r.hour < $untilHour AND r.cell IN $cells',
    ...(models === null ? [] : ['r.model IN $models']),
    ...(mappings === null
      ? []
      : ['EXISTS { (r)-[:FED_BY]->(fed:MappingVersion) WHERE fed.id IN $mappings }']),
  ].join(' AND ');

const AFTER = `(r.hour > $after.hour OR (r.hour = $after.hour AND (r.cell > $after.cell
  OR (r.cell = $after.cell AND r.model > $after.model))))`;

const rollupsQuery = (selection: RollupSelection, after: RollupKey | null) =>
  `MATCH (r:Rollup) WHERE ${where(selection)}${after ? ` AND r.hour >= $after.hour AND ${AFTER}` : ''}
  RETURN r.hour AS hour, r.cell AS cell, r.model AS model ORDER BY hour, cell, model LIMIT $limit`;

const MAPPINGS_OF = `UNWIND range(0, size($ids) - 1) AS place
  MATCH (:Rollup {id: $ids[place]})-[:FED_BY]->(m:MappingVersion)
  RETURN place, m.id AS mapping ORDER BY place, mapping`;

const dictionaryQuery = (selection: RollupSelection) =>
  `MATCH (r:Rollup) WHERE ${where(selection)}
  OPTIONAL MATCH (r)-[:FED_BY]->(m:MappingVersion)
  RETURN collect(DISTINCT r.cell) AS cells, collect(DISTINCT r.model) AS models, collect(DISTINCT m.id) AS mappings`;

// Cut to the page before the events are looked up.
const RESPONSES = `UNWIND range(0, size($ids) - 1) AS place
  MATCH (:Rollup {id: $ids[place]})<-[:COUNTED_IN]-(x:Response)
  WHERE x.answeredAt >= $from AND x.answeredAt < $until AND ($mappings IS NULL OR x.mapping IN $mappings)
    AND (place > 0 OR $begin IS NULL OR x.id >= $begin)
  WITH place, x ORDER BY place, x.id LIMIT $limit
  MATCH (x)-[:NORMALISED_FROM]->(e:SourceEvent)
  RETURN place, x.id AS id, x.answeredAt AS answeredAt, x.receivedAt AS receivedAt, x.mapping AS mapping,
    e.id AS eventId, e.position AS position, e.receivedAt AS eventReceivedAt ORDER BY place, id`;

const RESPONSE = `MATCH (x:Response {id: $id})
  OPTIONAL MATCH (x)-[:COUNTED_IN]->(r:Rollup {model: 0})
  MATCH (x)-[link:NORMALISED_FROM|SUPERSEDES]->(e:SourceEvent)-[:MAPPED_BY]->(m:MappingVersion)
  RETURN x.answeredAt AS answeredAt, x.receivedAt AS receivedAt, x.cell AS cell, x.mapping AS mapping,
    r.hour AS hour, r.model AS model, type(link) = 'NORMALISED_FROM' AS present, e.id AS eventId,
    e.position AS position, e.receivedAt AS eventReceivedAt, m.id AS eventMapping ORDER BY eventId`;

const INFERRED = `MATCH (:Response {id: $id})-[:COUNTED_IN]->(r:Rollup) WHERE r.model > 0
  RETURN r.hour AS hour, r.cell AS cell, r.model AS model ORDER BY model`;

const RESPONSE_OF_EVENT = `MATCH (e:SourceEvent {id: $id})<-[:NORMALISED_FROM|SUPERSEDES]-(x:Response) RETURN x.id AS id`;

interface CountedRow {
  readonly place: number;
  readonly id: string;
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly mapping: string;
  readonly eventId: string;
  readonly position: string;
  readonly eventReceivedAt: number;
}

interface ResponseRecord extends Omit<CountedRow, 'place' | 'id'> {
  readonly cell: string;
  readonly hour: number | null;
  readonly model: number | null;
  readonly present: boolean;
  readonly eventMapping: string;
}

/**
 * Lineage answered by the projection in Neo4j; `lag` tells how far behind the record it is. A query that takes longer than
 * `timeout` milliseconds is given up.
 */
export function createNeo4jLineage(
  driver: Driver,
  lag: () => Promise<number>,
  timeout = READ_MS,
): LineageStore {
  const read = async <Row>(query: string, parameters: object): Promise<Row[]> => {
    const { records } = await driver.executeQuery(query, parameters, {
      routing: neo4j.routing.READ,
      transactionConfig: { timeout },
    });
    return records.map((record) => record.toObject() as Row);
  };
  const selected = ({ mappings, ...selection }: RollupSelection) => ({
    ...selection,
    mappings: mappings?.map((key) => nodeId('MappingVersion', key)) ?? null,
  });
  return {
    name: 'neo4j',
    lag,
    rollups: (selection, after, limit) =>
      read<RollupKey>(rollupsQuery(selection, after), {
        ...selected(selection),
        after,
        limit: neo4j.int(limit),
      }),
    mappingsOf: async (rollups) => {
      const mappings: string[][] = rollups.map(() => []);
      const rows = await read<{ place: number; mapping: string }>(MAPPINGS_OF, {
        ids: rollups.map(rollupId),
      });
      for (const { place, mapping } of rows) mappings[place]?.push(keyOf(mapping));
      return mappings;
    },
    dictionary: async (selection) => {
      const [row] = await read<{ cells: string[]; models: number[]; mappings: string[] }>(
        dictionaryQuery(selection),
        selected(selection),
      );
      return {
        cells: [...(row?.cells ?? [])].sort(),
        models: [...(row?.models ?? [])].sort((a, b) => a - b),
        mappings: (row?.mappings ?? []).map(keyOf).sort(),
      };
    },
    responses: async (rollups, range, mappings, begin, limit): Promise<CountedResponse[]> => {
      const rows = await read<CountedRow>(RESPONSES, {
        ids: rollups.map(rollupId),
        ...range,
        mappings,
        begin: begin === null ? null : nodeId('Response', begin),
        limit: neo4j.int(limit),
      });
      return rows.map(
        ({ place, id, answeredAt, receivedAt, mapping, eventId, position, eventReceivedAt }) => ({
          rollup: rollups[place] as RollupKey,
          id: keyOf(id),
          answeredAt,
          receivedAt,
          mapping,
          event: { id: keyOf(eventId), position, receivedAt: eventReceivedAt, mapping },
        }),
      );
    },
    response: async (id): Promise<ResponseFacts | null> => {
      const parameters = { id: nodeId('Response', id) };
      const [rows, inferred] = await Promise.all([
        read<ResponseRecord>(RESPONSE, parameters),
        read<RollupKey>(INFERRED, parameters),
      ]);
      return responseFacts(id, rows, inferred);
    },
    responseOfEvent: async (id) => {
      const [row] = await read<{ id: string }>(RESPONSE_OF_EVENT, { id: nodeId('SourceEvent', id) });
      return row ? keyOf(row.id) : null;
    },
  };
}

function responseFacts(
  id: string,
  rows: readonly ResponseRecord[],
  inferred: readonly RollupKey[],
): ResponseFacts | null {
  const eventOf = ({ eventId, position, eventReceivedAt, eventMapping }: ResponseRecord) => ({
    id: keyOf(eventId),
    position,
    receivedAt: eventReceivedAt,
    mapping: keyOf(eventMapping),
  });
  const present = rows.find((row) => row.present);
  if (!present) return null;
  const { answeredAt, receivedAt, cell, mapping, hour, model } = present;
  return {
    id,
    answeredAt,
    receivedAt,
    cell,
    mapping,
    rollup: hour === null || model === null ? null : { hour, cell, model },
    inferred,
    event: eventOf(present),
    superseded: rows.filter((row) => !row.present).map(eventOf),
  };
}
