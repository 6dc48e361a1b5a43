import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** As Node.js resolves it, for the project and for the packages that build on it: types of one graphql are none of another. */
const resolve = {
  alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
};

/** The longest file begins first, so that no worker waits for it at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith('/leaks.test.ts');
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

/** What ends before the record is asked, or is about the source alone: once is enough. */
const SAME_ON_EVERY_BACKEND = [
  'test/e2e/doors.test.ts',
  'test/e2e/abuse/{cases,charsets,documents,every-argument,ingest-door,logs,operation-name,patterns,refusals,transports,variables}.test.ts',
  'test/integration/{architecture,log,patterns,pglite-keeper,secrets}.test.ts',
];

/**
 * unit: beside the source, no I/O. integration and e2e: against a real record on PGlite. services: the same suites on real
 * TimescaleDB and Neo4j, and what only real servers can show.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['test/fixtures/record-template.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          // Property tests on a machine that others use too.
          testTimeout: 120_000,
          include: ['**/*.test.ts'],
          exclude: ['test/**', 'node_modules/**'],
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000 },
      },
      {
        resolve,
        test: {
          name: 'services',
          include: ['test/services/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          exclude: SAME_ON_EVERY_BACKEND,
          globalSetup: ['test/services/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
