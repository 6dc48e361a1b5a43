import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { HOUR_MS } from '../../domain/time/zone-clock.ts';
import type { ScopedSession } from '../database/client.ts';
import { lateralResponse } from '../database/lateral-join.ts';
import { statement } from '../database/statement.ts';
import type { MappingRegistry } from './mappings.ts';

/** A source as seen from the answers that a caller may read (decision 0099). */
export interface SourceRow {
  readonly id: number;
  readonly name: string;
  /** Answers of the last 30 days and of the last 24 hours, by whole hours. */
  readonly recent: number;
  readonly today: number;
  /** False: there are more of them than were counted. */
  readonly complete: boolean;
  /** Of the newest answers (`SAMPLED`): the newest time, the latest arrival, and the median of the time between in seconds. */
  readonly answeredAt: Date;
  readonly receivedAt: Date;
  readonly lagSeconds: number;
}

export interface SourceDeps {
  readonly store: ScopedSession;
  readonly cells: CellDictionary;
  readonly mappings: MappingRegistry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Answers of a source whose lag is looked at: the newest. */
export const SAMPLED = 100;
/** Hours of cells with answers, and answers without a score, that are counted of one source; then counting ends. */
export const MOST_COUNTED = 20_000;

const SOURCES = 'json_to_recordset($1::json) AS s (id integer, name text, mappings integer[])';
/** The sources are in the order of their names: the first are found before the others are looked at. */
const SEEN = statement(
  'sources_seen',
  `SELECT s.id FROM ${SOURCES} WHERE EXISTS (SELECT FROM newest_of_source($2::integer[], s.mappings, 1)) LIMIT $3`,
);
const FACTS = statement(
  'sources_facts',
  `SELECT s.id, s.name, v.answers AS recent, v.late_answers AS today, v.complete,
      l."answeredAt", l."receivedAt", l."lagSeconds"
    FROM ${SOURCES}
    CROSS JOIN LATERAL volume_of_source($2::integer[], s.mappings, $3, $4, ${MOST_COUNTED}) v
    CROSS JOIN LATERAL (
      SELECT max(r.answered_at) AS "answeredAt", max(r.received_at) AS "receivedAt",
        percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM r.received_at - r.answered_at))) AS "lagSeconds"
      FROM newest_of_source($2::integer[], s.mappings, ${SAMPLED}) p ${lateralResponse('p')}) l
    WHERE l."answeredAt" IS NOT NULL`,
);

interface NamedSource {
  readonly id: number;
  readonly name: string;
  readonly mappings: readonly number[];
}

/** A page of the sources that have an answer in the segment that the caller may read, by name, after that name. */
export async function readSources(
  { store, cells, mappings, now }: SourceDeps,
  scope: Scope,
  {
    segment,
    first,
    after,
  }: { readonly segment: Segment; readonly first: number; readonly after: string | null },
): Promise<{ readonly rows: SourceRow[]; readonly hasNextPage: boolean }> {
  const cellIds = visibleCells(scope, ['readResponse'], cells, segment).map(({ id }) => id);
  if (cellIds.length === 0) return { rows: [], hasNextPage: false };
  // Another process may have added mappings.
  await mappings.refresh(store);
  const later = namedSources(mappings).filter(({ name }) => after === null || name > after);
  const seen = await store.rows<{ id: number }>(SEEN, [JSON.stringify(later), cellIds, first + 1]);
  const ids = new Set(seen.map(({ id }) => id));
  const shown = later.filter(({ id }) => ids.has(id)).slice(0, first);
  const hour = Math.floor(now() / HOUR_MS) * HOUR_MS;
  const [since, late] = [30, 1].map((days) => new Date(hour - days * DAY_MS));
  const rows = await store.rows<SourceRow>(FACTS, [JSON.stringify(shown), cellIds, since, late]);
  return {
    rows: rows
      .map((row) => ({ ...row, lagSeconds: Math.round(Number(row.lagSeconds)) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    hasNextPage: seen.length > first,
  };
}

/** All sources with the ids of their mappings, by name. */
function namedSources(mappings: MappingRegistry): NamedSource[] {
  const byName = new Map<string, { id: number; name: string; mappings: number[] }>();
  for (const { id, source, sourceId } of mappings.all()) {
    const named = byName.get(source) ?? { id: sourceId, name: source, mappings: [] };
    named.mappings.push(id);
    byName.set(source, named);
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
