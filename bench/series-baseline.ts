import { createServer } from 'node:http';
import pg from 'pg';
import { KEY } from './kit/process.ts';

/*
 * The least that could answer a series: node:http, a pool of pg and one prepared statement over the same rows, the rows
 * as JSON. It checks a key, and nothing else. GET /?cell=ID&from=TIME&to=TIME
 */

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const TEXT = `SELECT bucket AS time, round(100.0 * (promoters - detractors) / n, 2)::float8 AS score, n AS responses,
    promoters, passives, detractors
  FROM rollup_day WHERE cell_id = $1 AND model_version_id = 0 AND bucket >= $2 AND bucket < $3 ORDER BY bucket`;

const server = createServer(async (request, response) => {
  if (request.headers.authorization !== `Bearer ${KEY}`) {
    response.writeHead(401).end();
    return;
  }
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const values = ['cell', 'from', 'to'].map((name) => searchParams.get(name));
  const { rows } = await pool.query({ name: 'series', text: TEXT, values });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening  http://127.0.0.1:${(server.address() as { port: number }).port}\n`);
});
