import type { LineageGroupsQuery } from '../../gql/graphql.ts';
import { groupName, kindName, kindOf, labelText, relationName } from './words.ts';

export type Groups = LineageGroupsQuery['lineageGroups'];

/** One opened node of the chain: its groups, once they are read. */
export interface Level {
  readonly id: string;
  readonly groups: Groups | null;
  readonly error: string | null;
}

/** A box of the graph, and an item of the list. */
export interface Box {
  readonly id: string;
  readonly level: number;
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  /** The node that it is; null for a group of nodes. */
  readonly node: string | null;
  readonly isOpen: boolean;
}

export interface Line {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly relation: string;
}

export interface Picture {
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** A group that is open: of which level, and which kind. */
export interface OpenGroup {
  readonly level: number;
  readonly kind: string;
}

const nodeBox = (level: number) => `n${level}`;
const groupBox = (level: number, kind: string) => `g${level}.${kind}`;

/**
 * The chain of opened nodes from left to right. Each but the last leads straight to the next; of the last all groups are
 * shown, nearest first.
 */
export function pictureOf(levels: readonly Level[], open: OpenGroup | null): Picture {
  const boxes: Box[] = [];
  const lines: Line[] = [];
  levels.forEach((level, i) => {
    const { groups } = level;
    const kind = groups?.node.kind ?? kindOf(level.id);
    const label = labelText(groups?.node.label ?? level.id);
    // "NPS surveyed · everything · 29 Oct 2026 to 28 Nov 2026"
    const [title = label, ...of] = kind === 'Score' ? label.split(' · ') : [label];
    boxes.push({
      id: nodeBox(i),
      level: i,
      kind,
      title,
      detail: of.length > 0 ? of.join(' · ') : kindName(kind),
      node: level.id,
      isOpen: open === null && i === levels.length - 1,
    });
    const next = levels[i + 1];
    if (next) {
      const count = groups?.groups.find((group) => group.kind === kindOf(next.id))?.count;
      const of = count && count > 1 ? `1 of ${groupName(kindOf(next.id), count)}` : '';
      lines.push({ id: `${i}>${i + 1}`, from: nodeBox(i), to: nodeBox(i + 1), relation: of });
      return;
    }
    for (const group of groups?.groups ?? [])
      boxes.push({
        id: groupBox(i, group.kind),
        level: i,
        kind: group.kind,
        title: groupName(group.kind, group.count),
        detail: group.count === 1 ? 'open to see it' : 'open to see each',
        node: null,
        isOpen: open?.level === i && open.kind === group.kind,
      });
    if (groups) lines.push(...linesOf(groups, i, new Set(groups.groups.map((group) => group.kind))));
  });
  return { boxes, lines };
}

const depthOf = (groups: Groups, kind: string): number =>
  groups.groups.find((group) => group.kind === kind)?.depth ?? Number.POSITIVE_INFINITY;

/** Lines from what is nearer to what is further, whatever the direction of the relation. */
function linesOf(groups: Groups, level: number, shown: ReadonlySet<string>): Line[] {
  const start = groups.node.kind;
  const joined = new Set<string>();
  const lines: Line[] = [];
  const add = (from: string, to: string, relation: string) => {
    const id = `${from}>${to}`;
    if (lines.some((line) => line.id === id)) return;
    joined.add(to);
    lines.push({ id, from, to, relation: relationName(relation) });
  };
  const place = (kind: string, other: string) =>
    kind === start && (kind === other || !shown.has(kind) || depthOf(groups, other) === 1)
      ? { box: nodeBox(level), depth: 0 }
      : { box: groupBox(level, kind), depth: depthOf(groups, kind) };
  for (const { from, to, relation } of groups.links) {
    const [a, b] =
      from === to
        ? [
            { box: nodeBox(level), depth: 0 },
            { box: groupBox(level, to), depth: 1 },
          ]
        : [place(from, to), place(to, from)];
    const known = [from, to].every((kind) => kind === start || shown.has(kind));
    if (!known || a.depth === b.depth) continue;
    if (a.depth < b.depth) add(a.box, b.box, relation);
    else add(b.box, a.box, relation);
  }
  // What no relation of the sample joins hangs on the node itself.
  for (const kind of shown)
    if (!joined.has(groupBox(level, kind))) add(nodeBox(level), groupBox(level, kind), '');
  return lines;
}
