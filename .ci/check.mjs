import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/*
 * npm run check: runs every script of package.json that is called check:..., all of them, and says which failed. With --list it
 * prints their names.
 */

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const checks = Object.keys(scripts).filter((name) => name.startsWith('check:'));

if (process.argv.includes('--list')) process.stdout.write(`${checks.join('\n')}\n`);
else {
  const failed = checks.filter((name) => {
    process.stdout.write(`\n=== ${name}\n`);
    return spawnSync('npm', ['run', '--silent', name], { stdio: 'inherit' }).status !== 0;
  });
  process.stdout.write(
    `\n${failed.length === 0 ? `${checks.length} checks passed` : `failed: ${failed.join(', ')}`}\n`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
