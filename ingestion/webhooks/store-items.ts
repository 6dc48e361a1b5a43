import { mapInSlices } from '../../domain/text/slices.ts';
import type { Quarantined, QuarantineReason } from '../../store/connections/quarantine.ts';
import type { Identities } from '../identities/accept-identities.ts';
import type { IdentityDraft } from '../identities/read-identity.ts';
import type { OutcomeIngestor } from '../outcomes/outcome-ingestor.ts';
import type { Ingestor } from '../pipeline/ingestor.ts';
import { accountFor, type BatchAccount, type Outcome, rejected } from '../pipeline/outcome.ts';
import { BadItem } from '../pipeline/read-items.ts';
import { acceptMixed } from '../pipeline/submit.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import type { ConnectionReader } from './connector.ts';
import { fieldOf, isFixable } from './quarantined.ts';

/** What stores the items of connections. */
export interface StoreDeps {
  readonly ingestor: Ingestor;
  readonly outcomes: OutcomeIngestor;
  readonly identities: Identities;
}

/** What became of one item. */
export interface StoredItem {
  /** Of the answer, of the outcomes in it, and of the merge that it states; none where it was left out. */
  readonly outcomes: readonly Outcome[];
  /** Why it is to wait; null if nothing of it was rejected that a fix may change. */
  readonly problem: Pick<Quarantined, 'reason' | 'code' | 'field'> | null;
}

/** What became of the items of a delivery, in order, and the account of it. */
export interface StoredItems {
  readonly items: readonly StoredItem[];
  readonly account: BatchAccount;
  /** Items that are not for this connection, or have no answer yet. */
  readonly ignored: number;
}

/**
 * Stores items, responses, outcomes and merges each in their own way. What was stored before an error is a duplicate when the items come again.
 * `positionOf` names an item in the provenance.
 * @throws OverloadedError, or the database's error
 */
export async function storeItems(
  { ingestor, outcomes, identities }: StoreDeps,
  submitter: Submitter,
  reader: ConnectionReader,
  items: readonly unknown[],
  positionOf: (index: number) => string,
): Promise<StoredItems> {
  // What cannot be parsed is rejected whatever the reader: one that knows nothing of it would leave it out.
  const responses = await mapInSlices(items, (item, index) =>
    item instanceof BadItem ? item.outcome : reader.read(item, positionOf(index)),
  );
  const { outcomes: readOutcomes, identities: readIdentities } = reader;
  const facts = readOutcomes
    ? await mapInSlices(items, (item, index) =>
        item instanceof BadItem ? [] : readOutcomes(item, positionOf(index)),
      )
    : [];
  const answered = await acceptMixed(ingestor, submitter, responses, (index) =>
    reader.sourceOf(items[index]),
  );
  const became = facts.flat();
  const kept = became.length === 0 ? [] : await outcomes.accept(submitter, became);
  const merges = readIdentities
    ? items.map((item) => (item instanceof BadItem ? null : permitted(submitter, readIdentities(item))))
    : [];
  const merged = readIdentities ? await identities.merge(submitter.id, merges) : [];
  const places = facts.flatMap((some, index) => some.map(() => index));
  const rest = [...kept];
  const stored = answered.map((answer, index): StoredItem => {
    const some = facts[index] ?? [];
    const own = rest.splice(0, some.length);
    const merge = merged[index] ?? null;
    const all = [answer, ...own, merge].filter((one) => one !== null);
    const problem =
      problemOf(answer, responses[index] ?? null) ??
      own.map((outcome, i) => problemOf(outcome, some[i] ?? null)).find((one) => one !== null) ??
      problemOf(merge, merges[index] ?? null);
    return { outcomes: all, problem: problem ?? null };
  });
  return {
    items: stored,
    account: accountFor([...answered, ...kept, ...merged], [...answered.keys(), ...places, ...merged.keys()]),
    ignored: stored.filter(({ outcomes: all }) => all.length === 0).length,
  };
}

const FORBIDDEN = rejected(
  'FORBIDDEN',
  'a merge concerns a person in every segment; a connection that is limited to one may not state it',
);

/** The merge, where the connection may state it: one that its mapping permits, and that is limited to no segment. */
const permitted = ({ scope }: Submitter, read: IdentityDraft | Outcome | null) =>
  read === null || 'status' in read || scope.allowsAll('submitResponse') ? read : FORBIDDEN;

/** What could be read and was rejected has a value that cannot be stored. */
function problemOf(outcome: Outcome | null, read: object | null): StoredItem['problem'] {
  if (!isFixable(outcome)) return null;
  const reason: QuarantineReason = read !== null && 'status' in read ? 'SCHEMA' : 'VALUE';
  return { reason, code: outcome.code, field: fieldOf(outcome.message) };
}
