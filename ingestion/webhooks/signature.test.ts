import { describe, expect, it } from 'vitest';
import {
  assertWithinWindow,
  bearerSecret,
  formSigned,
  hmacSigned,
  SignatureError,
  sameBytes,
  standardWebhooks,
  WINDOW_SECONDS,
} from './signature.ts';
import { qualtrics } from './vendors/qualtrics.ts';

/* The example of the Standard Webhooks specification. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const RAW = Buffer.from('{"test": 2432232314}');
const AT = 1_614_265_330;
const URL_GIVEN = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const HEADERS = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': String(AT),
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const verify = (headers: Record<string, string | undefined>, now = AT * 1_000) =>
  standardWebhooks.verify(RAW, headers, SECRET, now, URL_GIVEN);
const reasonOf = (work: () => void) => {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof SignatureError) return error.reason;
    throw error;
  }
};

describe('Standard Webhooks', () => {
  it('accepts the example of the specification, with and without the prefix of the secret', () => {
    verify(HEADERS);
    standardWebhooks.verify(RAW, HEADERS, SECRET.slice('whsec_'.length), AT * 1_000, URL_GIVEN);
  });

  it('accepts one valid signature among those of other secrets and other versions', () => {
    const others = `v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== v1,${'A'.repeat(43)}=`;
    verify({ ...HEADERS, 'webhook-signature': `${others} ${HEADERS['webhook-signature']}` });
    const wrong = { ...HEADERS, 'webhook-signature': others };
    expect(reasonOf(() => verify(wrong))).toBe('WRONG_SIGNATURE');
  });

  it('says why a delivery is refused: unsigned, wrong, or outside the window', () => {
    for (const name of Object.keys(HEADERS))
      expect(reasonOf(() => verify({ ...HEADERS, [name]: undefined }))).toBe('UNSIGNED');
    for (const signature of ['g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', 'v2,abc', ' '])
      expect(reasonOf(() => verify({ ...HEADERS, 'webhook-signature': signature }))).toBe('UNSIGNED');
    for (const name of ['webhook-id', 'webhook-signature'] as const)
      expect(reasonOf(() => verify({ ...HEADERS, [name]: `${HEADERS[name]}x` }))).not.toBeNull();
    for (const timestamp of ['', 'soon', '-1', '1e9', `${AT}.5`, '99999999999999'])
      expect(reasonOf(() => verify({ ...HEADERS, 'webhook-timestamp': timestamp }))).toBe('UNSIGNED');
    for (const seconds of [WINDOW_SECONDS + 1, -WINDOW_SECONDS - 1])
      expect(reasonOf(() => verify(HEADERS, (AT + seconds) * 1_000))).toBe('OUTSIDE_WINDOW');
    for (const seconds of [WINDOW_SECONDS, -WINDOW_SECONDS]) verify(HEADERS, (AT + seconds) * 1_000);
  });
});

describe('the signature of a form', () => {
  // The example of Twilio's documentation and of its libraries, and the later one with another number.
  const vectors = [
    ['+14158675309', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['+12349013030', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
  ] as const;
  const form = (number: string) =>
    Buffer.from(
      new URLSearchParams({
        To: '+18005551212',
        From: number,
        Digits: '1234',
        Caller: number,
        CallSid: 'CA1234567890ABCDE',
      }).toString(),
    );
  const { verify: verifyForm } = formSigned('x-twilio-signature');
  const verifyVector = (raw: Buffer, signature: string, url = URL_GIVEN) =>
    verifyForm(raw, { 'x-twilio-signature': signature }, '12345', 0, url);

  it.each(vectors)('accepts the published example of %s, of its address only', (number, signature) => {
    verifyVector(form(number), signature);
    expect(reasonOf(() => verifyVector(form('+10000000000'), signature))).toBe('WRONG_SIGNATURE');
    for (const url of [`${URL_GIVEN}0`, 'http://mycompany.com/myapp.php?foo=1&bar=2'])
      expect(reasonOf(() => verifyVector(form(number), signature, url))).toBe('WRONG_SIGNATURE');
  });
});

describe('an HMAC over the raw bytes', () => {
  // Example 2 of RFC 2202 and RFC 4231: the key "Jefe".
  const raw = Buffer.from('what do ya want for nothing?');
  const [sha1, sha256] = [
    'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ];
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

  it.each([
    ['sha1', 'hex', '', sha1],
    ['sha1', 'hex', 'sha1=', sha1],
    ['sha256', 'hex', 'sha256=', sha256],
    ['sha256', 'base64', 'sha256=', base64(sha256)],
  ] as const)(
    'accepts the example of the standard: %s in %s after "%s"',
    (algorithm, encoding, prefix, value) => {
      const { verify: verifyHmac } = hmacSigned({ algorithm, encoding, prefix, header: 'x-signature' });
      const of = (signature: string) => () =>
        verifyHmac(raw, { 'x-signature': signature }, 'Jefe', 0, URL_GIVEN);
      expect(reasonOf(of(`${prefix}${value}`))).toBeNull();
      expect(reasonOf(of(`${prefix}${value.toUpperCase()}`))).toBe('WRONG_SIGNATURE');
      if (prefix !== '') expect(reasonOf(of(value))).toBe('UNSIGNED');
    },
  );

  it('signs the timestamp before the bytes, where the scheme has one', () => {
    const header = 'x-time';
    const { verify: verifyHmac } = hmacSigned({
      algorithm: 'sha256',
      encoding: 'hex',
      header: 'x-signature',
      timestamp: { header, before: ' do ya want ', secondsOf: () => '1000' },
    });
    const of = (time: string, now: number) => () =>
      verifyHmac(
        Buffer.from('for nothing?'),
        { 'x-signature': sha256, [header]: time },
        'Jefe',
        now,
        URL_GIVEN,
      );
    expect(reasonOf(of('what', 1_000_000))).toBeNull();
    expect(reasonOf(of('whaT', 1_000_000))).toBe('WRONG_SIGNATURE');
    expect(reasonOf(of('', 1_000_000))).toBe('UNSIGNED');
    expect(reasonOf(of('what', 1_301_000))).toBe('OUTSIDE_WINDOW');
  });
});

it('a secret in a header is the whole of the header, by its one scheme', () => {
  const secret = 'a-secret-of-some-length';
  const of = (authorization: string | undefined) => () =>
    bearerSecret.verify(RAW, { authorization }, secret, 0, URL_GIVEN);
  for (const fits of [`Bearer ${secret}`, `bearer ${secret}`]) expect(reasonOf(of(fits))).toBeNull();
  const basic = `Basic ${Buffer.from(`x:${secret}`).toString('base64')}`;
  for (const wrong of [undefined, secret, 'Bearer ', `Bearer  ${secret}`, basic])
    expect(reasonOf(of(wrong))).toBe('UNSIGNED');
  for (const wrong of [secret.slice(1), `${secret}x`, secret.toUpperCase()])
    expect(reasonOf(of(`Bearer ${wrong}`))).toBe('WRONG_SIGNATURE');
});

it('bytes are the same only if all are', () => {
  const bytes = (text: string) => Buffer.from(text);
  expect(sameBytes(bytes('abc'), bytes('abc'))).toBe(true);
  expect(sameBytes(bytes('abc'), bytes('abd'))).toBe(false);
  expect(sameBytes(bytes('abc'), bytes('abcd'))).toBe(false);
  expect(sameBytes(bytes(''), bytes('a'))).toBe(false);
});

it('a timestamp is a whole number of seconds', () => {
  expect(() => assertWithinWindow('0', 0)).not.toThrow();
  expect(() => assertWithinWindow('0x10', 16_000)).toThrow(SignatureError);
});

it('a form of Qualtrics is signed by its message alone: the example of another reader of it', () => {
  const message =
    '{"Status":"Complete","SurveyID":"SV_1AmkKSDmoZ4XlQx","ResponseID":"R_0B7IcnXszjEUHLP","CompletedDate":"2019-06-25 07:58:25","BrandID":"sapdevelopment"}';
  const hmac =
    'c2c585a404c239aa3063b462cc33551d3ed3ed2de0899f58d456fc0ef7ebef6f3c3af44957989bd0592603e41edde9528f7d9ed09ee128bf719aa12f46e5c598';
  const topic = 'sapdevelopment.surveyengine.completedResponse.SV_1AmkKSDmoZ4XlQx';
  const of = (fields: [string, string][], key = 'kyma4ever') =>
    reasonOf(() => {
      const raw = Buffer.from(new URLSearchParams(fields).toString());
      qualtrics.verify(raw, {}, key, 0, URL_GIVEN);
    });
  const MSG: [string, string] = ['MSG', message];
  const HMAC: [string, string] = ['HMAC', hmac];
  expect(of([['Topic', topic], MSG, HMAC])).toBeNull();
  expect(of([MSG, HMAC], 'kyma4ever2')).toBe('WRONG_SIGNATURE');
  expect(of([['MSG', message.replace('SV_1', 'SV_2')], HMAC])).toBe('WRONG_SIGNATURE');
  expect(of([MSG, ['HMAC', hmac.toUpperCase()]])).toBe('WRONG_SIGNATURE');
  for (const unsigned of [[MSG], [HMAC], [MSG, MSG, HMAC], [MSG, HMAC, HMAC], [['SurveyID', 'SV_1']]])
    expect(of(unsigned as [string, string][])).toBe('UNSIGNED');
});
