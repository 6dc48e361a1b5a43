import type { ReadChange, Reading } from '../../domain/detection/reading.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { AlertState, Severity } from '../../store/tables/agents.ts';

/* What the score monitor decides on. Days count from 1970 in UTC; scores and sizes are in points. */

/** The rule, by its version. */
interface RuleName {
  readonly name: string;
  readonly version: number;
  /** How often a year it may be wrong in a segment; null: it states no rate. */
  readonly falseAlarmsPerYear: number | null;
}

/** One side of a difference. */
export interface Side {
  /** The score's id. */
  readonly id: string;
  readonly score: number;
  readonly answers: number;
}

/** A part of the difference, by the decomposition of `drivers`. */
export interface PartOfDifference {
  /** An attribute, or "theme". */
  readonly by: string;
  readonly value: string;
  readonly mix: number;
  readonly rate: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A change event near the beginning: a candidate cause, no more. */
export interface Candidate {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
}

/** One cause, with all segments that it shows in. */
export interface Finding {
  /** The segment whose charts tell it. */
  readonly watched: Segment;
  readonly change: ReadChange;
  /** The first day of what it is about. */
  readonly since: number;
  /** The part of it that the whole change comes from; else the same. */
  readonly segment: Segment;
  /** Other segments that changed, where nothing is left without the answers of `watched`. */
  readonly members: readonly { readonly segment: Segment; readonly size: number }[];
  readonly before: Side;
  readonly after: Side;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly segments: readonly PartOfDifference[];
  readonly themes: readonly PartOfDifference[];
  /** Ids of responses. */
  readonly examples: readonly string[];
  readonly candidates: readonly Candidate[];
}

/** The alert about the same cause. */
export interface KnownAlert {
  readonly id: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly watched: Segment;
  readonly segment: Segment;
  readonly difference: number;
  readonly phase: ReadChange['phase'];
  readonly candidates: readonly string[];
}

/** What is observed of one rule, or of one cause under it. */
export type MonitorInputs =
  | {
      readonly kind: 'cause';
      readonly rule: RuleName;
      readonly key: string;
      /** The first day that is not counted. */
      readonly day: number;
      readonly lastAnswer: number;
      readonly isStale: boolean;
      readonly finding: Finding;
      /** How often a year each watched segment comes so far by chance; the place of this one among them. */
      readonly rates: readonly number[];
      readonly place: number;
      readonly alert: KnownAlert | null;
      /** An alert of another rule about a part of these answers, which accounts for it; null: none. */
      readonly covered: string | null;
    }
  | {
      readonly kind: 'over';
      readonly rule: Pick<RuleName, 'name' | 'version'>;
      readonly day: number;
      readonly alert: KnownAlert;
      /** How it ended; null: no chart finds it any more. */
      readonly over: Reading['over'];
      readonly isRuleOff: boolean;
      /** The score since. */
      readonly evidence: readonly string[];
    }
  | {
      readonly kind: 'watch';
      readonly rule: RuleName;
      readonly day: number;
      /** Why the rule cannot be read; null: it can. */
      readonly problem: string | null;
      readonly watched: readonly {
        readonly segment: Segment;
        readonly answers: number;
        readonly perDay: number;
        readonly isChanged: boolean;
        readonly nearest: Reading['nearest'];
        readonly explained: Reading['explained'];
      }[];
    };

/** What an alert says. */
export interface AlertContent {
  readonly key: string;
  readonly severity: Severity;
  readonly title: string;
  readonly summary: string;
  readonly segment: Segment;
  /** ISO 8601. */
  readonly since: string;
  readonly before: string;
  readonly after: string;
  readonly facts: AlertNumbers;
  readonly evidence: readonly string[];
}

/** The numbers behind an alert, and what later runs know it by. */
export interface AlertNumbers extends Omit<Finding, 'segment' | 'examples'> {
  readonly rule: string;
  readonly falseAlarmsPerYear: number | null;
}

/** What it does about an alert. */
export type MonitorAction =
  | { readonly kind: 'raise'; readonly content: AlertContent }
  | { readonly kind: 'change'; readonly alert: string; readonly content: AlertContent }
  | { readonly kind: 'resolve'; readonly alert: string; readonly evidence: readonly string[] };
