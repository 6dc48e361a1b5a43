/** A change event near the beginning of what an alert reports. */
export interface Candidate {
  readonly id: string;
  /** "deploy", "incident". */
  readonly kind: string;
  /** RFC 3339. */
  readonly at: string;
}

/** The change events that an agent recorded in an alert's facts; none where it records no such list. */
export function candidatesOf(facts: unknown): Candidate[] {
  const { candidates } = (facts ?? {}) as { readonly candidates?: unknown };
  if (!Array.isArray(candidates)) return [];
  return candidates.filter((one): one is Candidate => {
    const { id, kind, at } = (one ?? {}) as Partial<Record<keyof Candidate, unknown>>;
    return (
      typeof id === 'string' &&
      typeof kind === 'string' &&
      typeof at === 'string' &&
      !Number.isNaN(Date.parse(at))
    );
  });
}
