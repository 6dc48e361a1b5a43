import type { AsOfEntry } from '../../domain/scores/as-of.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import { BEGINNING, type JournalPosition } from '../journal/journal.ts';
import { ERASED_CONTENT, WITHDRAWN_CONTENT } from '../responses/response-row.ts';

/** What an as-of score needs: statements over the journal, and the current state of its facts. */

/** How much of the journal one query may read. */
export const MOST_ENTRIES = 50_000;

const ENTRY_BEFORE = statement(
  'known_before',
  'SELECT position FROM journal WHERE recorded_at <= $1 ORDER BY position DESC LIMIT 1',
);
/**
 * Positions and times are assigned under a response's lock, so both give its order of changes. Across responses
 * a lower position may have a later time if transactions overlapped: so many positions are examined, and the
 * time decides.
 */
const MARGIN = 1_000;
const entriesStatement = (name: string, after: string): Statement =>
  statement(
    name,
    `SELECT position, kind, (payload->>'model')::integer AS model, recorded_at AS "recordedAt", payload->'added' AS added, payload->'removed' AS removed,
      payload->'deltas' AS deltas
    FROM journal j
    WHERE ${after}
      AND (kind = 'responses' OR (kind = 'predictions' AND (payload->>'model')::integer = ANY ($3::integer[])))
      AND EXISTS (SELECT FROM jsonb_array_elements(payload->'deltas') d
        WHERE (d->>0)::integer = ANY ($4::integer[]) AND (d->>1)::bigint >= $5 AND (d->>1)::bigint < $6)
    ORDER BY position DESC LIMIT $7`,
  );
const SINCE_TIME = entriesStatement('known_entries', 'position > $1 AND recorded_at > $2');
/** In the order of followers and subscribers. */
const SINCE_PLACE = entriesStatement('known_entries_after', '(xact, position) > ($1::bigint, $2::bigint)');

export interface KnownQuery {
  /** Epoch milliseconds. */
  readonly knownAt: number;
  /** The last known entry; null: those up to the moment. */
  readonly place: JournalPosition | null;
  /** The versions whose classes count. */
  readonly models: readonly number[];
  readonly cellIds: readonly number[];
  readonly from: number;
  readonly until: number;
}

/**
 * The entries after the moment that changed counts of these cells and hours, the last first; at most one more
 * than allowed.
 */
export async function readEntriesSince(session: Session, query: KnownQuery): Promise<AsOfEntry[]> {
  const { place } = query;
  const wanted = [
    query.models,
    query.cellIds,
    Math.floor(query.from / HOUR_MS),
    Math.ceil(query.until / HOUR_MS),
    MOST_ENTRIES + 1,
  ];
  if (place) return session.rows<AsOfEntry>(SINCE_PLACE, [place.xact, place.position, ...wanted]);
  return session.rows<AsOfEntry>(SINCE_TIME, [...(await sinceTime(session, query.knownAt)), ...wanted]);
}

/** The first parameters of statements on the entries after that moment. */
async function sinceTime(session: Session, knownAt: number): Promise<readonly [number, Date]> {
  const at = new Date(knownAt);
  const [before] = await session.rows<{ position: number }>(ENTRY_BEFORE, [at]);
  return [Math.max(0, (before?.position ?? 0) - MARGIN), at];
}

const PLACE = statement(
  'known_place',
  `SELECT coalesce((SELECT recorded_at FROM journal WHERE (xact, position) <= ($1::bigint, $2::bigint)
        AND (xact, position) > (SELECT m.xact, m.position FROM (SELECT xact, position FROM journal_mark
          UNION ALL SELECT ${BEGINNING.xact}, 0 ORDER BY xact DESC, position DESC LIMIT 1) m)
      ORDER BY xact DESC, position DESC LIMIT 1), (SELECT reaches_back FROM journal_mark)) AS at,
    EXISTS (SELECT FROM journal WHERE (xact, position) >= ($1::bigint, $2::bigint)) AS reached`,
);

/**
 * The time of the last entry up to the position, epoch milliseconds: null if the journal has not come so far.
 */
export async function momentOfPlace(
  session: Session,
  { xact, position }: JournalPosition,
): Promise<number | null> {
  const [row] = await session.rows<{ at: Date | null; reached: boolean }>(PLACE, [xact, position]);
  return row?.reached ? (row.at?.getTime() ?? 0) : null;
}

/** The current state of a response. */
export interface PresentFact {
  readonly id: string;
  readonly cellId: number;
  readonly erased: boolean;
  /** Removed, because its import was undone. */
  readonly withdrawn: boolean;
  readonly restricted: boolean;
  /** Kept apart by a policy, a flag or a person. */
  readonly uncounted: boolean;
  /** Null if the response has no row. */
  readonly answeredAt: Date | null;
  readonly receivedAt: Date | null;
  readonly class: number | null;
  /** By one of the requested model versions, and which. */
  readonly predicted: number | null;
  readonly model: number | null;
}

const PRESENT = statement(
  'known_present',
  `SELECT k.id, k.cell_id AS "cellId", k.content_hash = $3 AS erased, k.content_hash = $4 AS withdrawn, x.id IS NOT NULL AND x.counting IS NULL AS restricted,
      x.counting IS NOT NULL AS uncounted,
      r.answered_at AS "answeredAt", r.received_at AS "receivedAt", r.class, p.class AS predicted, p.model_version_id AS model
    FROM response_key k
    LEFT JOIN restricted_response x ON x.id = k.id
    LEFT JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    LEFT JOIN prediction p ON p.response_id = k.id AND p.answered_at = k.answered_at AND p.model_version_id = ANY ($2::integer[])
    WHERE k.id = ANY ($1::uuid[])`,
);
const AT_ONCE = 5_000;

/** The responses that were ever stored, by id. */
export async function readPresentFacts(
  session: Session,
  ids: readonly string[],
  models: readonly number[],
): Promise<Map<string, PresentFact>> {
  const present = new Map<string, PresentFact>();
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const some = ids.slice(i, i + AT_ONCE);
    for (const fact of await session.rows<PresentFact>(PRESENT, [
      some,
      models,
      ERASED_CONTENT,
      WITHDRAWN_CONTENT,
    ]))
      present.set(fact.id, fact);
  }
  return present;
}

const movesStatement = (name: string, after: string): Statement =>
  statement(
    name,
    `SELECT (payload->>'model')::integer AS model FROM journal WHERE ${after} AND kind = 'model'`,
  );
const MOVES_SINCE_TIME = movesStatement('known_moves', 'position > $1 AND recorded_at > $2');
const MOVES_SINCE_PLACE = movesStatement('known_moves_after', '(xact, position) > ($1::bigint, $2::bigint)');
/** Without the last changes of each version in `$2`: an event has the time at which its transaction began, which others may precede. */
const CHAMPION_AT = statement(
  'known_champion',
  `SELECT DISTINCT ON (model) model, stage FROM (
      SELECT model_version_id AS model, to_stage AS stage, recorded_at, id,
        row_number() OVER (PARTITION BY model_version_id ORDER BY id DESC) AS place FROM model_event) e
    WHERE ($1::timestamptz IS NULL OR e.recorded_at <= $1) AND e.place > (SELECT count(*) FROM unnest($2::integer[]) AS later (model) WHERE later.model = e.model)
    ORDER BY model, id DESC`,
);

/** The model version that was the champion at that moment, by the order of the journal; or null. */
export async function championAt(
  session: Session,
  { knownAt, place }: Pick<KnownQuery, 'knownAt' | 'place'>,
): Promise<number | null> {
  const later = await (place
    ? session.rows<{ model: number }>(MOVES_SINCE_PLACE, [place.xact, place.position])
    : session.rows<{ model: number }>(MOVES_SINCE_TIME, await sinceTime(session, knownAt)));
  const stages = await session.rows<{ model: number; stage: string }>(CHAMPION_AT, [
    place ? null : new Date(knownAt),
    later.map(({ model }) => model),
  ]);
  return stages.find(({ stage }) => stage === 'CHAMPION')?.model ?? null;
}

const REIGN = statement(
  'known_reign',
  `SELECT max(recorded_at) AS at FROM model_event WHERE model_version_id = $1 AND to_stage = 'CHAMPION'`,
);

/** Since when the model version is champion; null if it never was. */
export async function reignSince(session: Session, model: number): Promise<Date | null> {
  const [row] = await session.rows<{ at: Date | null }>(REIGN, [model]);
  return row?.at ?? null;
}

const DIFFER = `(
      SELECT response_id, class, surveyed, model_version_id AS model FROM prediction WHERE model_version_id = ANY ($1::integer[]) AND cell_id = ANY ($3::integer[])
        AND answered_at >= $4 AND answered_at < $5 AND class IS NOT NULL) a
    FULL JOIN (
      SELECT response_id, class, surveyed, model_version_id AS model FROM prediction WHERE model_version_id = ANY ($2::integer[]) AND cell_id = ANY ($3::integer[])
        AND answered_at >= $4 AND answered_at < $5 AND class IS NOT NULL) b USING (response_id)
    WHERE a.class IS DISTINCT FROM b.class AND NOT ($6 AND coalesce(a.surveyed, b.surveyed))`;
const COUNT_RE_SCORED = statement('known_count_re_scored', `SELECT count(*) AS responses FROM ${DIFFER}`);
const RE_SCORED = statement(
  'known_re_scored',
  `SELECT response_id AS id, a.class AS was, a.model AS "wasBy", b.class AS is, b.model AS "isBy" FROM ${DIFFER} AND ($7::uuid IS NULL OR response_id > $7)
    ORDER BY response_id LIMIT $8`,
);

/** Facts for which the model versions of two moments give different classes. */
export interface ReScoredQuery extends Omit<KnownQuery, 'models' | 'knownAt' | 'place'> {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Only those without a surveyed class. */
  readonly alone: boolean;
}

const reScoredParameters = ({ before, after, cellIds, from, until, alone }: ReScoredQuery): unknown[] => [
  before,
  after,
  cellIds,
  new Date(from),
  new Date(until),
  alone,
];

/** For how many responses the two give different classes. */
export async function countReScored(session: Session, query: ReScoredQuery): Promise<number> {
  const [row] = await session.rows<{ responses: number }>(COUNT_RE_SCORED, reScoredParameters(query));
  return row?.responses ?? 0;
}

interface ReScored {
  readonly id: string;
  readonly was: number | null;
  readonly wasBy: number | null;
  readonly is: number | null;
  readonly isBy: number | null;
}

/** Up to `limit` of them after that id, by id, with both classes (null: none) and which version gives them. */
export function readReScored(session: Session, query: ReScoredQuery, after: string | null, limit: number) {
  const parameters = [...reScoredParameters(query), after, limit];
  return session.rows<ReScored>(RE_SCORED, parameters);
}
