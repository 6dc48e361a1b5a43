import { Graph, layout } from '@dagrejs/dagre';
import type { Picture } from './picture.ts';

/** Every box has this size; longer text is cut. */
export const BOX = { width: 176, height: 60 } as const;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Boxes in layers from left to right. */
export function placesOf({ boxes, lines }: Picture): ReadonlyMap<string, Place> {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 128, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(boxes.map(({ id }) => id));
  for (const { id } of boxes) graph.setNode(id, { ...BOX });
  for (const { from, to } of lines) if (known.has(from) && known.has(to)) graph.setEdge(from, to);
  layout(graph);
  return new Map(
    boxes.map(({ id }) => {
      const { x, y } = graph.node(id) as Place;
      return [id, { x: x - BOX.width / 2, y: y - BOX.height / 2 }];
    }),
  );
}

/** How high a picture of these boxes is. */
export const heightOf = (places: ReadonlyMap<string, Place>): number =>
  Math.max(0, ...[...places.values()].map(({ y }) => y + BOX.height + 8));
