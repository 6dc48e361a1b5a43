import { kindNamed } from '../../graph/kinds/registry.ts';
import type { NodeKind } from '../../graph/kinds/shared/kind.ts';
import type { LineageNode } from '../../graph/node.ts';
import type { CollectedTrace } from '../../graph/traversal/collect.ts';
import { html, type Markup, raw } from './html.ts';

const BOX = { width: 216, line: 15, pad: 9, gapX: 56, gapY: 22 };
const LINES = 3;
/** Characters that lines are wrapped at. How wide they are depends on the font and the script: the style cuts what is wider. */
const LINE_LENGTH = 29;
const MARGIN = 8;

interface Box {
  readonly kind: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly column: number;
}

/** The lineage by kind as an SVG: one box per kind with some of its nodes, and the connections between kinds. */
export function lineagePicture(trace: CollectedTrace): Markup {
  const boxes = layOut(trace);
  const height = Math.max(...boxes.map(({ y, height }) => y + height)) + MARGIN;
  const columns = new Set(boxes.map(({ x }) => x)).size;
  const width = columns * (BOX.width + BOX.gapX) - BOX.gapX + 2 * MARGIN;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Lineage of the score by kind of node">
<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker></defs>
${links(trace, boxes)}${boxes.map(drawBox)}</svg>`;
}

function layOut({ nodes, complete }: CollectedTrace): Box[] {
  const byKind = new Map<string, LineageNode[]>();
  for (const node of nodes) byKind.set(node.kind, [...(byKind.get(node.kind) ?? []), node]);
  const columns = columnsOf([...byKind.keys()].map(kindNamed)).map((kinds, column) => {
    let y = 0;
    return kinds.map((kind): Box => {
      const content = contentOf(kind, byKind.get(kind.kind) ?? [], complete);
      const height = 2 * BOX.pad + BOX.line * (content.lines.length + 1);
      const box = {
        ...content,
        kind: kind.kind,
        x: MARGIN + column * (BOX.width + BOX.gapX),
        y,
        height,
        column,
      };
      y += height + BOX.gapY;
      return box;
    });
  });
  const heightOf = (boxes: readonly Box[]) => Math.max(...boxes.map(({ y, height }) => y + height));
  const tallest = Math.max(...columns.map(heightOf));
  return columns.flatMap((boxes) => {
    const top = MARGIN + (tallest - heightOf(boxes)) / 2;
    return boxes.map((box) => ({ ...box, y: box.y + top }));
  });
}

/** The kinds of each column that has any, from left to right and from top to bottom. */
function columnsOf(kinds: readonly NodeKind[]): NodeKind[][] {
  const columns = new Map<number, NodeKind[]>();
  const sorted = [...kinds].sort(({ picture: a }, { picture: b }) => a.column - b.column || a.row - b.row);
  for (const kind of sorted)
    columns.set(kind.picture.column, [...(columns.get(kind.picture.column) ?? []), kind]);
  return [...columns.values()];
}

/** What stands in the box of a kind: how many nodes there are, and some of them. */
function contentOf(
  { picture }: NodeKind,
  nodes: readonly LineageNode[],
  complete: boolean,
): Pick<Box, 'title' | 'lines'> {
  const [one, many] = picture.names;
  const labels = nodes.map(({ label }) => label);
  if (picture.single) return { title: one, lines: wrapped(labels[0] ?? '') };
  const shown = labels
    .slice(0, LINES)
    .map((label) =>
      picture.prefix && label.startsWith(picture.prefix) ? label.slice(picture.prefix.length) : label,
    );
  const more = labels.length - shown.length;
  const atLeast = complete || !picture.byRollup ? '' : 'at least ';
  return {
    title: `${atLeast}${labels.length} ${labels.length === 1 ? one : many}`,
    lines: more > 0 ? [...shown, `and ${more} more`] : shown,
  };
}

/** At separators, so that the whole label stays readable. */
function wrapped(label: string): string[] {
  const lines: string[] = [];
  for (const part of label.split(' · ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 3 <= LINE_LENGTH)
      lines[lines.length - 1] = `${last} · ${part}`;
    else lines.push(...part.split(/(?= to )/).map((one) => one.trim()));
  }
  return lines;
}

function drawBox({ kind, title, lines, x, y, height }: Box): Markup {
  const text = (line: string, i: number) => html`<div class="${i === 0 ? 'title' : 'line'}">${line}</div>`;
  const inner = html`x="${x + BOX.pad}" y="${y + BOX.pad}" width="${BOX.width - 2 * BOX.pad}" height="${height - 2 * BOX.pad}"`;
  return html`<g class="${kind}"><rect x="${x}" y="${y}" width="${BOX.width}" height="${height}" rx="5"/><foreignObject ${inner}>${[title, ...lines].map(text)}</foreignObject></g>`;
}

/** One curve for each connected pair of kinds. */
function links({ nodes, edges }: CollectedTrace, boxes: readonly Box[]): Markup {
  const kindOf = new Map(nodes.map(({ id, kind }) => [id, kind]));
  const boxOf = new Map(boxes.map((box) => [box.kind, box]));
  const joined = new Set<string>();
  const curves: Markup[] = [];
  for (const { from, to } of edges) {
    const ends = [from, to].map((id) => boxOf.get(kindOf.get(id) ?? ''));
    const [left, right] = ends.sort((a, b) => (a?.column ?? 0) - (b?.column ?? 0));
    if (!left || !right || left === right || joined.has(`${left.kind} ${right.kind}`)) continue;
    joined.add(`${left.kind} ${right.kind}`);
    curves.push(curve(left, right));
  }
  return raw(curves.map(String).join('\n'));
}

function curve(left: Box, right: Box): Markup {
  const [y1, y2] = [left.y + left.height / 2, right.y + right.height / 2];
  if (left.column === right.column) {
    const [upper, lower] = left.y < right.y ? [left, right] : [right, left];
    const x = upper.x + 20;
    return html`<path class="link" d="M${x} ${upper.y + upper.height} V${lower.y}" marker-end="url(#end)"/>`;
  }
  const [x1, x2] = [left.x + BOX.width, right.x - 1];
  // Past a column in between, the line runs in the gaps, so that it crosses no box's text.
  const bend = Math.min(BOX.gapX, (x2 - x1) / 2);
  return html`<path class="link" d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" marker-end="url(#end)"/>`;
}
