import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { terminalMessage } from '../domain/error-facts.ts';
import { parseFileMap } from '../ingestion/connectors/file-map.ts';
import { type ImportProgress, type ImportResult, runImport } from '../ingestion/import/run-import.ts';
import { askedToUndo, UNDO_USAGE, undoFrom } from './import-undo.ts';
import { createProgress } from './progress.ts';
import { findSink } from './sink.ts';

const USAGE = `usage: npm run import -- FILE --map MAP.json [--url URL] [--rejects PATH] [--restart]
  FILE       CSV (with a header) or NDJSON, plain or gzip
  --map      how the columns are read; examples/README.md describes it
  --url      send to this server (key: SCORELINE_ADMIN_KEY); else the one running on the data folder, else the record
  --rejects  where rejected rows are written (default: FILE's name with .rejects.ndjson, in this folder)
  --restart  do not continue an interrupted import of this file
${UNDO_USAGE}`;

class UsageError extends Error {}

function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        map: { type: 'string' },
        url: { type: 'string' },
        rejects: { type: 'string' },
        restart: { type: 'boolean', default: false },
      },
    });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0) throw new Error('name one file');
    if (values.map === undefined) throw new Error('--map is needed');
    return { ...values, path, map: values.map };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

async function readMap(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`the map ${path} cannot be read`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`the map ${path} is not JSON: ${(error as Error).message}`);
  }
}

async function main(): Promise<number> {
  const undo = askedToUndo(process.argv.slice(2));
  if (undo) return undoFrom(await loadConfig(), undo);
  const given = readArguments();
  const config = await loadConfig();
  const map = parseFileMap(await readMap(given.map), config.dimensions);
  let stopping = false;
  process.on('SIGINT', () => {
    // A second one does not wait.
    if (stopping) process.exit(130);
    stopping = true;
  });
  const progress = createProgress();
  const found = await findSink(config, given.url, (note) => progress.note(note));
  const rejectsPath = resolve(given.rejects ?? `${basename(given.path)}.rejects.ndjson`);
  process.stdout.write(`importing ${given.path} ${found.description}\n`);
  try {
    const result = await runImport({
      path: given.path,
      map,
      sink: found.sink,
      dataDir: config.dataDir,
      rejectsPath,
      restart: given.restart,
      isStopping: () => stopping,
      onProgress: (state: ImportProgress) => progress.show(state),
      onBegun: (id) => process.stdout.write(`import      ${id}\n`),
    });
    progress.end();
    report(result, rejectsPath, { ...given, server: found.server });
    return result.interrupted ? 130 : 0;
  } finally {
    progress.end();
    await found.close();
  }
}

function report(
  result: ImportResult,
  rejectsPath: string,
  given: { path: string; map: string; server: string | null },
) {
  const { account, resumedAfterLine, firstRejects, interrupted } = result;
  const say = (text: string) => process.stdout.write(`${text}\n`);
  if (resumedAfterLine > 0) say(`continued after line ${resumedAfterLine}; the account is of all runs`);
  say(`accepted    ${account.accepted}`);
  say(`duplicates  ${account.duplicates}`);
  say(`rejected    ${account.rejected}${reasonsOf(account.reasons)}`);
  if (account.filed) say(`filed under "other" in some dimension: ${account.filed}`);
  if (account.filtered > 0) say(`left out    ${account.filtered}   (by the map's "where")`);
  for (const { line, code, message } of firstRejects) say(`  line ${line}: ${code}: ${message}`);
  if (account.rejected > firstRejects.length && firstRejects.length > 0) say('  …');
  if (account.rejected > 0) say(`every rejected row, with its reason: ${rejectsPath}`);
  if (interrupted) say(`interrupted; continue with: npm run import -- ${given.path} --map ${given.map}`);
  else {
    const open =
      given.server === null
        ? 'npm start, then open the console at /'
        : `open the console at ${given.server}/`;
    say(`Next: ${open} and run the first of its examples`);
    say(`To take this import back: npm run import -- --undo ${result.importKey}`);
  }
}

function reasonsOf(reasons: Readonly<Record<string, number>>): string {
  const parts = Object.entries(reasons).map(([code, count]) => `${code} ${count}`);
  return parts.length > 0 ? `   (${parts.join(', ')})` : '';
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`import: ${terminalMessage(error)}\n`);
    process.exitCode = 1;
  },
);
