import type { RollupKey } from '../domain/lineage/lineage.ts';
import type { CountedRow } from '../store/lineage/lineage.ts';
import type { CountedResponse, EventFacts, ResponseFacts } from './lineage-store.ts';

/** The counted responses, each with its rollup and its event. */
export function countedResponses(
  rollups: readonly RollupKey[],
  rows: readonly CountedRow[],
): CountedResponse[] {
  return rows.map(({ place, eventId, position, eventReceivedAt, ...response }) => ({
    ...response,
    rollup: rollups[place] as RollupKey,
    event: { id: eventId, position, receivedAt: eventReceivedAt, mapping: response.mapping },
  }));
}

/** The keys of the mappings that feed each rollup; `place` is the index of the rollup. */
export function mappingsByRollup(
  rollups: readonly RollupKey[],
  rows: readonly { readonly place: number; readonly mapping: string }[],
): string[][] {
  const mappings: string[][] = rollups.map(() => []);
  for (const { place, mapping } of rows) mappings[place]?.push(mapping);
  return mappings;
}

/** A response with the event that brought its current content, and superseded ones. */
export function responseFacts(
  response: Omit<ResponseFacts, 'event' | 'superseded'>,
  events: readonly EventFacts[],
  present: string,
): ResponseFacts {
  const event = events.find(({ id }) => id === present);
  if (!event) throw new Error(`the source event ${present} of response ${response.id} is missing`);
  return { ...response, event, superseded: events.filter((one) => one !== event) };
}
