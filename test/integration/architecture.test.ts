import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const { ROOTS } = createRequire(import.meta.url)('../../.modules.cjs') as { ROOTS: string[] };

/** The rules of .dependency-cruiser.cjs. Without its parser the tool reads nothing and reports no violation. */
it('lets modules import only those below them', () => {
  const output = execFileSync(
    'node_modules/.bin/depcruise',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...ROOTS],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const { summary } = JSON.parse(output) as {
    summary: { violations: unknown[]; totalCruised: number; totalDependenciesCruised: number };
  };
  expect(summary.violations).toEqual([]);
  expect(summary.totalCruised).toBeGreaterThan(80);
  expect(summary.totalDependenciesCruised).toBeGreaterThan(200);
});
