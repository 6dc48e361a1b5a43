import type { Basis } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';

/** What scores are asked for. */
export interface ScoreQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  readonly confidence: number;
  /** Attributes to group by. */
  readonly groupBy: readonly string[];
  /** The windows asked for, any number, overlapping or not; edges are whole minutes. */
  readonly windows: readonly ScoreWindow[];
  /** The window before the first: rows then tell how the score changed since the window before theirs. */
  readonly before?: TimeRange | undefined;
  /** False: no rows of windows in which nothing is told to have been answered. The windows' edges must never go back. */
  readonly fill?: boolean;
  /** Absent: any number. */
  readonly mostRows?: number;
}

/** One window; `time` is the start of its bucket where that is not the start of the window. */
export interface ScoreWindow extends TimeRange {
  readonly time?: number;
}
