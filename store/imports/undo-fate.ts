/** A source event of a response that an import touched: brought by an import, or replaced by one. */
export interface ImportEvent {
  readonly id: string;
  readonly responseId: string;
  readonly importId: number | null;
  readonly importLine: number | null;
  readonly isUndone: boolean;
  readonly replaced: string | null;
  readonly mappingId: number;
  readonly subjectId: string | null;
  readonly digest: string | null;
  readonly stood: Stood | null;
}

/** The row of `response` as it was, with columns of its key. */
export interface Stood {
  readonly id: string;
  readonly comment: string | null;
  readonly content_hash: string;
  readonly revision: number | null;
  readonly revised_at: string | null;
  readonly [column: string]: unknown;
}

/** What a key says about where its response is. */
export interface KeyState {
  readonly id: string;
  readonly answeredAt: Date;
  readonly cellId: number;
  readonly subjectId: string | null;
  readonly contentHash: string;
}

/** The event behind a response, and whether it is restricted. */
export interface Place {
  readonly eventId: string;
  readonly aside: boolean;
}

/** An event whose response can be restored. */
export type Restored = ImportEvent & { readonly stood: Stood };

/**
 * gone: erased, or withdrawn by another undo. stayed with an event: what it replaced is no longer kept, so it
 * stays itself.
 */
export type Fate =
  | { readonly what: 'gone' | 'removed' | 'held' | 'restricted' }
  | { readonly what: 'stayed'; readonly eventId?: string }
  | { readonly what: 'restored'; readonly target: Restored };

/** What happens to a response when the import is undone. `place`: undefined if there is no response. */
export function fateOf(
  importId: number,
  place: Place | undefined,
  events: readonly ImportEvent[],
  isHeld: boolean,
): Fate {
  if (!place) return { what: 'gone' };
  const byId = new Map(events.map((event) => [event.id, event]));
  const standing = byId.get(place.eventId);
  if (standing?.importId !== importId || standing.isUndone) return { what: 'stayed' };
  if (place.aside) return { what: 'restricted' };
  if (isHeld) return { what: 'held' };
  // Back to the newest content that no undone import brought.
  let before: ImportEvent = standing;
  for (const passed = new Set<string>(); !passed.has(before.id); ) {
    passed.add(before.id);
    if (before.replaced === null) return { what: 'removed' };
    const earlier = byId.get(before.replaced);
    // Its person was erased: nothing is restored.
    if (!earlier) return { what: 'removed' };
    if (!earlier.isUndone && earlier.importId !== importId) {
      const { stood } = earlier;
      return stood
        ? { what: 'restored', target: { ...earlier, stood } }
        : { what: 'stayed', eventId: standing.id };
    }
    before = earlier;
  }
  return { what: 'stayed', eventId: standing.id };
}
