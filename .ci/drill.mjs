// `npm run drill`: the drill of test/faults/ at its full size, unless the environment names another one.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'services', 'test/faults/drill.test.ts', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { SCORELINE_DRILL_SEEDS: '100', SCORELINE_DRILL_EVENTS: '20000', ...process.env },
  },
);
process.exit(status ?? 1);
