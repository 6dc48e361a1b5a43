import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../domain/errors/user-error.ts';
import type { NoteCounts } from '../../pipeline/outcome.ts';
import { type Checkpoint, checkpointPath, importIdentity, loadCheckpoint } from '../import/checkpoint.ts';
import { type ImportResult, type Reject, runImport } from '../import/run-import.ts';
import type { ImportSink } from '../import/sink.ts';
import { type FileMap, mapHash } from '../map/file-map.ts';
import { WrongColumnsError } from '../read/headings.ts';
import { UnreadableFileError } from '../read/read-row.ts';
import { notKept, readWhole, rejectsPathOf, type Upload, type Uploads, writeWhole } from './uploads.ts';

/** How far the import of an upload is. */
export interface ImportState {
  /** running; paused by its caller; interrupted: the server stopped, or the caller's key ended; failed, with the message; done. */
  readonly state: 'running' | 'paused' | 'interrupted' | 'failed' | 'done';
  readonly message: string | null;
  /** Identifies the import for an undo; null before its first row. */
  readonly importId: string | null;
  /** Bytes of the file that were read, of all. */
  readonly bytesRead: number;
  readonly bytes: number;
  /** Rows with an outcome. */
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly filtered: number;
  readonly blank: number;
  readonly doubts: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly notes: NoteCounts;
  readonly firstRejects: readonly Reject[];
  readonly firstDoubts: readonly string[];
}

/** An import that runs. */
interface Running {
  readonly owner: string;
  state: ImportState;
  isStopping: boolean;
  /** Why it ends before its end. */
  ending: Pick<ImportState, 'state' | 'message'> | null;
  readonly ended: Promise<void>;
}

export interface StartOptions {
  readonly upload: Upload;
  readonly map: FileMap;
  readonly sink: ImportSink;
  /** Called with every state. */
  readonly onState?: (state: ImportState) => void;
  /** Called when the import ends, whatever its end is. */
  readonly onEnd: () => void;
  /** An error that its caller is not shown. */
  readonly onError: (error: Error) => void;
}

const STATE = 'import.json';
const MOST_AT_ONCE = 4;
/** Of one owner: slow files of one key leave room for those of others. */
const MOST_OF_OWNER = 2;
const EMPTY: Omit<ImportState, 'bytes'> = {
  state: 'running',
  message: null,
  importId: null,
  bytesRead: 0,
  rows: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  filtered: 0,
  blank: 0,
  doubts: 0,
  reasons: {},
  notes: {},
  firstRejects: [],
  firstDoubts: [],
};

/**
 * Imports of uploads, each as `scoreline import` does it: in batches, with a checkpoint after each, so that it continues
 * after a pause or a kill of the process where it ended. Its rows are counted once.
 */
export class UploadImports {
  readonly #uploads: Uploads;
  readonly #running = new Map<string, Running>();
  #isClosed = false;

  constructor(uploads: Uploads) {
    this.#uploads = uploads;
  }

  /**
   * Starts or continues the import of an upload.
   * @throws UserError while another map of it is being imported, or too many imports of its owner or of all run
   */
  async start(options: StartOptions): Promise<ImportState> {
    const { upload, map } = options;
    if (!upload.isKept) throw notKept();
    if (this.#running.has(upload.id))
      throw new UserError('this file is being imported; pause the import first', 'TOO_MANY_OPEN');
    if (this.#running.size >= MOST_AT_ONCE || this.#isClosed)
      throw new UserError(`${MOST_AT_ONCE} imports run here; try again when one has ended`, 'TOO_MANY_OPEN', {
        retryAfter: 10,
      });
    const own = [...this.#running.values()].filter(({ owner }) => owner === upload.owner);
    if (own.length >= MOST_OF_OWNER)
      throw new UserError(
        `${MOST_OF_OWNER} imports of this key run here; try again when one has ended`,
        'TOO_MANY_OPEN',
        { retryAfter: 10 },
      );
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const running: Running = {
      owner: upload.owner,
      state: { ...EMPTY, bytes: upload.bytes },
      isStopping: false,
      ending: null,
      ended,
    };
    this.#running.set(upload.id, running);
    try {
      await writeWhole(join(upload.folder, 'map.json'), map.declared);
      const checkpoint = await this.#checkpoint(upload, map);
      // What was rejected before is in the file already, but only of an import that goes on.
      if (!checkpoint) await rm(rejectsPathOf(upload), { force: true });
      if (checkpoint) running.state = { ...running.state, ...countsOf(checkpoint) };
    } catch (error) {
      this.#running.delete(upload.id);
      end();
      throw error;
    }
    void this.#run(options, running).finally(() => {
      this.#running.delete(upload.id);
      end();
      options.onEnd();
    });
    return running.state;
  }

  /** Ends an import after the rows in flight. The next start continues. */
  async stop(id: string, ending: Pick<ImportState, 'state' | 'message'>): Promise<void> {
    const running = this.#running.get(id);
    if (!running) return;
    running.ending ??= ending;
    running.isStopping = true;
    await running.ended;
  }

  /** Whether the import of that upload has ended or is about to. */
  isEnding(id: string): boolean {
    return this.#running.get(id)?.isStopping ?? true;
  }

  /** How far the import is; null for an upload without one. */
  async stateOf(upload: Upload): Promise<ImportState | null> {
    const running = this.#running.get(upload.id);
    if (running) return running.state;
    const stored = await readWhole<ImportState>(join(upload.folder, STATE));
    // Its process ended without it.
    return stored?.state === 'running' ? { ...stored, state: 'interrupted', message: null } : stored;
  }

  /** The map that an import of the upload was last started with. */
  mapOf({ folder }: Upload): Promise<unknown> {
    return readWhole(join(folder, 'map.json'));
  }

  /** Ends all of them; they continue after the next start of the server. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const ending = { state: 'interrupted', message: null } as const;
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id, ending)));
  }

  async #checkpoint({ folder, path }: Upload, map: FileMap): Promise<Checkpoint | null> {
    return loadCheckpoint(checkpointPath(folder, await importIdentity(path, mapHash(map))));
  }

  async #run({ upload, map, sink, onState, onError }: StartOptions, running: Running): Promise<void> {
    let stored = 0;
    let writing = Promise.resolve();
    const show = (change: Partial<ImportState>): Promise<void> => {
      running.state = { ...running.state, ...change };
      onState?.(running.state);
      const { state, bytesRead } = running.state;
      // Every hundredth of the file at most, and each end.
      if (state === 'running' && bytesRead > 0 && bytesRead < stored + upload.bytes / 100) return writing;
      stored = bytesRead;
      const shown = running.state;
      writing = writing.then(() => writeWhole(join(upload.folder, STATE), shown)).catch(() => undefined);
      return writing;
    };
    await show({});
    try {
      const result = await runImport({
        path: upload.path,
        name: upload.name,
        map,
        sink,
        dataDir: upload.folder,
        rejectsPath: rejectsPathOf(upload),
        restart: false,
        // The content is dropped once its end is recorded.
        isEndOpen: true,
        isStopping: () => running.isStopping,
        onProgress: ({ account, bytesRead }) => void show({ ...countsOf(account), bytesRead }),
        onBegun: (importId) => void show({ importId }),
      });
      await this.#end(upload, running, result, show);
    } catch (error) {
      const message = messageOf(error);
      if (message === null) onError(error as Error);
      const stopped = running.ending;
      await show(
        stopped ?? {
          state: 'failed',
          message: message ?? 'something went wrong here; it is logged. Continue the import',
        },
      );
    }
  }

  async #end(
    upload: Upload,
    { ending }: Running,
    { account, firstRejects, firstDoubts, interrupted, bytesRead, importKey }: ImportResult,
    show: (change: Partial<ImportState>) => Promise<void>,
  ): Promise<void> {
    const shown = firstRejects.map(({ line, item, code, message }) => ({
      line,
      ...(item === undefined ? {} : { item }),
      code,
      message,
    }));
    const found = { ...countsOf(account), importId: importKey, firstRejects: shown, firstDoubts };
    if (interrupted) return show({ ...found, bytesRead, ...(ending ?? { state: 'paused', message: null }) });
    await show({ ...found, bytesRead: upload.bytes, state: 'done', message: null });
    await this.#uploads.drop(upload);
  }
}

/** What the caller is shown of an error; null for one that is logged. */
function messageOf(error: unknown): string | null {
  const isOurs =
    error instanceof UserError || error instanceof UnreadableFileError || error instanceof WrongColumnsError;
  return isOurs ? (error as Error).message : null;
}

function countsOf({
  accepted,
  duplicates,
  rejected,
  filtered,
  blank = 0,
  doubts = 0,
  reasons,
  notes = {},
  importId,
}: Checkpoint) {
  const rows = accepted + duplicates + rejected + filtered;
  return {
    rows,
    accepted,
    duplicates,
    rejected,
    filtered,
    blank,
    doubts,
    reasons: { ...reasons },
    notes,
    importId: importId ?? null,
  };
}
