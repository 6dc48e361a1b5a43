import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** The rooms, by the rules of .dependency-cruiser.cjs. Without its parser the tool reads nothing and says all is well. */
it('lets rooms look only into those below them', () => {
  const output = execFileSync(
    'node_modules/.bin/depcruise',
    [
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'main.ts',
      'config.ts',
      'config',
      'cli',
      'instance',
      'api',
      'web',
      'ingestion',
      'graph',
      'store',
      'domain',
    ],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const { summary } = JSON.parse(output) as {
    summary: { violations: unknown[]; totalCruised: number; totalDependenciesCruised: number };
  };
  expect(summary.violations).toEqual([]);
  expect(summary.totalCruised).toBeGreaterThan(80);
  expect(summary.totalDependenciesCruised).toBeGreaterThan(200);
});
