import type { CellDictionary } from '../domain/segments/cell.ts';
import { type PredictionRow, readScorable, type TextDeps } from '../store/models/predictions.ts';
import { type Encoders, missingEncoder } from './encoders.ts';
import { FEATURE_SET } from './features.ts';
import type { Model } from './model.ts';
import { predict } from './predict.ts';
import { preparedFor } from './preparation.ts';
import { featureSourceOf, featuresHash, predictionRow } from './scorer.ts';

/** Whether a stored prediction was reproduced, integer for integer; if not, why. */
export interface Reproduction {
  readonly same: boolean;
  readonly reason: string | null;
}

/** Runs a stored prediction again with its pinned model, features and text. */
export async function reproduce(
  deps: TextDeps & { readonly cells: CellDictionary; readonly encoders: Encoders },
  model: Model,
  stored: PredictionRow,
): Promise<Reproduction> {
  const { encoder, featureSet } = model.artefact;
  const pool = await deps.encoders.find(encoder.hash);
  if (!pool) return no(missingEncoder(encoder));
  if (featureSet.codeHash !== FEATURE_SET.codeHash)
    return no('the code of the features has changed since the model was trained');
  const [response] = await readScorable(deps, [stored.responseId]);
  if (!response) return no('the text is no longer kept');
  const source = featureSourceOf(deps.cells, response);
  const [prediction] = await predict(pool, model, [source]);
  if (!prediction) return no('the model gave no prediction');
  const again = predictionRow(
    response,
    prediction,
    stored.modelVersionId,
    featuresHash(preparedFor(model, source)),
  );
  // Predictions older than the monitors lack what those read.
  const monitored: readonly string[] =
    stored.words === null ? ['words', 'tokens', 'unknownTokens', 'language'] : [];
  const differing = (Object.keys(again) as (keyof PredictionRow)[]).filter(
    (name) => !monitored.includes(name) && JSON.stringify(again[name]) !== JSON.stringify(stored[name]),
  );
  return differing.length === 0 ? { same: true, reason: null } : no(`these differ: ${differing.join(', ')}`);
}

function no(reason: string): Reproduction {
  return { same: false, reason };
}
