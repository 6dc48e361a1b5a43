import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { slownessNow } from './test/fixtures/unit-of-work.ts';
import { builtThreads } from './test/runner/built-threads.ts';
import DurationsReporter from './test/runner/durations-reporter.ts';
import { ENGINE_FLAGS } from './test/runner/engine-flags.ts';
import FailedReporter from './test/runner/failed-reporter.ts';
import { LongestFirst } from './test/runner/longest-first.ts';
import StallsReporter from './test/runner/stalls-reporter.ts';
import { LONG, SERVICES, SHORT } from './test/runner/suites.ts';

/**
 * Resolved as by Node.js, for the project and the packages that build on it: types of two copies of graphql are
 * not compatible.
 */
const resolve = {
  alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
};

/** How modules are found and compiled beyond unit tests: those of threads start them from their sources. */
const modules = { resolve, plugins: [builtThreads] };

/** On a machine that is busy or slow, every bound of the tests is that many times larger. */
const slowness = slownessNow();
const minutes = (count: number) => Math.round(count * 60_000 * slowness);
/** No test asserts how long something takes: these only end a test that hangs. */
const bounds = {
  provide: { slowness },
  testTimeout: minutes(10),
  hookTimeout: minutes(10),
  expect: { poll: { timeout: minutes(2), interval: 50 } },
  execArgv: ENGINE_FLAGS,
};

/**
 * Files of a worker share the modules: the product keeps nothing but caches in them, and to load them takes about a CPU second. A
 * file that changes what is global undoes it, or is in `long`.
 */
const together = { isolate: false };

/** Many of these files wait, for outages, intervals and pages: three workers leave a quarter of two cores idle, so there are four. */
const waiting = { maxWorkers: 4, sequence: { groupOrder: 1 } };

/**
 * unit: beside the source, no I/O. integration and e2e: against a real database on PGlite. short: those of both that do not take
 * long; long: those that do, and need the embedded database. services: on real TimescaleDB and Neo4j, and what only real servers
 * can show. `npm test` runs unit and short, `npm run test:services` services and long (test/runner/suites.ts).
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    // Sources as compiled for the tests before: of `npm run test:services` after `npm test`, nearly all.
    experimental: { fsModuleCache: true },
    globalSetup: ['test/runner/prepare.ts'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new StallsReporter(), new DurationsReporter(), new FailedReporter()],
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['test/**', 'node_modules/**', '.cache/**'],
          ...together,
          ...bounds,
        },
      },
      { ...modules, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...bounds } },
      { ...modules, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...bounds } },
      { ...modules, test: { name: 'short', ...SHORT, ...together, ...bounds } },
      { ...modules, test: { name: 'long', ...LONG, ...waiting, ...bounds } },
      {
        ...modules,
        test: {
          name: 'services',
          ...SERVICES,
          ...together,
          ...waiting,
          globalSetup: ['test/services/global-setup.ts'],
          ...bounds,
        },
      },
    ],
  },
});
