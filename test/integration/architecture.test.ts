import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

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
  'store/database/pglite.ts': 'counts its own turns, so that a machine that slept has missed none',
};

it('has no loop beside runPeriodic and runFollower, which list themselves', () => {
  const found = sources()
    .filter(({ text }) => /\bsetInterval\(/.test(text))
    .map(({ file }) => file);
  expect(found.sort()).toEqual(Object.keys(OWN_TIMERS).sort());
});

it("reads what is scoped with the owner's session in few places, each with its reason", () => {
  const found = sources()
    .filter(({ file, text }) => file !== 'store/database/client.ts' && /\bunscoped\(/.test(text))
    .map(({ file }) => file);
  expect(found.sort()).toEqual(['cli/report.ts', 'scoring/readings.ts', 'scoring/service.ts']);
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
