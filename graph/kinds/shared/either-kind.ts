import { type After, at, type NodeKind } from './kind.ts';
import type { Projection } from './projection.ts';

/** A row of one of two tables, with the part of the kind that it belongs to. */
export interface Either {
  readonly of: NodeKind;
  readonly row: unknown;
}

interface EitherKey {
  readonly of: NodeKind;
  readonly key: unknown;
}

/**
 * One kind of annotations whose nodes are rows of two tables, distinguished by the form of their keys: what is written about models,
 * and what agents write.
 */
export function eitherKind(one: NodeKind, other: NodeKind): NodeKind<Either, EitherKey> {
  const { kind, tier, prov, picture } = one;
  const parts = [one, other];
  return {
    kind,
    tier,
    prov,
    picture,
    parseKey: (text) => {
      for (const of of parts) {
        const key = of.parseKey(text);
        if (key !== null) return { of, key };
      }
      return null;
    },
    find: async (request, { of, key }) => {
      const row = await of.find(request, key);
      return row === null ? null : { of, row };
    },
    node: (deps, { of, row }) => of.node(deps, row),
    upstream: (request, { row: { of, row } }) => of.upstream(request, at(request, of, row)),
    after: parts.flatMap(({ after }) => after),
    rollups: () => null,
    impact: null,
    projection: bothProjections(
      parts.flatMap(({ projection }) => (projection && 'write' in projection ? projection : [])),
    ),
    about: ({ of, row }) => of.about?.(row) ?? [],
  };
}

/** A subject of an annotation that is one part of a kind of two tables: only rows of that part are annotated. */
export function onlyOf<Described>(
  part: NodeKind,
  subject: (described: Described) => After,
): (described: Described) => After {
  return (described) => {
    const { from, reach } = subject(described);
    return {
      from,
      reach: (request, start) => {
        const { of, row } = start.row as Either;
        return of === part ? reach(request, at(request, of, row)) : {};
      },
    };
  };
}

function bothProjections(parts: readonly Projection[]): Projection {
  const whole = parts.flatMap(({ all }) => all ?? []);
  return {
    write: async (graph, entries) => {
      for (const part of parts) await part.write(graph, entries);
    },
    all:
      whole.length === 0
        ? null
        : async function* (graph) {
            for (const all of whole) yield* all(graph);
          },
  };
}
