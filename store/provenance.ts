import { type MappingVersion, mappingKey } from '../domain/provenance.ts';
import { type ScaleRule, scaleKey } from '../domain/scale.ts';
import type { Session, Statement, Store } from './client.ts';

/** A mapping version as it stands in the record, with what it refers to. */
export interface RecordedMapping {
  readonly id: number;
  readonly key: string;
  readonly source: string;
  readonly surveyName: string;
  readonly surveyVersion: string;
  readonly scaleKey: string;
  readonly scale: ScaleRule;
  readonly connector: string;
  readonly recordedAt: Date;
  readonly sourceRecordedAt: Date;
  readonly surveyRecordedAt: Date;
  readonly scaleRecordedAt: Date;
}

const INSERT_SOURCE: Statement = {
  name: 'source_insert',
  text: 'INSERT INTO source (name) VALUES ($1) ON CONFLICT DO NOTHING',
};
const INSERT_SURVEY: Statement = {
  name: 'survey_insert',
  text: 'INSERT INTO survey_version (name, version) VALUES ($1, $2) ON CONFLICT DO NOTHING',
};
const INSERT_SCALE: Statement = {
  name: 'scale_insert',
  text: 'INSERT INTO scale_rule (key, rule) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING',
};
const INSERT_MAPPING: Statement = {
  name: 'mapping_insert',
  text: `INSERT INTO mapping_version (key, source_id, survey_version_id, scale_rule_id, connector, definition)
    SELECT $1, source.id, survey.id, scale.id, $2, $3::jsonb FROM source, survey_version survey, scale_rule scale
    WHERE source.name = $4 AND survey.name = $5 AND survey.version = $6 AND scale.key = $7 ON CONFLICT DO NOTHING`,
};
const LOAD: Statement = {
  name: 'mappings_load',
  text: `SELECT m.id, m.key, s.name AS source, v.name AS "surveyName", v.version AS "surveyVersion",
      c.key AS "scaleKey", c.rule AS scale, m.connector, m.recorded_at AS "recordedAt",
      s.recorded_at AS "sourceRecordedAt", v.recorded_at AS "surveyRecordedAt", c.recorded_at AS "scaleRecordedAt"
    FROM mapping_version m JOIN source s ON s.id = m.source_id
      JOIN survey_version v ON v.id = m.survey_version_id JOIN scale_rule c ON c.id = m.scale_rule_id`,
};

/** The mapping versions of the record in memory, with their sources, surveys and scale rules: few, added, never changed. */
export class RecordMappings {
  readonly #byId = new Map<number, RecordedMapping>();
  readonly #byKey = new Map<string, RecordedMapping>();

  async refresh(session: Session): Promise<void> {
    for (const mapping of await session.rows<RecordedMapping>(LOAD, [])) {
      this.#byId.set(mapping.id, mapping);
      this.#byKey.set(mapping.key, mapping);
    }
  }

  all(): RecordedMapping[] {
    return [...this.#byId.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** The mapping of that id, read again if another process added it. */
  async get(session: Session, id: number): Promise<RecordedMapping> {
    if (!this.#byId.has(id)) await this.refresh(session);
    const mapping = this.#byId.get(id);
    if (!mapping) throw new Error(`the record has no mapping version ${id}`);
    return mapping;
  }

  /** The id of the mapping version, recorded first if it is new. */
  async ensure(store: Store, mapping: MappingVersion): Promise<number> {
    const key = mappingKey(mapping);
    const known = this.#byKey.get(key);
    if (known) return known.id;
    const { source, survey, scale } = mapping;
    await store.transaction(async (session) => {
      await session.rows(INSERT_SOURCE, [source]);
      await session.rows(INSERT_SURVEY, [survey.name, survey.version]);
      await session.rows(INSERT_SCALE, [scaleKey(scale), JSON.stringify(scale)]);
      await session.rows(INSERT_MAPPING, [
        key,
        mapping.connector,
        JSON.stringify(mapping.definition),
        source,
        survey.name,
        survey.version,
        scaleKey(scale),
      ]);
    });
    await this.refresh(store);
    const added = this.#byKey.get(key);
    if (!added) throw new Error(`the mapping version ${key} was added but cannot be read`);
    return added.id;
  }
}
