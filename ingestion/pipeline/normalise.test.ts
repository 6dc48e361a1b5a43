import { describe, expect, it } from 'vitest';
import { SCALES, type ScaleRule } from '../../domain/nps/scale.ts';
import type { MappingVersion, NormalisedResponse } from '../../domain/responses/normalised-response.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import type { ResponseDraft } from './draft.ts';
import { normalise } from './normalise.ts';

const NOW = Date.UTC(2026, 2, 31, 12);
const DAY_MS = 86_400_000;
const deps = {
  dimensions: defineDimensions(DEFAULT_DIMENSIONS),
  pepper: { version: 3, secret: Buffer.alloc(32, 1) },
  now: () => NOW,
};
const mapping = (scale = '0-10'): MappingVersion => ({
  source: 'web',
  connector: 'responses',
  survey: { name: 'nps', version: '1' },
  scale: SCALES[scale] as ScaleRule,
  definition: 'fields as named',
});
const DRAFT: ResponseDraft = {
  externalId: 'r-1',
  respondent: 'jane@example.com',
  answeredAt: new Date(NOW),
  score: 9,
  comment: 'Fine',
  dimensions: { region: 'Peru' },
  mapping: mapping(),
  position: 'request 1 item 0',
  raw: '{"score":9}',
};
const outcome = (changes: Partial<ResponseDraft>) => normalise(deps, { ...DRAFT, ...changes });
const accepted = (changes: Partial<ResponseDraft>): NormalisedResponse => {
  const found = outcome(changes);
  if ('id' in found) return found;
  throw new Error(JSON.stringify(found));
};
const reason = (changes: Partial<ResponseDraft>) => {
  const found = outcome(changes);
  return 'status' in found && found.status === 'rejected' ? `${found.code} ${found.message}` : 'kept';
};

describe('a valid draft', () => {
  it('stores no character that was not sent: half of one is left out, and noted', () => {
    expect(outcome({ comment: 'Gut \ud83d' })).toMatchObject({ comment: 'Gut ', notes: ['HALF_CHARACTER'] });
    expect(outcome({ comment: 'Gut \ufffd \u{1f600}' })).toMatchObject({
      comment: 'Gut \ufffd \u{1f600}',
      notes: [],
    });
    expect(outcome({ comment: '\ud83d' })).toMatchObject({ comment: null });
  });

  it('has its class, its cell and its pseudonym', () => {
    expect(accepted({})).toMatchObject({
      source: 'web',
      externalId: 'r-1',
      score: 9,
      points: 900,
      class: 'promoter',
      comment: 'Fine',
      respondent: expect.stringMatching(/^p3_[0-9a-f]{32}$/),
      attributes: {
        product_line: 'unknown',
        region: 'Peru',
        lifecycle_stage: 'unknown',
        channel: 'unknown',
      },
    });
    expect(accepted({ mapping: mapping('1-5'), score: '3' })).toMatchObject({
      score: 3,
      points: 500,
      class: 'detractor',
    });
    expect(accepted({ score: null, respondent: ' ' })).toMatchObject({
      score: null,
      points: null,
      class: null,
      respondent: null,
    });
  });

  it.each([
    [undefined, 'unknown'],
    [null, 'unknown'],
    [' \t ', 'unknown'],
    ['  São \n Paulo ', 'São Paulo'],
    // The same text, composed and decomposed.
    ['Sa\u0303o Paulo', 'S\u00e3o Paulo'],
    ['x'.repeat(200), 'x'.repeat(200)],
  ])('is filed where it belongs: %j as %j', (region, expected) => {
    expect(accepted({ dimensions: { region } }).attributes.region).toBe(expected);
  });

  it('loses the end of a comment that is too long, with a note, and nothing else', () => {
    const found = outcome({ comment: 'good '.repeat(5_000), notes: [] });
    expect(found).toMatchObject({ score: 9, notes: ['COMMENT_CUT'] });
    expect('comment' in found && found.comment?.length).toBe(20_000);
    expect(outcome({})).toMatchObject({ notes: [] });
  });

  it('is filed under "other" where a value is too long, with a note, unless the values are declared', () => {
    const found = outcome({ dimensions: { region: 'x'.repeat(201), channel: 'web' } });
    expect(found).toMatchObject({
      score: 9,
      attributes: { region: 'other', channel: 'web' },
      notes: ['VALUE_TOO_LONG'],
    });
    const dimensions = defineDimensions([{ field: 'region', values: ['Peru'], others: 'reject' }]);
    expect(
      normalise({ ...deps, dimensions }, { ...DRAFT, dimensions: { region: 'x'.repeat(201) } }),
    ).toMatchObject({
      code: 'TOO_LONG',
      message: 'region: 201 characters; at most 200 are kept',
    });
  });

  it('is stored with a beginning of the original item, if that is too long', () => {
    const raw = JSON.stringify({ mail: 'x'.repeat(1_000_000), score: 9 });
    const found = outcome({ raw });
    expect(found).toMatchObject({ score: 9, notes: ['ITEM_CUT'] });
    if (!('id' in found)) throw new Error('it is kept');
    expect(JSON.parse(found.event.content)).toMatchObject({ score: 9 });
    // Duplicates are recognised by the whole item.
    expect(found.event.hash).not.toBe(accepted({ raw: found.event.content }).event.hash);
  });

  it('contains nothing of the respondent but the pseudonym, and no e-mail addresses in the comment', () => {
    const { event, ...response } = accepted({
      comment: 'write to jane@example.com',
      raw: 'jane@example.com',
    });
    // The original item is stored encrypted: here it is on its way to encryption.
    expect(event.content).toBe('jane@example.com');
    const text = JSON.stringify({ ...response, event: { ...event, content: null } });
    expect(text).toContain('write to [email]');
    expect(text).not.toContain('jane');
  });

  it('has the same content however it arrived, and another with any change that counts', () => {
    const { contentHash, id, event } = accepted({});
    const again = accepted({ position: 'f.csv line 7', raw: '{"score": 9}', score: '9' });
    expect([again.id, again.contentHash]).toEqual([id, contentHash]);
    expect(again.event).not.toEqual(event);
    const changes: Partial<ResponseDraft>[] = [
      { score: 8 },
      { score: null },
      { comment: 'Bad' },
      { comment: null },
      { respondent: 'joe@example.com' },
      { respondent: null },
      { answeredAt: new Date(NOW + 1) },
      { dimensions: { region: 'Chile' } },
      { dimensions: { region: 'Peru', channel: 'web' } },
    ];
    const hashes = changes.map((change) => accepted(change));
    for (const changed of hashes) expect(changed.id).toBe(id);
    expect(new Set([contentHash, ...hashes.map((one) => one.contentHash)]).size).toBe(changes.length + 1);
    expect(accepted({ externalId: 'r-2' }).id).not.toBe(id);
    expect(accepted({ mapping: { ...mapping(), source: 'app' } }).id).not.toBe(id);
  });

  it('may be a day ahead, to the millisecond, and as old as 1900', () => {
    expect(reason({ answeredAt: new Date(NOW + DAY_MS) })).toBe('kept');
    expect(reason({ answeredAt: new Date(NOW + DAY_MS + 1) })).toMatch(
      /^IN_THE_FUTURE .*2026-04-01T12:00:00.001Z is more than a day ahead \(latest 2026-04-01T12:00:00.000Z\)/,
    );
    expect(reason({ answeredAt: new Date('1900-01-01T00:00:00Z') })).toBe('kept');
    expect(reason({ answeredAt: new Date(Date.UTC(1900, 0, 1) - 1) })).toMatch(
      /^INVALID_TIME .*is before 1900/,
    );
  });

  it('may have been changed a day ahead, and not before 1900', () => {
    const changed = (value: number, kind: 'time' | 'number' = 'time') =>
      reason({ revision: { kind, value } });
    const [empty, first] = [Date.parse('0000-12-31T23:00:00Z'), Date.UTC(1900, 0, 1)];
    expect([changed(NOW + DAY_MS), changed(first), changed(0, 'number')]).toEqual(['kept', 'kept', 'kept']);
    expect(changed(NOW + DAY_MS + 1)).toMatch(/^IN_THE_FUTURE updatedAt: /);
    for (const before of [first - 1, empty])
      expect(changed(before)).toMatch(/^INVALID_TIME updatedAt: .* is before 1900; is the unit right\?/);
  });
});

describe('an invalid draft', () => {
  it.each<[Partial<ResponseDraft>, RegExp]>([
    [{ externalId: '  ' }, /^MISSING externalId: must not be blank/],
    [{ mapping: { ...mapping(), source: '' } }, /^MISSING source: must not be blank/],
    [{ externalId: 'a\nb' }, /^INVALID externalId: control characters/],
    [{ externalId: '\udc00' }, /^INVALID externalId: /],
    [{ externalId: 'x'.repeat(257) }, /^TOO_LONG externalId: 257 characters; at most 256/],
    [{ respondent: 'x'.repeat(513) }, /^TOO_LONG respondent: 513 characters; at most 512/],
    [{ position: 'x'.repeat(513) }, /^TOO_LONG position: /],
    [{ answeredAt: new Date(Number.NaN) }, /^INVALID_TIME answeredAt: not a date; expected RFC 3339/],
    [{ score: 11 }, /^OUT_OF_SCALE score: 11 is not on the scale 0-10: promoter from 9, passive from 7/],
    [{ score: 7.5 }, /^OUT_OF_SCALE score: 7.5 is not/],
    [{ score: 'seven' }, /^OUT_OF_SCALE score: "seven" is not/],
    [{ score: '' }, /^OUT_OF_SCALE score: "" is not/],
    [{ score: 0, mapping: mapping('1-10') }, /^OUT_OF_SCALE score: 0 is not on the scale 1-10/],
    [{ score: null, comment: null }, /^MISSING score: a response needs a score or a comment/],
    [{ score: null, comment: ' \n ' }, /^MISSING score: /],
  ])('is rejected with the reason: %j', (changes, expected) => {
    expect(reason(changes)).toMatch(expected);
  });
});

const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 20 }));
const drafts = fc.record({
  externalId: anything,
  respondent: fc.option(anything),
  answeredAt: fc.date({ noInvalidDate: false }),
  score: fc.option(fc.oneof(fc.integer({ min: -2, max: 12 }), fc.double(), anything)),
  comment: fc.option(anything),
  dimensions: fc.dictionary(
    fc.constantFrom('region', 'channel', 'planet', '__proto__'),
    fc.option(anything, { nil: undefined }),
  ),
  mapping: fc.constantFrom(...Object.keys(SCALES)).map(mapping),
  position: anything,
  raw: anything,
});

describe('normalise', () => {
  it('accepts or refuses anything, and what it accepts can be stored', () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        const found = normalise(deps, draft);
        if (!('id' in found)) {
          expect(found).toMatchObject({ status: 'rejected', message: expect.stringMatching(/^\w+: ./) });
          return;
        }
        const { externalId, comment, attributes, points, answeredAt } = found;
        for (const text of [externalId, comment ?? '', ...Object.values(attributes)])
          expect(text.isWellFormed() && !text.includes('\u0000')).toBe(true);
        expect(Object.keys(attributes)).toEqual(deps.dimensions.map(({ attribute }) => attribute));
        expect(Object.values(attributes)).not.toContain('');
        expect(points === null || (points >= 0 && points <= 1000)).toBe(true);
        expect(points !== null || comment !== null).toBe(true);
        expect(answeredAt.getTime()).toBeLessThanOrEqual(NOW + DAY_MS);
      }),
      { numRuns: 500 },
    );
  });
});
