import type { QueryResult } from 'neo4j-driver';
import type { Store } from '../../store/database/client.ts';
import type { Lease } from '../../store/database/lease.ts';
import {
  BEGINNING,
  followerPosition,
  formatPosition,
  isAfter,
  type JournalPosition,
  journalHead,
  parsePosition,
} from '../../store/journal/journal.ts';
import { restartFollower, wasWritten } from '../../store/journal/journal-trim.ts';
import { GraphNotReadyError } from './driver.ts';
import { dropGraph } from './drop-graph.ts';
import { write } from './fence.ts';
import type { GraphConnections } from './graph-connections.ts';

/*
 * The fence says in which format the graph is written, whether all of it is there, and up to which entry of the journal. A graph of
 * another format, or of another state of the database, is dropped and filled again by the holder of the lease; until then the
 * database answers. See docs/decisions/0203.
 */

/** Increases with each change after which a graph that was written before has to be written again. Graphs without one are of format 1. */
export const FORMAT = 3;

/** Graphs whose fence a version without formats has raised have none (fence.ts). */
const STATE = `MATCH (f:Fence {name: $name})
  RETURN CASE WHEN f.formatOf = f.token THEN f.format END AS format, f.fillsTo AS fillsTo, f.reached AS reached`;
const FORGET = 'MATCH (f:Fence {name: $name}) SET f.format = null';
const BEGIN = 'MATCH (f:Fence {name: $name}) SET f.format = $format, f.fillsTo = $fillsTo, f.reached = null';
const REACH = 'MATCH (f:Fence {name: $name}) SET f.reached = $reached';
const END = 'MATCH (f:Fence {name: $name}) SET f.fillsTo = null';

type Run = (query: string, parameters: object) => Promise<Pick<QueryResult, 'records'>>;

/** What the fence says of the graph. */
export interface GraphState {
  /** Whether it is written as this version does. */
  readonly isCurrent: boolean;
  /** The entry of the journal with which it is whole; null: it is. */
  readonly fillsTo: JournalPosition | null;
  /** The last entry that was written to it; null: none since it was begun, or by an older version. */
  readonly reached: JournalPosition | null;
}

/** The state of the graph, as `run` reads it. */
export async function graphState(run: Run, name: string): Promise<GraphState> {
  const { records } = await run(STATE, { name });
  const place = (of: string) => parsePosition((records[0]?.get(of) as string | null | undefined) ?? '');
  return {
    isCurrent: records[0]?.get('format') === FORMAT,
    fillsTo: place('fillsTo'),
    reached: place('reached'),
  };
}

/** @throws GraphNotReadyError unless the graph is whole, and written as this version reads it. */
export async function checkGraphState(graph: GraphConnections, name: string): Promise<void> {
  const { isCurrent, fillsTo } = await graphState(graph.executeQuery, name);
  if (!isCurrent) throw new GraphNotReadyError('it was written by another version, and is written again');
  if (fillsTo) throw new GraphNotReadyError('it is still being written');
}

/** The state in which earlier holders left the graph: none of them can write from now on. */
export async function takeGraph(graph: GraphConnections, lease: Lease): Promise<GraphState> {
  let state: GraphState = { isCurrent: false, fillsTo: null, reached: null };
  await write(graph, lease, async (tx) => {
    state = await graphState((...given) => tx.run(...given), lease.name);
  });
  return state;
}

/**
 * Whether the graph is of what the database has now. If not, one of the two was restored, or replaced: the last entry in the graph is
 * not in the journal, or the follower was saved further than the graph is.
 */
export async function followsJournal(
  store: Store,
  { reached }: Pick<GraphState, 'reached'>,
  name: string,
): Promise<boolean> {
  if (!reached || !isAfter(reached, BEGINNING)) return true;
  const saved = await followerPosition(store, name);
  return !isAfter(saved, reached) && (await wasWritten(store, reached));
}

/** From now on the graph has everything up to that entry; before the follower saves it. */
export function noteReached(graph: GraphConnections, lease: Lease, { xact, position }: JournalPosition) {
  const reached = formatPosition({ xact, position });
  return write(graph, lease, (tx) => tx.run(REACH, { name: lease.name, reached }));
}

/**
 * Moves the follower back to the beginning and drops the graph; false if it was stopped before. Interrupted at any point, the
 * next try or holder of the lease begins again here, or goes on filling, from the stored position.
 */
export async function beginAgain(
  graph: GraphConnections,
  store: Store,
  lease: Lease,
  stopped: () => boolean,
): Promise<boolean> {
  const { name } = lease;
  await write(graph, lease, (tx) => tx.run(FORGET, { name }));
  await restartFollower(store, name, lease);
  if (!(await dropGraph(graph, store, lease, stopped))) return false;
  await beginFilling(graph, lease, await journalHead(store));
  return true;
}

/** From now on the graph can be read when the journal was followed to its present head; an empty journal has nothing to fill from. */
export function beginFilling(graph: GraphConnections, lease: Lease, head: JournalPosition): Promise<void> {
  const fillsTo = isAfter(head, BEGINNING) ? formatPosition(head) : null;
  return write(graph, lease, (tx) => tx.run(BEGIN, { name: lease.name, format: FORMAT, fillsTo }));
}

/** The graph has been filled. */
export function endFilling(graph: GraphConnections, lease: Lease): Promise<void> {
  return write(graph, lease, (tx) => tx.run(END, { name: lease.name }));
}
