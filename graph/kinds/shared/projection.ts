import type { QueryResult } from 'neo4j-driver';
import type { OwnerSession } from '../../../store/database/client.ts';
import type { JournalEntry } from '../../../store/journal/journal.ts';
import type { StoredCellDictionary } from '../../../store/responses/cell-dictionary.ts';
import type { MappingRegistry } from '../../../store/responses/mappings.ts';
import type { JournalPayload } from '../../../store/tables/schema.ts';
import type { Written } from './written.ts';

/** A transaction of Neo4j. */
export interface GraphTransaction {
  run(query: string, parameters?: object): Promise<QueryResult>;
}

/** What writers of the graph read from, and how they write. */
export interface GraphWriter {
  readonly store: OwnerSession;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  readonly written: Written;
  /** One transaction under the projector's lease. @throws Superseded */
  readonly write: (work: (tx: GraphTransaction) => Promise<unknown>) => Promise<void>;
}

/** How a kind's nodes are written to Neo4j. */
export interface Projection {
  /**
   * Makes the graph equal to the database for everything that the entries touched. It reads the current state
   * instead of replaying events, so an entry taken twice, or late, does no harm.
   */
  write(graph: GraphWriter, entries: readonly JournalEntry[]): Promise<void>;
  /** Pages of entries that name everything, for an empty graph; null where other kinds' entries do. */
  readonly all: ((graph: GraphWriter) => AsyncIterable<readonly JournalEntry[]>) | null;
}

/** Rows per write to the graph. */
export const BATCH = 2_000;

/** The items in parts of at most `BATCH`. */
export function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += BATCH) yield items.slice(i, i + BATCH);
}

/**
 * Writes each part while the next one is read; one write at a time. An error comes when what was begun beside it is over, so that
 * nothing of it is written after a repetition.
 */
export async function writeWhileReading<Part, Read>(
  parts: Iterable<Part>,
  readPart: (part: Part) => Promise<Read>,
  write: (read: Read) => Promise<void>,
): Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  for (const part of parts) {
    const [read, written] = await Promise.allSettled([readPart(part), writing]);
    if (written.status === 'rejected') throw written.reason;
    if (read.status === 'rejected') throw read.reason;
    writing = write(read.value);
  }
  await writing;
}

const NO_CHANGE: JournalPayload = { added: [], removed: [], deltas: [] };

/** An entry as the journal would write it, for filling an empty graph. */
export const entry = (kind: string, payload: Partial<JournalPayload>): JournalEntry => ({
  xact: 0,
  position: 0,
  kind,
  recordedAt: new Date(0),
  payload: { ...NO_CHANGE, ...payload },
});

/** Model versions that the entries report as changed. */
export function touchedModels(entries: readonly JournalEntry[]): number[] {
  const models = entries.flatMap(({ kind, payload }) =>
    (kind === 'model' || kind === 'monitor') && payload.model !== undefined ? [payload.model] : [],
  );
  return [...new Set(models)];
}

/** Hours of cells (by public key) whose counts the entries changed. */
export function touchedHours(
  cells: StoredCellDictionary,
  entries: readonly JournalEntry[],
): { readonly hour: number; readonly cell: string }[] {
  const hours = new Map<string, { hour: number; cell: string }>();
  for (const { payload } of entries) {
    for (const [cellId, hour] of payload.deltas) {
      const cell = cells.get(cellId)?.key;
      if (cell) hours.set(`${hour} ${cell}`, { hour, cell });
    }
  }
  return [...hours.values()];
}
