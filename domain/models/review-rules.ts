/** Rules by which predictions are queued for review. */
export interface ReviewRules {
  /** Share of all predictions, 0 to 1. */
  readonly sample: number;
  /** Queue if no class has a higher probability than this, 0 to 1. */
  readonly lowConfidence: number;
  /** Queue if the respondent is a promoter and the text reads as a detractor's, or the reverse. */
  readonly contradictions: boolean;
  /**
   * Whether decisions about models are queued: each change of the champion, and the share `sample` of the
   * others.
   */
  readonly decisions: boolean;
  /** How many people must decide alike. */
  readonly approvals: number;
}
