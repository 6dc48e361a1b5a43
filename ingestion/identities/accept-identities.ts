import type { SubjectDeps } from '../../store/data-subjects/erase.ts';
import { type Identifier, mergeIdentities } from '../../store/data-subjects/merges.ts';
import type { IdentityKind } from '../../store/tables/identities.ts';
import { accountFor, type BatchAccount, type Outcome, rejected } from '../pipeline/outcome.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { type IdentityDraft, readIdentity } from './read-identity.ts';

/** What merges of identifiers need. */
interface IdentityDeps extends Pick<SubjectDeps, 'store' | 'encryption' | 'sign'> {
  /** Makes the pseudonym at once: the identifier itself is stored nowhere. A text that is a pseudonym names it. */
  readonly pseudonymOf: (identifier: string, kind: IdentityKind) => Identifier;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Merges of one transaction: holds and erasures wait for it. */
const COMMIT_ITEMS = 50;
const FORBIDDEN = rejected(
  'FORBIDDEN',
  'a merge concerns a person in every segment and source; only a key that may submit into all of them may state one',
);
const SAME = rejected('INVALID', 'from, into: are one identifier');

/** Merges the identifiers that senders name. */
export interface Identities {
  /** The outcome of each draft, in order, after the commit; null for those that are null. What an outcome stands for stays as it is. */
  merge(actor: string, drafts: readonly (IdentityDraft | Outcome | null)[]): Promise<(Outcome | null)[]>;
}

/** The common step of all routes for merges of identifiers. */
export function createIdentities(deps: IdentityDeps): Identities {
  return {
    merge: async (actor, drafts) => {
      const outcomes = drafts.map((draft) => (draft === null || 'status' in draft ? draft : null));
      const ready = drafts.flatMap((draft, index) =>
        draft === null || 'status' in draft ? [] : [{ ...draft, index }],
      );
      for (let from = 0; from < ready.length; from += COMMIT_ITEMS) {
        const part = ready.slice(from, from + COMMIT_ITEMS);
        const merges = part.map(({ kind, from: one, into }) => ({
          kind,
          from: deps.pseudonymOf(one, kind),
          into: deps.pseudonymOf(into, kind),
        }));
        const by = { actor, reason: null, mayRepeat: false };
        const results = await mergeIdentities(deps, merges, by, new Date(deps.now()));
        part.forEach(({ index }, i) => {
          const status = results[i]?.status;
          if (status === 'same') outcomes[index] = SAME;
          else outcomes[index] = { status: status === 'merged' ? 'accepted' : 'duplicate' };
        });
      }
      return outcomes;
    },
  };
}

/** Merges the identifiers that the items of a request name, and accounts for each by its place; resolves after the commit. */
export async function acceptIdentities(
  identities: Identities,
  submitter: Submitter,
  items: readonly unknown[],
): Promise<BatchAccount> {
  const mayState = submitter.scope.allowsAll('submitResponse') && submitter.sources === null;
  const drafts = items.map((item) => {
    const draft = readIdentity(item);
    return draft === null || 'status' in draft || mayState ? draft : FORBIDDEN;
  });
  return accountFor(await identities.merge(submitter.id, drafts));
}
