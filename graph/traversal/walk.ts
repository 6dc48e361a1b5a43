import { compareRollups, type RollupKey, rollupId } from '../../domain/lineage/lineage.ts';
import { responseNode } from '../kinds/response.ts';
import { rollupEdges, rollupNode } from '../kinds/rollup.ts';
import type { LineageDeps } from '../kinds/shared/kind.ts';
import { eventEdges, eventNode } from '../kinds/source-event.ts';
import { surveyVersionKind } from '../kinds/survey-version.ts';
import type { CountedResponse, RollupSelection } from '../lineage-store.ts';
import { edge, type RollupWalk, type Step, step, type Walk } from '../node.ts';

type WalkDeps = Pick<LineageDeps, 'lineage' | 'store' | 'cells' | 'mappings' | 'dimensions'>;

/**
 * The position of a node in a walk: its index among the context nodes, or its rollup (and response) after them.
 */
export type WalkPosition =
  | readonly [context: number]
  | readonly [hour: number, cell: string, model: number]
  | readonly [hour: number, cell: string, model: number, response: string, part: 'response' | 'event'];

type PlacedStep = Step & { readonly at: WalkPosition };

/** Up to `limit` steps of the walk after the position (from the beginning: null). */
export async function takeSteps(
  deps: WalkDeps,
  walk: Walk,
  after: WalkPosition | null,
  limit: number,
): Promise<PlacedStep[]> {
  const place = after !== null && after.length > 1 ? after : null;
  const begun = place && rollupOf(place);
  const { rollups: own } = walk;
  // Neither needs the other.
  const [steps, first] = await Promise.all([
    place ? own && restOfRollup(deps, own, place, limit) : contextSteps(walk, after),
    own && deps.lineage.rollups(own.selection, begun, limit),
  ]);
  const page = [...(steps ?? [])];
  let rollups = first ?? [];
  // Responses of a few rollups fill a page, and each may have thousands.
  for (let atOnce = Math.ceil(limit / 8); own && page.length < limit && rollups.length > 0; atOnce *= 2) {
    const some = rollups.slice(0, countUntil(rollups, own.showsResponses, atOnce));
    const last = some.at(-1) ?? null;
    page.push(...(await rollupSteps(deps, own, some, limit - page.length)));
    rollups = rollups.slice(some.length);
    if (rollups.length === 0 && page.length < limit)
      rollups = await deps.lineage.rollups(own.selection, last, limit - page.length);
  }
  return page.slice(0, limit);
}

/** How many of the items come before more than `most` of them are `counted`. */
function countUntil<T>(items: readonly T[], counted: (item: T) => boolean, most: number): number {
  let seen = 0;
  const end = items.findIndex((item) => counted(item) && ++seen > most);
  return end < 0 ? items.length : end;
}

/** The context nodes after the position. */
async function contextSteps(walk: Walk, after: WalkPosition | null): Promise<PlacedStep[]> {
  const context = (await walk.context()).map((one, index): PlacedStep => ({ ...one, at: [index] }));
  return context.slice(after?.length === 1 ? after[0] + 1 : 0);
}

function rollupOf(at: WalkPosition): RollupKey {
  const [hour, cell, model] = at as readonly [number, string, number];
  return { hour, cell, model };
}

/** The rest of a rollup's responses after the position. */
async function restOfRollup(
  deps: WalkDeps,
  walk: RollupWalk,
  after: WalkPosition,
  limit: number,
): Promise<PlacedStep[]> {
  const { range, selection } = walk;
  const rollup = rollupOf(after);
  // Callers can invent cursors: a rollup that is not in this walk has nothing left.
  if (!isSelected(selection, rollup) || !walk.showsResponses(rollup)) return [];
  const last = after.length === 5 ? { id: after[3], part: after[4] } : null;
  const { lineage } = deps;
  const responses = await lineage.responses([rollup], range, selection.mappings, last?.id ?? null, limit + 1);
  const steps = await responseSteps(deps, walk, responses);
  if (last === null) return steps;
  // The response of the position itself is read again, because its event may be on the next page.
  return steps.filter(({ at }) => {
    if (at.length !== 5 || at[3] !== last.id) return true;
    return last.part === 'response' && at[4] === 'event';
  });
}

function isSelected(
  { cells, fromHour, untilHour, models }: RollupSelection,
  { hour, cell, model }: RollupKey,
) {
  const ofModels = models === null || models.includes(model);
  return cells.includes(cell) && hour >= fromHour && hour < untilHour && ofModels;
}

/** Rollups, each followed by its responses; the responses end when the page is full. */
async function rollupSteps(
  deps: WalkDeps,
  walk: RollupWalk,
  rollups: readonly RollupKey[],
  limit: number,
): Promise<PlacedStep[]> {
  const { lineage } = deps;
  const open = rollups.filter(walk.showsResponses);
  const [mappings, responses] = await Promise.all([
    lineage.mappingsOf(rollups),
    open.length > 0 ? lineage.responses(open, walk.range, walk.selection.mappings, null, limit) : [],
  ]);
  const following = await responseSteps(deps, walk, responses);
  let next = 0;
  return rollups.flatMap((rollup, index) => {
    const steps: PlacedStep[] = [];
    const { hour, cell, model } = rollup;
    const node = rollupNode(deps, rollup);
    if (node.id !== walk.start) {
      const edges = rollupEdges(rollup, mappings[index] ?? []).filter(({ to }) => isKnown(walk, to));
      const joins = walk.joined ? [walk.joined(node.id)] : [];
      steps.push({
        ...joinedTo(walk, step(node, walk.depths.rollup, [...joins, ...edges])),
        at: [hour, cell, model],
      });
    }
    for (let one = following[next]; one && isOf(one.at, rollup); one = following[next]) {
      steps.push(one);
      next += 1;
    }
    return steps;
  });
}

function isOf(at: WalkPosition, rollup: RollupKey): boolean {
  return at.length !== 1 && compareRollups(rollupOf(at), rollup) === 0;
}

/** The step, nearer and with further edges where nodes before the walk refer to it. */
function joinedTo({ joins }: RollupWalk, { node, edges }: Step): Step {
  const own = joins?.get(node.id);
  return own ? step(node, Math.min(node.depth, own.depth), [...own.edges, ...edges]) : { node, edges };
}

function isKnown({ known }: RollupWalk, id: string): boolean {
  return known === null || known.has(id);
}

async function responseSteps(
  deps: WalkDeps,
  walk: RollupWalk,
  responses: readonly CountedResponse[],
): Promise<PlacedStep[]> {
  const steps: PlacedStep[] = [];
  const byKey = new Map(deps.mappings.all().map((mapping) => [mapping.key, mapping]));
  if (responses.some(({ mapping }) => !byKey.has(mapping))) {
    await deps.mappings.refresh(deps.store);
    for (const mapping of deps.mappings.all()) byKey.set(mapping.key, mapping);
  }
  for (const { rollup, id, answeredAt, receivedAt, mapping: key, event } of responses) {
    const mapping = byKey.get(key);
    if (!mapping) throw new Error(`the mapping version ${key} is not in the database`);
    const { hour, cell, model } = rollup;
    const response = responseNode({ id, answeredAt, receivedAt });
    const source = eventNode(event);
    const survey = edge(response.id, 'ANSWERS', surveyVersionKind.idOf(mapping));
    const behind = eventEdges({ id: event.id, mapping: key }, mapping);
    const counted = joinedTo(
      walk,
      step(response, walk.depths.response, [
        edge(response.id, 'COUNTED_IN', rollupId(rollup)),
        ...[survey].filter(({ to }) => isKnown(walk, to)),
      ]),
    );
    const isNearer = counted.node.depth < walk.depths.response;
    const depth = isNearer ? Math.min(counted.node.depth + 1, walk.depths.event) : walk.depths.event;
    const brought = [
      edge(response.id, 'NORMALISED_FROM', source.id),
      ...behind.filter(({ to }) => isKnown(walk, to)),
    ];
    steps.push({ ...counted, at: [hour, cell, model, id, 'response'] });
    steps.push({
      ...joinedTo(walk, step(source, depth, brought)),
      at: [hour, cell, model, id, 'event'],
    });
  }
  return steps;
}
