import type { RollupKey } from '../domain/lineage/lineage.ts';
import type { UncountedReason } from '../domain/responses/counting.ts';
import type { TimeRange } from '../domain/time/time-windows.ts';
import { READ_MS } from '../store/database/client.ts';
import { GraphNotReadyError } from './neo4j/driver.ts';

/** A selection of hour rollups: those of the cells in the hours, fed by any of the mappings. */
export interface RollupSelection {
  /** Public keys of cells, already restricted to the caller's scope. */
  readonly cells: readonly string[];
  /** Hours since 1970; `untilHour` exclusive. */
  readonly fromHour: number;
  readonly untilHour: number;
  /** null: fed by anything. */
  readonly mappings: readonly string[] | null;
  /** Of which model versions (0: surveyed); null: any. */
  readonly models: readonly number[] | null;
}

/** The distinct parts of selected rollups, in order: cells and mappings by key (only the selection's own mappings, if it names some). */
export interface SelectedParts {
  readonly cells: readonly string[];
  readonly models: readonly number[];
  readonly mappings: readonly string[];
}

/** A response that a rollup counts, with the source event that brought its current content. */
export interface CountedResponse {
  readonly rollup: RollupKey;
  readonly id: string;
  /** Epoch milliseconds, as all times here. */
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly mapping: string;
  readonly event: EventFacts;
}

export interface EventFacts {
  readonly id: string;
  readonly position: string;
  readonly receivedAt: number;
  readonly mapping: string;
}

/** One response with all its events: the one that brought its content, and superseded ones. */
export interface ResponseFacts {
  readonly id: string;
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly cell: string;
  readonly mapping: string;
  /** Why it is not counted, if it is kept apart. */
  readonly uncounted: UncountedReason | null;
  /** null while it has no class, or is not counted. */
  readonly rollup: RollupKey | null;
  /** Of the model versions that classified it, by version. */
  readonly inferred: readonly RollupKey[];
  readonly event: EventFacts;
  /** By id. */
  readonly superseded: readonly EventFacts[];
}

/**
 * What a lineage walk reads. Two implementations answer alike: the database itself, and its projection in
 * Neo4j. Callers restrict the cells to the scope first, and check the cell of what is found by id.
 */
export interface LineageStore {
  readonly name: 'record' | 'neo4j';
  /** Journal entries that this store has yet to take in. */
  lag(): Promise<number>;
  /** In the order of `compareRollups`, after `after`. */
  rollups(selection: RollupSelection, after: RollupKey | null, limit: number): Promise<RollupKey[]>;
  /** Mapping keys that feed each rollup, sorted; in the order of the rollups. */
  mappingsOf(rollups: readonly RollupKey[]): Promise<string[][]>;
  /** What the selected rollups are of, and what feeds them. */
  parts(selection: RollupSelection): Promise<SelectedParts>;
  /** Their distinct model versions, in order. */
  models(selection: RollupSelection): Promise<readonly number[]>;
  /** The distinct mappings that feed them, by key; only the selection's own, if it names some. */
  mappings(selection: RollupSelection): Promise<readonly string[]>;
  /**
   * Responses counted in the rollups (given in order) and answered in the range, by rollup and id; of the first
   * rollup only those from id `from` on.
   */
  responses(
    rollups: readonly RollupKey[],
    range: TimeRange,
    mappings: readonly string[] | null,
    from: string | null,
    limit: number,
  ): Promise<CountedResponse[]>;
  response(id: string): Promise<ResponseFacts | null>;
  /** The id of the source event's response. */
  responseOfEvent(eventId: string): Promise<string | null>;
}

/** More than the primary's own limit for a read: no answer by then means that the connection is silent. */
const SILENT_MS = READ_MS + 5_000;

/** The answer. @throws GraphNotReadyError without an answer in time. */
export async function within<T>(answer: Promise<T>, patienceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new GraphNotReadyError('it does not answer')), patienceMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Answers from `primary`; if that cannot be reached, from `fallback`, which answers the same. `isAway`
 * separates connection errors from all others.
 */
export function withFallback(
  primary: LineageStore,
  fallback: LineageStore,
  isAway: (error: unknown) => boolean,
  onFallback: (error: Error) => void,
  patienceMs = SILENT_MS,
): LineageStore {
  const either = async <T>(ask: (store: LineageStore) => Promise<T>): Promise<T> => {
    try {
      return await within(ask(primary), patienceMs);
    } catch (error) {
      if (!isAway(error)) throw error;
      onFallback(error as Error);
      return ask(fallback);
    }
  };
  return {
    name: primary.name,
    lag: () => either((store) => store.lag()),
    rollups: (...given) => either((store) => store.rollups(...given)),
    mappingsOf: (...given) => either((store) => store.mappingsOf(...given)),
    parts: (...given) => either((store) => store.parts(...given)),
    models: (...given) => either((store) => store.models(...given)),
    mappings: (...given) => either((store) => store.mappings(...given)),
    responses: (...given) => either((store) => store.responses(...given)),
    response: (...given) => either((store) => store.response(...given)),
    responseOfEvent: (...given) => either((store) => store.responseOfEvent(...given)),
  };
}
