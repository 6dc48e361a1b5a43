import { visibleCells } from '../../domain/access/scope.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import type { JournalEntry } from '../../store/journal/journal.ts';
import {
  type MergeAnnotation,
  type MergeLink,
  mergePages,
  mergesAbout,
  mergesBehind,
  mergesBeside,
  readMergeLinks,
  readMergeOutcomes,
} from '../../store/lineage/merge-annotations.ts';
import { readOutcomeLinks } from '../../store/lineage/outcome-annotations.ts';
import { edge, type LineageNode, type Step, step } from '../node.ts';
import { outcomeKind, outcomeNode, outcomeNodeId, visibleOutcomes } from './outcome.ts';
import { responseId, responseKind, responseNode } from './response.ts';
import { annotates, annotationKind } from './shared/annotation.ts';
import { at, type LineageRequest } from './shared/kind.ts';
import { batches, entry, type GraphWriter } from './shared/projection.ts';
import { parseUuid, readsRespondent, visibleResponse } from './shared/visible-selection.ts';

const mergeId = (id: string): string => nodeId('Merge', id);
const day = (moment: Date) => moment.toISOString().slice(0, 10);

/** Without the identifiers: `merges` returns their pseudonyms. */
function mergeNode({ id, kind, at: moment, undoneAt }: MergeAnnotation): LineageNode {
  const undone = undoneAt ? `, undone ${day(undoneAt)}` : '';
  const label = `merge of ${kind.toLowerCase()}s ${day(moment)}${undone}`;
  return { id: mergeId(id), kind: 'Merge', label, recordedAt: moment };
}

/** A merge with the newest answer that it is about, where it was found by its id. */
type Row = MergeAnnotation & Partial<Pick<MergeLink, 'responseId'>>;

/** The newest answers of the merge whose respondent the caller may know, the newest first. */
function visibleLinks({ record, scope, cells }: LineageRequest, id: string, limit?: number) {
  const groups = ['traceLineage', 'readResponse', 'readRespondent'] as const;
  const cellIds = visibleCells(scope, groups, cells, {}).map((cell) => cell.id);
  return readMergeLinks(record, [id], limit === undefined ? { cellIds } : { cellIds, limit });
}

/** The other answers that the merge is about, and the outcomes. */
async function others(request: LineageRequest, row: Row): Promise<Step[]> {
  const [, ...answers] = await visibleLinks(request, row.id);
  const outcomeIds = (await readMergeOutcomes(request.record, [row.id])).map(({ outcomeId }) => outcomeId);
  const outcomes = await visibleOutcomes(request, await readOutcomeLinks(request.record, outcomeIds));
  return [
    ...answers.map((one) => responseNode({ ...one, id: one.responseId })),
    ...outcomes.map(outcomeNode),
  ].map((node) => step(node, 1, [edge(mergeId(row.id), 'ABOUT', node.id)]));
}

/** Ids of the merges whose rows may have changed with the entries. */
async function touchedMerges({ store }: GraphWriter, entries: readonly JournalEntry[]): Promise<string[]> {
  const named = entries.flatMap(({ payload }) => payload.merges ?? []);
  const outcomes = entries.flatMap(({ payload }) => payload.outcomes ?? []);
  const answers = entries.flatMap(({ kind, payload }) =>
    kind === 'responses' ? [...payload.added, ...payload.removed] : [],
  );
  const ids = new Set<string>();
  for (const some of batches([...new Set(named)]))
    for (const id of await mergesBeside(store, some)) ids.add(id);
  for (const responseIds of batches([...new Set(answers)]))
    for (const id of await mergesBehind(store, { responseIds })) ids.add(id);
  for (const outcomeIds of batches([...new Set(outcomes)]))
    for (const id of await mergesBehind(store, { outcomeIds })) ids.add(id);
  return [...ids];
}

/** A statement that two identifiers are of one person or account: about the answers and outcomes of both; visible to callers with the right readRespondent. */
export const mergeKind = annotationKind<Row, string>({
  kind: 'Merge',
  picture: { column: 0, row: 9, names: ['merge', 'merges'], prefix: 'merge of ' },
  parseKey: parseUuid,
  allowed: (scope) => scope.grant('readRespondent') !== 'none',
  read: async (request, id) => (await visibleLinks(request, id, 1))[0] ?? null,
  // Where there is no such merge, an answer that there cannot be takes the same time.
  subject: async (request, row, key) => {
    const response = await visibleResponse(request, row?.responseId ?? key);
    return response && readsRespondent(request, response) ? at(request, responseKind, response) : null;
  },
  about: ({ responseId: response }) => (response === undefined ? [] : [responseId(response)]),
  further: others,
  node: mergeNode,
  subjects: [
    annotates(responseKind, async (request, response) =>
      readsRespondent(request, response) ? mergesAbout(request.record, { responseIds: [response.id] }) : [],
    ),
    // Who sees an outcome may know whose it is.
    annotates(outcomeKind, ({ record }, { own }) => mergesAbout(record, { outcomeIds: [own.id] })),
  ],
  touched: async function* (graph, entries) {
    for (const ids of batches(await touchedMerges(graph, entries))) {
      const links = await readMergeLinks(graph.store, ids);
      const moments = new Map(links.map(({ id, at: recordedAt }) => [id, recordedAt]));
      const outcomes = (await readMergeOutcomes(graph.store, ids)).flatMap(({ id, outcomeId }) => {
        const recordedAt = moments.get(id);
        return recordedAt ? [{ id: mergeId(id), recordedAt, about: [outcomeNodeId(outcomeId)] }] : [];
      });
      // A row for each, so that none is joined to what the graph does not have; written again whole.
      yield {
        gone: ids.map(mergeId),
        rows: [
          ...links.map(({ id, at: recordedAt, responseId: response }) => {
            return { id: mergeId(id), recordedAt, about: [responseId(response)] };
          }),
          ...outcomes,
        ],
      };
    }
  },
  all: async function* ({ store }) {
    for await (const merges of mergePages(store)) yield [entry('identity', { merges })];
  },
});
