import { describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import {
  type OwnerSession,
  ownerSession,
  type ScopedSession,
  type Session,
  type Store,
  scopedSession,
  unscoped,
} from '../database/client.ts';
import { type ResponseDeps, readResponsesById } from '../responses/responses.ts';
import { readScores, type ScoreDeps } from '../scores/scores.ts';

/* The lines below an expected error are checked by `npm run check:types`: it fails where one of them is not an error. */

const nothing: Session = { rows: async () => [] };
const owner: OwnerSession = ownerSession(nothing);
const scoped: ScopedSession = scopedSession(nothing);
const query = { segment: {}, basis: 'SURVEYED', confidence: 0.95, groupBy: [], windows: [] } as const;

/** Compiled, never called. */
function mistakes(store: Store, deps: Omit<ScoreDeps & ResponseDeps, 'store'>): unknown[] {
  // @ts-expect-error the owner's session is not a scoped one
  const one: ScopedSession = owner;
  // @ts-expect-error a scoped session is not the owner's
  const two: OwnerSession = scoped;
  // @ts-expect-error a session of either kind is not known to be scoped
  const three: ScopedSession = nothing;
  // @ts-expect-error scores of a caller are not read with the owner's session
  const four = readScores({ ...deps, store }, EVERYTHING, query);
  // @ts-expect-error nor are responses
  const five = readResponsesById({ ...deps, store }, EVERYTHING, []);
  // @ts-expect-error nor in a transaction of the owner
  const six = store.transaction((session) => readResponsesById({ ...deps, store: session }, EVERYTHING, []));
  // @ts-expect-error a scoped session begins no transaction
  const seven = scoped.transaction;
  // @ts-expect-error the reason is required
  const eight = unscoped(store);
  return [one, two, three, four, five, six, seven, eight];
}

describe('sessions', () => {
  it('differ in their types only', () => {
    expect(mistakes).toBeTypeOf('function');
    expect([owner, scoped, unscoped(owner, 'of the test')]).toEqual([nothing, nothing, nothing]);
  });
});
