import type { ScopedSession } from '../../store/database/client.ts';
import {
  readCounted,
  readEvents,
  readInferredRollups,
  readMappings,
  readMappingsOf,
  readModels,
  readParts,
  readResponseLineage,
  readResponseOfEvent,
  readRollups,
} from '../../store/lineage/lineage.ts';
import type { LineageStore } from '../lineage-store.ts';
import { countedResponses, mappingsByRollup, responseFacts } from '../response-facts.ts';

const SURVEYED = 0;

/** Lineage from the database itself: always up to date. */
export function createRecordLineage(store: ScopedSession): LineageStore {
  return {
    name: 'record',
    lag: async () => 0,
    rollups: (selection, after, limit) => readRollups(store, selection, after, limit),
    mappingsOf: async (rollups) => mappingsByRollup(rollups, await readMappingsOf(store, rollups)),
    parts: (selection) => readParts(store, selection),
    models: (selection) => readModels(store, selection),
    mappings: (selection) => readMappings(store, selection),
    responses: async (rollups, range, mappings, from, limit) => {
      if (rollups.length === 0) return [];
      return countedResponses(rollups, await readCounted(store, rollups, range, mappings, from, limit));
    },
    response: async (id) => {
      const [row] = await readResponseLineage(store, [id]);
      if (!row) return null;
      const events = (await readEvents(store, [id])).map(({ responseId: _, ...event }) => event);
      const inferred = (await readInferredRollups(store, [id])).map(({ responseId: _, ...rollup }) => rollup);
      const { counted, hour, eventId, ...response } = row;
      const rollup = counted ? { hour, cell: response.cell, model: SURVEYED } : null;
      return responseFacts({ ...response, rollup, inferred }, events, eventId);
    },
    responseOfEvent: (eventId) => readResponseOfEvent(store, eventId),
  };
}
