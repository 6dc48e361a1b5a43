import type { DailyVolume, Shares } from '../../domain/detection/source-quality.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Autonomy } from '../../store/tables/agents.ts';
import type { Cause, Episode, LastAlert } from '../alerting/episode.ts';

export const AGENT = 'data-monitor';

interface Asked {
  /** ISO 8601. */
  readonly at: string;
  readonly before: Episode | null;
  readonly last: LastAlert | null;
}

/** Days of a source since 1970, without gaps, the last being today. */
export interface SourceDays extends DailyVolume {
  readonly name: string;
  readonly rejected: readonly number[];
  /** Codes of what was rejected yesterday and today, the most frequent first. */
  readonly reasons: readonly string[];
  /** Of yesterday and today, and of the four weeks before. Absent in decisions from before they were read. */
  readonly shares?: { readonly recent: Shares; readonly earlier: Shares };
}

/** Sources that have one cause: those of one connection, or one alone. */
export interface SourcesInputs extends Asked {
  readonly what: 'sources';
  readonly sources: readonly SourceDays[];
  readonly connection: {
    readonly name: string;
    /** Epoch milliseconds. */
    readonly lastDeliveryAt: number | null;
    readonly lastRefusedAt: number | null;
  } | null;
}

export interface FollowersInputs extends Asked {
  readonly what: 'followers';
  /** Seconds, by the name of what follows the journal. */
  readonly delays: Readonly<Record<string, number>>;
}

/** Survey versions of a source that is known for longer: the questions may be worded in another way. */
export interface WordingInputs extends Asked {
  readonly what: 'wording';
  readonly source: string;
  readonly survey: string;
  readonly version: string;
  /** ISO 8601. */
  readonly firstSeen: string;
}

/** What the agent `retention` should have deleted. */
export interface RetentionInputs extends Asked {
  readonly what: 'retention';
  /** Rows that are more than a day past their period, `most` at most, by the name of what a rule is about. */
  readonly overdue: Readonly<Record<string, number>>;
  readonly most: number;
  readonly agent: { readonly enabled: boolean; readonly autonomy: Autonomy };
}

/** How many were asked and how many answered on each day of a segment, without gaps. */
export interface RateSeries {
  readonly segment: Segment;
  /** Days since 1970 of the first. */
  readonly first: number;
  readonly asked: readonly number[];
  readonly answered: readonly number[];
}

/** Who answers: of those invited (response), or of those who began to answer (abandonment). */
export interface RatesInputs extends Asked {
  readonly what: 'rates';
  readonly rate: 'response' | 'abandonment';
  readonly segments: readonly RateSeries[];
}

/** What has an open alert and is not watched any more, or not under that key. */
export interface GoneInputs extends Asked {
  readonly what: 'gone';
  readonly key: string;
}

export type Inputs =
  | SourcesInputs
  | FollowersInputs
  | WordingInputs
  | RetentionInputs
  | RatesInputs
  | GoneInputs;

/** What one look found. */
export interface Found {
  readonly cause: Cause | null;
  readonly fine: string;
  readonly evidence: readonly string[];
}
