/** A statement that two subjects are one. */
export interface IdentityEdge {
  readonly fromId: string;
  readonly intoId: string;
}

/**
 * The subject that each named one counts as, by statements in the order in which they were made: what `from` counts as then counts as
 * what `into` counts as. One between subjects that are one already changes nothing, so there are no cycles.
 */
export function rootsOf(edges: readonly IdentityEdge[]): Map<string, string> {
  const above = new Map<string, string>();
  const rootOf = (id: string): string => {
    let root = id;
    for (let next = above.get(root); next !== undefined && next !== root; next = above.get(root)) root = next;
    // Whatever was passed leads to the root directly from now on.
    for (let at = id; at !== root; ) {
      const next = above.get(at) ?? root;
      above.set(at, root);
      at = next;
    }
    return root;
  };
  for (const { fromId, intoId } of edges) {
    for (const id of [fromId, intoId]) if (!above.has(id)) above.set(id, id);
    above.set(rootOf(fromId), rootOf(intoId));
  }
  return new Map([...above.keys()].map((id) => [id, rootOf(id)]));
}
