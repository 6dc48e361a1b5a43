import { readFileSync } from 'node:fs';
import { identifyEncoder, isComplete } from '../encoder-id.ts';
import { type Model, readModel } from '../model.ts';

const HEADS = new URL('../models/scoreline-e5/heads.json', import.meta.url);

/**
 * The model of other languages that ships, where the encoder that its heads were made for is in the folder; null where it is not built,
 * or where it is another one.
 */
export async function transferredModel(folder: string): Promise<Model | null> {
  if (!isComplete(folder)) return null;
  const model = readModel(JSON.parse(readFileSync(HEADS, 'utf8')));
  const { hash } = await identifyEncoder(folder, '');
  return hash === model.artefact.encoder.hash ? model : null;
}
