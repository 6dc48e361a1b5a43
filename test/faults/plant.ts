import { storedUuid } from '../../graph/kinds/shared/stored-id.ts';
import { cypher, sql } from './read-books.ts';
import type { World } from './world.ts';

/** Changes one row, past the triggers that would carry it into the other books. */
const past = (text: string) => `BEGIN; SET LOCAL session_replication_role = replica; ${text}; COMMIT`;
/** Answers of persons that are their own, in their order: each plant takes another one. */
const nth = (n: number) => `(SELECT id FROM response ORDER BY external_id OFFSET ${n} LIMIT 1)`;
const OTHER_HOUR = `answered_at - interval '90 days'`;

/**
 * Mistakes as a lost or repeated write would leave them, each in one book, and what the check has to say about it. The negative control:
 * a check that finds nothing here would find nothing in a drill either.
 */
export const PLANTED: readonly { readonly finding: RegExp; plant(world: World): Promise<unknown> }[] = [
  {
    finding: /^answer \d+ \(score .*\) is not stored$/,
    plant: (world) => sql(world, past(`DELETE FROM response WHERE id = ${nth(0)}`)),
  },
  {
    finding: /^answer \d+ is twice stored$/,
    plant: (world) =>
      sql(
        world,
        past(`INSERT INTO response SELECT id, ${OTHER_HOUR}, received_at, cell_id, mapping_version_id, source_event_id, external_id,
          score, points, class, comment, subject_id, account_id FROM response WHERE id = ${nth(1)}`),
      ),
  },
  {
    finding: /^answer \d+ is stored with score .* instead of score /,
    plant: (world) => sql(world, past(`UPDATE response SET score = (score + 1) % 11 WHERE id = ${nth(2)}`)),
  },
  {
    finding: /^answer \d+ is shown with p1_\w+ instead of p1_\w+$/,
    plant: (world) =>
      sql(
        world,
        past('DELETE FROM merged_subject m USING response r WHERE r.subject_id = m.id AND m.id <> m.root_id'),
      ),
  },
  {
    finding: /^the hour \S+ of \w+ is counted with .* instead of /,
    plant: (world) =>
      sql(
        world,
        past(`UPDATE rollup_hour SET n = 2 * n, promoters = 2 * promoters, passives = 2 * passives, detractors = 2 * detractors
          WHERE (cell_id, bucket) = (SELECT cell_id, bucket FROM rollup_hour WHERE n > 0 AND model_version_id = 0 LIMIT 1)`),
      ),
  },
  {
    finding: /^answer \d+ \(hour \d+\) is not in the graph$/,
    plant: async (world) =>
      cypher(world, `MATCH (x:Response {id: '${await nodeOf(world, 3)}'}) DETACH DELETE x`),
  },
  {
    finding: /^answer \d+ is twice in the graph$/,
    plant: async (world) =>
      cypher(
        world,
        `MATCH (x:Response {id: '${await nodeOf(world, 4)}'})-[:COUNTED_IN]->(r) MATCH (o:Rollup) WHERE o <> r
          WITH x, o LIMIT 1 CREATE (x)-[:COUNTED_IN]->(o)`,
      ),
  },
];

async function nodeOf(world: World, n: number): Promise<string> {
  const { rows } = await sql<{ id: string }>(world, `SELECT id FROM ${nth(n)} one`);
  return storedUuid(rows[0]?.id ?? '');
}
