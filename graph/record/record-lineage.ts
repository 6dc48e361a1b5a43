import type { RollupKey } from '../../domain/lineage/lineage.ts';
import type { Session } from '../../store/database/client.ts';
import {
  readCounted,
  readEvents,
  readInferredRollups,
  readMappingsOf,
  readParts,
  readResponseLineage,
  readResponseOfEvent,
  readRollups,
} from '../../store/lineage/lineage.ts';
import type { LineageStore } from '../lineage-store.ts';

const SURVEYED = 0;

/** Lineage answered by the record: always up to date. */
export function createRecordLineage(store: Session): LineageStore {
  return {
    name: 'record',
    lag: async () => 0,
    rollups: (selection, after, limit) => readRollups(store, selection, after, limit),
    mappingsOf: async (rollups) => {
      const mappings: string[][] = rollups.map(() => []);
      for (const { place, mapping } of await readMappingsOf(store, rollups)) mappings[place]?.push(mapping);
      return mappings;
    },
    cells: (selection) => readParts(store, 'cells', selection),
    models: (selection) => readParts(store, 'models', selection),
    mappings: (selection) => readParts(store, 'mappings', selection),
    responses: async (rollups, range, mappings, from, limit) => {
      if (rollups.length === 0) return [];
      const rows = await readCounted(store, rollups, range, mappings, from, limit);
      return rows.map(
        ({ place, id, answeredAt, receivedAt, mapping, eventId, position, eventReceivedAt }) => ({
          rollup: rollups[place] as RollupKey,
          id,
          answeredAt,
          receivedAt,
          mapping,
          event: { id: eventId, position, receivedAt: eventReceivedAt, mapping },
        }),
      );
    },
    response: async (id) => {
      const [row] = await readResponseLineage(store, [id]);
      if (!row) return null;
      const events = (await readEvents(store, [id])).map(({ responseId: _, ...event }) => event);
      const event = events.find((one) => one.id === row.eventId);
      if (!event) throw new Error(`the source event ${row.eventId} of response ${id} is missing`);
      const { answeredAt, receivedAt, cell, mapping, counted, hour } = row;
      return {
        id,
        answeredAt,
        receivedAt,
        cell,
        mapping,
        rollup: counted ? { hour, cell, model: SURVEYED } : null,
        inferred: (await readInferredRollups(store, [id])).map(({ responseId: _, ...rollup }) => rollup),
        event,
        superseded: events.filter((one) => one !== event),
      };
    },
    responseOfEvent: (eventId) => readResponseOfEvent(store, eventId),
  };
}
