import { type ScaleRule, scaleKey } from '../../domain/nps/scale.ts';
import {
  type MappingVersion,
  mappingKey,
  type NameBounds,
} from '../../domain/responses/normalised-response.ts';
import type { Session, Store } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';

/** A stored mapping version, with what it refers to. */
export interface RecordedMapping {
  readonly id: number;
  readonly key: string;
  readonly sourceId: number;
  readonly source: string;
  readonly surveyName: string;
  readonly surveyVersion: string;
  readonly scaleKey: string;
  readonly scale: ScaleRule;
  readonly connector: string;
  /** Its fields are read as a map declares; otherwise as they are named. */
  readonly isDeclared: boolean;
  /** What removed names from its comments; null: nothing did. */
  readonly redaction: string | null;
  readonly recordedAt: Date;
  readonly sourceRecordedAt: Date;
  /** The id of the caller that used the source first; null for older sources. */
  readonly sourceMadeBy: string | null;
  readonly surveyRecordedAt: Date;
  readonly scaleRecordedAt: Date;
}

/** Which bound a new mapping version exceeds. */
export type BeyondBounds = { readonly beyond: keyof NameBounds; readonly most: number };

const MINUTE_MS = 60_000;
export const LOCK_MAKER = statement(
  'provenance_lock',
  `SELECT pg_advisory_xact_lock(${LOCKS.provenance}, hashtext($1))`,
);
/** What would be new, and how many of each the submitter added before. */
const COUNT = statement(
  'provenance_count',
  `SELECT (SELECT count(*)::int FROM source WHERE made_by = $1) AS sources,
      (SELECT count(*)::int FROM survey_version WHERE made_by = $1) AS surveys,
      (SELECT count(*)::int FROM mapping_version WHERE made_by = $1) AS mappings,
      (SELECT coalesce(sum(octet_length(definition::text)), 0)::float8 FROM mapping_version WHERE made_by = $1) AS "mappingBytes",
      EXISTS (SELECT FROM source WHERE name = $2) AS "knowsSource",
      EXISTS (SELECT FROM survey_version WHERE name = $3 AND version = $4) AS "knowsSurvey"`,
);
export const INSERT_SOURCE = statement(
  'source_insert',
  'INSERT INTO source (name, made_by) VALUES ($1, $2) ON CONFLICT DO NOTHING',
);
const INSERT_SURVEY = statement(
  'survey_insert',
  'INSERT INTO survey_version (name, version, made_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
);
const INSERT_SCALE = statement(
  'scale_insert',
  'INSERT INTO scale_rule (key, rule) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING',
);
const INSERT_MAPPING = statement(
  'mapping_insert',
  `INSERT INTO mapping_version (key, source_id, survey_version_id, scale_rule_id, connector, definition, made_by, redaction)
    SELECT $1, source.id, survey.id, scale.id, $2, $3::jsonb, $8, $9 FROM source, survey_version survey, scale_rule scale
    WHERE source.name = $4 AND survey.name = $5 AND survey.version = $6 AND scale.key = $7 ON CONFLICT DO NOTHING`,
);
const MAPPINGS = `SELECT m.id, m.key, s.id AS "sourceId", s.name AS source, v.name AS "surveyName", v.version AS "surveyVersion",
      c.key AS "scaleKey", c.rule AS scale, m.connector, jsonb_typeof(m.definition) = 'object' AS "isDeclared", m.redaction, m.recorded_at AS "recordedAt",
      s.recorded_at AS "sourceRecordedAt", s.made_by AS "sourceMadeBy", v.recorded_at AS "surveyRecordedAt", c.recorded_at AS "scaleRecordedAt"
    FROM mapping_version m JOIN source s ON s.id = m.source_id
      JOIN survey_version v ON v.id = m.survey_version_id JOIN scale_rule c ON c.id = m.scale_rule_id`;
const LOAD = statement('mappings_load', MAPPINGS);
const LOAD_ONE = statement('mappings_load_one', `${MAPPINGS} WHERE m.key = $1`);

/**
 * The database's mapping versions in memory, with their sources, surveys and scale rules: few, added, never
 * changed.
 */
export class MappingRegistry {
  readonly #byId = new Map<number, RecordedMapping>();
  readonly #byKey = new Map<string, RecordedMapping>();
  readonly #sources = new Map<string, number>();

  /** Keys are hashes of the whole mapping; connectors pass the same object for each of their items. */
  readonly #keys = new WeakMap<MappingVersion, string>();
  readonly #fresh = new MinuteCounts();

  async refresh(session: Session): Promise<void> {
    this.#keep(await session.rows<RecordedMapping>(LOAD, []));
  }

  all(): RecordedMapping[] {
    return [...this.#byId.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** The id of a source that this process has a mapping of. */
  sourceId(name: string): number | undefined {
    return this.#sources.get(name);
  }

  /** The mapping of that id, read again if another process added it. */
  async get(session: Session, id: number): Promise<RecordedMapping> {
    if (!this.#byId.has(id)) await this.refresh(session);
    const mapping = this.#byId.get(id);
    if (!mapping) throw new Error(`the database has no mapping version ${id}`);
    return mapping;
  }

  /**
   * The id of the mapping version, stored first if it is new; or which bound of its maker it exceeds.
   * @param now epoch milliseconds
   */
  async ensure(
    store: Store,
    mapping: MappingVersion,
    maker: { readonly id: string; readonly bounds: NameBounds },
    now: number,
  ): Promise<number | BeyondBounds> {
    const key = this.#keyOf(mapping);
    const known = this.#byKey.get(key);
    if (known) return known.id;
    const { minute } = maker.bounds;
    // Before querying the database: looking up an unknown name costs work too.
    if (!this.#fresh.take(maker.id, minute, now)) return { beyond: 'minute', most: minute };
    const elsewhere = await this.#find(store, key);
    if (elsewhere) return elsewhere.id;
    const beyond = await record(store, key, mapping, maker);
    if (beyond) return beyond;
    const added = await this.#find(store, key);
    if (!added) throw new Error(`the mapping version ${key} was added but cannot be read`);
    return added.id;
  }

  #keyOf(mapping: MappingVersion): string {
    const key = this.#keys.get(mapping) ?? mappingKey(mapping);
    this.#keys.set(mapping, key);
    return key;
  }

  async #find(session: Session, key: string): Promise<RecordedMapping | undefined> {
    this.#keep(await session.rows<RecordedMapping>(LOAD_ONE, [key]));
    return this.#byKey.get(key);
  }

  #keep(rows: readonly RecordedMapping[]): void {
    for (const mapping of rows) {
      this.#byId.set(mapping.id, mapping);
      this.#byKey.set(mapping.key, mapping);
      this.#sources.set(mapping.source, mapping.sourceId);
    }
  }
}

/** Counts per key in the current minute. */
class MinuteCounts {
  #minute = 0;
  readonly #counts = new Map<string, number>();

  /** Counts one more, unless that exceeds `most`. */
  take(name: string, most: number, now: number): boolean {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = this.#counts.get(name) ?? 0;
    if (count < most) this.#counts.set(name, count + 1);
    return count < most;
  }
}

interface Named {
  readonly sources: number;
  readonly surveys: number;
  readonly mappings: number;
  readonly mappingBytes: number;
  readonly knowsSource: boolean;
  readonly knowsSurvey: boolean;
}

/** Stores the mapping with what it refers to, unless its maker has reached a bound. */
function record(
  store: Store,
  key: string,
  { source, survey, scale, connector, definition, redaction }: MappingVersion,
  { id, bounds }: { readonly id: string; readonly bounds: NameBounds },
): Promise<BeyondBounds | null> {
  return store.transaction(async (session) => {
    // One at a time per maker, in every process: two at once would each miss the other.
    await session.rows(LOCK_MAKER, [id]);
    const [named] = await session.rows<Named>(COUNT, [id, source, survey.name, survey.version]);
    if (!named) throw new Error('counting what a submitter named gave no row');
    const beyond = (what: 'sources' | 'surveys' | 'mappings') => named[what] >= bounds[what];
    if (!named.knowsSource && beyond('sources')) return { beyond: 'sources', most: bounds.sources };
    if (!named.knowsSurvey && beyond('surveys')) return { beyond: 'surveys', most: bounds.surveys };
    if (beyond('mappings')) return { beyond: 'mappings', most: bounds.mappings };
    const written = JSON.stringify(definition);
    if (named.mappingBytes + Buffer.byteLength(written) > bounds.mappingBytes)
      return { beyond: 'mappingBytes', most: bounds.mappingBytes };
    await session.rows(INSERT_SOURCE, [source, id]);
    await session.rows(INSERT_SURVEY, [survey.name, survey.version, id]);
    await session.rows(INSERT_SCALE, [scaleKey(scale), JSON.stringify(scale)]);
    await session.rows(INSERT_MAPPING, [
      key,
      connector,
      written,
      source,
      survey.name,
      survey.version,
      scaleKey(scale),
      id,
      redaction ?? null,
    ]);
    return null;
  });
}
