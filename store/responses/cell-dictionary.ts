import { Memory } from '../../domain/memory/memory.ts';
import { type Cell, type CellAttributes, type CellDictionary, cellKey } from '../../domain/segments/cell.ts';
import { cellShares } from '../../domain/segments/cell-filing.ts';
import { CellIndex } from '../../domain/segments/cell-index.ts';
import { checkDimensions, lackedBy, seenAs, storedAs } from '../../domain/segments/cell-shape.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { sharedRead } from '../journal/shared-read.ts';
import { addCells, CELLS_LOCK, type Filing, type Submission } from './add-cells.ts';

const LOAD = statement('cells_load', 'SELECT id, key, attributes FROM cell WHERE id > $1 ORDER BY id');
/** In the order of the ids, so that two writers never deadlock. */
const USE = statement(
  'cells_use',
  `UPDATE cell SET used = true FROM (SELECT id FROM cell WHERE id = ANY ($1::integer[]) ORDER BY id FOR NO KEY UPDATE) held
    WHERE cell.id = held.id RETURNING cell.id`,
);

/** A cell was released since its id was looked up: nothing was stored, and the id must be looked up again. */
export class CellGoneError extends Error {
  override readonly name = 'CellGoneError';
}

/** The database's cells in memory: few (bounded); they are added and released, never changed. */
export class StoredCellDictionary implements CellDictionary {
  readonly memory = new Memory();
  #byId = new Map<number, Cell>();
  #byKey = new Map<string, Cell>();
  #index = new CellIndex();
  /** Cells that hold a response, as far as this process knows. */
  readonly #used = new Set<number>();
  readonly #dimensions: readonly Dimension[] | null;
  /** Attributes that some cell lacks, because their dimensions were added later. */
  readonly #later = new Set<string>();
  #highest = 0;
  #version = 0;

  /** @param dimensions the configured ones; null: cells are used as stored */
  constructor(dimensions: readonly Dimension[] | null = null) {
    this.#dimensions = dimensions;
  }

  /**
   * Checks the configured dimensions against the cells.
   * @throws DimensionsGoneError
   */
  checkDimensions(former: readonly string[]): void {
    const stored = this.all().map((cell) => cell.stored ?? cell.attributes);
    checkDimensions(stored, this.#dimensions ?? [], former);
  }

  /** The attributes in the form that cells and contents are made of. */
  readonly storedAs = (attributes: CellAttributes): CellAttributes => storedAs(attributes, this.#later);

  /** The key of the cell with these attributes. */
  keyOf(attributes: CellAttributes): string {
    return cellKey(this.storedAs(attributes));
  }

  get(id: number): Cell | undefined {
    return this.#byId.get(id);
  }

  byKey(key: string): Cell | undefined {
    return this.#byKey.get(key);
  }

  all(): readonly Cell[] {
    return this.#index.all();
  }

  ofValue(attribute: string, value: string): readonly Cell[] {
    return this.#index.ofValue(attribute, value);
  }

  /** The highest id of a cell that is known. */
  get highest(): number {
    return this.#highest;
  }

  get size(): number {
    return this.#byId.size;
  }

  get version(): number {
    return this.#version;
  }

  /** How many values of that attribute some cell has. */
  countValues(attribute: string): number {
    return this.#index.countValues(attribute);
  }

  /** Reads the cells that were added since the last call, by this process or another. */
  async refresh(session: Session): Promise<void> {
    // Identity values of open transactions may be lower than those already seen: start a little earlier.
    this.#take(await session.rows<Cell>(LOAD, [Math.max(0, this.#highest - 100)]));
  }

  /** The same for several callers at once; each read begins after their calls. */
  readonly catchUp = sharedRead<Store, void>(async ([store]) => {
    if (store) this.#take(await store.rows<Cell>(LOAD, [this.#highest]));
  });

  /** Reads all cells: released ones are dropped. */
  async reload(session: Session): Promise<void> {
    const rows = await session.rows<Cell>(LOAD, [0]);
    [this.#byId, this.#byKey, this.#index] = [new Map(), new Map(), new CellIndex()];
    this.#version += 1;
    this.#take(rows);
  }

  #take(rows: readonly Cell[]): void {
    for (const row of rows) {
      if (this.#byId.has(row.id)) continue;
      const cell = this.#seen(row);
      // A released one that was added again has another id.
      const before = this.#byKey.get(cell.key);
      if (before) this.#byId.delete(before.id);
      this.#byId.set(cell.id, cell);
      this.#byKey.set(cell.key, cell);
      this.#index.add(cell);
      this.#highest = Math.max(this.#highest, cell.id);
      this.#version += 1;
    }
  }

  #seen(row: Cell): Cell {
    if (this.#dimensions === null) return row;
    for (const name of lackedBy(row.attributes, this.#dimensions)) this.#later.add(name);
    const attributes = seenAs(row.attributes, this.#dimensions);
    return attributes === row.attributes ? row : { ...row, attributes, stored: row.attributes };
  }

  /**
   * The cells that the submissions are filed in, in the same order; missing ones are added first. What may not
   * become a cell is filed elsewhere (domain/segments/cell-filing.ts); null if the caller may submit to none of
   * these.
   */
  async file(store: Store, submissions: readonly Submission[], filing: Filing): Promise<(Cell | null)[]> {
    const names = submissions.map(({ attributes }) => JSON.stringify(attributes));
    const places = new Map<string, string | null>();
    const missing = new Map<string, Submission>();
    submissions.forEach((submission, i) => {
      const name = names[i] as string;
      if (places.has(name) || missing.has(name)) return;
      const key = this.keyOf(submission.attributes);
      if (this.#byKey.has(key)) places.set(name, key);
      else missing.set(name, submission);
    });
    if (missing.size > 0) {
      const filed = await store.transaction(async (session) => {
        await session.rows(CELLS_LOCK, []);
        return addCells(session, this, [...missing.values()], filing, cellShares(filing.limits));
      });
      await this.refresh(store);
      [...missing.keys()].forEach((name, i) => {
        places.set(name, filed[i] ?? null);
      });
    }
    return names.map((name) => {
      const key = places.get(name);
      if (key === null || key === undefined) return null;
      const cell = this.#byKey.get(key);
      if (!cell) throw new CellGoneError(`the cell ${key} was given back`);
      return cell;
    });
  }

  /**
   * Locks the cells for the transaction, and flags them as used, so that they are not released. Call `noteUsed`
   * with the same ids after the commit.
   * @throws CellGoneError when one was released.
   */
  async use(session: Session, ids: Iterable<number>): Promise<void> {
    const unproven = [...new Set(ids)].filter((id) => !this.#used.has(id));
    if (unproven.length === 0) return;
    const held = await session.rows(USE, [unproven]);
    if (held.length < unproven.length)
      throw new CellGoneError('a cell was given back while a response was on its way to it');
  }

  /** Remembers that the cells hold a committed response. */
  noteUsed(ids: Iterable<number>): void {
    for (const id of ids) this.#used.add(id);
  }
}
