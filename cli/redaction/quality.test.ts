import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES, type Kind } from '../../domain/privacy/redact.ts';
import { TRANSFERRED } from '../../scoring/training/feedback.ts';
import { LANGUAGES, labelledSet, numbersOf } from './labelled-set.ts';
import { judgeRedaction, precisionOf, recallOf, renderQuality } from './quality.ts';

/** A seed that no pattern was developed with. */
const SEED = 20_261_127;

describe('redaction of made-up sentences', () => {
  const items = labelledSet(4_000, SEED);
  const report = judgeRedaction(items, DEFAULT_RULES);
  const of = (kind: Kind | 'all') => report.kinds.find((row) => row.kind === kind);

  it.each(['all', 'phone', 'card', 'email', 'id', 'account', 'secret'] as const)('finds %s', (kind) => {
    const row = of(kind);
    expect(row?.labelled, renderQuality(report)).toBeGreaterThan(80);
    expect(row && recallOf(row), renderQuality(report)).toBeGreaterThanOrEqual(0.97);
    expect(row && precisionOf(row), renderQuality(report)).toBeGreaterThanOrEqual(0.97);
  });

  it('takes no number of an order, date, price or version for a telephone number', () => {
    const negatives = items.filter(({ kind }) => kind === null);
    expect(negatives.length).toBeGreaterThan(1_000);
    const wrong = report.wrong.filter(({ item }) => item.kind === null);
    expect(wrong.length / negatives.length, renderQuality(report)).toBeLessThan(0.01);
  });

  it('has every language that is read beside English', () => {
    expect([...LANGUAGES].sort()).toEqual([...TRANSFERRED].sort());
  });

  it.each(LANGUAGES)('finds telephone numbers of %s, and leaves other numbers', (language) => {
    const all = numbersOf(language, 300, SEED);
    const judged = judgeRedaction(all, DEFAULT_RULES);
    const phones = judged.kinds.find(({ kind }) => kind === 'phone');
    expect(phones && recallOf(phones), renderQuality(judged)).toBeGreaterThanOrEqual(0.97);
    expect(judged.wrong.filter(({ item }) => item.kind === null).length, renderQuality(judged)).toBe(0);
  });

  it('generates the same set for the same seed, in the requested numbers', () => {
    expect(labelledSet(50, 7)).toEqual(labelledSet(50, 7));
    expect(labelledSet(50, 7)).not.toEqual(labelledSet(50, 8));
    const judged = judgeRedaction(
      [
        { text: 'call 212-555-0123', kind: 'phone', value: '212-555-0123', group: 'US' },
        { text: 'Pat Doe', kind: 'phone', value: 'Doe', group: 'missed' },
        { text: 'lost 212-555-0123', kind: null, value: '', group: 'wrong' },
      ],
      DEFAULT_RULES,
    );
    expect(judged.kinds[0]).toEqual({ kind: 'phone', labelled: 2, removed: 1, found: 2, right: 1 });
    expect(renderQuality(judged)).toContain('wrong: lost 212-555-0123  ->  lost [phone]');
  });
});
