import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { encodingOfMark } from '../domain/text/encoding-names.ts';
import { decode } from '../domain/text/encodings.ts';
import { dryRun } from '../ingestion/files/import/dry-run.ts';
import { type ImportProgress, runImport } from '../ingestion/files/import/run-import.ts';
import { parseFileMap } from '../ingestion/files/map/file-map.ts';
import { isOutcomeMap } from '../ingestion/files/outcomes/outcome-map.ts';
import { openNameRedaction } from '../scoring/names/name-redaction.ts';
import { UsageError } from './command.ts';
import { guessedMap } from './import-guess.ts';
import { importOutcomeFile } from './import-outcomes.ts';
import { EXIT, reportDryRun, reportImport } from './import-report.ts';
import { askedToUndo, undoFrom } from './import-undo.ts';
import { createProgress } from './progress.ts';
import { findSink } from './sink.ts';

async function readMap(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch(() => {
    throw new Error(`the map ${path} cannot be read`);
  });
  const text = decode(encodingOfMark(bytes) ?? 'utf-8', bytes);
  if (!text.isWellFormed()) throw new Error(`the map ${path} is not UTF-8; save it as UTF-8`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the map ${path} is not JSON: ${(error as Error).message}`);
  }
}

/** What the command was called with. */
interface Given {
  readonly map: string | undefined;
  readonly 'dry-run': boolean;
  readonly url: string | undefined;
  readonly rejects: string | undefined;
  readonly restart: boolean;
  readonly sheet: string | undefined;
  readonly zone: string | undefined;
  readonly yes: boolean;
  readonly 'save-map': string | undefined;
}

/** Imports a file, or undoes an import; the exit code. */
export async function importOrUndo({
  values,
  operands,
  args,
}: {
  readonly values: Given;
  readonly operands: readonly string[];
  readonly args: readonly string[];
}): Promise<number> {
  const undo = askedToUndo(args);
  if (undo) return undoFrom(await loadConfig(), undo);
  const [path] = operands;
  if (path === undefined) throw new UsageError('name one file');
  return importFile({ ...values, path });
}

async function importFile(given: Given & { readonly path: string }): Promise<number> {
  const config = await loadConfig();
  const declared = given.map === undefined ? await guessedMap(given, config) : await readMap(given.map);
  if (declared === null) return EXIT.failed;
  let stopping = false;
  process.on('SIGINT', () => {
    // A second signal does not wait.
    if (stopping) process.exit(EXIT.interrupted);
    stopping = true;
  });
  if (isOutcomeMap(declared)) {
    const { path, url, rejects } = given;
    const asked = { path, declared, url, rejects, dryRun: given['dry-run'], isStopping: () => stopping };
    return importOutcomeFile(config, asked);
  }
  const map = parseFileMap(declared, config.dimensions);
  if (given['dry-run']) {
    const { dimensions, cellLimits, redaction } = config;
    const names = config.names ? openNameRedaction(config.names) : undefined;
    const how = { dimensions, cellLimits, redaction, names, now: Date.now, isStopping: () => stopping };
    try {
      return reportDryRun(await dryRun({ path: given.path, map, ...how }), given);
    } finally {
      await names?.close();
    }
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
