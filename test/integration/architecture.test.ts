import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { LONG, SERVICES, SHORT } from '../runner/suites.ts';

const { ROOTS } = createRequire(import.meta.url)('../../.modules.cjs') as { ROOTS: string[] };

/** Every source file of the program. */
const sources = () =>
  ROOTS.flatMap((root) =>
    root.endsWith('.ts')
      ? [root]
      : readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => `${root}/${file}`),
  )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** Timers that repeat outside of store/database/periodic.ts, and why. */
const OWN_TIMERS: Readonly<Record<string, string>> = {
  'api/subscriptions/connection.ts': 'one for each connection, ends with it',
  'api/subscriptions/hang-up.ts': 'one for each connection, ends with it',
  'api/subscriptions/sse.ts': 'one for each connection, ends with it',
  'web/src/lib/use-now.ts': 'in the browser, ends with the part of the page',
  'web/src/parts/use-marks.ts': 'in the browser, ends with the part of the page',
  'store/database/pglite.ts': 'counts its own turns, so that a machine that slept has missed none',
};

it('has no loop beside runPeriodic and runFollower, which list themselves', () => {
  const found = sources()
    .filter(({ text }) => /\bsetInterval\(/.test(text))
    .map(({ file }) => file);
  expect(found.sort()).toEqual(Object.keys(OWN_TIMERS).sort());
});

/** Modules whose state belongs to what is opened, so that two databases or servers in one process share nothing. */
const STATELESS = /^(store|graph|proof|ingestion|scoring|api)\//;
/** A variable, or a collection that begins empty, at the top of a file. */
const STATE =
  /^(export )?(let |const \w+(: [^=]+)? = new (Map|Set|WeakMap|WeakSet|LRUCache)\b[^(]*\((\{[^}]*\})?\);)/m;
const SHARED_STATE: Readonly<Record<string, string>> = {
  'api/access/scope-of.ts': 'which policies the Cedar module, itself one per process, has parsed',
  'api/gate/documents.ts': 'a fact about one parsed document, ends with it',
  'api/gate/screen.ts': 'a fact about one parsed document, ends with it',
  'api/http/graphql-door.ts': 'a fact about one request, ends with it',
  'api/subscriptions/turn.ts':
    'the turn of the event loop, of which a process has one, and what is written at its end',
  'graph/neo4j/driver.ts': 'a package, loaded when it is first needed',
  'ingestion/files/dates/formats.ts': 'results of a pure function of a format, bounded',
  'ingestion/files/dates/names.ts': 'names of months in a language, bounded',
  'ingestion/files/file-row.ts': 'what follows from one file map, ends with it',
  'ingestion/files/map/map-time.ts': 'what follows from one time rule, ends with it',
  'ingestion/pipeline/field-names.ts': 'results of a pure function of a field name, bounded',
  'store/database/disk-space.ts': 'results of a pure function of a statement, bounded',
  'store/database/pglite-template.ts': 'the path of a file of the installation',
  'store/database/statement.ts': 'the list of statements that the modules declare when they are loaded',
};

it('keeps no state at the top of files, except what is the same for everything that is open', () => {
  const found = sources()
    .filter(({ file, text }) => STATELESS.test(file) && STATE.test(text))
    .map(({ file }) => file);
  expect(found.sort()).toEqual(Object.keys(SHARED_STATE).sort());
});

it("reads what is scoped with the owner's session in few places, each with its reason", () => {
  const found = sources()
    .filter(({ file, text }) => file !== 'store/database/client.ts' && /\bunscoped\(/.test(text))
    .map(({ file }) => file);
  expect(found.sort()).toEqual([
    'agents/integrity/observe.ts',
    'agents/retraining/observe.ts',
    'agents/score-monitor/finding.ts',
    'cli/report.ts',
    'scoring/readings.ts',
    'scoring/service.ts',
  ]);
});

it('normalises texts from outside in one place, which takes linear time; elsewhere single characters', () => {
  const found = sources()
    .filter(({ file, text }) => !file.startsWith('web/') && /\.normalize\(/.test(text))
    .map(({ file }) => file);
  expect(found.sort()).toEqual([
    'domain/privacy/redaction/cues.ts',
    'domain/privacy/redaction/normal-form.ts',
    'domain/text/composed.ts',
  ]);
});

/** The rules of .dependency-cruiser.cjs. Without its parser the tool reads nothing and reports no violation. */
it('lets modules import only those below them', () => {
  const output = execFileSync(
    'node_modules/.bin/depcruise',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '.'],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const { summary } = JSON.parse(output) as {
    summary: { violations: unknown[]; totalCruised: number; totalDependenciesCruised: number };
  };
  expect(summary.violations).toEqual([]);
  expect(summary.totalCruised).toBeGreaterThan(500);
  expect(summary.totalDependenciesCruised).toBeGreaterThan(2_000);
});

it('runs every test file in npm test or in npm run test:services, and lists no file that is gone', () => {
  const listed = [...SHORT.exclude, ...LONG.include, ...SERVICES.exclude];
  expect(listed.filter((file) => !existsSync(file))).toEqual([]);
  expect(
    SHORT.exclude.filter((file) => !LONG.include.includes(file) && SERVICES.exclude.includes(file)),
  ).toEqual([]);
});
