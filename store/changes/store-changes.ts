import {
  asReceived,
  higherRevision,
  judge,
  type Revision,
  type Verdict,
} from '../../domain/responses/newer.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ChangeKind } from '../tables/outcomes.ts';

/** A change event that is ready to be stored. */
export interface NewChange {
  /** Derived from source and external id. */
  readonly id: string;
  readonly sourceId: number;
  readonly externalId: string;
  /** SHA-256 of its content: equal contents are duplicates. */
  readonly contentHash: string;
  readonly revision: Revision | null;
  readonly kind: ChangeKind;
  readonly title: string;
  readonly at: Date;
  readonly until: Date | null;
  readonly link: string | null;
  readonly segment: Segment;
  /** Whether its sender may replace the stored event of its id, which concerns that segment. */
  readonly mayReplace: (segment: Segment) => boolean;
}

/** What became of an event: accepted is new or replaced another content. */
export type ChangeAcceptance = Verdict | 'forbidden' | 'too many segments';

/** Different segments that change events may concern: each is looked up for each caller who may not read everything. */
export const MOST_SEGMENTS = 200;
const LOCK_MS = 10_000;

const CLAIM = statement(
  'change_claim',
  `INSERT INTO change_event (id, source_id, external_id, received_at, content_hash, revision, revised_at, kind, title, at, until, link, segment)
    SELECT * FROM json_to_recordset($1::json) AS c (id uuid, source_id integer, external_id text, received_at timestamptz,
      content_hash text, revision bigint, revised_at timestamptz, kind text, title text, at timestamptz, until timestamptz, link text, segment jsonb)
    ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id`,
);
const LOCK = statement(
  'change_lock',
  `SELECT id, received_at AS "receivedAt", content_hash AS "contentHash", former_hashes AS "formerHashes", revision,
      revised_at AS "revisedAt", segment FROM change_event WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
);
const REPLACE = statement(
  'change_replace',
  `UPDATE change_event SET received_at = $2, former_hashes = $3::text[], content_hash = $4, revision = $5, revised_at = $6, kind = $7,
      title = $8, at = $9, until = $10, link = $11, segment = $12::jsonb WHERE id = $1`,
);
const REVISE = statement(
  'change_revise',
  'UPDATE change_event SET revision = $2, revised_at = $3 WHERE id = $1',
);
const SEGMENTS = statement(
  'change_segments_known',
  `SELECT DISTINCT segment FROM change_event LIMIT ${MOST_SEGMENTS + 1}`,
);

interface Standing {
  readonly id: string;
  receivedAt: Date;
  contentHash: string;
  formerHashes: readonly string[];
  revision: number | null;
  revisedAt: Date | null;
  segment: Segment;
}

/**
 * Stores events in one transaction, and returns what became of each, in order. The same content again is a duplicate; different content
 * replaces if it is newer: by its revision, else by the order of arrival, unless it was replaced before (`judge`).
 */
export function storeChanges(
  store: Store,
  changes: readonly NewChange[],
  receivedAt: Date,
): Promise<ChangeAcceptance[]> {
  return store.transaction(
    async (session) => {
      const crowded = await beyondSegments(session, changes);
      const fitting = changes.filter((change) => !crowded.has(change));
      const first = new Map<string, NewChange>();
      for (const change of fitting) if (!first.has(change.id)) first.set(change.id, change);
      // Inserts first, locks second, both in the order of the ids: two writers never deadlock.
      const rows = [...first.values()].map((change) => rowOf(change, receivedAt));
      const claimed = await session.rows<{ id: string }>(CLAIM, [JSON.stringify(rows)]);
      const fresh = new Set(claimed.map(({ id }) => id));
      const locked = await session.rows<Standing>(LOCK, [[...first.keys()]]);
      const standing = new Map(locked.map((row) => [row.id, row]));
      const outcomes: ChangeAcceptance[] = [];
      for (const change of changes)
        outcomes.push(
          crowded.has(change)
            ? 'too many segments'
            : await take(session, change, { standing, fresh, receivedAt }),
        );
      return outcomes;
    },
    { lockMs: LOCK_MS },
  );
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

interface Batch {
  readonly standing: ReadonlyMap<string, Standing>;
  /** Ids that this batch inserted: their first item is accepted. */
  readonly fresh: Set<string>;
  readonly receivedAt: Date;
}

async function take(
  session: Session,
  change: NewChange,
  { standing, fresh, receivedAt }: Batch,
): Promise<ChangeAcceptance> {
  if (fresh.delete(change.id)) return 'accepted';
  const row = standing.get(change.id);
  if (!row) throw new Error(`the change event ${change.id} was claimed but cannot be read`);
  const sameContent = row.contentHash === change.contentHash;
  if (!change.mayReplace(row.segment)) return sameContent ? 'duplicate' : 'forbidden';
  const seen = row.formerHashes.includes(change.contentHash);
  // When it happened says nothing about which delivery is newer.
  const verdict = judge(
    { answeredAt: 0, receivedAt: receivedAt.getTime(), revision: change.revision },
    {
      answeredAt: 0,
      receivedAt: row.receivedAt.getTime(),
      revision: revisionOf(row),
      correctedAt: null,
    },
    { sameContent, sameReading: true, sameItem: sameContent, seen, seenSoRead: seen, furtherUp: false },
  );
  if (verdict !== 'accepted' && verdict !== 'duplicate') return verdict;
  const revision = columnsOf(
    higherRevision(asReceived(change.revision, receivedAt.getTime()), revisionOf(row)),
  );
  if (verdict === 'duplicate') {
    if (revision.revision !== row.revision || revision.revisedAt?.getTime() !== row.revisedAt?.getTime())
      await session.rows(REVISE, [change.id, revision.revision, revision.revisedAt]);
    Object.assign(row, revision);
    return verdict;
  }
  const formerHashes = [...row.formerHashes, row.contentHash].slice(-MOST_FORMER);
  await session.rows(REPLACE, [
    ...[change.id, receivedAt, formerHashes, change.contentHash, revision.revision, revision.revisedAt],
    ...[change.kind, change.title, change.at, change.until, change.link, JSON.stringify(change.segment)],
  ]);
  const { contentHash, segment } = change;
  Object.assign(row, { ...revision, receivedAt, contentHash, segment, formerHashes });
  return verdict;
}

/** A sender that changes one event again and again does not make its row grow without end. */
const MOST_FORMER = 100;

function rowOf(change: NewChange, receivedAt: Date) {
  const { revision, revisedAt } = columnsOf(asReceived(change.revision, receivedAt.getTime()));
  const { id, sourceId, externalId, contentHash, kind, title, at, until, link, segment } = change;
  return {
    ...{ id, source_id: sourceId, external_id: externalId, received_at: receivedAt },
    ...{ content_hash: contentHash, revision, revised_at: revisedAt, kind, title, at, until, link, segment },
  };
}

function revisionOf({ revision, revisedAt }: Standing): Revision | null {
  if (revision !== null) return { kind: 'number', value: revision };
  return revisedAt === null ? null : { kind: 'time', value: revisedAt.getTime() };
}

function columnsOf(revision: Revision | null): { revision: number | null; revisedAt: Date | null } {
  return {
    revision: revision?.kind === 'number' ? revision.value : null,
    revisedAt: revision?.kind === 'time' ? new Date(revision.value) : null,
  };
}
