import { appendFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileRow } from '../connectors/file.ts';
import { columnsOf, type FileMap, mapHash } from '../connectors/file-map.ts';
import { isWanted, type RowValues } from '../connectors/file-row.ts';
import { addNotes, type NoteCode, notesOf, type Outcome, WHOLE_REJECTIONS } from '../outcome.ts';
import {
  type Checkpoint,
  checkpointPath,
  digestOf,
  emptyCheckpoint,
  importIdentity,
  loadCheckpoint,
  saveCheckpoint,
} from './checkpoint.ts';
import { type ReadRow, readRows } from './read-rows.ts';
import type { ImportSink } from './sink.ts';

export interface ImportOptions {
  readonly path: string;
  readonly map: FileMap;
  readonly sink: ImportSink;
  /** Checkpoints are kept here. */
  readonly dataDir: string;
  /** Rejected rows are appended here, as NDJSON. */
  readonly rejectsPath: string;
  /** Forget an earlier, interrupted run. */
  readonly restart: boolean;
  /** Becomes true when the user wants to stop; what is on its way is finished first. */
  readonly isStopping: () => boolean;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Called with the id of the import, before its first row is sent. */
  readonly onBegun?: (importKey: string) => void;
}

export interface ImportProgress {
  readonly totalBytes: number;
  readonly bytesRead: number;
  readonly account: Checkpoint;
  /** Rows taken from an earlier, interrupted run. */
  readonly resumedAfterLine: number;
}

export interface ImportResult extends ImportProgress {
  readonly interrupted: boolean;
  /** By which the import can be taken back. */
  readonly importKey: string;
  readonly firstRejects: readonly { line: number; code: string; message: string }[];
  /** The first rows of this run with each note. */
  readonly firstNotes: readonly { line: number; code: NoteCode }[];
}

/** The map reads columns that the file does not have. */
export class MissingColumns extends Error {
  override readonly name = 'MissingColumns';
}

/** No more than an answer tells of whole: every rejected row is written down with its reason. */
const BATCH_ROWS = WHOLE_REJECTIONS;
const BATCHES_AT_ONCE = 8;
const FIRST_REJECTS = 5;
/** Of each code. */
const FIRST_NOTES = 5;

interface Batch {
  readonly rows: readonly FileRow[];
  readonly problems: readonly Extract<ReadRow, { problem: string }>[];
  readonly filtered: number;
  readonly lastLine: number;
}

/**
 * Imports a file: rows go out in batches, a few at once; the checkpoint moves only over batches that are acknowledged,
 * in order. Rows of the unacknowledged edge may be sent again by the next run, which recognises them as duplicates.
 * @throws MissingColumns, UnreadableFile, or what the sink throws; the checkpoint stands, and the next run goes on.
 */
export async function runImport(options: ImportOptions): Promise<ImportResult> {
  const { path, map, sink, dataDir, restart } = options;
  const checkpointFile = checkpointPath(dataDir, await importIdentity(path, mapHash(map)));
  const earlier = restart ? null : await loadCheckpoint(checkpointFile);
  // An import that was finished begins anew: whoever starts it again wants to see it happen.
  const open = earlier && !earlier.done ? earlier : null;
  const { account, importKey } = await begun(options, open);
  const resumedAfterLine = account.line;
  const source = await readRows(path);
  const firstRejects: { line: number; code: string; message: string }[] = [];
  const firstNotes: { line: number; code: NoteCode }[] = [];
  const progress = (): ImportProgress => {
    const { totalBytes, bytesRead } = source;
    return { totalBytes, bytesRead: bytesRead(), account, resumedAfterLine };
  };

  const settle = async (batch: Batch, outcomes: readonly Outcome[]) => {
    const rejects = rejectsOf(batch, outcomes);
    if (rejects.length > 0) await writeRejects(options.rejectsPath, rejects);
    firstRejects.push(...rejects.slice(0, FIRST_REJECTS - firstRejects.length));
    account.accepted += outcomes.filter(({ status }) => status === 'accepted').length;
    account.duplicates += outcomes.filter(({ status }) => status === 'duplicate').length;
    account.rejected += rejects.length;
    account.filtered += batch.filtered;
    const filed = outcomes.filter((outcome) => outcome.status !== 'rejected' && outcome.filedAs).length;
    if (filed > 0) account.filed = (account.filed ?? 0) + filed;
    const notes = notesIn(batch, outcomes);
    if (notes.length > 0) account.notes = addNotes(account.notes ?? {}, outcomes);
    for (const note of notes)
      if (firstNotes.filter(({ code }) => code === note.code).length < FIRST_NOTES) firstNotes.push(note);
    for (const { code } of rejects) account.reasons[code] = (account.reasons[code] ?? 0) + 1;
    account.line = batch.lastLine;
    await saveCheckpoint(checkpointFile, account);
    options.onProgress(progress());
  };

  const inFlight: { batch: Batch; outcomes: Promise<Outcome[]> }[] = [];
  const settleOldest = async () => {
    const oldest = inFlight.shift();
    if (oldest) await settle(oldest.batch, await oldest.outcomes);
  };
  let interrupted = false;
  for await (const batch of batches(map, source.rows, resumedAfterLine)) {
    const outcomes =
      batch.rows.length === 0
        ? Promise.resolve([])
        : sink.send({ map, file: basename(path), importKey, rows: batch.rows });
    // A failure is met when its turn comes; until then it must not count as unhandled.
    outcomes.catch(() => undefined);
    inFlight.push({ batch, outcomes });
    if (inFlight.length >= BATCHES_AT_ONCE) await settleOldest();
    interrupted = options.isStopping();
    if (interrupted) break;
  }
  while (inFlight.length > 0) await settleOldest();
  if (!interrupted) await sink.end(importKey, countsOf(account));
  account.done = !interrupted;
  await saveCheckpoint(checkpointFile, account);
  return { ...progress(), interrupted, importKey, firstRejects, firstNotes };
}

/** The account to go on with, and the id of its import: another one, from the first row, where the earlier one was taken back. */
async function begun(
  { path, map, sink, onBegun }: ImportOptions,
  open: Checkpoint | null,
): Promise<{ account: Checkpoint; importKey: string }> {
  const given = { file: basename(path), digest: await digestOf(path), mapHash: mapHash(map) };
  const { id, resumed } = await sink.begin({ ...given, resume: open?.importId });
  onBegun?.(id);
  const goesOn = open !== null && (resumed || open.importId === undefined);
  return { account: { ...(goesOn ? open : emptyCheckpoint()), importId: id }, importKey: id };
}

/** The numbers of an account, as they are recorded. */
function countsOf({ accepted, duplicates, rejected, filtered }: Checkpoint): Record<string, number> {
  return { accepted, duplicates, rejected, filtered };
}

async function* batches(
  map: FileMap,
  rows: AsyncIterable<ReadRow>,
  afterLine: number,
): AsyncGenerator<Batch> {
  let good: FileRow[] = [];
  let problems: Batch['problems'][number][] = [];
  let filtered = 0;
  let lastLine = afterLine;
  let checked = false;
  const flush = (): Batch => {
    const batch = { rows: good, problems, filtered, lastLine };
    good = [];
    problems = [];
    filtered = 0;
    return batch;
  };
  for await (const row of rows) {
    if ('values' in row && !checked) {
      checkColumns(map, row.values);
      checked = true;
    }
    if (row.line <= afterLine) continue;
    lastLine = row.line;
    if ('problem' in row) problems.push(row);
    else if (isWanted(map, row.values)) good.push(row);
    else filtered += 1;
    if (good.length + problems.length >= BATCH_ROWS) yield flush();
  }
  if (lastLine > afterLine) yield flush();
}

/** A wrong column name would reject every row, one by one; better said once. NDJSON rows may leave fields out. */
function checkColumns(map: FileMap, values: RowValues): void {
  const missing = [...new Set(columnsOf(map))].filter((column) => !Object.hasOwn(values, column));
  if (missing.length === 0) return;
  throw new MissingColumns(
    `the map reads columns that the file does not have: ${missing.join(', ')}; it has ${Object.keys(values).join(', ')}`,
  );
}

function rejectsOf({ rows, problems }: Batch, outcomes: readonly Outcome[]) {
  const rejects = outcomes.flatMap((outcome, index) => {
    const row = rows[index];
    if (outcome.status !== 'rejected' || !row) return [];
    const code: string = outcome.code;
    // Of somebody who was erased no new copy is made: the line leads to it in the file, for who still has that.
    const values = code === 'ERASED' ? {} : row.values;
    return [{ line: row.line, code, message: outcome.message, values }];
  });
  const unread = problems.map(({ line, problem }) => ({
    line,
    code: 'UNREADABLE',
    message: problem,
    values: {},
  }));
  return [...rejects, ...unread].sort((a, b) => a.line - b.line);
}

/** Which rows have which notes. */
function notesIn({ rows }: Batch, outcomes: readonly Outcome[]): { line: number; code: NoteCode }[] {
  return outcomes.flatMap((outcome, index) => {
    const line = rows[index]?.line;
    return line === undefined ? [] : notesOf(outcome).map((code) => ({ line, code }));
  });
}

async function writeRejects(path: string, rejects: readonly object[]): Promise<void> {
  // They hold what the file holds: for its owner alone.
  await appendFile(path, rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''), { mode: 0o600 });
}
