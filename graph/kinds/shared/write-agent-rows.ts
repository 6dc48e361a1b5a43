import type { JournalEntry } from '../../../store/journal/journal.ts';
import {
  AGENT_KINDS,
  type AgentKind,
  type AgentRow,
  agentRowPages,
  readAgentRows,
  readTouchedBy,
} from '../../../store/lineage/agent-rows.ts';
import type { LineageEdge } from '../../node.ts';
import { edgesOf } from './agent-kind.ts';
import { batches, entry, type GraphWriter, type Projection } from './projection.ts';
import { storedId } from './stored-id.ts';

/** How the journal names the rows of each kind. */
const NAMED = { Decision: 'decisions', Alert: 'alerts', Case: 'cases', Delivery: 'deliveries' } as const;

/** Everything that agents wrote, all kinds together: a row may refer to one of a later kind, or of a later part. */
export const agentProjection: Projection = {
  write: async (graph, entries) => {
    const parts = [...batches(await touchedRows(graph, entries))];
    if (parts.length > 1) for (const ids of parts) await writeRows(graph, ids);
    // Once more where there are several: an edge is written when both of its ends are there.
    for (const ids of parts) await writeRows(graph, ids);
  },
  all: async function* (graph) {
    yield* pagesOfAll(graph);
    yield* pagesOfAll(graph);
  },
};

async function* pagesOfAll({ store }: GraphWriter): AsyncGenerator<JournalEntry[]> {
  for (const kind of AGENT_KINDS)
    for await (const keys of agentRowPages(store, kind)) yield [entry(kind, { [NAMED[kind]]: keys })];
}

/** Ids of rows that the entries name, and of those about responses that came or went and about change events. */
async function touchedRows({ store }: GraphWriter, entries: readonly JournalEntry[]): Promise<string[]> {
  const payloads = entries.map(({ payload }) => payload);
  const named = AGENT_KINDS.flatMap((kind) =>
    payloads.flatMap((payload) => (payload[NAMED[kind]] ?? []).map((key) => `${kind}:${key}`)),
  );
  const responses = [...new Set(payloads.flatMap(({ added, removed }) => [...added, ...removed]))];
  const cases = payloads.flatMap((payload) => payload.cases ?? []);
  // An alert may be in the graph before the change event that it names: those of an older version come later.
  const changes = payloads.flatMap((payload) => payload.changes ?? []);
  const isAny = responses.length + cases.length + changes.length > 0;
  const about = isAny ? await readTouchedBy(store, { responses, cases, changes }) : [];
  return [...new Set([...named, ...about])];
}

const kindOf = (id: string) => id.slice(0, id.indexOf(':'));

/** The items by a label of Neo4j that is made of them; those without one are left out: scores are not in the graph. */
function byLabel<T>(items: readonly T[], labelOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const label = labelOf(item);
    if (/^[A-Z][A-Za-z]*$/.test(label)) groups.set(label, [...(groups.get(label) ?? []), item]);
  }
  return groups;
}

const joinQuery = (kind: AgentKind, relation: string, label: string) =>
  `UNWIND $rows AS row MATCH (n:${kind} {id: row.from}) MATCH (a:${label} {id: row.to}) MERGE (n)-[:${relation}]->(a)`;

async function writeRows({ store, write }: GraphWriter, ids: readonly string[]): Promise<void> {
  const present = await readAgentRows(store, null, ids);
  const known = new Set(present.map(({ id }) => id));
  const gone = ids.filter((id) => !known.has(id));
  await write(async (tx) => {
    for (const [kind, own] of byLabel(gone, kindOf))
      await tx.run(`UNWIND $ids AS id MATCH (n:${kind} {id: id}) DETACH DELETE n`, { ids: own });
    // Nodes before edges; the edges as they are now.
    for (const [kind, own] of byLabel(present, (row) => row.kind))
      await tx.run(
        `UNWIND $rows AS row MERGE (n:${kind} {id: row.id}) SET n.recordedAt = row.recordedAt
          WITH n OPTIONAL MATCH (n)-[link:ABOUT|FOLLOWS_FROM]->() DELETE link`,
        { rows: own.map(({ id, recordedAt }) => ({ id, recordedAt: recordedAt.getTime() })) },
      );
    for (const [kind, own] of groupedByKind(present))
      for (const relation of ['ABOUT', 'FOLLOWS_FROM'])
        for (const [label, edges] of byLabel(
          own.flatMap(edgesOf).filter((one) => one.relation === relation),
          ({ to }: LineageEdge) => kindOf(to),
        ))
          await tx.run(joinQuery(kind, relation, label), {
            rows: edges.map(({ from, to }) => ({ from, to: storedId(to) })),
          });
  });
}

const groupedByKind = (rows: readonly AgentRow[]) =>
  AGENT_KINDS.map((kind) => [kind, rows.filter((row) => row.kind === kind)] as const);
