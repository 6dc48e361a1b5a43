import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from '../test/fixtures/properties.ts';
import { classifyBy, pairOf, readsText, withCompanion } from './companion.ts';
import { readModel } from './model.ts';
import { shippedHeads } from './multilingual/heads.ts';
import type { Prediction } from './predict.ts';

const SHIPPED = readModel(
  JSON.parse(readFileSync(new URL('./models/default.json', import.meta.url), 'utf8')),
);
const OTHERS = shippedHeads();
const pair = pairOf(SHIPPED.artefact, OTHERS.artefact);
const first = { id: 3, model: readModel(pair.first) };
const second = { id: 2, model: readModel(pair.companion) };

describe('a pair of model versions', () => {
  it('has every text read by exactly one of the two', () => {
    const words = [
      'the',
      'hotline',
      'ist',
      'gut',
      'service',
      'très',
      'rapide',
      'tack',
      'mycket',
      'ok',
      '好',
      '1',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (chosen) => {
        const text = chosen.join(' ');
        expect([first, second].filter(({ model }) => readsText(model, text))).toHaveLength(1);
      }),
    );
  });

  it('is the same for the same two, and for the pair itself', () => {
    expect(readModel(pairOf(pair.first, pair.companion).first).key).toBe(first.model.key);
    expect(withCompanion(SHIPPED.artefact, second)).toEqual({ artefact: pair.first, companion: 2 });
    expect(withCompanion({ ...SHIPPED.artefact, languages: ['en', 'de'] }, second)).toBeNull();
  });

  it('leaves a model that reads alone as it was: it reads everything', () => {
    for (const text of ['Die Hotline ist gut und hilft', 'We love it', '???'])
      expect([readsText(SHIPPED, text), readsText(OTHERS, text)]).toEqual([true, true]);
  });

  it('gives each text to its reader, in order', async () => {
    const texts = ['Die Hotline ist gut und hilft', 'We love it, it saves us hours', 'Zzz qqq'];
    const asked: [string, string[]][] = [];
    const found = await classifyBy(
      [first, second],
      texts.map((text) => ({ text, attributes: {} })),
      async (model, sources) => {
        asked.push([model.key, sources.map(({ text }) => text)]);
        return sources.map(({ text }) => ({ abstained: text }) as Prediction);
      },
    );
    expect(found.map(({ id, prediction }) => [id, prediction.abstained])).toEqual([
      [2, texts[0]],
      [3, texts[1]],
      [3, texts[2]],
    ]);
    expect(asked).toHaveLength(2);
  });
});
