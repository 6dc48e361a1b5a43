import type { LineageEdge } from '../../node.ts';
import type { GraphWriter } from './projection.ts';
import { storedId } from './stored-id.ts';

/** An annotation as stored in the graph. */
export interface StoredAnnotation {
  readonly id: string;
  readonly recordedAt: Date;
  /** Ids of its subjects, the main one first. */
  readonly about: readonly string[];
  /** The id of the annotation that it replaced. */
  readonly supersedes?: string | null;
}

interface Described {
  readonly kind: string;
  readonly link: (id: string, subject: string) => LineageEdge;
}

const labelOf = (id: string) => id.slice(0, id.indexOf(':'));

/** Groups pairs of an annotation and its subject by the label of the subject. */
function byLabel(pairs: readonly (readonly [StoredAnnotation, string])[]) {
  const groups = new Map<string, { id: string; about: string; recordedAt: number }[]>();
  for (const [{ id, recordedAt }, about] of pairs) {
    const row = { id, about: storedId(about), recordedAt: recordedAt.getTime() };
    const group = groups.get(labelOf(about));
    if (group) group.push(row);
    else groups.set(labelOf(about), [row]);
  }
  return groups;
}

/** Joins annotations to their subjects, as far as the graph has those. */
export async function writeAnnotations(
  { write }: GraphWriter,
  { kind, link }: Described,
  rows: readonly StoredAnnotation[],
  gone: readonly string[],
): Promise<void> {
  if (rows.length === 0 && gone.length === 0) return;
  const { from, relation } = link('annotation', 'subject');
  const join = from === 'annotation' ? `(n)-[:${relation}]->(a)` : `(a)-[:${relation}]->(n)`;
  const subjects = byLabel(rows.flatMap((row) => row.about.slice(0, 1).map((id) => [row, id] as const)));
  const further = byLabel(rows.flatMap((row) => row.about.slice(1).map((id) => [row, id] as const)));
  const superseding = rows.flatMap(({ id, supersedes }) => (supersedes ? [{ id, before: supersedes }] : []));
  await write(async (tx) => {
    if (gone.length > 0)
      await tx.run(`UNWIND $ids AS id MATCH (n:${kind} {id: id}) DETACH DELETE n`, { ids: gone });
    for (const [label, own] of subjects)
      await tx.run(
        `UNWIND $rows AS row MATCH (a:${label} {id: row.about})
          MERGE (n:${kind} {id: row.id}) SET n.recordedAt = row.recordedAt MERGE ${join}`,
        { rows: own },
      );
    for (const [label, own] of further)
      await tx.run(
        `UNWIND $rows AS row MATCH (n:${kind} {id: row.id}) MERGE (a:${label} {id: row.about}) MERGE (n)-[:ABOUT]->(a)`,
        { rows: own },
      );
    if (superseding.length > 0)
      await tx.run(
        `UNWIND $rows AS row MATCH (n:${kind} {id: row.id}) MATCH (p:${kind} {id: row.before}) MERGE (n)-[:SUPERSEDES]->(p)`,
        { rows: superseding },
      );
  });
}
