import { fitsScale, type ScaleRule, scaleKey } from '../../domain/nps/scale.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import { type RollupRef, rollupParameters, SURVEYED } from './seal-facts.ts';

/* Evidence for facts that differ from their seal: what brought them, when, and what was stored before. */

const MICROS = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::bigint`;

/** The database's current state of a response. */
export interface Brought {
  /** The source event of its current content, also of a restricted response; null if there is none. */
  readonly origin: string | null;
  /** When that event was received, microseconds since 1970; null if no such event of this response is stored. */
  readonly at: number | null;
  /** It is stored apart: its person is restricted, or it is not counted for another reason. */
  readonly aside: 'restricted' | 'uncounted' | null;
  /** The times of predictions by model version (by number), including abstentions, microseconds since 1970. */
  readonly predicted: Readonly<Record<string, number>>;
}

const BROUGHT = statement(
  'evidence_brought',
  `SELECT now.id, now.origin, ${MICROS('e.received_at')} AS at, now.aside, coalesce(now.predicted, '{}') AS predicted
    FROM (SELECT k.id, CASE WHEN x.id IS NULL THEN NULL WHEN x.counting IS NULL THEN 'restricted' ELSE 'uncounted' END AS aside,
        coalesce(r.source_event_id, (x.row->>'source_event_id')::uuid) AS origin,
        (SELECT json_object_agg(p.model_version_id, ${MICROS('p.predicted_at')}) FROM prediction p
          WHERE p.response_id = k.id AND p.answered_at = k.answered_at) AS predicted
      FROM response_key k
        LEFT JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
        LEFT JOIN restricted_response x ON x.id = k.id
      WHERE k.id = ANY ($1::uuid[])) now
    LEFT JOIN source_event e ON e.id = now.origin AND e.response_id = now.id`,
);

/** The state of the responses that were ever stored, by id. */
export async function readBrought(
  session: Session,
  responseIds: readonly string[],
): Promise<Map<string, Brought>> {
  if (responseIds.length === 0) return new Map();
  const rows = await session.rows<Brought & { id: string }>(BROUGHT, [responseIds]);
  return new Map(rows.map(({ id, ...brought }) => [id, brought]));
}

const RECEIVED = statement(
  'evidence_received',
  `SELECT id, response_id AS "responseId", ${MICROS('received_at')} AS at FROM source_event WHERE id = ANY ($1::uuid[])`,
);

/** An event of a response: an event's own row says which one it is of. */
export const eventName = (responseId: string, event: string) => `${responseId} ${event}`;

/** When the events were received, microseconds since 1970, by `eventName`. */
export async function readReceived(
  session: Session,
  events: readonly string[],
): Promise<Map<string, number>> {
  if (events.length === 0) return new Map();
  type Row = { readonly id: string; readonly responseId: string; readonly at: number };
  const rows = await session.rows<Row>(RECEIVED, [events]);
  return new Map(rows.map(({ id, responseId, at }) => [eventName(responseId, id), Number(at)]));
}

/** A leaf in some seal of surveyed responses, of a response that has a fact again. */
export interface EarlierLeaf {
  readonly origin: string;
  /** Hex, like the hash. */
  readonly salt: string;
  readonly hash: string;
}

const EARLIER = statement(
  'evidence_earlier',
  `SELECT DISTINCT l.response_id AS id, l.origin, encode(l.salt, 'hex') AS salt, encode(l.hash, 'hex') AS hash
    FROM seal_leaf l JOIN seal s ON s.id = l.seal_id
    WHERE l.response_id = ANY ($1::uuid[]) AND s.model_version_id = 0 AND l.salt IS NOT NULL AND l.origin IS NOT NULL`,
);

/** The surveyed leaves of the responses in any seal, by response. */
export async function readEarlierLeaves(
  session: Session,
  responseIds: readonly string[],
): Promise<Map<string, EarlierLeaf[]>> {
  const earlier = new Map<string, EarlierLeaf[]>();
  if (responseIds.length === 0) return earlier;
  type Row = EarlierLeaf & { id: string };
  for (const { id, ...leaf } of await session.rows<Row>(EARLIER, [responseIds])) {
    const leaves = earlier.get(id) ?? [];
    leaves.push(leaf);
    earlier.set(id, leaves);
  }
  return earlier;
}

const RESPONSES = `FROM unnest($1::timestamptz[], $2::integer[]) WITH ORDINALITY AS given (bucket, cell, place)
    JOIN response r ON r.cell_id = given.cell AND r.answered_at >= given.bucket AND r.answered_at < given.bucket + interval '1 hour'
      AND r.answered_at >= $3 AND r.answered_at < $4
    LEFT JOIN source_event e ON e.id = r.source_event_id AND e.response_id = r.id
    WHERE r.class IS NOT NULL`;
const GIVEN = statement(
  'evidence_given',
  `SELECT 0 AS place, r.score, r.points, r.class, r.mapping_version_id AS mapping,
      array_agg(r.id) FILTER (WHERE e.id IS NULL) AS unbrought ${RESPONSES} GROUP BY r.score, r.points, r.class, r.mapping_version_id`,
);
const GIVEN_SO = statement(
  'evidence_given_so',
  `SELECT r.id, 0 AS place ${RESPONSES} AND (r.score IS NOT DISTINCT FROM $5 AND r.points IS NOT DISTINCT FROM $6
    AND r.class = $7 AND r.mapping_version_id = $8)`,
);
const RULES = statement(
  'evidence_rules',
  `SELECT m.id AS mapping, s.key, s.rule FROM mapping_version m JOIN scale_rule s ON s.id = m.scale_rule_id
    WHERE m.id = ANY ($1::integer[])`,
);
const NEWEST = statement(
  'evidence_newest',
  `SELECT given.place::integer - 1 AS place, max(${MICROS('e.received_at')}) AS at ${RESPONSES} GROUP BY given.place`,
);

interface GivenRow {
  readonly place: number;
  readonly score: number | null;
  readonly points: number | null;
  readonly class: number;
  readonly mapping: number;
  readonly unbrought: readonly string[] | null;
}

const CLASSES = ['detractor', 'passive', 'promoter'] as const;

/**
 * Responses of the surveyed rollups that are inconsistent in themselves, with the reason: those without a
 * source event of their own, and those whose class and points do not follow from their score and scale. Equal
 * responses are checked once.
 */
export async function findWrongResponses(
  session: Session,
  rollups: readonly RollupRef[],
): Promise<Map<string, string>> {
  const wrong = new Map<string, string>();
  const given = await ofResponses<GivenRow>(session, GIVEN, rollups);
  if (given.length === 0) return wrong;
  const mappings = [...new Set(given.map(({ mapping }) => mapping))];
  type Rule = { mapping: number; key: string; rule: ScaleRule };
  const rules = new Map((await session.rows<Rule>(RULES, [mappings])).map((row) => [row.mapping, row]));
  for (const { score, points, class: number, mapping, unbrought } of given) {
    for (const id of unbrought ?? []) wrong.set(id, 'was brought by no source event that is kept');
    const scale = rules.get(mapping);
    const named = CLASSES[number];
    const fits =
      scale !== undefined &&
      named !== undefined &&
      score !== null &&
      points !== null &&
      scaleKey(scale.rule) === scale.key &&
      fitsScale(scale.rule, { score, points, class: named });
    if (fits) continue;
    const so = [score, points, number, mapping];
    const ids = await ofResponses<{ id: string; place: number }>(session, GIVEN_SO, rollups, so);
    for (const { id } of ids) wrong.set(id, 'has a score that is not what its class and points were made of');
  }
  return wrong;
}

const MAPPINGS = statement(
  'evidence_mappings',
  `SELECT given.place::integer - 1 AS place, string_agg(m.key || ' ' || c.n, ',' ORDER BY m.key COLLATE "C") AS counts
    FROM unnest($1::timestamptz[], $2::integer[], $3::integer[]) WITH ORDINALITY AS given (bucket, cell, model, place)
      JOIN rollup_mapping c ON c.cell_id = given.cell AND c.model_version_id = given.model AND c.bucket = given.bucket
      JOIN mapping_version m ON m.id = c.mapping_version_id WHERE c.n <> 0 GROUP BY given.place`,
);

/**
 * How many responses each mapping version brought to the rollups according to their counts ("key n", by key),
 * by index in the list.
 */
export async function readMappingCounts(
  session: Session,
  rollups: readonly RollupRef[],
): Promise<Map<number, string>> {
  if (rollups.length === 0) return new Map();
  const rows = await session.rows<{ place: number; counts: string }>(MAPPINGS, rollupParameters(rollups));
  return new Map(rows.map(({ place, counts }) => [place, counts]));
}

/**
 * When the newest event behind the facts of a surveyed rollup was received, microseconds; by index in the list.
 */
export async function readNewestBrought(
  session: Session,
  rollups: readonly RollupRef[],
): Promise<Map<number, number>> {
  const rows = await ofResponses<{ place: number; at: number | null }>(session, NEWEST, rollups);
  return new Map(rows.flatMap(({ place, at }) => (at === null ? [] : [[place, at]])));
}

/** Queries the surveyed ones of the rollups; indexes are those of the whole list. */
async function ofResponses<Row extends { readonly place: number }>(
  session: Session,
  statement: Statement,
  rollups: readonly RollupRef[],
  more: readonly unknown[] = [],
): Promise<Row[]> {
  const places = rollups.flatMap(({ model }, place) => (model === SURVEYED ? [place] : []));
  if (places.length === 0) return [];
  const surveyed = places.map((place) => rollups[place] as RollupRef);
  const [buckets, cells] = rollupParameters(surveyed);
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { hour } of surveyed) [first, last] = [Math.min(first, hour), Math.max(last, hour)];
  const hours = [new Date(first * HOUR_MS), new Date((last + 1) * HOUR_MS)];
  const rows = await session.rows<Row>(statement, [buckets, cells, ...hours, ...more]);
  return rows.map((row) => ({ ...row, place: places[row.place] as number }));
}
