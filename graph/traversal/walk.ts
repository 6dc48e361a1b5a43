import { compareRollups, nodeId, type RollupKey, rollupId } from '../../domain/lineage/lineage.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import {
  type DescribeDeps,
  describeEvent,
  describeResponse,
  describeRollup,
  type LineageNode,
  surveyKey,
} from '../describe.ts';
import type { CountedResponse, LineageStore, RollupSelection } from '../lineage-store.ts';

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly relation: string;
}

export interface TracedNode extends LineageNode {
  /** Edges on the shortest way from the start. */
  readonly depth: number;
}

/** Where in a walk a node stands: its index among the fixed nodes, or its rollup (and response) after them. */
export type WalkPosition =
  | readonly [fixed: number]
  | readonly [hour: number, cell: string, model: number]
  | readonly [hour: number, cell: string, model: number, response: string, part: 'response' | 'event'];

/** One node with the edges that join it to nodes before it. */
export interface Step {
  readonly node: TracedNode;
  readonly edges: readonly LineageEdge[];
}

/** How a walk goes: some fixed nodes, then rollup by rollup what hangs on it. */
export interface Walk {
  /** The start, and the dictionary-like nodes that it leads to. */
  readonly fixed: () => Promise<Step[]>;
  readonly rollups?: RollupWalk;
}

export interface RollupWalk {
  readonly selection: RollupSelection;
  readonly range: TimeRange;
  /** Distance from the start of each kind. */
  readonly depths: { readonly rollup: number; readonly response: number; readonly event: number };
  /** Whether the responses of that rollup follow it. */
  readonly showsResponses: (rollup: RollupKey) => boolean;
  /** Only edges to these dictionary nodes; null: all of them are in the walk. */
  readonly known: ReadonlySet<string> | null;
  /** The start, where it is a rollup: it is not told again. */
  readonly start: string;
  /** What joins each rollup to the start, where it is a score or a seal. */
  readonly joined?: (rollup: string) => LineageEdge;
}

export const edge = (from: string, relation: string, to: string): LineageEdge => ({ from, relation, to });

type PlacedStep = Step & { readonly at: WalkPosition };

/** Up to `limit` steps of the walk after the place (from the beginning: null). */
export async function takeSteps(
  deps: DescribeDeps & { lineage: LineageStore },
  walk: Walk,
  after: WalkPosition | null,
  limit: number,
): Promise<PlacedStep[]> {
  const steps: PlacedStep[] = [];
  if (after === null || after.length === 1) {
    const fixed = (await walk.fixed()).map((step, index): PlacedStep => ({ ...step, at: [index] }));
    steps.push(...fixed.slice(after === null ? 0 : after[0] + 1));
  }
  if (!walk.rollups) return steps.slice(0, limit);
  let begun: RollupKey | null = null;
  if (after !== null && after.length > 1) {
    const [hour, cell, model] = after as readonly [number, string, number];
    begun = { hour, cell, model };
    steps.push(...(await restOfRollup(deps, walk.rollups, begun, after, limit)));
  }
  while (steps.length < limit) {
    const wanted = limit - steps.length;
    const rollups = await deps.lineage.rollups(walk.rollups.selection, begun, wanted);
    if (rollups.length === 0) break;
    steps.push(...(await rollupSteps(deps, walk.rollups, rollups, wanted)));
    begun = rollups.at(-1) ?? null;
  }
  return steps.slice(0, limit);
}

/** What of a rollup's responses comes after the place. */
async function restOfRollup(
  deps: DescribeDeps & { lineage: LineageStore },
  walk: RollupWalk,
  rollup: RollupKey,
  after: WalkPosition,
  limit: number,
): Promise<PlacedStep[]> {
  const { range, selection } = walk;
  // A cursor is the caller's to make up: a rollup that is not of this walk has nothing left.
  if (!isSelected(selection, rollup) || !walk.showsResponses(rollup)) return [];
  const last = after.length === 5 ? { id: after[3], part: after[4] } : null;
  const { lineage } = deps;
  const responses = await lineage.responses([rollup], range, selection.mappings, last?.id ?? null, limit + 1);
  const steps = await responseSteps(deps, walk, responses);
  if (last === null) return steps;
  // The response of the place itself is asked for again, since its event may not have been told.
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

/** Rollups, each followed by its responses; the responses end where the page must be full. */
async function rollupSteps(
  deps: DescribeDeps & { lineage: LineageStore },
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
    const node = describeRollup(deps, rollup);
    if (node.id !== walk.start) {
      const edges = rollupEdges(rollup, mappings[index] ?? []).filter(({ to }) => isKnown(walk, to));
      const joins = walk.joined ? [walk.joined(node.id)] : [];
      steps.push({
        node: { ...node, depth: walk.depths.rollup },
        edges: [...joins, ...edges],
        at: [hour, cell, model],
      });
    }
    for (let step = following[next]; step && isOf(step.at, rollup); step = following[next]) {
      steps.push(step);
      next += 1;
    }
    return steps;
  });
}

/** What a rollup is joined to, beside its responses. */
export function rollupEdges(rollup: RollupKey, mappings: readonly string[]): LineageEdge[] {
  const id = rollupId(rollup);
  return [
    edge(id, 'OF', nodeId('Cell', rollup.cell)),
    edge(id, 'CLASSIFIED_BY', nodeId('ModelVersion', rollup.model)),
    ...mappings.map((mapping) => edge(id, 'FED_BY', nodeId('MappingVersion', mapping))),
  ];
}

function isOf(at: WalkPosition, rollup: RollupKey): boolean {
  if (at.length === 1) return false;
  const [hour, cell, model] = at as readonly [number, string, number];
  return compareRollups({ hour, cell, model }, rollup) === 0;
}

function isKnown({ known }: RollupWalk, id: string): boolean {
  return known === null || known.has(id);
}

async function responseSteps(
  deps: DescribeDeps,
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
    if (!mapping) throw new Error(`the mapping version ${key} is not in the record`);
    const { hour, cell, model } = rollup;
    const response = describeResponse(id, answeredAt, receivedAt);
    const source = describeEvent(event);
    const survey = edge(response.id, 'ANSWERS', nodeId('SurveyVersion', surveyKey(mapping)));
    const behind = [
      edge(source.id, 'RECEIVED_FROM', nodeId('Source', mapping.source)),
      edge(source.id, 'MAPPED_BY', nodeId('MappingVersion', key)),
    ];
    steps.push({
      node: { ...response, depth: walk.depths.response },
      edges: [
        edge(response.id, 'COUNTED_IN', rollupId(rollup)),
        ...[survey].filter(({ to }) => isKnown(walk, to)),
      ],
      at: [hour, cell, model, id, 'response'],
    });
    steps.push({
      node: { ...source, depth: walk.depths.event },
      edges: [
        edge(response.id, 'NORMALISED_FROM', source.id),
        ...behind.filter(({ to }) => isKnown(walk, to)),
      ],
      at: [hour, cell, model, id, 'event'],
    });
  }
  return steps;
}
