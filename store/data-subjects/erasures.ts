import type { Session, Store } from '../database/client.ts';
import { rewriteFiles } from '../database/rewrite-files.ts';
import { statement } from '../database/statement.ts';
import { anonymise } from './anonymise.ts';
import type { DataSubject } from './data-subject.ts';

/** An erasure that is not known to be complete. */
export interface PendingErasure {
  readonly id: string;
  readonly responseIds: readonly string[];
  readonly subjectIds: readonly string[];
  /** Whether it says when the responses were answered: those of earlier versions do not. */
  readonly isTimed: boolean;
  /** The transaction that deleted the responses. */
  readonly xact: number;
  readonly journalAt: Date | null;
  readonly filesAt: Date | null;
}

/** An erasure as stored: without identity. */
export interface ErasureRow {
  readonly id: string;
  readonly recordedAt: Date;
  readonly actor: string;
  readonly reason: string;
  readonly responses: number;
  readonly completedAt: Date | null;
  readonly trainingSets: readonly string[];
  /** As they were at that time. */
  readonly models: readonly number[];
  readonly wrappedBy: readonly string[];
  /** When the last of the wrapping keys was retired; null while one is not. */
  readonly unreadableSince: Date | null;
}

const COLUMNS = `e.id, e.recorded_at AS "recordedAt", e.actor, e.reason, e.responses, e.completed_at AS "completedAt",
  e.training_sets AS "trainingSets", e.models, e.wrapped_by AS "wrappedBy",
  (SELECT CASE WHEN count(r.version) = cardinality(e.wrapped_by) THEN max(r.recorded_at) END
    FROM retired_key r WHERE r.provider || ' ' || r.version = ANY (e.wrapped_by)) AS "unreadableSince"`;
const PENDING_COLUMNS = `id, coalesce(response_ids, '{}') AS "responseIds", coalesce(subject_ids, '{}') AS "subjectIds",
  response_times IS NOT NULL AS "isTimed", coalesce(xact, 0) AS xact, journal_at AS "journalAt", files_at AS "filesAt"`;
const PENDING = statement(
  'erasures_pending',
  `SELECT ${PENDING_COLUMNS} FROM erasure WHERE completed_at IS NULL
    AND ($3 OR lookups && $1::text[] OR response_ids && $2::uuid[]) ORDER BY recorded_at`,
);
const BY_IDS = statement(
  'erasures_by_ids',
  `SELECT ${COLUMNS} FROM erasure e WHERE e.id = ANY ($1::uuid[]) ORDER BY e.recorded_at`,
);
const PAGE = statement(
  'erasures_page',
  `SELECT ${COLUMNS} FROM erasure e
    WHERE $1::uuid IS NULL OR (e.recorded_at, e.id) < (SELECT a.recorded_at, a.id FROM erasure a WHERE a.id = $1::uuid)
    ORDER BY e.recorded_at DESC, e.id DESC LIMIT $2`,
);
const COMPLETE = statement(
  'erasures_complete',
  `UPDATE erasure SET completed_at = now(), lookups = NULL, response_ids = NULL, response_times = NULL, subject_ids = NULL
    WHERE id = $1 AND completed_at IS NULL`,
);

/** Erasures not known to be complete: the person's, or all. */
export function pendingErasures(
  session: Session,
  dataSubject: DataSubject | null,
): Promise<PendingErasure[]> {
  const { lookups, responseIds } = dataSubject ?? { lookups: [], responseIds: [] };
  return session.rows<PendingErasure>(PENDING, [lookups, responseIds, dataSubject === null]);
}

export function readErasures(session: Session, ids: readonly string[]): Promise<ErasureRow[]> {
  return session.rows<ErasureRow>(BY_IDS, [ids]);
}

/** Newest first, older than that one (null: from the newest on). */
export function listErasures(session: Session, after: string | null, limit: number): Promise<ErasureRow[]> {
  return session.rows<ErasureRow>(PAGE, [after, limit]);
}

interface Checked {
  readonly name: string;
  readonly by: 'responseIds' | 'subjectIds';
  readonly from: string;
}
const RESPONSES = 'responses';
const CHECKED: readonly Checked[] = [
  { name: RESPONSES, by: 'responseIds', from: 'response WHERE id' },
  { name: 'restricted responses', by: 'responseIds', from: 'restricted_response WHERE id' },
  { name: 'predictions', by: 'responseIds', from: 'prediction WHERE response_id' },
  {
    name: 'links to the person',
    by: 'responseIds',
    from: 'response_key WHERE subject_id IS NOT NULL AND id',
  },
  { name: 'members of training sets', by: 'responseIds', from: 'training_set_member WHERE response_id' },
  { name: 'leaves of seals', by: 'responseIds', from: 'seal_leaf WHERE response_id' },
  { name: 'reviews', by: 'responseIds', from: 'review WHERE response_id' },
  { name: 'cases', by: 'responseIds', from: 'case_record WHERE response_id' },
  { name: 'counting verdicts', by: 'responseIds', from: 'counting_verdict WHERE response_id' },
  { name: 'flags', by: 'responseIds', from: 'response_flag WHERE response_id' },
  { name: 'fields that aged', by: 'responseIds', from: 'aged_field WHERE response_id' },
  { name: 'prints of answers', by: 'responseIds', from: 'answer_print WHERE response_id' },
  { name: 'prints of the person', by: 'subjectIds', from: 'answer_print WHERE person' },
  { name: 'outcomes', by: 'subjectIds', from: 'outcome WHERE subject_id' },
  { name: 'outcomes of the account', by: 'subjectIds', from: 'outcome WHERE account_id' },
  { name: 'outcomes that name a member of staff', by: 'subjectIds', from: 'outcome WHERE staff_id' },
  { name: 'outcomes that name an owner', by: 'subjectIds', from: 'outcome WHERE owner_id' },
  { name: 'responses of the account', by: 'subjectIds', from: 'response WHERE account_id' },
  { name: 'keys', by: 'subjectIds', from: 'subject_key WHERE id' },
  { name: 'merges', by: 'subjectIds', from: 'identity_merge WHERE from_id' },
  { name: 'merges into it', by: 'subjectIds', from: 'identity_merge WHERE into_id' },
  { name: 'merged subjects', by: 'subjectIds', from: 'merged_subject WHERE id' },
  { name: 'source events', by: 'subjectIds', from: 'source_event WHERE subject_id' },
  {
    name: 'restricted responses of the person',
    by: 'subjectIds',
    from: 'restricted_response WHERE subject_id',
  },
  { name: 'responses of the person', by: 'subjectIds', from: 'response_key WHERE subject_id' },
];
const STORES = CHECKED.map(({ name, by, from }) => ({
  name,
  by,
  count: statement(`erasures_check_${name}`, `SELECT count(*)::integer AS n FROM ${from} = ANY ($1::uuid[])`),
}));

/** The first of them, where it is known when each was answered. By id alone, every row would be read. */
const RESPONSES_LEFT = statement(
  'erasures_check_responses_by_time',
  `SELECT count(*)::integer AS n FROM erasure e CROSS JOIN LATERAL unnest(e.response_ids, e.response_times) AS p (id, answered_at)
    JOIN response r ON r.id = p.id AND r.answered_at = p.answered_at WHERE e.id = $1`,
);

/** Of what arrived alike while the erasure ran: that did not see it, and flagged an answer that was gone when it committed. */
const FORGET_FLAGS = statement(
  'erasures_forget_flags',
  'DELETE FROM response_flag WHERE response_id = ANY ($1::uuid[])',
);

/** What a check reads besides the database's tables. */
export interface CheckDeps {
  readonly store: Store;
  /** How many of the responses the lineage graph has, or will have before it has followed that transaction. */
  readonly graphHolds: (responseIds: readonly string[], xact: number) => Promise<number>;
  /** Schedules a rewrite of the embedded database's files. */
  readonly filesDue: () => void;
}

/**
 * Checks every store for what an erasure should have deleted, and completes the erasure when nothing is left:
 * only then is the identity deleted. The journal, which followers need first, and the files, which need all
 * else first, come last. Returns what is left, in words.
 */
export async function checkErasure(deps: CheckDeps, erasure: PendingErasure): Promise<string[]> {
  const { store, graphHolds, filesDue } = deps;
  const remaining: string[] = [];
  await store.rows(FORGET_FLAGS, [erasure.responseIds]);
  for (const { name, by, count } of STORES) {
    const [row] =
      name === RESPONSES && erasure.isTimed
        ? await store.rows<{ n: number }>(RESPONSES_LEFT, [erasure.id])
        : await store.rows<{ n: number }>(count, [erasure[by]]);
    if (row && row.n > 0) remaining.push(`record: ${row.n} ${name}`);
  }
  const inGraph = await graphHolds(erasure.responseIds, erasure.xact).catch(() => null);
  if (inGraph === null) remaining.push('lineage graph: does not answer');
  else if (inGraph > 0)
    remaining.push(`lineage graph: ${inGraph} responses, until it has followed the journal`);
  if (remaining.length > 0) return remaining;
  if (erasure.journalAt === null) await anonymise(store, erasure.id, erasure.responseIds);
  if (erasure.filesAt === null) {
    filesDue();
    return ['files of the database: deleted rows and the log, until they are rewritten'];
  }
  await store.rows(COMPLETE, [erasure.id]);
  // The row's personal data is dead now, and vacuumed at once: the table is small.
  if (store.backend === 'pglite') await rewriteFiles(store, ['erasure']);
  return [];
}

/** Continues erasures without a request: after a graph was away, or a process ended. */
export async function continueErasures(deps: CheckDeps): Promise<void> {
  for (const pending of await pendingErasures(deps.store, null)) await checkErasure(deps, pending);
}
