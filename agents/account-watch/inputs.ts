import type { Weights } from '../../domain/statistics/logistic.ts';
import type { AccountFacts } from '../../store/outcomes/account-facts.ts';
import type { Episode, LastAlert } from '../alerting/episode.ts';

export const AGENT = 'account-watch';

/** What an account is watched for: one alert for each. */
export const CAUSES = ['risk', 'potential'] as const;
export type AccountCause = (typeof CAUSES)[number];

/** A model of cancellation within 90 days, and how it did in later history that it has not seen. */
export interface ChurnModel {
  readonly weights: Weights;
  /** Platt's scaling: intercept and slope of the log odds. */
  readonly platt: Weights;
  /** Accounts and cancellations that it was fitted to. */
  readonly fitted: number;
  readonly cancelled: number;
  readonly heldOut: {
    readonly accounts: number;
    /** The share of all that cancelled. */
    readonly base: number;
    /** The capacity, and the share that cancelled of so many accounts that the model puts first. */
    readonly k: number;
    readonly precision: number;
    /** The mean probability given: near `base` where the model is calibrated. */
    readonly expected: number;
    /** The mean difference of probability and share over the patterns of facts, weighted by accounts. */
    readonly error: number;
  };
}

/** The model, or why rules decide alone. */
export type ModelOrWhy =
  | { readonly model: ChurnModel; readonly why: null }
  | { readonly model: null; readonly why: string };

/** All that a decision about an account is made of. */
export interface Inputs {
  /** ISO 8601. */
  readonly at: string;
  readonly cause: AccountCause;
  /** Null: the account has cancelled, or nothing is known of it any more. */
  readonly facts: AccountFacts | null;
  readonly model: ChurnModel | null;
  /** Why there is no model: too few outcomes, or one that is no better than chance. */
  readonly why: string | null;
  /** Its place among the accounts without an open alert of that cause, from 1; 0: it has one. */
  readonly rank: number;
  /** How many alerts of that cause may still be raised this week. */
  readonly left: number;
  readonly before: Episode | null;
  readonly last: LastAlert | null;
}
