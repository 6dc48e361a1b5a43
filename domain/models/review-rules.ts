/** By which rules what a model said is queued. */
export interface ReviewRules {
  /** Share of all that is predicted, 0 to 1. */
  readonly sample: number;
  /** Where no class is more probable than this, 0 to 1. */
  readonly lowConfidence: number;
  /** Where the respondent is a promoter and the text a detractor's, or the other way round. */
  readonly contradictions: boolean;
  /**
   * Whether decisions about models are queued: each change of the champion, and of the others the share of `sample`.
   */
  readonly decisions: boolean;
  /** How many people must decide alike. */
  readonly approvals: number;
}
