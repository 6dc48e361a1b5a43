import type { Choice } from './deck.ts';

/** The classes in words for people, by the API's names. */
export const CLASS_WORDS = { DETRACTOR: 'detractor', PASSIVE: 'passive', PROMOTER: 'promoter' } as const;

/** Why a review was queued, in words. */
export function causeWords(cause: string, isDecision: boolean): string {
  const words: Record<string, string> = isDecision
    ? {
        LOW_CONFIDENCE: 'The version was made champion while its monitor raised an alarm.',
        HIGH_IMPACT: 'Another version became champion: every inferred score changes.',
        SAMPLED: 'Picked by chance, so that decisions that look right are checked too.',
        DISPUTED: 'Someone disputes this decision.',
      }
    : {
        LOW_CONFIDENCE: 'The model is not sure: no class is probable enough.',
        HIGH_IMPACT: 'The number and the text say the opposite.',
        SAMPLED: 'Picked by chance, so that what looks right is checked too.',
        DISPUTED: 'Someone disputes what the model read.',
      };
  return words[cause] ?? cause;
}

/** A cause as a short label. */
export const causeLabel = (cause: string): string =>
  ({
    LOW_CONFIDENCE: 'Not sure',
    HIGH_IMPACT: 'High impact',
    SAMPLED: 'Sample',
    DISPUTED: 'Disputed',
  })[cause] ?? cause;

/** A choice as what was done: "Decided: passive". */
export const choiceWords = (choice: Choice): string =>
  ({
    CONFIRM: 'confirmed',
    OVERTURN: 'overturned',
    DETRACTOR: 'detractor',
    PASSIVE: 'passive',
    PROMOTER: 'promoter',
  })[choice];

/** The reason that is stored if the reviewer writes none. */
export const reasonFor = (choice: Choice): string =>
  choice === 'CONFIRM'
    ? 'Read by a person: the model is right.'
    : `Read by a person: ${choiceWords(choice)}.`;
