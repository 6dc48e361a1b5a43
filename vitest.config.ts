import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { slownessNow } from './test/fixtures/unit-of-work.ts';
import DurationsReporter from './test/runner/durations-reporter.ts';
import { LongestFirst } from './test/runner/longest-first.ts';

/**
 * Resolved as by Node.js, for the project and the packages that build on it: types of two copies of graphql are
 * not compatible.
 */
const resolve = {
  alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
};

/** On a machine that is busy or slow, every bound of the tests is that many times larger. */
const slowness = slownessNow();
const minutes = (count: number) => Math.round(count * 60_000 * slowness);
/** No test asserts how long something takes: these only end a test that hangs. */
const bounds = { provide: { slowness }, testTimeout: minutes(10), hookTimeout: minutes(10) };

/** Tests that never reach the database, or concern the source alone: once is enough. */
const SAME_ON_EVERY_BACKEND = [
  'test/e2e/{build,cli,doors,old-data-folders}.test.ts',
  'test/e2e/abuse/{cases,charsets,documents,every-argument,ingest-door,logs,operation-name,patterns,refusals,transports,variables}.test.ts',
  'test/integration/{architecture,log,patterns,pglite-keeper,schema-dump,secrets}.test.ts',
];

/**
 * unit: beside the source, no I/O. integration and e2e: against a real database on PGlite. services: the same
 * suites on real TimescaleDB and Neo4j, and what only real servers can show.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['test/runner/prepare.ts'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new DurationsReporter()],
    projects: [
      {
        resolve,
        test: { name: 'unit', include: ['**/*.test.ts'], exclude: ['test/**', 'node_modules/**'], ...bounds },
      },
      { resolve, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...bounds } },
      { resolve, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...bounds } },
      {
        resolve,
        test: {
          name: 'services',
          include: ['test/services/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          exclude: SAME_ON_EVERY_BACKEND,
          globalSetup: ['test/services/global-setup.ts'],
          ...bounds,
        },
      },
    ],
  },
});
