import type { ModelArtefact } from './model.ts';
import type { Example } from './softmax-regression.ts';
import { fitThemes, type ThemeExample } from './themes.ts';
import { type FittedHead, fitHeadForUse } from './train.ts';

/** Everything that a model's heads are fitted on. */
export interface FitRequest {
  readonly nps: readonly Example[];
  /** Absent: the champion's sentiment head is reused. */
  readonly sentiment: readonly Example[] | null;
  readonly themeNames: readonly string[];
  readonly themes: readonly ThemeExample[];
}

export interface FitResult {
  readonly nps: FittedHead;
  readonly sentiment: FittedHead | null;
  readonly themes: ModelArtefact['heads']['themes'];
}

/** Fits all heads; seconds of work, so it runs in a thread of its own. */
export function fitAll({ nps, sentiment, themeNames, themes }: FitRequest): FitResult {
  return {
    nps: fitHeadForUse(nps, 3, ['softmax', 'ordinal']),
    sentiment: sentiment && fitHeadForUse(sentiment, 3),
    themes: fitThemes(themeNames, themes),
  };
}
