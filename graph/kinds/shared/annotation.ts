import type { Scope } from '../../../domain/access/scope.ts';
import type { JournalEntry } from '../../../store/journal/journal.ts';
import { edge, type LineageEdge, type LineageNode, oneFurther, type Step, step } from '../../node.ts';
import { type After, after, type Found, type LineageRequest, type NodeKind, type Picture } from './kind.ts';
import type { GraphWriter, Projection } from './projection.ts';
import { type StoredAnnotation, writeAnnotations } from './write-annotations.ts';

/** The row of an annotation, with its main subject. */
export interface Annotated<Row> {
  readonly own: Row;
  readonly subject: Found;
}

/** What differs between kinds of annotations: a row, and the ids of its subjects. */
export interface AnnotationKind<Row, Key> {
  readonly kind: string;
  readonly picture: Picture;
  parseKey(key: string): Key | null;
  /** Whether the caller may see any; checked before anything is read. */
  allowed?(scope: Scope): boolean;
  read(request: LineageRequest, key: Key): Promise<Row | null>;
  /**
   * The main subject of the row; null if the caller may not see it, or may not see annotations of it. Called
   * without a row too: hidden and missing annotations must take the same time.
   */
  subject(request: LineageRequest, row: Row | null, key: Key): Promise<Found | null>;
  /** Ids of its subjects, the main one first. */
  about(row: Row): readonly string[];
  /** Its other subjects, and their inputs. */
  further?(request: LineageRequest, row: Row): Promise<readonly Step[]>;
  node(row: Row): LineageNode;
  /** The edge to the subject, where it is not `ABOUT`. */
  link?(id: string, subject: string): LineageEdge;
  /** The id of the annotation that it replaced. */
  supersedes?(row: Row): string | null;
  /** The kinds of its subjects: `annotates`. */
  readonly subjects: readonly ((described: AnnotationKind<Row, Key>) => After)[];
  /** The current annotations of the entries, and ids of those that are gone. */
  touched(
    graph: GraphWriter,
    entries: readonly JournalEntry[],
  ): AsyncIterable<{ readonly rows: readonly StoredAnnotation[]; readonly gone?: readonly string[] }>;
  readonly all: Projection['all'];
}

const aboutLink = (id: string, subject: string): LineageEdge => edge(id, 'ABOUT', subject);

/** How annotations of nodes of `kind` are found, the oldest first, for a caller who sees the node. */
export function annotates<Row, Key, SubjectRow>(
  kind: NodeKind<SubjectRow>,
  list: (request: LineageRequest, subject: SubjectRow) => Promise<readonly Row[]>,
): (described: AnnotationKind<Row, Key>) => After {
  return (described) =>
    after(kind, (request, subject, { id }) => ({
      context: async () => {
        if (described.allowed && !described.allowed(request.scope)) return [];
        return (await list(request, subject)).map((row) => {
          const node = described.node(row);
          const before = described.supersedes?.(row);
          return step(node, 1, [
            (described.link ?? aboutLink)(node.id, id),
            ...(before ? [edge(node.id, 'SUPERSEDES', before)] : []),
          ]);
        });
      },
    }));
}

/** A kind of node that annotates other nodes and is never part of them. */
export function annotationKind<Row, Key>(described: AnnotationKind<Row, Key>): NodeKind<Annotated<Row>, Key> {
  const { kind, picture, link = aboutLink } = described;
  return {
    kind,
    tier: 'annotation',
    prov: 'entity',
    picture,
    parseKey: described.parseKey,
    find: async (request, key) => {
      if (described.allowed && !described.allowed(request.scope)) return null;
      const own = await described.read(request, key);
      const subject = await described.subject(request, own, key);
      return own && subject && { own, subject };
    },
    node: (_deps, { own }) => described.node(own),
    upstream: (request, { row: { own, subject }, node }) => {
      const behind = oneFurther(
        subject.kind.madeOf?.(request, subject) ?? subject.kind.upstream(request, subject),
      );
      return {
        ...behind,
        context: async () => [
          ...(await stepBefore(request, described, own)),
          step(subject.node, 1, [link(node.id, subject.node.id)]),
          ...((await described.further?.(request, own)) ?? []),
          ...(await behind.context()),
        ],
      };
    },
    after: described.subjects.map((subject) => subject(described)),
    rollups: () => null,
    impact: null,
    projection: {
      write: async (graph, entries) => {
        for await (const { rows, gone = [] } of described.touched(graph, entries))
          await writeAnnotations(graph, { kind, link }, rows, gone);
      },
      all: described.all,
    },
    about: ({ own }) => described.about(own),
  };
}

async function stepBefore<Row, Key>(
  request: LineageRequest,
  described: AnnotationKind<Row, Key>,
  row: Row,
): Promise<Step[]> {
  const id = described.supersedes?.(row);
  const key = id ? described.parseKey(id.slice(described.kind.length + 1)) : null;
  const before = key === null ? null : await described.read(request, key);
  if (!before) return [];
  const node = described.node(before);
  return [step(node, 1, [edge(described.node(row).id, 'SUPERSEDES', node.id)])];
}
