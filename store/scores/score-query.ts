import type { Basis } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { CountNotes } from './count-notes.ts';

/** A query of scores. */
export interface ScoreQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  readonly confidence: number;
  /** Attributes to group by. */
  readonly groupBy: readonly string[];
  /** The requested windows, any number, overlapping or not; edges are whole minutes. */
  readonly windows: readonly ScoreWindow[];
  /** The window before the first: rows then have the change since the window before theirs. */
  readonly before?: TimeRange | undefined;
  /** False: no rows for windows without visible responses. The windows' edges must never move backwards. */
  readonly fill?: boolean;
  /** Absent: any number. */
  readonly mostRows?: number;
  /** Learns what the rows are made from. */
  readonly notes?: CountNotes | undefined;
  /** Only so many rows are needed, window by window: later windows are not filled. */
  readonly first?: number | undefined;
}

/** One window; `time` is the start of its bucket if that is not the start of the window. */
export interface ScoreWindow extends TimeRange {
  readonly time?: number;
}
