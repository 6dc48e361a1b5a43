import { type Cell, type CellAttributes, type CellDictionary, cellKey } from '../domain/cell.ts';
import { OTHER } from '../domain/dimensions.ts';
import type { Session, Statement, Store } from './client.ts';

const LOAD: Statement = {
  name: 'cells_load',
  text: 'SELECT id, key, attributes FROM cell WHERE id > $1 ORDER BY id',
};
const INSERT: Statement = {
  name: 'cells_insert',
  text: `INSERT INTO cell (key, attributes) SELECT key, attributes FROM
    json_to_recordset($1::json) AS new (key text, attributes jsonb) ORDER BY key ON CONFLICT (key) DO NOTHING`,
};

/** The cells of the record in memory: few (bounded), added, never changed. */
export class RecordCells implements CellDictionary {
  readonly #byId = new Map<number, Cell>();
  readonly #byKey = new Map<string, Cell>();
  #sorted: Cell[] | undefined;
  #highest = 0;

  get(id: number): Cell | undefined {
    return this.#byId.get(id);
  }

  byKey(key: string): Cell | undefined {
    return this.#byKey.get(key);
  }

  all(): readonly Cell[] {
    this.#sorted ??= [...this.#byId.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return this.#sorted;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Reads the cells that were added since the last call, by this process or another. */
  async refresh(session: Session): Promise<void> {
    // Identity values of open transactions may be lower than those already seen: look a little back.
    const rows = await session.rows<Cell>(LOAD, [Math.max(0, this.#highest - 100)]);
    for (const cell of rows) {
      if (this.#byId.has(cell.id)) continue;
      this.#byId.set(cell.id, cell);
      this.#byKey.set(cell.key, cell);
      this.#highest = Math.max(this.#highest, cell.id);
      this.#sorted = undefined;
    }
  }

  /**
   * The ids of the cells with these attributes, in the same order; missing ones are added first. Once `limit` cells
   * exist, a value that no cell has yet becomes `other`; if that combination is new too, every value does.
   */
  async ensure(
    store: Store,
    wanted: readonly CellAttributes[],
    limit: number,
    onOverflow: (cell: CellAttributes) => void,
  ) {
    const unknown = (attributes: CellAttributes) => !this.#byKey.has(cellKey(attributes));
    if (wanted.some(unknown)) await this.refresh(store);
    const added = new Map<string, CellAttributes>();
    const final = wanted.map((attributes) => {
      if (!unknown(attributes) || added.has(cellKey(attributes))) return attributes;
      const fitting =
        this.size + added.size < limit ? attributes : this.#overflow(attributes, unknown, onOverflow);
      if (unknown(fitting)) added.set(cellKey(fitting), fitting);
      return fitting;
    });
    if (added.size > 0) {
      const rows = [...added].map(([key, attributes]) => ({ key, attributes }));
      await store.rows(INSERT, [JSON.stringify(rows)]);
      await this.refresh(store);
    }
    return final.map((attributes) => {
      const cell = this.#byKey.get(cellKey(attributes));
      if (!cell) throw new Error(`the cell ${JSON.stringify(attributes)} was added but cannot be read`);
      return cell.id;
    });
  }

  #overflow(
    attributes: CellAttributes,
    unknown: (attributes: CellAttributes) => boolean,
    onOverflow: (cell: CellAttributes) => void,
  ): CellAttributes {
    onOverflow(attributes);
    const cells = this.all();
    const known = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        cells.some((cell) => cell.attributes[name] === value) ? value : OTHER,
      ]),
    );
    if (!unknown(known)) return known;
    return Object.fromEntries(Object.keys(attributes).map((name) => [name, OTHER]));
  }
}
