import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUDGET, webSize } from './web-size.mjs';

/*
 * npm run check:web: the types and documents of the pages are those that web:codegen writes, and the first screen loads less
 * script than its budget.
 */

const problems = [];
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
const textsOf = () =>
  JSON.stringify(
    ['web/src/gql', 'web/gql'].map((folder) =>
      filesOf(folder).map((one) => readFileSync(join(one.parentPath, one.name), 'utf8')),
    ),
  );
const before = textsOf();
execFileSync('npm', ['run', '--silent', 'web:codegen'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (before !== textsOf())
  problems.push('web/src/gql or web/gql was not current: commit what npm run web:codegen wrote');

const {
  first: { bytes, files },
} = await webSize();
process.stdout.write(
  `script of the first screen: ${bytes} bytes gzipped in ${files} files (budget ${BUDGET})\n`,
);
if (bytes > BUDGET)
  problems.push(`the first screen loads ${bytes} bytes of script gzipped; at most ${BUDGET}`);

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
