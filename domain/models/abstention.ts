/** Why a model abstains, and how the text of each reason begins (`Prediction.abstained`). */
export const ABSTENTIONS = {
  TOO_SHORT: 'too short',
  LANGUAGE_UNDETERMINED: 'language: not determined',
  LANGUAGE_NOT_READ: 'language',
  OUT_OF_SCOPE: 'out of scope',
  UNKNOWN_WORDS: 'unknown words',
  UNCERTAIN: 'uncertain',
} as const;

export type AbstentionReason = keyof typeof ABSTENTIONS;
export const ABSTENTION_REASONS = Object.keys(ABSTENTIONS) as AbstentionReason[];
