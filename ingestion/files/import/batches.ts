import { WHOLE_REJECTIONS } from '../../pipeline/outcome.ts';
import type { FileRow } from '../accept-file-rows.ts';
import { isWanted, type RowValues } from '../file-row.ts';
import { columnsOf, type FileMap } from '../map/file-map.ts';
import { toldNames, WrongColumnsError } from '../read/headings.ts';
import type { ReadRow } from '../read/read-row.ts';
import type { RowSource } from '../read/read-rows.ts';

/** Consecutive rows of a file that are acknowledged together. */
export interface Batch {
  readonly rows: readonly FileRow[];
  readonly problems: readonly Problem[];
  /** Excluded by the map. */
  readonly filtered: number;
  readonly blank: number;
  readonly doubts: readonly string[];
  /** How many of the file's rows, of any kind, precede the end of the batch. */
  readonly items: number;
  readonly lastLine: number;
}

/** A row that could not be read. */
export interface Problem {
  readonly line: number;
  readonly item?: number;
  readonly problem: string;
}

/** At most as many as an answer lists in full: every rejected row is written with its reason. */
const BATCH_ROWS = WHOLE_REJECTIONS;
/** Including blank rows: a file of blank lines makes progress too. */
const BATCH_ITEMS = 10_000;

/** What an earlier run settled: skipped. */
export interface Settled {
  readonly line: number;
  /** Absent if only the line is known. */
  readonly items?: number;
}

/**
 * The rows that the map accepts and everything else in the file, in batches.
 * @throws WrongColumnsError for JSON whose first rows have none of the required fields
 */
export async function* batches(
  map: FileMap,
  source: RowSource,
  settled: Settled,
  fields: JsonFields,
): AsyncGenerator<Batch> {
  let batch = emptyBatch();
  let items = 0;
  let lastLine = settled.line;
  const flush = (): Batch => {
    const full = { ...batch, items, lastLine };
    batch = emptyBatch();
    return full;
  };
  for await (const row of source.rows) {
    if ('values' in row) fields.see(row.values);
    items += 1;
    if (isSettled(row, items, settled)) continue;
    lastLine = row.line;
    add(map, batch, row);
    if (batch.rows.length + batch.problems.length < BATCH_ROWS && batch.seen < BATCH_ITEMS) continue;
    fields.check();
    yield flush();
  }
  fields.check();
  if (batch.seen > 0) yield flush();
}

const isSettled = ({ line }: ReadRow, items: number, settled: Settled): boolean =>
  settled.items === undefined ? line <= settled.line : items <= settled.items;

const emptyBatch = () => ({
  rows: [] as FileRow[],
  problems: [] as Problem[],
  filtered: 0,
  blank: 0,
  doubts: [] as string[],
  seen: 0,
});

function add(map: FileMap, batch: ReturnType<typeof emptyBatch>, row: ReadRow): void {
  batch.seen += 1;
  if (row.doubt !== undefined) batch.doubts.push(row.doubt);
  const at = { line: row.line, ...(row.item === undefined ? {} : { item: row.item }) };
  if ('blank' in row) batch.blank += row.doubt === undefined ? 1 : 0;
  else if ('problem' in row) batch.problems.push({ ...at, problem: row.problem });
  else if ('heading' in row) batch.filtered += 1;
  else if (isWanted(map, row.values)) batch.rows.push({ ...at, values: row.values });
  else batch.filtered += 1;
}

/** The fields of a JSON file's rows: there are no headings, and rows may leave fields out. */
export class JsonFields {
  readonly #map: FileMap;
  readonly #isJson: () => boolean;
  #unseen: string[];
  #names = new Set<string>();
  #isChecked = false;

  constructor(map: FileMap, isJson: () => boolean) {
    this.#map = map;
    this.#isJson = isJson;
    this.#unseen = [...new Set(columnsOf(map))];
  }

  see(values: RowValues): void {
    if (this.#unseen.length > 0) this.#unseen = this.#unseen.filter((name) => !Object.hasOwn(values, name));
    if (!this.#isChecked && this.#names.size < 1_000)
      for (const name of Object.keys(values)) this.#names.add(name);
  }

  /** @throws WrongColumnsError if no row so far has the required fields */
  check(): void {
    if (this.#isChecked || this.#names.size === 0) return;
    this.#isChecked = true;
    if (!this.#isJson()) return;
    const { externalId, answeredAt } = this.#map;
    const needed = [
      ...[typeof externalId === 'string' ? externalId : externalId.hash].flat(),
      answeredAt.column,
    ];
    const missing = this.#unseen.filter((name) => needed.includes(name));
    if (missing.length === 0) return;
    throw new WrongColumnsError(
      `the map reads fields that the rows do not have: ${toldNames(missing)}; they have ${toldNames(this.#names)}`,
    );
  }

  /** The map's columns that no row has. */
  get unseen(): readonly string[] {
    return this.#isJson() ? this.#unseen : [];
  }
}
