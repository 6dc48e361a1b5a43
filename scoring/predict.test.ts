import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { poolByChance } from '../test/fixtures/training-by-chance.ts';
import { readModel } from './model.ts';
import { predict, wordsIn } from './predict.ts';

it.each([
  ['It crashes, and no help came - 2 days!', 8],
  ['배송이 또 늦었어요', 3],
  ['好', 1],
  ['。！', 0],
  ['👍👍', 0],
])('counts the words of %s', (text, words) => {
  expect(wordsIn(text)).toBe(words);
});

it.each(['配送がまた遅れました', '快递又晚到了', 'บริการช้ามาก'])('finds several words in %s', (text) => {
  // Where exactly they part depends on the dictionary of the Node.js version.
  expect(wordsIn(text)).toBeGreaterThan(1);
});

it.each(['漢', '👍❤️'])('leaves others their turns while it reads the longest texts of %s', async (sign) => {
  const model = readModel(
    JSON.parse(readFileSync(new URL('./models/default.json', import.meta.url), 'utf8')),
  );
  const { dimension } = model.artefact.encoder;
  const texts = Array.from({ length: 12 }, (_, i) => sign.repeat(20_000 / sign.length - i));
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  const predictions = await predict(
    poolByChance({ dimension }),
    model,
    texts.map((text) => ({ text, attributes: {} })),
  );
  clearInterval(counting);
  expect(predictions).toHaveLength(texts.length);
  // Each of these texts takes longer than a slice.
  expect(turns).toBeGreaterThanOrEqual(texts.length - 2);
});
