import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Scope } from '../../domain/access/scope.ts';
import { DEFAULT_RULES, type RedactionRules, redacting } from '../../domain/privacy/redact.ts';
import { NAME_BOUNDS, uuidFrom } from '../../domain/responses/normalised-response.ts';
import { cellKey, type Segment } from '../../domain/segments/cell.ts';
import { type Dimension, OTHER, UNKNOWN } from '../../domain/segments/dimensions.ts';
import { inSlices, mapInSlices, Slice } from '../../domain/text/slices.ts';
import {
  type ChangeAcceptance,
  MOST_SEGMENTS,
  type NewChange,
  storeChanges,
} from '../../store/changes/store-changes.ts';
import type { Store } from '../../store/database/client.ts';
import { ensureNamedSource, type NamedSource } from '../../store/responses/named-sources.ts';
import { accountFor, type BatchAccount, type Outcome, rejected } from '../pipeline/outcome.ts';
import { NOT_ITS_SOURCE, tooMany } from '../pipeline/refusals.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { type ChangeDraft, readChange } from './read-change.ts';

interface ChangeDeps {
  readonly store: Store;
  readonly dimensions: readonly Dimension[];
  readonly redaction?: RedactionRules | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Events per transaction: what waits for the embedded database meanwhile waits for so many. */
const COMMIT_ROWS = 100;

/**
 * Accepts change events: reads, checks, redacts and stores each, and accounts for each by its place; resolves after the commit. Items
 * that change nothing are left out.
 */
export async function acceptChanges(
  deps: ChangeDeps,
  submitter: Submitter,
  items: readonly unknown[],
): Promise<BatchAccount> {
  const receivedAt = new Date(deps.now());
  const read = await mapInSlices(items, (item) => readChange(deps.dimensions, item, receivedAt.getTime()));
  const sources = new Map<string, NamedSource | Outcome>();
  const outcomes: (Outcome | null)[] = [];
  const ready: { readonly index: number; readonly change: NewChange }[] = [];
  const slice = new Slice();
  for (const [index, draft] of read.entries()) {
    if (slice.isOver()) await slice.next();
    const made =
      draft === null || 'status' in draft ? draft : await prepare(deps, submitter, draft, { sources, slice });
    if (made !== null && 'id' in made) ready.push({ index, change: made });
    else outcomes[index] = made;
  }
  for (let from = 0; from < ready.length; from += COMMIT_ROWS) {
    const part = ready.slice(from, from + COMMIT_ROWS);
    const stored = await storeChanges(
      deps.store,
      part.map(({ change }) => change),
      receivedAt,
    );
    part.forEach(({ index }, i) => {
      outcomes[index] = outcomeOf(stored[i] as ChangeAcceptance);
    });
  }
  return accountFor(outcomes);
}

const FORBIDDEN = rejected(
  'FORBIDDEN',
  'segment: this key may not submit for all of this segment; a change without a segment concerns everything',
);

async function prepare(
  { store, dimensions, redaction = DEFAULT_RULES }: ChangeDeps,
  submitter: Submitter,
  draft: ChangeDraft,
  { sources, slice }: { readonly sources: Map<string, NamedSource | Outcome>; readonly slice: Slice },
): Promise<NewChange | Outcome> {
  const { scope, id } = submitter;
  if (submitter.sources && !submitter.sources.includes(draft.source)) return NOT_ITS_SOURCE;
  if (!maySubmit(dimensions, scope, draft.segment)) return FORBIDDEN;
  const title = (await inSlices(redacting(draft.title, redaction), slice)).text;
  if (draft.link !== null && (await inSlices(redacting(draft.link, redaction), slice)).text !== draft.link)
    return rejected('INVALID', 'link: contains what looks like an identifier of a person, or a secret');
  const source = sources.get(draft.source) ?? (await sourceOf(store, draft.source, submitter));
  sources.set(draft.source, source);
  if ('status' in source) return source;
  const mayCorrect =
    submitter.sources !== null ||
    source.madeBy === null ||
    source.madeBy === id ||
    scope.allowsAll('administer');
  const { externalId, kind, at, until, link, segment, revision } = draft;
  const content = { kind, title, at, until, link, segment };
  return {
    ...content,
    id: uuidFrom(`change\n${draft.source}\n${externalId}`),
    sourceId: source.id,
    externalId,
    contentHash: createHash('sha256')
      .update(canonicalize(JSON.parse(JSON.stringify(content))) ?? '')
      .digest('hex'),
    revision,
    mayReplace: (stored) => mayCorrect && maySubmit(dimensions, scope, stored),
  };
}

async function sourceOf(
  store: Store,
  name: string,
  { id, scope }: Submitter,
): Promise<NamedSource | Outcome> {
  const most = NAME_BOUNDS.sources * (scope.allowsAll('administer') ? 10 : 1);
  return (await ensureNamedSource(store, name, { id, most })) ?? tooMany({ beyond: 'sources', most });
}

/**
 * Whether the rights reach the whole segment: each combination of its values, whatever the other dimensions have. By the rules alone, so
 * that the answer does not depend on the cells that there are.
 */
function maySubmit(dimensions: readonly Dimension[], scope: Scope, segment: Segment): boolean {
  if (scope.allowsAll('submitResponse')) return true;
  if (Object.keys(segment).length === 0) return false;
  let combinations: Record<string, string>[] = [{}];
  for (const { attribute } of dimensions) {
    const values = segment[attribute];
    if (values)
      combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [attribute]: value })));
  }
  return [UNKNOWN, OTHER].every((elsewhere) =>
    combinations.every((named) => {
      const rest = Object.fromEntries(dimensions.map(({ attribute }) => [attribute, elsewhere]));
      const attributes = { ...rest, ...named };
      return scope.allows('submitResponse', { id: 0, key: cellKey(attributes), attributes });
    }),
  );
}

function outcomeOf(acceptance: ChangeAcceptance): Outcome {
  switch (acceptance) {
    case 'accepted':
    case 'duplicate':
      return { status: acceptance };
    case 'forbidden':
      return rejected(
        'FORBIDDEN',
        'externalId: this id already has another change; it is corrected by a key that is bound to this source, or by the one that named it first',
      );
    case 'too many segments':
      return rejected(
        'TOO_MANY_SEGMENTS',
        `segment: changes concern ${MOST_SEGMENTS} different segments already; name one of these, or none`,
      );
    case 'incomparable':
      return rejected(
        'INCOMPARABLE',
        'revision: this id has revisions of the other kind; a source sends times (updatedAt) or numbers (revision)',
      );
    case 'unrevised':
      return rejected(
        'STALE',
        'revision: this id already has a change with a revision, and this one has none; send updatedAt or revision',
      );
    default:
      return rejected('STALE', 'externalId: this id already has a newer content');
  }
}
