import { describe, expect, it } from 'vitest';
import { DEFAULT_FLAG_RULES } from './flags.ts';
import { type AnswerSigns, findSigns, isProgram } from './signs.ts';

const rulesOf = (signs: AnswerSigns, rules = DEFAULT_FLAG_RULES) =>
  findSigns(rules, signs).map(({ rule }) => rule);

describe('signs of an answer', () => {
  it('are none where nothing is known, and of people', () => {
    expect(rulesOf({})).toEqual([]);
    expect(rulesOf({ seconds: 1, filledHidden: false, isProgram: false })).toEqual([]);
  });

  it('are a time that no one reads in, a field that no one sees, a program, and what a vendor says', () => {
    expect(findSigns(DEFAULT_FLAG_RULES, { seconds: 0.2, filledHidden: true })).toEqual([
      { rule: 'too-fast', found: { seconds: 1, took: 0.2 } },
      { rule: 'hidden-field', found: {} },
    ]);
    expect(findSigns(DEFAULT_FLAG_RULES, { isProgram: true, botScore: 0.1 })).toEqual([
      { rule: 'bot-client', found: {} },
      { rule: 'bot-score', found: { score: 0.1 } },
    ]);
  });

  it('follow the configuration, and no clock that was set meanwhile', () => {
    const rules = { ...DEFAULT_FLAG_RULES, 'too-fast': { action: 'leave-out', seconds: 5 } } as const;
    expect(rulesOf({ seconds: 4.9 }, rules)).toEqual(['too-fast']);
    expect(rulesOf({ seconds: 5 }, rules)).toEqual([]);
    expect(rulesOf({ seconds: -1 }, rules)).toEqual([]);
    expect(rulesOf({ seconds: 0 }, { ...rules, 'too-fast': { action: 'off', seconds: 5 } })).toEqual([]);
  });
});

describe('the name of a browser', () => {
  it.each([
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
    'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
    'Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/490.0.0.0;]',
  ])('of a person: %s', (name) => {
    expect(isProgram(name)).toBe(false);
  });

  it.each([
    undefined,
    '',
    'curl/8.5.0',
    'python-requests/2.32.3',
    'node',
    'Go-http-client/2.0',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36',
    'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
  ])('of a program: %s', (name) => {
    expect(isProgram(name)).toBe(true);
  });
});
