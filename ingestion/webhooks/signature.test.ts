import { describe, expect, it } from 'vitest';
import {
  assertWithinWindow,
  SignatureError,
  sameBytes,
  standardWebhooks,
  WINDOW_SECONDS,
} from './signature.ts';

/* The example of the Standard Webhooks specification. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const RAW = Buffer.from('{"test": 2432232314}');
const AT = 1_614_265_330;
const HEADERS = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': String(AT),
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const verify = (headers: Record<string, string | undefined>, now = AT * 1_000) =>
  standardWebhooks.verify(RAW, headers, SECRET, now);
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
    standardWebhooks.verify(RAW, HEADERS, SECRET.slice('whsec_'.length), AT * 1_000);
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
