import { describe, expect, it } from 'vitest';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { mappedReader } from './mapped-reader.ts';
import { segment } from './vendors/segment.ts';
import { surveymonkey } from './vendors/surveymonkey.ts';
import { typeform } from './vendors/typeform.ts';

const MAPPING = {
  source: 'vendor',
  survey: { name: 'nps', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at' },
  score: { column: 'score', scale: '0-10' },
};
const ITEM = { id: 'r1', at: '2026-01-18T18:17:02Z', score: 9 };
const readerOf = (signs: object) => mappedReader('canonical', {}, { ...MAPPING, signs }, []);

describe('signs that a vendor reports', () => {
  const signs = {
    duration: { column: 'ttc.nps', unit: 'milliseconds' },
    userAgent: 'context.userAgent',
    botScores: [
      { column: 'values.Q_RecaptchaScore', below: 0.5 },
      { column: 'values.Q_RelevantIDFraudScore', atLeast: 30 },
    ],
  };
  const signsOf = (more: object) => {
    const draft = readerOf(signs).read({ ...ITEM, ...more }, 'item 1');
    return draft && 'signs' in draft ? draft.signs : null;
  };

  it('are read by the paths that the mapping names', () => {
    expect(signsOf({})).toEqual({ seconds: undefined, isProgram: false, botScore: undefined });
    const one = { ttc: { nps: 2154.5 }, values: { Q_RecaptchaScore: '0.1', Q_RelevantIDFraudScore: 10 } };
    expect(signsOf(one)).toEqual({ seconds: 2.1545, isProgram: false, botScore: 0.1 });
    expect(signsOf({ values: { Q_RecaptchaScore: 0.5, Q_RelevantIDFraudScore: 30 } })?.botScore).toBe(30);
    expect(signsOf({ context: { userAgent: 'curl/8.5.0' } })?.isProgram).toBe(true);
    // An answer is not rejected for what says nothing.
    expect(signsOf({ ttc: { nps: 'fast' }, values: { Q_RecaptchaScore: '1e9' } })).toEqual(signsOf({}));
  });

  it('are not stored, and change neither the answer nor its provenance', () => {
    const item = { ...ITEM, context: { userAgent: 'curl/8.5.0' }, ttc: { nps: 12 } };
    const draft = readerOf(signs).read(item, 'item 1');
    const plain = mappedReader('canonical', {}, MAPPING, []).read(item, 'item 1');
    expect(draft).toMatchObject({ signs: { seconds: 0.012, isProgram: true } });
    expect({ ...draft, signs: null }).toEqual({ ...plain, signs: null });
    expect(draft && 'kept' in draft && draft.kept).not.toContain('curl');
  });

  it('are what some vendors always report', () => {
    const taken = (reader: ReturnType<typeof readerOf>, item: object) => {
      const draft = reader.read(item, 'item 1');
      return draft && 'signs' in draft ? draft.signs : draft;
    };
    const score = { column: 'score', scale: '0-10' };
    const form = { token: 't1', landed_at: '2026-01-18T18:07:02Z', submitted_at: '2026-01-18T18:07:02.4Z' };
    expect(taken(typeform.reader({ score }, []), { ...form, score: 9 })).toMatchObject({ seconds: 0.4 });
    const monkey = { id: '1', date_created: form.landed_at, date_modified: form.landed_at, total_time: 144 };
    expect(taken(surveymonkey.reader({ score }, []), { ...monkey, score: 9 })).toMatchObject({
      seconds: 144,
    });
    expect(() => segment.reader({ score, signs: { duration: 5 } }, [])).toThrow(InvalidMapError);
  });

  it('are named wrongly with an error that says what is right', () => {
    expect(() => readerOf({ duraton: { column: 'x' } })).toThrow(/signs.*duraton/s);
    expect(() => readerOf({ botScores: [{ column: 'x', over: 1 }] })).toThrow(/"atLeast": number/);
  });
});
