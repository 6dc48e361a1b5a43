import { describe, expect, it } from 'vitest';
import { type Draft, draftOf, newDraft, problemsOf, ruleOf } from './draft.ts';
import { sentenceOf, verdictsOf } from './words.ts';

const FIELDS = ['region', 'channel'];
const GERMANY = { ...newDraft(FIELDS), segment: { region: ['Germany'] } };

describe('the form of a rule', () => {
  it.each<[string, Draft]>([
    ['a change', GERMANY],
    ['a change of all answers', { ...GERMANY, watches: 'all', segment: {}, direction: 'BOTH', mix: '' }],
    ['a change of each segment', { ...GERMANY, watches: 'each', segment: {}, shifts: '7.5', mix: 'region' }],
    ['a spike', { ...GERMANY, kind: 'spike', shift: '12', direction: 'BOTH' }],
    [
      'a threshold',
      { ...GERMANY, kind: 'threshold', side: 'above', bound: '-5', windowDays: '7', direction: 'BOTH' },
    ],
  ])('gives %s that reads back as it was', (_name, draft) => {
    expect(problemsOf(draft)).toEqual({});
    expect(draftOf(JSON.parse(JSON.stringify(ruleOf(draft))), FIELDS)).toEqual(draft);
  });

  it('names each field that is no number, and a segment that was not chosen', () => {
    const wrong = { ...newDraft(FIELDS), shifts: '5, ten', falseAlarmsPerYear: '' };
    expect(Object.keys(problemsOf(wrong))).toEqual(['falseAlarmsPerYear', 'shifts', 'segment']);
    expect(Object.keys(problemsOf({ ...GERMANY, kind: 'threshold', bound: 'low' }))).toEqual(['bound']);
  });

  it('reads the rule that ships, and what it does not know, as rules of the score', () => {
    expect(draftOf({ kind: 'change' }, FIELDS)).toMatchObject({
      watches: 'each',
      direction: 'BOTH',
      mix: 'channel',
    });
    expect(draftOf('nonsense', []).kind).toBe('change');
  });
});

describe('the words of a rule', () => {
  it('say what it looks for and where', () => {
    expect(sentenceOf(ruleOf(GERMANY), [{ field: 'region', label: 'Region' }])).toBe(
      'Falls of 5, 10, 20 points, in Region: Germany',
    );
    expect(sentenceOf({ kind: 'threshold', segment: {}, below: -5 }, [])).toBe(
      'Score of 30 days below \u22125.0, of all answers together',
    );
  });

  it('count what was not real as the rest', () => {
    expect(verdictsOf({ fired: 4, real: 2, undecided: 1 })).toBe('2 real, 1 not real, 1 too early to tell');
    expect(verdictsOf({ fired: 4, real: null, undecided: null })).toBeNull();
  });
});
