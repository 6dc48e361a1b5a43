import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FEATURE_SET } from '../features.ts';
import { readModel } from '../model.ts';
import { TRANSFERRED } from '../training/feedback.ts';
import { transferredModel } from './heads.ts';
import { RECIPE } from './recipe.ts';

const model = readModel(
  JSON.parse(readFileSync(new URL('../models/scoreline-e5/heads.json', import.meta.url), 'utf8')),
);

it('ships heads for the encoder that the command builds, in the languages that they were calibrated on', () => {
  const { encoder, languages, featureSet, trainingSets } = model.artefact;
  expect(encoder).toEqual({ name: 'scoreline-e5', hash: RECIPE.outcome, dimension: 384 });
  expect(languages).toEqual(TRANSFERRED);
  expect(featureSet.codeHash).toBe(FEATURE_SET.codeHash);
  expect(trainingSets.map(({ head, description }) => [head, description.split(':')[0]])).toEqual([
    ['nps', 'trained on English labels, transferred'],
    ['sentiment', 'trained on English labels, transferred'],
    ['themes', 'trained on English labels, transferred'],
    ['nps and sentiment', 'sentences that the project wrote, in English and 14 languages, sixteenfold'],
    ['calibration', 'constants, calibration and thresholds of all heads'],
  ]);
});

it('reads the embedding alone: English says nothing of the length or the segment of other texts', () => {
  const heads = [model.nps, model.sentiment, ...model.themes.map(({ head }) => head)];
  for (const { weights } of heads) {
    for (const row of weights) {
      expect(row).toHaveLength(384 + FEATURE_SET.columns.length);
      expect(row.subarray(384).every((weight) => weight === 0)).toBe(true);
      expect(row.subarray(0, 384).some((weight) => weight !== 0)).toBe(true);
    }
  }
});

it('is not there without its encoder, nor for another one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-heads-'));
  expect(await transferredModel(folder)).toBeNull();
  mkdirSync(join(folder, 'onnx'));
  for (const name of ['config.json', 'tokenizer.json', 'onnx/model_quantized.onnx'])
    writeFileSync(join(folder, name), '{}');
  expect(await transferredModel(folder)).toBeNull();
  rmSync(folder, { recursive: true });
});
