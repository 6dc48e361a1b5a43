import type { FastifyRequest } from 'fastify';
import { UserError } from '../../domain/errors/user-error.ts';
import { acceptFileRows, type FileRequest } from '../../ingestion/files/accept-file-rows.ts';
import type { ImportSink } from '../../ingestion/files/import/sink.ts';
import type { FileMap } from '../../ingestion/files/map/file-map.ts';
import type { ImportState, StartOptions } from '../../ingestion/files/upload/upload-imports.ts';
import type { Upload } from '../../ingestion/files/upload/uploads.ts';
import { accountFor } from '../../ingestion/pipeline/outcome.ts';
import { endImport, type ImportRun, noteProgress } from '../../store/responses/imports.ts';
import { auditRefusedItems } from '../audit.ts';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { INGEST_COST } from '../gate/costs.ts';
import { logOfRequest } from '../log.ts';
import { watchCaller } from '../subscriptions/watch-caller.ts';
import { callerOf } from './auth.ts';
import { beginFor } from './imports.ts';

/** How often the database has the counts so far. */
const NOTE_EVERY_MS = 2_000;
/** How long an import waits for points of its key's minute before it looks again. */
const PATIENCE_MS = 500;
/** Rows can cost more than a minute has. */
const POINTS_AT_ONCE = 10_000;

/** Starts or continues the import of an upload, for as long as the caller may submit. It goes on without the request. */
export async function startImport(
  deps: ApiDeps,
  request: FastifyRequest,
  upload: Upload,
  map: FileMap,
): Promise<ImportState> {
  const caller = callerOf(request);
  const { uploadImports } = deps;
  const importer = new Importer(deps, caller, request, () => uploadImports.isEnding(upload.id));
  let unwatch: () => void = () => undefined;
  const options: StartOptions = {
    upload,
    map,
    sink: importer,
    onState: (state) => importer.note(state),
    onEnd: () => unwatch(),
    onError: (err) => logOfRequest(deps.log, request.id).error({ err }, 'an import ended with an error'),
  };
  const state = await uploadImports.start(options);
  unwatch = watchCaller(deps, request.credential, caller, ({ message }) => {
    void uploadImports.stop(upload.id, {
      state: 'interrupted',
      message: `${message}; continue the import`,
    });
  });
  return state;
}

/** Stores the rows of an import for its caller, at the price of the same rows sent to /ingest/file. */
class Importer implements ImportSink {
  readonly #deps: ApiDeps;
  readonly #caller: Caller;
  readonly #request: FastifyRequest;
  readonly #isOver: () => boolean;
  #run: ImportRun | null = null;
  #notedAt = 0;

  constructor(deps: ApiDeps, caller: Caller, request: FastifyRequest, isOver: () => boolean) {
    this.#deps = deps;
    this.#caller = caller;
    this.#request = request;
    this.#isOver = isOver;
  }

  async begin(given: Parameters<ImportSink['begin']>[0]): ReturnType<ImportSink['begin']> {
    const { run, resumed } = await beginFor(this.#deps, this.#caller, given);
    this.#run = run;
    return { id: run.key, resumed };
  }

  async send(request: FileRequest): ReturnType<ImportSink['send']> {
    await this.#pay(request);
    const { ingestor, onIngested } = this.#deps;
    const outcomes = await acceptFileRows(ingestor, this.#caller, request, this.#run?.id);
    const account = accountFor(outcomes);
    onIngested(account);
    const { purpose, id } = this.#request;
    await auditRefusedItems(createContext(this.#deps, this.#caller, purpose, id), 'ingest', account);
    return outcomes;
  }

  async end(_id: string, account: Readonly<Record<string, number>>): Promise<void> {
    if (this.#run) await endImport(this.#deps.store, this.#run.id, account, new Date(this.#deps.now()));
  }

  /** Records the counts so far. */
  note({ state, accepted, duplicates, rejected, filtered }: ImportState): void {
    const now = this.#deps.now();
    if (!this.#run || state === 'done' || (state === 'running' && now < this.#notedAt + NOTE_EVERY_MS))
      return;
    this.#notedAt = now;
    void noteProgress(this.#deps.store, this.#run.id, { accepted, duplicates, rejected, filtered }).catch(
      () => undefined,
    );
  }

  /** Waits until the key's minute has the points of the rows. */
  async #pay({ rows }: FileRequest): Promise<void> {
    let characters = 0;
    for (const { values } of rows) for (const value of Object.values(values)) characters += value.length + 8;
    for (let left = Math.ceil(characters / INGEST_COST.bytes); left > 0; ) {
      const points = Math.min(left, POINTS_AT_ONCE);
      if (this.#deps.gate.charge(this.#caller, points)) left -= points;
      else if (this.#isOver()) throw new UserError('the import was ended before these rows');
      else await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    }
  }
}
