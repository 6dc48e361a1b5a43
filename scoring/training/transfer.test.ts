import { describe, expect, it } from 'vitest';
import { calibrate } from '../../domain/models/calibration.ts';
import { indexOfLargest } from '../../domain/models/probabilities.ts';
import { readyHead } from '../model.ts';
import { type LinearHead, logitsOf } from '../softmax-regression.ts';
import { fitTransferred, transferThemes, withConstants } from './transfer.ts';

/* Inputs of two numbers: the class lies along the first one, the second is a column that is always 0. */
const CLASSES = [-1, 0, 1];
const at = (x: number) => Float64Array.of(x, 0);
const english = Array.from({ length: 60 }, (_, i) => ({
  inputs: at((CLASSES[i % 3] as number) + Math.sin(i) * 0.4),
  label: i % 3,
  weight: 1,
}));
/** The same sentences moved by the offset of another language. */
const foreign = (language: string, offset: number, labelOf = (label: number) => label) =>
  english.map(({ inputs, label }) => ({
    language,
    inputs: at((inputs[0] as number) + offset),
    label: labelOf(label),
  }));

/** Sentences whose centred embeddings are all apart. */
const apart = (sentences: ReturnType<typeof foreign>, from = 0) =>
  sentences.map((one, i) => ({ ...one, centred: axis(from + i) }));
const axis = (i: number) => Float64Array.from({ length: 400 }, (_, j) => Number(i === j));

describe('fitTransferred', () => {
  it('reads languages that lie beside English, by constants of the classes alone', () => {
    const moved = apart(['de', 'fr'].flatMap((language) => foreign(language, 1.2)));
    const { head, report, languages } = fitTransferred({ english, written: [], calibration: moved }, 3);
    expect(report.accuracy).toBeGreaterThan(0.85);
    expect(Object.keys(languages)).toEqual(['de', 'fr']);
    const ready = readyHead(head);
    const still = apart(['de', 'fr'].flatMap((language) => foreign(language, 0)));
    const plain = readyHead(fitTransferred({ english, written: [], calibration: still }, 3).head);
    expect(ready.weights).toEqual(plain.weights);
    expect(ready.weights.map((row) => row[1])).toEqual([0, 0, 0]);
    const found = moved.filter(
      ({ inputs, label }) => indexOfLargest(calibrate(ready.calibration, logitsOf(ready, inputs))) === label,
    );
    expect(found.length / moved.length).toBeGreaterThan(0.85);
  });

  it('judges a language by what was fitted on the others', () => {
    const calibration = apart([...foreign('de', 0.4), ...foreign('xx', -0.4)]);
    const { languages, report } = fitTransferred({ english, written: [], calibration }, 3);
    // Constants for both together would lie between them.
    for (const { accuracy } of Object.values(languages)) expect(accuracy).toBeLessThan(0.6);
    expect(report.n).toBe(120);
  });

  it('learns from the sentences of the project, and judges none by weights that saw it or its meaning', () => {
    // Each sentence has a column of its own, so that weights that saw it would know its label, which nothing else tells.
    const own = apart(['de', 'fr', 'it'].flatMap((language) => foreign(language, 0)));
    const calibration = own.map((one, i) => {
      const inputs = new Float64Array(2 + own.length);
      inputs[2 + i] = 1;
      return { ...one, inputs };
    });
    const wide = english.map((one) => ({
      ...one,
      inputs: Float64Array.from([...one.inputs, ...axis(-1).subarray(0, own.length)]),
    }));
    const translated = calibration.map((one) => ({ ...one, language: 'pl' }));
    const { report, head } = fitTransferred({ english: wide, written: translated, calibration }, 3);
    expect(report.accuracy).toBeLessThan(0.6);
    const ready = readyHead(head);
    const found = calibration.filter(
      ({ inputs, label }) => indexOfLargest(logitsOf(ready, inputs)) === label,
    );
    expect(found.length).toBe(calibration.length);
  });
});

it('adds the constants of least log loss, and leaves the weights', () => {
  const head = { weights: [at(-3), at(0), at(3)], bias: Float64Array.of(0, 0, 0) };
  const labelled = foreign('de', 2).map(({ inputs, label }) => ({ logits: logitsOf(head, inputs), label }));
  const right = (one: LinearHead) =>
    foreign('de', 2).filter(({ inputs, label }) => indexOfLargest(logitsOf(one, inputs)) === label).length;
  const found = withConstants(head, labelled);
  expect(found.weights).toBe(head.weights);
  expect(right(head)).toBe(20);
  expect(right(found)).toBeGreaterThan(50);
});

it('takes the thresholds of themes from the other languages', () => {
  const names = ['slow', 'dear', 'kind'];
  const themes = english.map(({ inputs, label }) => ({ inputs, theme: names[label] as string }));
  const others = foreign('de', 1.2).map(({ label, ...one }) => ({ ...one, theme: names[label] as string }));
  const found = transferThemes(names, themes, others);
  expect(found.map(({ name }) => name)).toEqual(names);
  for (const [i, { head, thresholds }] of found.entries()) {
    const ready = readyHead(head);
    const probability = (inputs: Float64Array) =>
      calibrate(ready.calibration, logitsOf(ready, inputs))[1] ?? 0;
    const called = others.filter(({ inputs }) => probability(inputs) >= (thresholds['80'] ?? 1));
    const right = called.filter(({ theme }) => theme === names[i]);
    if (i !== 1) expect(called.length).toBeGreaterThan(10);
    expect(right.length).toBeGreaterThanOrEqual(0.8 * called.length);
  }
});
