import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Services, startBoth } from '../test/services/both.ts';
import { createDatabase } from '../test/services/postgres.ts';
import { cells } from './cells.ts';
import { fanOut } from './fan-out.ts';
import { freshness } from './freshness.ts';
import { growth } from './growth.ts';
import { guarded } from './guarded.ts';
import { history } from './history.ts';
import { importMemory } from './import-file.ts';
import { ingestRate } from './ingest.ts';
import { kafkaRate } from './ingest-kafka.ts';
import { ageLines, ages, currentCommit, hasHistory, marked, wronglyMarked } from './kit/age.ts';
import { type Place, type Report, section } from './kit/report.ts';
import { SERVER_SETTINGS, SETTINGS_TEXT } from './kit/server-settings.ts';
import { roles } from './roles.ts';
import { scopes } from './scopes.ts';
import { scoring } from './scoring.ts';
import { sealing } from './sealing.ts';
import { series } from './series.ts';
import { startTime } from './start.ts';
import { traceLatency } from './trace.ts';
import { web } from './web.ts';

/*
 * npm run bench [-- NAME ...]: measures on real TimescaleDB and Neo4j and writes bench/RESULTS.md. Sections of benches
 * that did not run, and those written by hand, are kept. With --check it measures nothing: it says how old the tables are,
 * and exits with 1 where an old one does not say so itself. With --mark it makes them say so (decision 0212).
 */

type Bench = (place: Place) => Promise<Report>;

/** The paths whose code a bench measures: when they change, its table is old. */
type Measured<Run> = readonly [run: Run, ...paths: string[]];

const STORING = [
  'ingestion',
  'store/responses',
  'store/encryption',
  'store/imports',
  'domain/privacy',
  'migrations',
];
const SCORES = ['store/scores', 'store/disclosure', 'domain/scores', 'domain/disclosure', 'domain/nps'];

const BENCHES: Record<string, Measured<Bench>> = {
  series: [series, 'api/http', 'api/gate', 'api/compiled.ts', 'api/schema/nps*.ts', ...SCORES],
  scopes: [scopes, 'store/access', ...SCORES],
  guarded: [guarded, ...SCORES],
  cells: [cells, 'store/responses/cell-dictionary.ts', ...SCORES],
  ingest: [ingestRate, ...STORING],
  history: [history, ...STORING],
  'ingest-kafka': [kafkaRate, ...STORING],
  'import-file': [importMemory, ...STORING],
  'fan-out': [fanOut, 'api/subscriptions', 'store/journal', ...SCORES],
  freshness: [freshness, 'api/subscriptions', 'store/journal', ...STORING],
  roles: [roles, 'api/http', 'api/gate', 'graph/neo4j', 'proof', ...SCORES, ...STORING],
  growth: [growth, 'migrations', 'store/responses', 'store/encryption'],
  trace: [traceLatency, 'graph', 'store/lineage'],
  scoring: [scoring, 'scoring'],
  sealing: [sealing, 'proof', 'store/seals', 'domain/seals'],
};
/** Those on the embedded database, which need no other server. */
const EMBEDDED: Record<string, Measured<() => Promise<Report>>> = {
  start: [startTime, 'main.ts', 'cli', 'instance', 'config', 'store/database', 'store/setup'],
  web: [web, 'web/src'],
};
const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HEAD = `# Measured

Written by \`npm run bench\`: real servers on one machine, each in a process of its own; the load, TimescaleDB and Neo4j
share its cores with what is measured. So each figure is a ratio to a baseline of the same run, or a distribution.
\`npm run bench -- --check\` says how much of the code that a table measures changed since; a table that is old says so.

`;

const known = [...Object.keys(BENCHES), ...Object.keys(EMBEDDED)];
const asked = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const names = asked.length > 0 ? asked : known;
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no bench "${unknown.join('", "')}"; there are ${known.join(', ')}\n`);
  process.exit(2);
}

if (process.argv.includes('--mark') || process.argv.includes('--check')) checkAges();

/** Benches that ended with an error: the others run nevertheless. */
const failed: string[] = [];
const alive = setInterval(() => undefined, 60_000); // the servers alone do not hold this process
for (const name of names.filter((one) => one in EMBEDDED))
  await measure(name, (EMBEDDED[name] as Measured<() => Promise<Report>>)[0]);
const others = names.filter((one) => !(one in EMBEDDED));
if (others.length > 0) {
  process.stderr.write('starting TimescaleDB and Neo4j ...\n');
  const both = await startBoth('bench', SERVER_SETTINGS);
  try {
    for (const name of others) await measure(name, () => onServices(name, both.services));
  } finally {
    await both.dispose();
  }
}
clearInterval(alive);
if (failed.length > 0)
  process.stderr.write(`failed: ${failed.join(', ')}; their tables are kept as they were\n`);
process.exit(failed.length > 0 ? 1 : 0);

function checkAges(): never {
  const paths = Object.entries({ ...BENCHES, ...EMBEDDED }).map(([name, [, ...measured]]) => [
    name,
    measured,
  ]);
  if (!hasHistory(ROOT)) {
    process.stdout.write('the age of the tables needs the whole history: git fetch --unshallow\n');
    process.exit(0);
  }
  const results = readFileSync(RESULTS, 'utf8');
  const found = ages(ROOT, results, Object.fromEntries(paths)).filter(({ name }) => names.includes(name));
  process.stdout.write(`${ageLines(found).join('\n')}\n`);
  const wrong = wronglyMarked(found).map(({ name }) => name);
  if (wrong.length > 0 && process.argv.includes('--mark')) writeFileSync(RESULTS, marked(results, found));
  else if (wrong.length > 0) {
    process.stdout.write(
      `bench/RESULTS.md is wrong about the age of ${wrong.join(', ')}: npm run bench -- --mark\n`,
    );
    process.exit(1);
  }
  process.exit(0);
}

async function onServices(name: string, { postgres, neo4jUrl, neo4j }: Services): Promise<Report> {
  const databaseUrl = await createDatabase(postgres, `bench_${name.replaceAll('-', '_')}`);
  return (BENCHES[name] as Measured<Bench>)[0]({ databaseUrl, neo4jUrl, neo4j });
}

async function measure(name: string, bench: () => Promise<Report>): Promise<void> {
  process.stderr.write(`${name} ...\n`);
  const began = performance.now();
  try {
    const text = section(name, await bench(), `${machine()}${name in EMBEDDED ? '' : ` ${SETTINGS_TEXT}`}`);
    process.stdout.write(`${text}\n`);
    keep(name, text);
  } catch (error) {
    failed.push(name);
    process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
  process.stderr.write(`${name} took ${Math.round((performance.now() - began) / 1_000)} s\n`);
}

function machine(): string {
  const model = cpus()[0]?.model.trim();
  return `${currentCommit(ROOT)}, ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores${model ? ` (${model})` : ''}, Node ${process.version}.`;
}

/** Replaces or adds the bench's section. */
function keep(name: string, text: string): void {
  const present = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
  const sections = new Map(
    present
      .split(/^(?=## )/m)
      .filter((part) => part.startsWith('## '))
      .map((part) => [/^## ([^:\n]*)/.exec(part)?.[1] ?? '', `${part.trimEnd()}\n`]),
  );
  sections.set(name, text);
  const order = [...new Set([...known, ...sections.keys()])];
  const parts = order.flatMap((key) => sections.get(key) ?? []);
  writeFileSync(RESULTS, HEAD + parts.join('\n'));
}
