import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findOldWords, isChecked } from './words.ts';

/** npm run check:words: refuses stilted English and replaced words in every file of the project. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
  maxBuffer: 16 * 1024 * 1024,
})
  .split('\n')
  .filter((path) => isChecked(path) && existsSync(path));

const findings = files.flatMap((path) => findOldWords(path, readFileSync(path, 'utf8')));
for (const { path, line, word, instead } of findings)
  process.stderr.write(`${path}:${line}: "${word}": write ${instead}\n`);
if (findings.length > 0) {
  process.stderr.write(
    `${findings.length} lines with old words; STYLE.md and docs/glossary.md have the new ones\n`,
  );
  process.exitCode = 1;
}
