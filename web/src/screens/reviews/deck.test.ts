import { describe, expect, it } from 'vitest';
import { type Deck, type DeckAction, deckAfter, EMPTY_DECK } from './deck.ts';

const after = (...actions: DeckAction[]): Deck => actions.reduce(deckAfter, EMPTY_DECK);
const load = (...ids: string[]): DeckAction => ({ type: 'load', ids });
const decide: DeckAction = { type: 'decide', choice: 'PASSIVE', reason: 'so it reads' };

describe('the deck of reviews', () => {
  it('begins with the one that waits longest, and moves within the ends', () => {
    expect(after(load('a', 'b')).at).toBe('a');
    expect(after(load('a', 'b'), { type: 'move', by: 1 }, { type: 'move', by: 1 }).at).toBe('b');
    expect(after(load('a', 'b'), { type: 'move', by: -1 }).at).toBe('a');
    expect(after(load()).at).toBeNull();
  });

  it('shows the next one after a decision, and has the decided one back after an undo', () => {
    const decided = after(load('a', 'b', 'c'), decide);
    expect(decided).toMatchObject({ ids: ['b', 'c'], at: 'b', pending: { id: 'a', choice: 'PASSIVE' } });
    expect(deckAfter(decided, { type: 'undo' })).toMatchObject({
      ids: ['a', 'b', 'c'],
      at: 'a',
      pending: null,
    });
    expect(deckAfter(deckAfter(decided, { type: 'sent', id: 'a' }), { type: 'undo' }).at).toBe('b');
    expect(after(load('a'), decide)).toMatchObject({ ids: [], at: null });
  });

  it('does not show a decided one again while the list still has it', () => {
    expect(after(load('a', 'b'), decide, load('a', 'b'))).toMatchObject({ ids: ['b'], at: 'b' });
  });

  it('has a refused one back', () => {
    expect(after(load('a', 'b'), decide, { type: 'refused', id: 'a' })).toMatchObject({
      ids: ['a', 'b'],
      at: 'a',
      pending: null,
    });
  });

  it('puts a skipped one last, and keeps that order when the list is read again', () => {
    const skipped = after(load('a', 'b', 'c'), { type: 'skip' });
    expect(skipped).toMatchObject({ ids: ['b', 'c', 'a'], at: 'b' });
    expect(deckAfter(skipped, load('a', 'b', 'c', 'd'))).toMatchObject({
      ids: ['b', 'c', 'a', 'd'],
      at: 'b',
    });
    expect(deckAfter(skipped, load('a', 'c'))).toMatchObject({ ids: ['c', 'a'], at: 'c' });
  });
});
