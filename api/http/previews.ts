import { cellKey } from '../../domain/segments/cell.ts';
import { guessFile } from '../../ingestion/files/guess/guess-file.ts';
import { dryRun } from '../../ingestion/files/import/dry-run.ts';
import type { FileMap } from '../../ingestion/files/map/file-map.ts';
import { WrongColumnsError } from '../../ingestion/files/read/headings.ts';
import { UnreadableFileError } from '../../ingestion/files/read/read-row.ts';
import type { Upload } from '../../ingestion/files/upload/uploads.ts';
import type { Caller } from '../caller.ts';
import type { ApiDeps } from '../context.ts';
import { InvalidArgumentError, RefusedError } from '../errors.ts';
import { PREVIEW_COST } from '../gate/costs.ts';
import { LIMITS } from '../limits.ts';

/** A file to look at, the caller who asks, and whether it still waits. */
export interface Asked {
  readonly upload: Upload;
  readonly caller: Caller;
  readonly isGone: () => boolean;
}

/** Previews that run at once. */
const MOST_AT_ONCE = 4;

/** Looks at files, without writing anything: one for each caller at a time. */
export class Previews {
  readonly #callers = new Set<string>();

  /** What is understood of the file, and what its columns seem to be. */
  async guess(
    deps: ApiDeps,
    asked: Asked,
    given: { readonly zone: string | null; readonly sheet: string | undefined },
  ) {
    const { upload } = asked;
    return this.#look(deps, asked, async (isStopping) => {
      const { readAs, ...guess } = await guessFile({
        path: upload.path,
        name: upload.name,
        dimensions: deps.dimensions,
        now: deps.now(),
        isStopping,
        ...given,
      });
      const dimensions = deps.dimensions.map(({ field }) => field);
      return { ...guess, readAs: readAs && formOf(readAs), dimensions };
    });
  }

  /** What an import by that map would do. */
  async dryRun(deps: ApiDeps, asked: Asked, map: FileMap) {
    const { upload, caller } = asked;
    const { dimensions, cellLimits, redaction, names, now } = deps;
    return this.#look(deps, asked, async (isStopping) => {
      const run = await dryRun({
        path: upload.path,
        name: upload.name,
        map,
        submitter: caller,
        dimensions,
        cellLimits,
        redaction,
        names,
        now,
        isStopping,
      });
      const { readAs, cells, interrupted, ...found } = run;
      const shown = cells.shown.map((cell) => ({ ...cell, isNew: this.#isNew(deps, caller, cell.values) }));
      return {
        ...found,
        readAs: readAs && formOf(readAs),
        isWhole: !interrupted,
        cells: { ...cells, shown },
      };
    });
  }

  /** Whether no response is in the cell yet; null where the caller may not know it. */
  #isNew(
    { dimensions, cells }: ApiDeps,
    { scope }: Caller,
    values: Readonly<Record<string, string>>,
  ): boolean | null {
    const attributes = Object.fromEntries(
      dimensions.map(({ field, attribute }) => [attribute, values[field] ?? '']),
    );
    const key = cellKey(attributes);
    if (!scope.allows('readScore', { id: 0, key, attributes })) return null;
    return !cells.all().some((cell) => cell.key === key);
  }

  async #look<Found>(
    deps: ApiDeps,
    { caller, upload, isGone }: Asked,
    look: (isStopping: () => boolean) => Promise<Found>,
  ): Promise<Found> {
    if (this.#callers.has(caller.id) || this.#callers.size >= MOST_AT_ONCE)
      throw new RefusedError(
        'TOO_MANY_OPEN',
        429,
        'a file of this key is being analysed; try again when that has ended',
        2,
      );
    const points = Math.min(PREVIEW_COST.most, Math.ceil(upload.bytes / PREVIEW_COST.bytes));
    if (!deps.gate.charge(caller, points))
      throw new RefusedError(
        'RATE_LIMITED',
        429,
        `analysing this file costs ${points} points, more than this key has left in this minute`,
        10,
      );
    this.#callers.add(caller.id);
    const until = performance.now() + LIMITS.previewMs;
    try {
      return await look(() => isGone() || performance.now() > until);
    } catch (error) {
      if (error instanceof UnreadableFileError || error instanceof WrongColumnsError)
        throw new InvalidArgumentError(error.message);
      throw error;
    } finally {
      this.#callers.delete(caller.id);
    }
  }
}

const formOf = ({
  format,
  separator,
  within,
  sheet,
  encoding,
  encodingFrom,
  found,
}: NonNullable<Awaited<ReturnType<typeof dryRun>>['readAs']>) => ({
  format,
  separator,
  within,
  sheet,
  encoding,
  encodingFrom,
  emptyColumns: found?.emptyColumns ?? 0,
  backslashQuotes: found?.backslashQuotes ?? false,
});
