import type { OwnerSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** A version of a survey that was answered at a source. */
export interface Wording {
  readonly sourceId: number;
  readonly source: string;
  readonly survey: string;
  readonly version: string;
  readonly firstSeenAt: Date;
  /** The source brought another one before. */
  readonly isLater: boolean;
}

/** The newest of each source that are read. */
const MOST = 20;
const READ = statement(
  'wordings_read',
  `SELECT "sourceId", source, survey, version, "firstSeenAt", "isLater" FROM (
      SELECT s.id AS "sourceId", s.name AS source, v.name AS survey, v.version, min(m.recorded_at) AS "firstSeenAt",
        min(min(m.recorded_at)) OVER (PARTITION BY s.id) < min(m.recorded_at) AS "isLater",
        row_number() OVER (PARTITION BY s.id ORDER BY min(m.recorded_at) DESC, v.id DESC) AS place
      FROM mapping_version m JOIN source s ON s.id = m.source_id JOIN survey_version v ON v.id = m.survey_version_id
      WHERE $1::integer[] IS NULL OR s.id = ANY ($1::integer[]) GROUP BY s.id, v.id) w
    WHERE place <= ${MOST} AND "firstSeenAt" >= $2 ORDER BY source, "firstSeenAt" DESC, survey, version`,
);

/** The survey versions that were answered for the first time since that moment, the newest 20 of each source. `sourceIds` null: of all. */
export function readWordings(
  session: OwnerSession,
  sourceIds: readonly number[] | null,
  since: Date,
): Promise<Wording[]> {
  return session.rows<Wording>(READ, [sourceIds, since]);
}
