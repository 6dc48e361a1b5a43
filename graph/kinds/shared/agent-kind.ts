import { SEEN_BY, type Seen, seenBy } from '../../../store/agents/cell-set.ts';
import {
  AGENT_KINDS,
  type AgentKind,
  type AgentRow,
  keysOf,
  readAgentRows,
  readAgentRowsFollowing,
} from '../../../store/lineage/agent-rows.ts';
import { edge, type LineageEdge, type LineageNode, type Step, step } from '../../node.ts';
import { type BehindRow, joinedSteps, walkBehind } from './agent-walk.ts';
import type { Found, LineageRequest, NodeKind, Picture } from './kind.ts';
import { parseUuid } from './visible-selection.ts';

/*
 * What agents write is one chain: a decision is about scores and other nodes, an alert, a case and a delivery follow from it, and are
 * about one another. Its rows are read from the database, whichever store answers.
 */

/** A row, with what it came from. */
export interface AgentFound {
  readonly own: AgentRow;
  readonly behind: BehindRow;
}

/** In traces: who sees the row, and may trace every cell that it was made of. */
const seenIn = ({ scope, cells }: LineageRequest): Seen => seenBy(scope, cells, [...SEEN_BY, 'traceLineage']);

const isAgentId = (id: string): boolean => AGENT_KINDS.some((kind) => keysOf(kind, [id]).length > 0);

/** Ids that the row refers to, the main one first. */
const referredTo = ({ about, decision }: AgentRow): string[] => [
  ...new Set([...about, ...(decision === null ? [] : [decision])]),
];

/** The edges of a row to what it refers to. */
export const edgesOf = ({ id, about, decision }: AgentRow): LineageEdge[] => [
  ...[...new Set(about)].map((to) => edge(id, 'ABOUT', to)),
  ...(decision === null ? [] : [edge(id, 'FOLLOWS_FROM', decision)]),
];

/** The projection of deliveries writes all of them. */
export const ALONG = { along: 'Delivery' } as const;

const words = (text: string) => text.toLowerCase().replaceAll('_', ' ');
const LABELS: Readonly<Record<AgentKind, (row: AgentRow) => string>> = {
  Decision: ({ what }) => `decision of ${what}`,
  Alert: ({ what, segment }) =>
    ['alert of the rule', what, ...Object.values(segment).map((values) => values.join(' or '))]
      .join(', ')
      .replace(', ', ' '),
  Case: ({ what }) => (what ? `case about ${what === 'Alert' ? 'an alert' : `a ${words(what)}`}` : 'case'),
  Delivery: ({ what }) => `delivery of ${what}`,
};

/** Without titles, owners, reasons and targets: queries return those to callers who may see them. */
function agentNode(row: AgentRow): LineageNode {
  const { kind, id, state, recordedAt } = row;
  return { id, kind, label: `${LABELS[kind](row)}: ${words(state)}`, recordedAt };
}

const stepOf = (row: AgentRow, depth: number): Step => step(agentNode(row), depth, edgesOf(row));

/** A kind of what agents write. */
export function agentKind(
  kind: AgentKind,
  picture: Picture,
  projection: NodeKind['projection'],
): NodeKind<AgentFound, string> {
  return {
    kind,
    tier: 'annotation',
    prov: 'entity',
    picture,
    parseKey: parseUuid,
    find: async (request, key) => {
      const [own] = await readAgentRows(request.store, seenIn(request), [`${kind}:${key}`]);
      return own ? { own, behind: await rowsBehind(request, own) } : null;
    },
    node: (_deps, { own }) => agentNode(own),
    upstream: (request, { row: { behind } }) => walkBehind(request, behind),
    after: [],
    rollups: () => null,
    impact: null,
    projection,
    about: ({ behind }) => behind.direct,
  };
}

/** What the row came from, as far as the caller sees it: other rows, and in the end scores and other nodes. */
async function rowsBehind(request: LineageRequest, start: AgentRow): Promise<BehindRow> {
  const rows = new Map<string, Step>([[start.id, stepOf(start, 0)]]);
  const others = new Map<string, { readonly found: Found; readonly depth: number }>();
  let last: readonly AgentRow[] = [start];
  for (let depth = 1; last.length > 0; depth += 1) {
    const ids = [...new Set(last.flatMap(referredTo))].filter((id) => !rows.has(id) && !others.has(id));
    last = await readAgentRows(request.store, seenIn(request), ids);
    for (const row of last) rows.set(row.id, stepOf(row, depth));
    for (const id of ids.filter((one) => !isAgentId(one))) {
      const found = await request.findAny(id);
      if (found) others.set(id, { found, depth });
    }
  }
  const direct = referredTo(start).filter((id) => rows.has(id) || others.has(id));
  return { start: start.id, steps: [...rows.values()], others: [...others.values()], direct };
}

/** What agents wrote about the node, what followed from that, and so on, as far as the caller sees it. */
export async function whatFollowed(request: LineageRequest, start: string): Promise<Step[]> {
  const rows = new Map<string, Step>();
  let last = [start];
  for (let depth = 1; last.length > 0; depth += 1) {
    const found = await readAgentRowsFollowing(request.store, seenIn(request), last);
    const isNew = found.filter(({ id }) => id !== start && !rows.has(id));
    for (const row of isNew) rows.set(row.id, stepOf(row, depth));
    last = isNew.map(({ id }) => id);
  }
  return joinedSteps(start, [...rows.values()]);
}
