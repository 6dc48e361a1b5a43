import { nodeId } from '../../domain/lineage/lineage.ts';
import type { RecordedMapping } from '../../store/responses/mappings.ts';
import type { EventFacts, ResponseFacts } from '../lineage-store.ts';
import { edge, type LineageEdge, type LineageNode, type Step, step, withEdgesTo } from '../node.ts';
import { mappingId, mappingSteps } from './mapping-version.ts';
import type { LineageRequest, NodeKind } from './shared/kind.ts';
import { mappingsByKey } from './shared/recorded-mapping.ts';
import { parseUuid, visibleOf, visibleResponse } from './shared/visible-selection.ts';
import { sourceKind } from './source.ts';

/** A source event, with the response that it belongs to. */
interface EventRow {
  readonly response: ResponseFacts;
  readonly event: EventFacts;
}

export const eventId = (key: string): string => nodeId('SourceEvent', key);

export const eventNode = ({ id, position, receivedAt }: EventFacts): LineageNode => ({
  id: eventId(id),
  kind: 'SourceEvent',
  label: position,
  recordedAt: new Date(receivedAt),
});

/** The edges from an event to its origin. */
export const eventEdges = (
  event: Pick<EventFacts, 'id' | 'mapping'>,
  mapping: RecordedMapping,
): LineageEdge[] => [
  edge(eventId(event.id), 'RECEIVED_FROM', sourceKind.idOf(mapping)),
  edge(eventId(event.id), 'MAPPED_BY', mappingId(event.mapping)),
];

/** One delivery of a response: the current content, or superseded content. */
export const sourceEventKind: NodeKind<EventRow, string> = {
  kind: 'SourceEvent',
  tier: 'input',
  prov: 'entity',
  picture: { column: 3, row: 0, names: ['source event', 'source events'], byRollup: true },
  parseKey: parseUuid,
  find: async (request, id) => {
    const owner = await request.lineage.responseOfEvent(id);
    // Runs even without such an event: hidden and missing events must take the same time.
    const response = await visibleResponse(request, owner ?? id);
    const event = response && [response.event, ...response.superseded].find((one) => one.id === id);
    return response && event ? { response, event } : null;
  },
  node: (_deps, { event }) => eventNode(event),
  upstream: (request, { row: { event } }) => ({ context: () => behindEvent(request, event) }),
  after: [],
  rollups: (request) => visibleOf(request, null),
  impact: null,
  projection: { along: 'Response' },
  counted: ({ response, event }) => ({
    rollups: isPresent({ response, event }) ? countedIn(response) : [],
    response,
  }),
};

/** Whether it brought the response's current content. */
export const isPresent = ({ response, event }: EventRow): boolean => event.id === response.event.id;

/** The rollups that count the response: surveyed and inferred. */
export const countedIn = ({ rollup, inferred }: ResponseFacts) => [...(rollup ? [rollup] : []), ...inferred];

async function behindEvent(request: LineageRequest, event: EventFacts): Promise<Step[]> {
  const [mapping] = await mappingsByKey(request, [event.mapping]);
  if (!mapping) return [];
  return mappingSteps([mapping], { recorded: 2, mapping: 1 })
    .map((one) => (one.node.id === sourceKind.idOf(mapping) ? step(one.node, 1, one.edges) : one))
    .map((one) => withEdgesTo(one, eventEdges(event, mapping)));
}
