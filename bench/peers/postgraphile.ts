import pg from 'pg';
import { findNode24 } from '../../test/services/node-24.ts';
import { installedPackage } from '../../test/services/npm-package.ts';
import { type Server, startProgram } from '../kit/process.ts';

const VERSION = '5.1.5';
/** It needs Node.js 22. */
export const POSTGRAPHILE = `PostGraphile ${VERSION} on Node.js 24`;

/** The daily rows of a cell as PostGraphile's own way to a range of time: a stable function, which PostgreSQL inlines. */
const FUNCTION = `
  CREATE SCHEMA peer;
  CREATE TYPE peer.daily_score AS (time timestamptz, score float8, responses int, promoters int, passives int, detractors int);
  CREATE FUNCTION peer.series(cell int, since timestamptz, until timestamptz) RETURNS SETOF peer.daily_score LANGUAGE sql STABLE AS $$
    SELECT bucket, round(100.0 * (promoters - detractors) / n, 2)::float8, n::int, promoters::int, passives::int, detractors::int
    FROM rollup_day WHERE cell_id = cell AND model_version_id = 0 AND bucket >= since AND bucket < until ORDER BY bucket $$`;

/** The series of a cell: the rows are those of our `npsSeries`. */
export const SERIES = `query Series($cell: Int!, $from: Datetime!, $to: Datetime!) {
  seriesList(cell: $cell, since: $from, until: $to) { time score responses promoters passives detractors } }`;

/** PostGraphile over the daily rows of a database; null where the registry cannot be reached. */
export async function startPostgraphile(databaseUrl: string): Promise<Server | null> {
  const folder = installedPackage('postgraphile', 'postgraphile', VERSION);
  const node = findNode24();
  if (folder === null || node === null) return null;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(FUNCTION);
  await client.end();
  const env = { DATABASE_URL: databaseUrl, PEER: folder, NODE_ENV: 'production', GRAPHILE_ENV: 'production' };
  return startProgram('bench/peers/postgraphile-server.ts', env, node);
}
