import { uuidFrom } from '../../domain/responses/normalised-response.ts';
import { mapInSlices } from '../../domain/text/slices.ts';
import type { FactAcceptance } from '../../store/changes/delivered-facts.ts';
import { type NewInvitation, storeInvitations } from '../../store/changes/store-invitations.ts';
import { createFiling, type FilingDeps, filedAsOf, placeOf } from '../pipeline/file-cells.ts';
import { untilFiled } from '../pipeline/ingestor.ts';
import { accountFor, type BatchAccount, type Outcome } from '../pipeline/outcome.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { contentHashOf, outcomeOf, usableSources } from './fact-reading.ts';
import type { createInvitationReader, InvitationDraft } from './read-invitation.ts';

/** Invitations per transaction: what waits for the embedded database meanwhile waits for so many. */
const COMMIT_ROWS = 100;

/** Accepts invitations: reads, checks, files and stores each, and accounts for each by its place; resolves after the commit. */
export async function acceptInvitations(
  deps: FilingDeps,
  submitter: Submitter,
  read: ReturnType<typeof createInvitationReader>,
  items: readonly unknown[],
): Promise<BatchAccount> {
  const receivedAt = new Date(deps.now());
  const drafts = await mapInSlices(items, (item) =>
    placed(deps, submitter, read(item, receivedAt.getTime())),
  );
  const named = drafts.flatMap((draft) => ('status' in draft ? [] : [draft.source]));
  const sourceOf = await usableSources(deps.store, submitter, named);
  const outcomes: Outcome[] = [];
  const ready: Ready[] = [];
  for (const [index, draft] of drafts.entries()) {
    const source = 'status' in draft ? draft : sourceOf(draft.source);
    if ('status' in draft || 'status' in source) outcomes[index] = source as Outcome;
    else ready.push({ ...draft, index, sourceId: source.id, mayCorrect: source.mayCorrect });
  }
  for (let from = 0; from < ready.length; from += COMMIT_ROWS) {
    const part = ready.slice(from, from + COMMIT_ROWS);
    const stored = await storePart(deps, submitter, part, receivedAt);
    part.forEach(({ index }, i) => {
      outcomes[index] = stored[i] as Outcome;
    });
  }
  return accountFor(outcomes);
}

/** An invitation that the submitter may send, with the attributes of the cell that it asks for. */
interface Placed extends InvitationDraft {
  readonly place: InvitationDraft['attributes'];
}

interface Ready extends Placed {
  readonly index: number;
  readonly sourceId: number;
  readonly mayCorrect: boolean;
}

function placed(
  { dimensions }: FilingDeps,
  submitter: Submitter,
  draft: InvitationDraft | Outcome,
): Placed | Outcome {
  if ('status' in draft) return draft;
  const place = placeOf(dimensions, submitter, draft.attributes);
  return 'outcome' in place ? place.outcome : { ...draft, place: place.attributes };
}

function storePart(
  deps: FilingDeps,
  submitter: Submitter,
  part: readonly Ready[],
  receivedAt: Date,
): Promise<Outcome[]> {
  const file = createFiling(deps);
  return untilFiled(deps, async () => {
    const places = await file(submitter, part);
    const rows = part.flatMap((one, i) => {
      const cell = places[i];
      return cell && 'id' in cell ? [rowOf(deps, submitter, one, cell.id)] : [];
    });
    const stored = await storeInvitations(deps, rows, receivedAt);
    let next = 0;
    return part.map((one, i): Outcome => {
      const cell = places[i];
      if (!cell || !('id' in cell)) return cell as Outcome;
      const outcome = outcomeOf(stored[next++] as FactAcceptance, 'count');
      const filedAs = filedAsOf(deps.dimensions, one.attributes, cell);
      return outcome.status === 'rejected' || !filedAs ? outcome : { ...outcome, filedAs };
    });
  });
}

function rowOf(
  { cells }: FilingDeps,
  { scope }: Submitter,
  { source, externalId, at, invited, started, revision, attributes, sourceId, mayCorrect }: Ready,
  cellId: number,
): NewInvitation {
  return {
    id: uuidFrom(`invitation\n${source}\n${externalId}`),
    sourceId,
    externalId,
    contentHash: contentHashOf({
      ...{ at, invited, attributes: cells.storedAs(attributes) },
      // Contents from before this could be known keep their hash.
      ...(started === null ? {} : { started }),
    }),
    revision,
    content: { at, cell_id: cellId, invited, started },
    cellId,
    mayReplace: (stored) => {
      if (!mayCorrect) return false;
      if (scope.allowsAll('submitResponse')) return true;
      const cell = cells.get(stored);
      return cell !== undefined && scope.allows('submitResponse', cell);
    },
  };
}
