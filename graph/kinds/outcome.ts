import { nodeId } from '../../domain/lineage/lineage.ts';
import {
  type OutcomeLink,
  outcomePages,
  outcomesAfter,
  outcomesBehind,
  outcomesOfMerges,
  readOutcomeAnnotations,
  readOutcomeLinks,
} from '../../store/lineage/outcome-annotations.ts';
import type { LineageNode } from '../node.ts';
import { responseId, responseKind } from './response.ts';
import { annotates, annotationKind } from './shared/annotation.ts';
import { at, type LineageRequest } from './shared/kind.ts';
import { batches, entry } from './shared/projection.ts';
import { parseUuid, readsRespondent, visibleResponse } from './shared/visible-selection.ts';

export const outcomeNodeId = (id: string): string => nodeId('Outcome', id);

/** Without sums, names and persons: `outcomes` returns those. The item that brought it leads back to its connection, as a source event does. */
export function outcomeNode({ id, kind, at: moment, receivedAt, position }: OutcomeLink): LineageNode {
  const what = `${kind.toLowerCase().replaceAll('_', ' ')} ${moment.toISOString().slice(0, 10)}`;
  const label = `outcome: ${what}, ${position}`;
  return { id: outcomeNodeId(id), kind: 'Outcome', label, recordedAt: receivedAt };
}

/** Of the links those whose outcome the caller may read, by that right. */
export async function visibleOutcomes(
  request: LineageRequest,
  links: readonly OutcomeLink[],
): Promise<OutcomeLink[]> {
  const shown = await readOutcomeAnnotations(
    request.store,
    links.map(({ id }) => id),
  );
  const ids = new Set(
    shown.flatMap(({ id, cellId }) => {
      const cell = request.cells.get(cellId);
      return cell && readsRespondent(request, { cell: cell.key }) ? [id] : [];
    }),
  );
  return links.filter(({ id }) => ids.has(id));
}

async function answerBefore(request: LineageRequest, id: string) {
  const response = await visibleResponse(request, id);
  return response && readsRespondent(request, response) ? at(request, responseKind, response) : null;
}

/** What became of a respondent or an account: behind the answer before it; visible to callers with the right readRespondent. */
export const outcomeKind = annotationKind<OutcomeLink, string>({
  kind: 'Outcome',
  picture: { column: 0, row: 5, names: ['outcome', 'outcomes'], prefix: 'outcome: ' },
  parseKey: parseUuid,
  allowed: (scope) => scope.grant('readRespondent') !== 'none',
  read: async (request, id) => {
    const [link] = await visibleOutcomes(request, await readOutcomeLinks(request.record, [id]));
    return link ?? null;
  },
  // Where there is no such outcome, an answer that there cannot be takes the same time.
  subject: (request, row, key) => answerBefore(request, row?.responseId ?? key),
  about: (row) => [responseId(row.responseId)],
  node: outcomeNode,
  subjects: [
    annotates(responseKind, async (request, response) =>
      readsRespondent(request, response)
        ? visibleOutcomes(request, await outcomesAfter(request.record, response.id))
        : [],
    ),
  ],
  touched: async function* ({ store }, entries) {
    const named = entries.flatMap(({ payload }) => payload.outcomes ?? []);
    const answers = entries.flatMap(({ kind, payload }) =>
      kind === 'responses' ? [...payload.added, ...payload.removed] : [],
    );
    const merges = entries.flatMap(({ payload }) => payload.merges ?? []);
    const moved = await outcomesOfMerges(store, merges);
    for (const some of batches([...new Set(answers)])) moved.push(...(await outcomesBehind(store, some)));
    for (const ids of batches([...new Set([...named, ...moved])])) {
      const links = await readOutcomeLinks(store, ids);
      yield {
        // Written again whole: an earlier link would stay beside the present one.
        gone: ids.map(outcomeNodeId),
        rows: links.map((link) => ({
          id: outcomeNodeId(link.id),
          recordedAt: link.receivedAt,
          about: [responseId(link.responseId)],
        })),
      };
    }
  },
  all: async function* ({ store }) {
    for await (const outcomes of outcomePages(store)) yield [entry('outcome', { outcomes })];
  },
});
