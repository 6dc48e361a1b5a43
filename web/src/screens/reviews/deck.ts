/** What a reviewer says: the model is right, the text says another class, or a decision should not have been made. */
export type Choice = 'CONFIRM' | 'DETRACTOR' | 'PASSIVE' | 'PROMOTER' | 'OVERTURN';

/** A choice that is not sent yet: it can be undone. */
export interface Pending {
  readonly id: string;
  readonly choice: Choice;
  readonly reason: string;
}

/** The reviews in the order in which they are worked through. */
export interface Deck {
  readonly ids: readonly string[];
  /** The one that is looked at. */
  readonly at: string | null;
  readonly pending: Pending | null;
  /** Decided here: a list that is read again may still have them for a moment. */
  readonly done: ReadonlySet<string>;
}

export const EMPTY_DECK: Deck = { ids: [], at: null, pending: null, done: new Set() };

export type DeckAction =
  | { readonly type: 'load'; readonly ids: readonly string[] }
  | { readonly type: 'show'; readonly id: string }
  | { readonly type: 'move'; readonly by: 1 | -1 }
  | { readonly type: 'skip' }
  | { readonly type: 'decide'; readonly choice: Choice; readonly reason: string }
  | { readonly type: 'undo' }
  | { readonly type: 'sent'; readonly id: string }
  | { readonly type: 'refused'; readonly id: string };

/** The deck after an action. */
export function deckAfter(deck: Deck, action: DeckAction): Deck {
  switch (action.type) {
    case 'load':
      return loaded(deck, action.ids);
    case 'show':
      return deck.ids.includes(action.id) ? { ...deck, at: action.id } : deck;
    case 'move': {
      const next = deck.ids[deck.ids.indexOf(deck.at ?? '') + action.by];
      return next === undefined ? deck : { ...deck, at: next };
    }
    case 'skip': {
      if (deck.at === null || deck.ids.length < 2) return deck;
      const rest = deck.ids.filter((id) => id !== deck.at);
      return { ...deck, ids: [...rest, deck.at], at: nextOf(deck, deck.at) };
    }
    case 'decide': {
      if (deck.at === null) return deck;
      const id = deck.at;
      return {
        ids: deck.ids.filter((one) => one !== id),
        at: nextOf(deck, id),
        pending: { id, choice: action.choice, reason: action.reason },
        done: new Set([...deck.done, id]),
      };
    }
    case 'undo':
      return deck.pending === null ? deck : { ...back(deck, deck.pending.id), pending: null };
    case 'sent':
      return deck.pending?.id === action.id ? { ...deck, pending: null } : deck;
    case 'refused':
      return back({ ...deck, pending: deck.pending?.id === action.id ? null : deck.pending }, action.id);
  }
}

/** What follows the review in the deck: the next one, else the one before. */
function nextOf({ ids }: Deck, id: string): string | null {
  const at = ids.indexOf(id);
  return ids[at + 1] ?? ids[at - 1] ?? null;
}

/** The deck with a review that was decided back on top. */
function back(deck: Deck, id: string): Deck {
  const done = new Set(deck.done);
  done.delete(id);
  return { ...deck, done, ids: [id, ...deck.ids.filter((one) => one !== id)], at: id };
}

/** Keeps the order in which they are worked through; new ones come last, those that are gone go. */
function loaded(deck: Deck, ids: readonly string[]): Deck {
  const present = new Set(ids.filter((id) => !deck.done.has(id)));
  const kept = deck.ids.filter((id) => present.has(id));
  const known = new Set(kept);
  const all = [...kept, ...ids.filter((id) => present.has(id) && !known.has(id))];
  const at = deck.at !== null && present.has(deck.at) ? deck.at : (all[0] ?? null);
  return { ...deck, ids: all, at };
}
