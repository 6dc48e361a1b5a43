import { randomBytes } from 'node:crypto';
import type { NameRedaction } from '../../../domain/privacy/names.ts';
import { cellKey } from '../../../domain/segments/cell.ts';
import type { CellLimits } from '../../../domain/segments/cell-filing.ts';
import type { Dimension } from '../../../domain/segments/dimensions.ts';
import { mapInSlices, toEnd } from '../../../domain/text/slices.ts';
import { placeOf } from '../../pipeline/file-cells.ts';
import {
  finished,
  type NormaliseDeps,
  type Normalised,
  type ReadDraft,
  reading,
} from '../../pipeline/normalise.ts';
import { addNotes, type NoteCounts, type Outcome } from '../../pipeline/outcome.ts';
import { refusalOf } from '../../pipeline/refusals.ts';
import { removeNames } from '../../pipeline/remove-names.ts';
import { OWNER, type Submitter } from '../../pipeline/submitter.ts';
import type { FileRow } from '../accept-file-rows.ts';
import { draftFromRow } from '../file-row.ts';
import type { FileMap } from '../map/file-map.ts';
import { hasHeadings, type ReadAs } from '../read/read-rows.ts';
import { type Batch, batches, JsonFields } from './batches.ts';
import { Repeats } from './repeats.ts';
import { openForMap, type Reject, rejectsOf, withFirstRow } from './run-import.ts';

export interface DryRunOptions {
  readonly path: string;
  /** What the file is called, if not by its path. */
  readonly name?: string;
  readonly map: FileMap;
  /** Who would import it; the owner of the machine if absent. */
  readonly submitter?: Submitter;
  readonly dimensions: readonly Dimension[];
  readonly cellLimits: CellLimits;
  /** The deployment's. */
  readonly redaction?: NormaliseDeps['redaction'];
  /** Removes names, where the deployment does. */
  readonly names?: NameRedaction | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly isStopping: () => boolean;
}

/** A row as it would be stored. */
export interface RowAsKept {
  readonly line: number;
  readonly externalId: string;
  readonly answeredAt: Date;
  readonly score: number | null;
  readonly class: string | null;
  readonly comment: string | null;
  /** By field. */
  readonly values: Readonly<Record<string, string>>;
}

/** A combination of dimension values that rows fall into. */
export interface CellCount {
  readonly values: Readonly<Record<string, string>>;
  rows: number;
}

export interface DryRun {
  readonly readAs: ReadAs | null;
  readonly rows: number;
  readonly accepted: number;
  /** Rows with the same content as an earlier row. */
  readonly duplicates: number;
  /** Whether the file has more ids than are remembered: duplicates of further ones count as accepted. */
  readonly hasMoreIds: boolean;
  readonly rejected: number;
  readonly filtered: number;
  readonly blank: number;
  readonly doubts: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly notes: NoteCounts;
  readonly rejects: readonly Reject[];
  readonly firstDoubts: readonly string[];
  readonly firstRows: readonly RowAsKept[];
  readonly unseen: readonly string[];
  readonly cells: {
    /** Those with the most rows. */
    readonly shown: readonly CellCount[];
    readonly count: number;
    /** Rows of cells beyond the database's limit. */
    readonly rowsBeyond: number;
  };
  readonly interrupted: boolean;
}

const ROWS_SHOWN = 10;
const REJECTS_SHOWN = 20;
const DOUBTS_SHOWN = 5;
const CELLS_SHOWN = 20;

/**
 * Reads the whole file like an import, and reports the result. Writes and queries nothing: it knows only
 * whether an earlier row has the same content, not whether the database has.
 * @throws WrongColumnsError, UnreadableFileError
 */
export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  const { path, map, name = path } = options;
  const source = await withFirstRow(name, await openForMap(path, map, name));
  const fields = new JsonFields(map, () => !hasHeadings(source.readAs()?.format));
  const count = { rows: 0, accepted: 0, duplicates: 0, rejected: 0, filtered: 0, blank: 0, doubts: 0 };
  const reasons: Record<string, number> = {};
  let notes: NoteCounts = {};
  const rejects: Reject[] = [];
  const firstDoubts: string[] = [];
  const firstRows: RowAsKept[] = [];
  const cells = new Cells(options.dimensions, options.cellLimits.limit);
  const repeats = new Repeats<Kept['place']>();
  const judge = judgeOf(options, repeats);
  let interrupted = false;
  for await (const batch of batches(map, source, { line: 0 }, fields)) {
    const judged = await judge(batch.rows);
    const outcomes = judged.map(outcomeOf);
    const refused = rejectsOf(batch, outcomes);
    for (const [index, one] of judged.entries()) {
      if (!('kept' in one)) {
        if (one.status === 'duplicate') count.duplicates += 1;
        continue;
      }
      count.accepted += 1;
      if (one.left) cells.leave(one.left);
      cells.add(one.place);
      if (firstRows.length < ROWS_SHOWN)
        firstRows.push(asKept(options.dimensions, batch.rows[index] as FileRow, one));
    }
    notes = addNotes(notes, outcomes);
    for (const { code } of refused) reasons[code] = (reasons[code] ?? 0) + 1;
    rejects.push(...refused.slice(0, REJECTS_SHOWN - rejects.length).map(withoutValues));
    firstDoubts.push(...batch.doubts.slice(0, DOUBTS_SHOWN - firstDoubts.length));
    add(count, batch, refused.length);
    interrupted = options.isStopping();
    if (interrupted) break;
  }
  const { unseen } = fields;
  const found = { reasons, notes, rejects, firstDoubts, firstRows, unseen, cells: cells.all() };
  return { readAs: source.readAs(), ...count, hasMoreIds: repeats.isFull, ...found, interrupted };
}

const withoutValues = ({ line, item, code, message }: Reject): Reject => ({
  line,
  ...(item === undefined ? {} : { item }),
  code,
  message,
});

function add(
  count: Record<'rows' | 'rejected' | 'filtered' | 'blank' | 'doubts', number>,
  batch: Batch,
  rejected: number,
) {
  count.rows += batch.rows.length + batch.problems.length + batch.filtered;
  count.rejected += rejected;
  count.filtered += batch.filtered;
  count.blank += batch.blank;
  count.doubts += batch.doubts.length;
}

interface Kept {
  readonly kept: Normalised;
  /** The attributes with "other" for undeclared values. */
  readonly place: Readonly<Record<string, string>>;
  /** Where the replaced row was filed. */
  readonly left: Kept['place'] | null;
}

function outcomeOf(one: Kept | Outcome): Outcome {
  if (!('kept' in one)) return one;
  const notes = one.left ? [...one.kept.notes, 'CORRECTED' as const] : one.kept.notes;
  return { status: 'accepted', ...(notes.length > 0 ? { notes } : {}) };
}

/** The results of rows as the ingestor decides them, except for what only the database knows. */
function judgeOf(
  { map, dimensions, redaction, names, now, submitter = OWNER }: DryRunOptions,
  repeats: Repeats<Kept['place']>,
): (rows: readonly FileRow[]) => Promise<(Kept | Outcome)[]> {
  // Nothing made with it is shown.
  const pepper = { version: 1, secret: randomBytes(32) };
  const deps: NormaliseDeps = { dimensions, redaction, now, pepper };
  const read = ({ values }: FileRow): ReadDraft | Outcome => {
    const draft = draftFromRow(map, values, 'dry run');
    return 'status' in draft ? draft : toEnd(reading(deps, draft));
  };
  const judge = (one: ReadDraft | Outcome): Kept | Outcome => {
    if ('status' in one) return one;
    const kept = finished(deps, one);
    const place = placeOf(dimensions, submitter, kept.attributes);
    if ('outcome' in place) return place.outcome;
    const repeat = repeats.judge(kept, place.attributes, now());
    if (repeat.verdict === 'new') return { kept, place: place.attributes, left: null };
    if (repeat.verdict === 'replaces') return { kept, place: place.attributes, left: repeat.place };
    if (repeat.verdict !== 'duplicate') return refusalOf(repeat.verdict);
    return { status: 'duplicate', ...(kept.notes.length > 0 ? { notes: kept.notes } : {}) };
  };
  return async (rows) =>
    mapInSlices(await removeNames(names, submitter.id, await mapInSlices(rows, read)), judge);
}

function asKept(dimensions: readonly Dimension[], { line }: FileRow, { kept, place }: Kept): RowAsKept {
  const { externalId, answeredAt, score, class: npsClass, comment } = kept;
  return {
    line,
    externalId,
    answeredAt,
    score,
    class: npsClass,
    comment,
    values: byField(dimensions, place),
  };
}

const byField = (dimensions: readonly Dimension[], place: Kept['place']) =>
  Object.fromEntries(dimensions.map(({ field, attribute }) => [field, place[attribute] ?? '']));

/** The cells of the rows, up to the database's limit. */
class Cells {
  readonly #dimensions: readonly Dimension[];
  readonly #most: number;
  readonly #cells = new Map<string, CellCount>();
  #others = 0;

  constructor(dimensions: readonly Dimension[], most: number) {
    this.#dimensions = dimensions;
    this.#most = most;
  }

  add(place: Kept['place']): void {
    const key = cellKey(place);
    const known = this.#cells.get(key);
    if (known) known.rows += 1;
    else if (this.#cells.size < this.#most)
      this.#cells.set(key, { values: byField(this.#dimensions, place), rows: 1 });
    else this.#others += 1;
  }

  /** A row in it was replaced. */
  leave(place: Kept['place']): void {
    const known = this.#cells.get(cellKey(place));
    if (known) known.rows -= 1;
    else this.#others -= 1;
  }

  all(): DryRun['cells'] {
    const cells = [...this.#cells.values()].filter(({ rows }) => rows > 0).sort((a, b) => b.rows - a.rows);
    return { shown: cells.slice(0, CELLS_SHOWN), count: cells.length, rowsBeyond: this.#others };
  }
}
