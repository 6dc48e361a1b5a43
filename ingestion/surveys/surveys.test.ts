import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { emailLink } from './email-link.ts';
import { chooseTexts, wantedLanguages } from './language.ts';
import { DEFAULT_TEXTS } from './texts.ts';
import {
  connectionOfToken,
  makeToken,
  makeVisit,
  readToken,
  readVisit,
  type SurveyInvitee,
} from './token.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const CONNECTION = '0f8fad5b-d9cb-469f-a165-70867728950e';
const OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const SECRET = emailLink.secret.make(randomBytes, CONNECTION);
const invitee: SurveyInvitee = {
  externalId: 'i-1',
  respondent: 'jane@example.com',
  account: null,
  expiresAt: 1_800_000_000_000,
  dimensions: { region: 'Germany' },
};
const make = (one: SurveyInvitee = invitee) => makeToken(CONNECTION, SECRET, one, randomBytes(12));

describe('a token', () => {
  it('says what it was made for, and names its connection', () => {
    const token = make();
    expect(connectionOfToken(token)).toBe(CONNECTION);
    expect(readToken(CONNECTION, [SECRET], token)).toEqual(invitee);
    expect(readToken(CONNECTION, [emailLink.secret.make(randomBytes, CONNECTION), SECRET], token)).toEqual(
      invitee,
    );
  });

  it('shows nothing of the person, and no two are alike', () => {
    const token = make();
    expect(token).not.toBe(make());
    const bytes = Buffer.from(token, 'base64url').toString('latin1');
    for (const secret of ['jane', 'Germany', 'i-1']) expect(bytes).not.toContain(secret);
    // Neither is the length of a name shown.
    expect(make({ ...invitee, respondent: 'janet.a@example.com' })).toHaveLength(token.length);
  });

  it('is refused where it was changed, or made for another connection or secret', () => {
    const token = make();
    expect(readToken(OTHER, [SECRET], token)).toBeNull();
    expect(readToken(CONNECTION, [emailLink.secret.make(randomBytes, CONNECTION)], token)).toBeNull();
    expect(readToken(CONNECTION, [], token)).toBeNull();
    for (let at = 0; at < token.length; at++) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      const connection = connectionOfToken(changed);
      if (connection === CONNECTION)
        expect([at, readToken(CONNECTION, [SECRET], changed)]).toEqual([at, null]);
      else expect(connection).not.toBe(CONNECTION);
    }
    for (const cutAt of [0, 10, 30, 58, token.length - 1])
      expect(readToken(CONNECTION, [SECRET], token.slice(0, cutAt))).toBeNull();
    expect(readToken(CONNECTION, [SECRET], `${token}A`)).toBeNull();
  });

  it('of any text never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readToken(CONNECTION, [SECRET], text)).toBeNull();
        connectionOfToken(text);
      }),
    );
  });

  it('holds any identifiers', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(
        text,
        text,
        fc.dictionary(fc.constantFrom('region', 'channel'), text),
        (id, respondent, given) => {
          const one = { ...invitee, externalId: id, respondent, dimensions: { ...given } };
          const read = readToken(CONNECTION, [SECRET], make(one));
          if ([id, respondent, ...Object.values(given)].every((part) => part.isWellFormed()))
            expect(read).toEqual(one);
          else expect(read).not.toBeNull();
        },
      ),
    );
  });

  it('does not pass for the moment of a visit, which belongs to one link', () => {
    const visit = makeVisit(SECRET, 'i-1', 1_700_000_000_000, randomBytes(12));
    expect(readVisit([SECRET], 'i-1', visit)).toBe(1_700_000_000_000);
    expect(readVisit([SECRET], 'i-2', visit)).toBeNull();
    expect(readVisit([SECRET], 'i-1', make())).toBeNull();
    expect(readVisit([SECRET], 'i-1', '')).toBeNull();
    expect(readToken(CONNECTION, [SECRET], visit)).toBeNull();
  });
});

describe('the language of a page', () => {
  const own = new Map([
    ['pt-BR', { question: 'E aí?' }],
    ['ar', { question: 'هل توصي بنا؟' }],
  ]);
  it.each([
    ['de-AT,de;q=0.9,en;q=0.5', 'de'],
    ['fr;q=0.1, ja;q=0.8', 'ja'],
    ['nl, es;q=0.4', 'es'],
    ['xx', 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['de;q=0', 'en'],
    [`${'a,'.repeat(50)}de`, 'en'],
    ['__proto__, constructor, de', 'de'],
  ])('is the preferred one of %j that there is: %s', (header, language) => {
    const chosen = chooseTexts(wantedLanguages(header));
    expect(chosen).toMatchObject({ language, direction: 'ltr', texts: DEFAULT_TEXTS[language] });
  });

  it('prefers what the connection declares, and falls back to its first language', () => {
    expect(chooseTexts(wantedLanguages('pt'), own)).toMatchObject({
      language: 'pt-BR',
      texts: { question: 'E aí?', send: DEFAULT_TEXTS['pt']?.send },
    });
    expect(chooseTexts(wantedLanguages('ar-EG'), own)).toMatchObject({ language: 'ar', direction: 'rtl' });
    expect(chooseTexts(wantedLanguages('de'), own)).toMatchObject({ language: 'de' });
    expect(chooseTexts(wantedLanguages('nl'), own)).toMatchObject({ language: 'pt-BR' });
  });

  it('has every text in every language', () => {
    const names = Object.keys(DEFAULT_TEXTS['en'] as object);
    for (const [language, texts] of Object.entries(DEFAULT_TEXTS)) {
      expect([language, Object.keys(texts)]).toEqual([language, names]);
      for (const text of Object.values(texts).flat()) expect(text.trim()).not.toBe('');
    }
  });
});

describe('the mapping of a survey', () => {
  it('has defaults, and binds the connection to its source', () => {
    const reader = emailLink.reader({}, DIMENSIONS);
    expect(reader).toMatchObject({ source: 'email-link', invitations: false, validDays: 60 });
    expect(emailLink.reader({ source: 'mail', validDays: 7 }, DIMENSIONS)).toMatchObject({ source: 'mail' });
  });

  it.each([
    null,
    [],
    'x',
    { source: '' },
    { validDays: 0 },
    { validDays: 10_000 },
    { invitations: 'yes' },
    { score: 1 },
    { texts: { 'not a language!': {} } },
    { texts: { en: { question: ' ' } } },
    { texts: { en: { title: 'x' } } },
  ])('is refused where it says something else: %j', (mapping) => {
    expect(() => emailLink.reader(mapping, DIMENSIONS)).toThrow(InvalidMapError);
  });

  it('has texts of at most 500 characters', () => {
    const asking = (question: string) => ({ texts: { en: { question } } });
    emailLink.reader(asking('x'.repeat(500)), DIMENSIONS);
    expect(() => emailLink.reader(asking('x'.repeat(501)), DIMENSIONS)).toThrow(InvalidMapError);
  });
});
