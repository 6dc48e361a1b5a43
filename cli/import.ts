import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { terminalMessage } from '../domain/errors/error-facts.ts';
import { decode, encodingOfMark } from '../domain/text/encodings.ts';
import { dryRun } from '../ingestion/files/import/dry-run.ts';
import { type ImportProgress, runImport } from '../ingestion/files/import/run-import.ts';
import { parseFileMap } from '../ingestion/files/map/file-map.ts';
import { EXIT, reportDryRun, reportImport } from './import-report.ts';
import { askedToUndo, UNDO_USAGE, undoFrom } from './import-undo.ts';
import { createProgress } from './progress.ts';
import { findSink } from './sink.ts';

const USAGE = `usage: npm run import -- FILE --map MAP.json [--dry-run] [--url URL] [--rejects PATH] [--restart]
  FILE       CSV (with headings), NDJSON or a JSON array, plain or gzip
  --map      how the columns are read; examples/README.md describes it
  --dry-run  say what would become of the file, and write nothing
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
        'dry-run': { type: 'boolean', default: false },
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
  const bytes = await readFile(path).catch(() => {
    throw new UsageError(`the map ${path} cannot be read`);
  });
  const text = decode(encodingOfMark(bytes) ?? 'utf-8', bytes);
  if (!text.isWellFormed()) throw new UsageError(`the map ${path} is not UTF-8; save it as UTF-8`);
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
    // A second signal does not wait.
    if (stopping) process.exit(EXIT.interrupted);
    stopping = true;
  });
  if (given['dry-run']) {
    const { dimensions, cellLimits, redaction } = config;
    const how = { dimensions, cellLimits, redaction, now: Date.now, isStopping: () => stopping };
    const run = await dryRun({ path: given.path, map, ...how });
    return reportDryRun(run, given);
  }
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
    return reportImport(result, { ...given, rejectsPath, server: found.server });
  } finally {
    progress.end();
    await found.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`import: ${terminalMessage(error)}\n`);
    process.exitCode = EXIT.failed;
  },
);
