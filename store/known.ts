import type { KnownEntry } from '../domain/as-known.ts';
import { HOUR_MS } from '../domain/time-windows.ts';
import { ERASED_CONTENT } from './accept.ts';
import type { Session, Statement } from './client.ts';

/** What is needed to tell a number as it was known: statements over the journal, and what its facts are by now. */

/** How much one question may read of the journal. */
export const MOST_ENTRIES = 50_000;

const ENTRY_BEFORE: Statement = {
  name: 'known_before',
  text: 'SELECT position FROM journal WHERE recorded_at <= $1 ORDER BY position DESC LIMIT 1',
};
/**
 * Positions are drawn and times taken under a response's lock, so both tell in which order it changed. Of other responses a lower
 * position may have a later time, where transactions ran at once: so many positions are looked through again, and the time decides.
 */
const MARGIN = 1_000;
const ENTRIES: Statement = {
  name: 'known_entries',
  text: `SELECT position, kind, recorded_at AS "recordedAt", payload->'added' AS added, payload->'removed' AS removed,
      payload->'deltas' AS deltas
    FROM journal j
    WHERE position > $1 AND recorded_at > $2
      AND (kind = 'responses' OR (kind = 'predictions' AND (payload->>'model')::integer = $3))
      AND EXISTS (SELECT FROM jsonb_array_elements(payload->'deltas') d
        WHERE (d->>0)::integer = ANY ($4::integer[]) AND (d->>1)::bigint >= $5 AND (d->>1)::bigint < $6)
    ORDER BY position DESC LIMIT $7`,
};

export interface KnownQuery {
  /** Epoch milliseconds. */
  readonly knownAt: number;
  readonly model: number | null;
  readonly cellIds: readonly number[];
  readonly from: number;
  readonly until: number;
}

/** The entries after the moment that changed counts of these cells and hours, the last first; one more than allowed at most. */
export async function readEntriesSince(session: Session, query: KnownQuery): Promise<KnownEntry[]> {
  const knownAt = new Date(query.knownAt);
  const [before] = await session.rows<{ position: number }>(ENTRY_BEFORE, [knownAt]);
  return session.rows<KnownEntry>(ENTRIES, [
    Math.max(0, (before?.position ?? 0) - MARGIN),
    knownAt,
    query.model,
    query.cellIds,
    Math.floor(query.from / HOUR_MS),
    Math.ceil(query.until / HOUR_MS),
    MOST_ENTRIES + 1,
  ]);
}

/** What a response is by now. */
export interface PresentFact {
  readonly id: string;
  readonly cellId: number;
  readonly erased: boolean;
  readonly restricted: boolean;
  /** Null where there is no row among the responses. */
  readonly answeredAt: Date | null;
  readonly receivedAt: Date | null;
  readonly class: number | null;
  /** By the model that was asked for. */
  readonly predicted: number | null;
}

const PRESENT: Statement = {
  name: 'known_present',
  text: `SELECT k.id, k.cell_id AS "cellId", k.content_hash = $3 AS erased, x.id IS NOT NULL AS restricted,
      r.answered_at AS "answeredAt", r.received_at AS "receivedAt", r.class, p.class AS predicted
    FROM response_key k
    LEFT JOIN restricted_response x ON x.id = k.id
    LEFT JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    LEFT JOIN prediction p ON p.response_id = k.id AND p.answered_at = k.answered_at AND p.model_version_id = $2
    WHERE k.id = ANY ($1::uuid[])`,
};
const AT_ONCE = 5_000;

/** Those of the responses that were ever accepted, by id. */
export async function readPresentFacts(
  session: Session,
  ids: readonly string[],
  model: number | null,
): Promise<Map<string, PresentFact>> {
  const present = new Map<string, PresentFact>();
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const some = ids.slice(i, i + AT_ONCE);
    for (const fact of await session.rows<PresentFact>(PRESENT, [some, model, ERASED_CONTENT]))
      present.set(fact.id, fact);
  }
  return present;
}

const CHAMPION_AT: Statement = {
  name: 'known_champion',
  text: `SELECT DISTINCT ON (model_version_id) model_version_id AS model, to_stage AS stage, id FROM model_event
    WHERE recorded_at <= $1 ORDER BY model_version_id, id DESC`,
};

/** The model version that was the champion at that moment, or null. */
export async function championAt(session: Session, knownAt: number): Promise<number | null> {
  const stages = await session.rows<{ model: number; stage: string }>(CHAMPION_AT, [new Date(knownAt)]);
  return stages.find(({ stage }) => stage === 'CHAMPION')?.model ?? null;
}

const RE_SCORED: Statement = {
  name: 'known_re_scored',
  text: `SELECT count(*) AS responses FROM (
      SELECT response_id, class, surveyed FROM prediction WHERE model_version_id = $1 AND cell_id = ANY ($3::integer[])
        AND answered_at >= $4 AND answered_at < $5 AND class IS NOT NULL) a
    FULL JOIN (
      SELECT response_id, class, surveyed FROM prediction WHERE model_version_id = $2 AND cell_id = ANY ($3::integer[])
        AND answered_at >= $4 AND answered_at < $5 AND class IS NOT NULL) b USING (response_id)
    WHERE a.class IS DISTINCT FROM b.class AND NOT ($6 AND coalesce(a.surveyed, b.surveyed))`,
};

/** Of how many responses two model versions (null: none) say different classes. `alone`: only of those without a surveyed one. */
export async function countReScored(
  session: Session,
  [before, after]: readonly [number | null, number | null],
  query: Omit<KnownQuery, 'model' | 'knownAt'>,
  alone: boolean,
): Promise<number> {
  const [row] = await session.rows<{ responses: number }>(RE_SCORED, [
    before,
    after,
    query.cellIds,
    new Date(query.from),
    new Date(query.until),
    alone,
  ]);
  return row?.responses ?? 0;
}
