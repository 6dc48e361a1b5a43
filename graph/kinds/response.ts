import { nodeId } from '../../domain/lineage/lineage.ts';
import type { UncountedReason } from '../../domain/responses/counting.ts';
import type { ResponseFacts } from '../lineage-store.ts';
import { edge, type LineageNode, type Step, step, withEdgesTo } from '../node.ts';
import { mappingSteps } from './mapping-version.ts';
import { scaleRuleKind } from './scale-rule.ts';
import { after, type LineageRequest, type NodeKind } from './shared/kind.ts';
import { mappingsByKey } from './shared/recorded-mapping.ts';
import { parseUuid, visibleOf, visibleResponse } from './shared/visible-selection.ts';
import { responseProjection } from './shared/write-responses.ts';
import { countedIn, eventEdges, eventId, eventNode, isPresent, sourceEventKind } from './source-event.ts';
import { surveyVersionKind } from './survey-version.ts';

export const responseId = (key: string): string => nodeId('Response', key);

export const responseNode = ({
  id,
  answeredAt,
  receivedAt,
  uncounted = null,
}: Pick<ResponseFacts, 'id' | 'answeredAt' | 'receivedAt'> & Partial<ResponseFacts>): LineageNode => ({
  id: responseId(id),
  kind: 'Response',
  label: `response answered ${new Date(answeredAt).toISOString()}${uncounted ? `, not counted: ${WHY[uncounted]}` : ''}`,
  recordedAt: new Date(receivedAt),
});

const WHY: Readonly<Record<UncountedReason, string>> = {
  SUPERSEDED: 'a later answer of the person is',
  WITHIN_PERIOD: 'an answer of the person shortly before it is',
  FLAGGED: 'a rule flagged it',
  LEFT_OUT: 'a person left it out',
};

/** One respondent's answer. */
export const responseKind: NodeKind<ResponseFacts, string> = {
  kind: 'Response',
  tier: 'input',
  prov: 'entity',
  picture: { column: 2, row: 1, names: ['response', 'responses'], byRollup: true, prefix: 'response ' },
  parseKey: parseUuid,
  find: visibleResponse,
  node: (_deps, response) => responseNode(response),
  upstream: (request, { row }) => ({ context: () => behindResponse(request, row) }),
  after: [
    after(sourceEventKind, (_request, row, { id }) => ({
      context: async () => {
        const relation = isPresent(row) ? 'NORMALISED_FROM' : 'SUPERSEDES';
        const node = responseNode(row.response);
        return [step(node, 1, [edge(node.id, relation, id)])];
      },
    })),
  ],
  rollups: (request) => visibleOf(request, null),
  impact: null,
  projection: responseProjection,
  counted: (response) => ({ rollups: countedIn(response), response }),
};

async function behindResponse(request: LineageRequest, response: ResponseFacts): Promise<Step[]> {
  const id = responseId(response.id);
  const events = [response.event, ...response.superseded];
  const mappings = await mappingsByKey(request, [...new Set(events.map(({ mapping }) => mapping))]);
  const byKey = new Map(mappings.map((mapping) => [mapping.key, mapping]));
  const own = byKey.get(response.mapping);
  const answers = own ? [edge(id, 'ANSWERS', surveyVersionKind.idOf(own))] : [];
  const far = new Set(
    mappings.flatMap((mapping) => [surveyVersionKind.idOf(mapping), scaleRuleKind.idOf(mapping)]),
  );
  const depthOf = (node: LineageNode) => {
    if (answers.some(({ to }) => to === node.id)) return 1;
    return far.has(node.id) ? 3 : 2;
  };
  return [
    ...mappingSteps(mappings, { recorded: 2, mapping: 2 })
      .map((one) => step(one.node, depthOf(one.node), one.edges))
      .map((one) => withEdgesTo(one, answers)),
    ...events.map((event) => {
      const relation = event === response.event ? 'NORMALISED_FROM' : 'SUPERSEDES';
      const mapping = byKey.get(event.mapping);
      const behind = mapping ? eventEdges(event, mapping) : [];
      return step(eventNode(event), 1, [edge(id, relation, eventId(event.id)), ...behind]);
    }),
  ];
}
