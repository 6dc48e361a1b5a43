import type { Encoders } from './encoders.ts';
import { type Readers, ScoringError } from './readers.ts';
import { readTaxonomy } from './themes.ts';
import { type TrainingDeps, TrainingError } from './training-job.ts';

/** What is trained: the chosen encoder's heads if nothing is named. */
export interface TrainingPlace {
  /** The encoder, by its name. */
  readonly encoder?: string | null | undefined;
  /** The champion's companion, whose place the result may take; it has the encoder of that one. */
  readonly companion?: number | null;
}

type Own = 'pool' | 'champion' | 'companion' | 'first' | 'readBy' | 'taxonomy';
type Options = Omit<TrainingDeps, Own> & Pick<Readers, 'partsOf'> & { readonly encoders: Encoders };

const TAXONOMY = new URL('./themes.json', import.meta.url);

/** What a training is given for that place. @throws UserError */
export async function placeOf(
  options: Options,
  { encoder, companion }: TrainingPlace,
): Promise<TrainingDeps> {
  const { encoders, partsOf } = options;
  const taxonomy = readTaxonomy(TAXONOMY);
  const [first, second] = await partsOf(null).catch((error: unknown) => {
    // There is no champion yet. What could not be read, for want of a connection, may have a companion.
    if (error instanceof ScoringError) return [];
    throw error;
  });
  if (companion) {
    if (!first || second?.id !== companion)
      throw new TrainingError(`model version ${companion} is not the companion of the champion`);
    const pool = await encoders.of(second.model.artefact.encoder);
    return { ...options, pool, taxonomy, champion: second.model, first, companion: null, readBy: companion };
  }
  const pool = await (encoder ? encoders.named(encoder) : encoders.main());
  const has = (reader: typeof second) => reader?.model.artefact.encoder.hash === pool.id.hash;
  // What may take over from the champion keeps its companion, and learns from what that one does not read.
  const kept = (has(first) && second) || null;
  const champion = (has(second) ? second : first)?.model ?? null;
  return {
    ...options,
    pool,
    taxonomy,
    champion,
    first: null,
    companion: kept,
    readBy: kept && (first?.id ?? null),
  };
}
