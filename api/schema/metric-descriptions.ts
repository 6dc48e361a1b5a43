import type { ModelMetric } from '../../store/tables/monitoring.ts';

/** The schema's descriptions of the monitor's figures. */
export const METRIC_DESCRIPTIONS: Readonly<Record<ModelMetric, string>> = {
  ACCURACY: 'Share of the answers with a surveyed class to which the model gave the same class.',
  RANKED_PROBABILITY_SCORE:
    'Over detractor, passive, promoter, 0 to 1; smaller is better. The one that raises an alarm.',
  BRIER: 'Over the three classes, 0 to 2; smaller is better.',
  ECE: 'Expected calibration error, ten bins.',
  CLASS_MIX: 'The score of the predicted classes as they are; tested by chi-squared.',
  EMBEDDINGS: 'MMD² of samples of text embeddings; tested by permutation.',
  LENGTH: 'Mean number of words; tested over classes of length.',
  LANGUAGE: 'Share of texts in a language that the model does not read; tested over all languages.',
  UNKNOWN_WORDS: 'Share of tokens that the vocabulary does not have; tested over texts with and without one.',
  ABSTENTION: 'Share of texts that the model does not classify.',
};
