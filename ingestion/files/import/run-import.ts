import { appendFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { addNotes, type NoteCode, notesOf, type Outcome } from '../../pipeline/outcome.ts';
import { draftFromRow } from '../file-row.ts';
import { columnsOf, type FileMap, mapHash } from '../map/file-map.ts';
import { type ReadRow, UnreadableFileError } from '../read/read-row.ts';
import { hasHeadings, type ReadAs, type RowSource, readRows } from '../read/read-rows.ts';
import { type Batch, batches, JsonFields } from './batches.ts';
import {
  type Checkpoint,
  checkpointPath,
  digestOf,
  emptyCheckpoint,
  importIdentity,
  loadCheckpoint,
  saveCheckpoint,
} from './checkpoint.ts';
import type { ImportSink } from './sink.ts';

export interface ImportOptions {
  readonly path: string;
  /** What the file is called, if not by its path. */
  readonly name?: string;
  /** What tells this file from others and from its other contents, where it is a copy with a time of its own. */
  readonly version?: string;
  readonly map: FileMap;
  readonly sink: ImportSink;
  /** The folder of checkpoints. */
  readonly dataDir: string;
  /** Rejected rows are appended here, as NDJSON; null: they are only counted. */
  readonly rejectsPath: string | null;
  /** Discard an earlier, interrupted run. */
  readonly restart: boolean;
  /** A finished run is the same import too: its end was not recorded where its caller keeps it. Absent: the file is imported again. */
  readonly isEndOpen?: boolean;
  /** Becomes true when the user wants to stop; rows in flight are finished first. */
  readonly isStopping: () => boolean;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Called with the id of the import; its first row is sent afterwards. */
  readonly onBegun?: (importKey: string) => unknown;
}

export interface ImportProgress {
  readonly totalBytes: number;
  readonly bytesRead: number;
  readonly account: Checkpoint;
  /** Rows from an earlier, interrupted run. */
  readonly resumedAfterLine: number;
}

export interface ImportResult extends ImportProgress {
  readonly interrupted: boolean;
  /** Identifies the import for an undo. */
  readonly importKey: string;
  /** Null for an empty file. */
  readonly readAs: ReadAs | null;
  readonly firstRejects: readonly Reject[];
  /** The first places of this run where rows could not be separated with certainty. */
  readonly firstDoubts: readonly string[];
  /** Fields of a JSON file that the map reads and no row has. */
  readonly unseen: readonly string[];
  /** The first rows of this run with each note. */
  readonly firstNotes: readonly { line: number; code: NoteCode }[];
}

/** A row that was rejected. */
export interface Reject {
  readonly line: number;
  readonly item?: number;
  readonly code: string;
  readonly message: string;
}

const BATCHES_AT_ONCE = 8;
const FIRST_REJECTS = 5;
/** Of each code. */
const FIRST_NOTES = 5;

const FIRST_DOUBTS = 5;

/**
 * Opens a file as the map declares.
 * @throws UnreadableFileError
 */
export function openForMap(path: string, map: FileMap, name?: string): Promise<RowSource> {
  return readRows(path, {
    name,
    columns: columnsOf(map),
    encoding: map.encoding,
    separator: map.separator,
    sheet: map.sheet,
    headings: map.headings,
    isAnswer: (values) => !('status' in draftFromRow(map, values, '')),
  });
}

/** Rows held back until one that is not blank. */
const MOST_BLANK = 10_000;

/**
 * The source once its first row that is not blank was read, and with it the headings.
 * @throws UnreadableFileError for a file without rows; WrongColumnsError
 */
export async function withFirstRow(path: string, source: RowSource): Promise<RowSource> {
  const rows = source.rows[Symbol.asyncIterator]();
  const blank: ReadRow[] = [];
  for (;;) {
    const { value: row, done } = await rows.next();
    if (done)
      throw new UnreadableFileError(
        `${path} has no rows: nothing was found in it, or nothing after the headings`,
      );
    blank.push(row);
    if (!('blank' in row) || blank.length === MOST_BLANK) break;
  }
  const from = async function* () {
    try {
      yield* blank;
      for (let next = await rows.next(); !next.done; next = await rows.next()) yield next.value;
    } finally {
      await rows.return?.();
    }
  };
  return { ...source, rows: from() };
}

/**
 * Imports a file: rows are sent in batches, a few at once; the checkpoint moves only over acknowledged batches,
 * in order. The next run may send unacknowledged rows again, which are recognised as duplicates.
 * @throws WrongColumnsError, UnreadableFileError, or the sink's error; the checkpoint stays, and the next run
 * continues.
 */
export async function runImport(options: ImportOptions): Promise<ImportResult> {
  const { path, map, sink, dataDir, restart, name = path, version, isEndOpen = false } = options;
  const checkpointFile = checkpointPath(dataDir, await importIdentity(path, mapHash(map), version));
  const earlier = restart ? null : await loadCheckpoint(checkpointFile);
  // A finished import starts over when it is started again.
  const open = earlier && (!earlier.done || isEndOpen) ? earlier : null;
  // A refused file creates no import.
  const source = await withFirstRow(name, await openForMap(path, map, name));
  const { account, importKey } = await begun(options, open);
  const resumedAfterLine = account.line;
  const fields = new JsonFields(map, () => !hasHeadings(source.readAs()?.format));
  const firstRejects: Reject[] = [];
  const firstDoubts: string[] = [];
  const firstNotes: { line: number; code: NoteCode }[] = [];
  const progress = (): ImportProgress => {
    const { totalBytes, bytesRead } = source;
    return { totalBytes, bytesRead: bytesRead(), account, resumedAfterLine };
  };

  const settle = async (batch: Batch, outcomes: readonly Outcome[]) => {
    const rejects = rejectsOf(batch, outcomes);
    if (rejects.length > 0 && options.rejectsPath) await writeRejects(options.rejectsPath, rejects);
    firstRejects.push(...rejects.slice(0, FIRST_REJECTS - firstRejects.length));
    firstDoubts.push(...batch.doubts.slice(0, FIRST_DOUBTS - firstDoubts.length));
    account.accepted += outcomes.filter(({ status }) => status === 'accepted').length;
    account.duplicates += outcomes.filter(({ status }) => status === 'duplicate').length;
    account.rejected += rejects.length;
    account.filtered += batch.filtered;
    if (batch.blank > 0) account.blank = (account.blank ?? 0) + batch.blank;
    if (batch.doubts.length > 0) account.doubts = (account.doubts ?? 0) + batch.doubts.length;
    account.items = batch.items;
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
  const settled = {
    line: resumedAfterLine,
    ...(account.items === undefined ? {} : { items: account.items }),
  };
  for await (const batch of batches(map, source, settled, fields)) {
    const outcomes =
      batch.rows.length === 0
        ? Promise.resolve([])
        : sink.send({ map, file: basename(name), importKey, rows: batch.rows });
    // A failure is handled in its turn; until then it must not count as unhandled.
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
  const { unseen } = fields;
  return {
    ...progress(),
    interrupted,
    importKey,
    readAs: source.readAs(),
    firstRejects,
    firstDoubts,
    unseen,
    firstNotes,
  };
}

/**
 * The counts to continue with, and the id of their import: a new one, from the first row, if the earlier one
 * was undone.
 */
async function begun(
  { path, name = path, map, sink, onBegun }: ImportOptions,
  open: Checkpoint | null,
): Promise<{ account: Checkpoint; importKey: string }> {
  const given = {
    file: basename(name),
    source: map.source,
    digest: await digestOf(path),
    mapHash: mapHash(map),
  };
  const { id, resumed } = await sink.begin({ ...given, resume: open?.importId });
  await onBegun?.(id);
  const goesOn = open !== null && (resumed || open.importId === undefined);
  return { account: { ...(goesOn ? open : emptyCheckpoint()), importId: id }, importKey: id };
}

/** The counts as recorded. */
function countsOf({ accepted, duplicates, rejected, filtered }: Checkpoint): Record<string, number> {
  return { accepted, duplicates, rejected, filtered };
}

const placeOf = ({ line, item }: { readonly line: number; readonly item?: number }) => ({
  line,
  ...(item === undefined ? {} : { item }),
});

/** The rejected rows of a batch, in order, with their content in the file. */
export function rejectsOf({ rows, problems }: Batch, outcomes: readonly Outcome[]) {
  const rejects = outcomes.flatMap((outcome, index) => {
    const row = rows[index];
    if (outcome.status !== 'rejected' || !row) return [];
    const code: string = outcome.code;
    // No new copy of an erased person's data: the line leads to it in the file, if that still exists.
    const values = code === 'ERASED' ? {} : row.values;
    return [{ ...placeOf(row), code, message: outcome.message, values }];
  });
  const unread = problems.map(({ problem, ...place }) => ({
    ...placeOf(place),
    code: 'UNREADABLE',
    message: problem,
    values: {},
  }));
  return [...rejects, ...unread].sort((a, b) => a.line - b.line || (a.item ?? 0) - (b.item ?? 0));
}

/** Which rows have which notes. */
function notesIn({ rows }: Batch, outcomes: readonly Outcome[]): { line: number; code: NoteCode }[] {
  return outcomes.flatMap((outcome, index) => {
    const line = rows[index]?.line;
    return line === undefined ? [] : notesOf(outcome).map((code) => ({ line, code }));
  });
}

async function writeRejects(path: string, rejects: readonly object[]): Promise<void> {
  // They contain what the file contains: readable by the owner only.
  await appendFile(path, rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''), { mode: 0o600 });
}
