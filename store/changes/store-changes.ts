import type { Segment } from '../../domain/segments/cell.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { assertImportsOpen } from '../responses/imports.ts';
import { type DeliveredFact, deliveredTable, type FactAcceptance } from './delivered-facts.ts';

/** A change event that is ready to be stored, with what it concerns. */
export type NewChange = DeliveredFact<Segment> & { readonly segment: Segment };

/** What became of an event. */
export type ChangeAcceptance = FactAcceptance | 'too many segments';

/** Different segments that change events may concern: each is looked up for each caller who may not read everything. */
export const MOST_SEGMENTS = 200;
const LOCK_MS = 10_000;

const SEGMENTS = statement(
  'change_segments_known',
  `SELECT DISTINCT segment FROM change_event LIMIT ${MOST_SEGMENTS + 1}`,
);
const put = deliveredTable<Segment>(
  'change_event',
  {
    ...{ kind: 'text', title: 'text', at: 'timestamptz', until: 'timestamptz' },
    ...{ link: 'text', segment: 'jsonb', import_id: 'integer' },
  },
  'segment',
);

/** Stores events in one transaction, and returns what became of each, in order. */
export function storeChanges(
  store: Store,
  changes: readonly NewChange[],
  receivedAt: Date,
): Promise<ChangeAcceptance[]> {
  const work = async (session: Session): Promise<ChangeAcceptance[]> => {
    await assertImportsOpen(
      session,
      changes.flatMap(({ content }) => (content['import_id'] as number | null) ?? []),
    );
    const crowded = await beyondSegments(session, changes);
    const stored = await put(
      session,
      changes.filter((change) => !crowded.has(change)),
      receivedAt,
    );
    let next = 0;
    return changes.map((change) =>
      crowded.has(change) ? 'too many segments' : (stored[next++] as FactAcceptance),
    );
  };
  return store.transaction(work, { lockMs: LOCK_MS });
}

/** The events whose segment is one too many. */
async function beyondSegments(session: Session, changes: readonly NewChange[]): Promise<Set<NewChange>> {
  const concerning = changes.filter(({ segment }) => Object.keys(segment).length > 0);
  if (concerning.length === 0) return new Set();
  const known = new Set(
    (await session.rows<{ segment: Segment }>(SEGMENTS, [])).map(({ segment }) => keyOf(segment)),
  );
  return new Set(
    concerning.filter(({ segment }) => {
      if (known.size < MOST_SEGMENTS) known.add(keyOf(segment));
      return !known.has(keyOf(segment));
    }),
  );
}

/** Independent of the order of its attributes, which PostgreSQL does not keep. */
const keyOf = (segment: Segment): string =>
  JSON.stringify(Object.entries(segment).sort(([a], [b]) => (a < b ? -1 : 1)));
