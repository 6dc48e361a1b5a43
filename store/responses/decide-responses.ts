import { asReceived, higherRevision, judge, type Verdict } from '../../domain/responses/newer.ts';
import { type DeliveredRevision, NO_IMPORT, type Repeat } from './delivered.ts';
import { Answer, revisionColumns, revisionOf } from './deliveries.ts';
import type { RecordedMapping } from './mappings.ts';
import {
  type Arrival,
  ERASED_CONTENT,
  type KeyRow,
  type ResponseRow,
  type Stored,
  WITHDRAWN_CONTENT,
} from './response-row.ts';

/* What becomes of each row that arrives, by what is stored under its id. */

/**
 * The result of a row: as `judge` says; erased: the id was erased for its respondent; forbidden: the sender may
 * not replace the stored one.
 */
type Acceptance = Verdict | 'erased' | 'forbidden';

/** The result of a row, and the cell of the response with its id. */
export interface Accepted {
  readonly acceptance: Acceptance;
  readonly cellId: number;
  /** It replaced an earlier content. */
  readonly corrects: boolean;
}

/** The key of a new response. */
export function keyOf(row: Arrival, receivedAt: Date): KeyRow {
  const { revision, revisedAt } = revisionColumns(asReceived(row.revision, receivedAt.getTime()));
  return {
    id: row.id,
    answeredAt: row.answeredAt,
    receivedAt,
    cellId: row.cellId,
    subjectId: row.owner.id,
    contentHash: row.contentHash,
    revision,
    revisedAt,
    eventId: null,
    segmentRules: row.segmentRules,
  };
}

/** Judges the rows one after the other; `answers` has the final state. */
export function decide(
  rows: readonly Arrival[],
  answers: Map<string, Answer>,
  maps: ReadonlyMap<number, RecordedMapping>,
  receivedAt: Date,
): Decision {
  const events: Stored[] = [];
  const repeats: Repeat[] = [];
  const revisions: DeliveredRevision[] = [];
  const outcomes = rows.map((row): Accepted => {
    const mapping = maps.get(row.mappingVersionId) as RecordedMapping;
    const known = answers.get(row.id);
    const answer = known ?? new Answer(keyOf(row, receivedAt), []);
    const acceptance = known ? acceptanceOf(row, known, mapping, receivedAt) : 'accepted';
    const { cellId, contentHash } = answer.key;
    if (acceptance === 'stored') return { acceptance: 'accepted', cellId, corrects: false };
    const revision = asReceived(row.revision, receivedAt.getTime());
    const importId = row.importRow?.importId ?? NO_IMPORT;
    const isDuplicate = acceptance === 'duplicate' || acceptance === 'sent again';
    if (isDuplicate && row.mayReplace(cellId)) {
      answer.revise(higherRevision(revision, revisionOf(answer.key)));
      const brought = answer.event?.importRow;
      if (acceptance === 'duplicate' && answer.event && brought && brought.importId !== importId)
        repeats.push({
          eventId: answer.event.id,
          importId,
          line: row.importRow?.line,
          position: row.position,
        });
    }
    if (revision && (acceptance === 'accepted' || (isDuplicate && row.mayReplace(cellId))))
      revisions.push({ responseId: row.id, importId, ...revisionColumns(revision) });
    if (isDuplicate) return { acceptance: 'duplicate', cellId, corrects: false };
    if (acceptance !== 'accepted') return { acceptance, cellId, corrects: false };
    answers.set(row.id, answer);
    const before = answer.key;
    events.push({ ...row, eventId: answer.put(row, mapping, receivedAt), before });
    const corrects = known !== undefined && contentHash !== WITHDRAWN_CONTENT;
    return { acceptance, cellId: row.cellId, corrects };
  });
  return { outcomes, events, repeats, revisions };
}

interface Decision {
  readonly outcomes: Accepted[];
  readonly events: Stored[];
  readonly repeats: Repeat[];
  readonly revisions: DeliveredRevision[];
}

/** stored: by an earlier try of this batch. sent again: a row of an import that was stored before. */
function acceptanceOf(
  row: ResponseRow,
  answer: Answer,
  mapping: RecordedMapping,
  receivedAt: Date,
): Acceptance | 'stored' | 'sent again' {
  const { key } = answer;
  const mayReplace = row.mayReplace(key.cellId);
  if (key.contentHash === ERASED_CONTENT) return mayReplace ? 'erased' : 'forbidden';
  const stored = answer.storedBefore(row, receivedAt);
  if (stored) return stored === 'by this batch' ? 'stored' : 'sent again';
  if (key.contentHash === WITHDRAWN_CONTENT) return mayReplace ? 'accepted' : 'forbidden';
  const like = answer.likeness(row, mapping);
  if (!mayReplace) return like.sameContent ? 'duplicate' : 'forbidden';
  const { answeredAt, revision } = row;
  const delivery = { answeredAt: answeredAt.getTime(), receivedAt: receivedAt.getTime(), revision };
  return judge(delivery, answer.standing(), like);
}
