import type { Scope } from '../../domain/access/scope.ts';
import { changeId } from '../../domain/outcomes/change-id.ts';
import { DEFAULT_RULES, type RedactionRules, redacting } from '../../domain/privacy/redact.ts';
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
import { accountFor, type BatchAccount, type Outcome, rejected } from '../pipeline/outcome.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { contentHashOf, outcomeOf, usableSources } from './fact-reading.ts';
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

/** Change events as `acceptChanges` gets them; `importId`: the import that they belong to, and are undone with. */
interface ChangeOptions {
  readonly importId?: number;
}

/**
 * Accepts change events: reads, checks, redacts and stores each, and accounts for each by its place; resolves after the commit. Items
 * that change nothing are left out.
 */
export async function acceptChanges(
  deps: ChangeDeps,
  submitter: Submitter,
  items: readonly unknown[],
  { importId }: ChangeOptions = {},
): Promise<BatchAccount> {
  const receivedAt = new Date(deps.now());
  const read = await mapInSlices(items, (item) => readChange(deps.dimensions, item, receivedAt.getTime()));
  const isPermitted = ({ segment }: ChangeDraft) => maySubmit(deps.dimensions, submitter.scope, segment);
  const named = read.flatMap((draft) =>
    draft !== null && !('status' in draft) && isPermitted(draft) ? [draft.source] : [],
  );
  const sourceOf = await usableSources(deps.store, submitter, named);
  const outcomes: (Outcome | null)[] = [];
  const ready: { readonly index: number; readonly change: NewChange }[] = [];
  const slice = new Slice();
  for (const [index, draft] of read.entries()) {
    if (slice.isOver()) await slice.next();
    const made =
      draft === null || 'status' in draft
        ? draft
        : await prepare(deps, submitter, draft, { sourceOf, slice });
    if (made !== null && 'id' in made) ready.push({ index, change: made });
    else outcomes[index] = made;
  }
  for (let from = 0; from < ready.length; from += COMMIT_ROWS) {
    const part = ready.slice(from, from + COMMIT_ROWS);
    const stored = await storeChanges(
      deps.store,
      part.map(({ change }) => ({
        ...change,
        content: { ...change.content, import_id: importId ?? null },
      })),
      receivedAt,
    );
    part.forEach(({ index }, i) => {
      outcomes[index] = answerOf(stored[i] as ChangeAcceptance);
    });
  }
  return accountFor(outcomes);
}

const FORBIDDEN = rejected(
  'FORBIDDEN',
  'segment: this key may not submit for all of this segment; a change without a segment concerns everything',
);

async function prepare(
  { dimensions, redaction = DEFAULT_RULES }: ChangeDeps,
  { scope }: Submitter,
  draft: ChangeDraft,
  {
    sourceOf,
    slice,
  }: { readonly sourceOf: Awaited<ReturnType<typeof usableSources>>; readonly slice: Slice },
): Promise<NewChange | Outcome> {
  if (!maySubmit(dimensions, scope, draft.segment)) return FORBIDDEN;
  const source = sourceOf(draft.source);
  if ('status' in source) return source;
  const title = (await inSlices(redacting(draft.title, redaction), slice)).text;
  if (draft.link !== null && (await inSlices(redacting(draft.link, redaction), slice)).text !== draft.link)
    return rejected('INVALID', 'link: contains what looks like an identifier of a person, or a secret');
  const { externalId, kind, at, until, link, segment, revision } = draft;
  const content = { kind, title, at, until, link, segment };
  return {
    id: changeId(draft.source, externalId),
    sourceId: source.id,
    externalId,
    contentHash: contentHashOf(content),
    revision,
    content,
    segment,
    mayReplace: (stored) => source.mayCorrect && maySubmit(dimensions, scope, stored),
  };
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

function answerOf(acceptance: ChangeAcceptance): Outcome {
  if (acceptance !== 'too many segments') return outcomeOf(acceptance, 'change');
  return rejected(
    'TOO_MANY_SEGMENTS',
    `segment: changes concern ${MOST_SEGMENTS} different segments already; name one of these, or none`,
  );
}
