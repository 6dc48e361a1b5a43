import { describe, expect, it } from 'vitest';
import {
  csrfOf,
  isFromBrowser,
  presentedKey,
  requestCredential,
  requestKey,
  sessionToken,
} from './credentials.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the key of a request', () => {
  it.each([
    [{ authorization: 'Bearer k1' }, 'k1'],
    [{ authorization: 'bearer  k1 ' }, 'k1'],
    [{ 'x-api-key': 'k2' }, 'k2'],
    [{ authorization: basic('any:k3') }, 'k3'],
    [{ authorization: basic(':k3') }, 'k3'],
    [{ authorization: basic('ann:k:3') }, 'k:3'],
    [{ authorization: basic('grün:schlüssel') }, 'schlüssel'],
    [{ authorization: basic('proxy:password'), 'x-api-key': 'k2' }, 'k2'],
    [{ authorization: 'Bearer k1', 'x-api-key': 'k2' }, 'k1'],
    [{}, null],
    [{ authorization: basic('k3') }, null],
    [{ authorization: basic('k3:') }, null],
    [{ authorization: 'Basic !' }, null],
    [{ authorization: 'Digest k' }, null],
    [{ authorization: 'Bearer a b' }, null],
  ])('of %j is %j', (headers, key) => {
    expect(requestKey(headers).key).toBe(key);
    expect(presentedKey(headers)).toBe(key);
  });

  const ours = { host: 'scoreline.example:4000', authorization: basic('a:k') };
  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://scoreline.example:4000' }],
    [{ origin: 'https://elsewhere.example' }],
    [{ origin: 'https://scoreline.example:4001' }],
    [{ origin: 'null' }],
    [{ referer: 'https://elsewhere.example/page' }],
  ])('is not accepted from Basic credentials of a browser with %j', (headers) => {
    const presented = requestKey({ ...ours, ...headers });
    expect(presented).toMatchObject({ key: null, why: expect.stringContaining('Authorization: Bearer KEY') });
    expect(requestKey({ ...ours, ...headers, authorization: 'Bearer k' }).key).toBe('k');
    expect(requestKey({ ...ours, ...headers, 'x-api-key': 'k' }).key).toBe('k');
  });

  it.each([
    [{}],
    [{ 'sec-fetch-site': 'none' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://seen-through-a-proxy.example' }],
    [{ origin: 'http://scoreline.example:4000' }],
    [{ referer: 'http://scoreline.example:4000/' }],
  ])('is accepted from Basic credentials with %j', (headers) => {
    expect(requestKey({ ...ours, ...headers }).key).toBe('k');
  });
});

it('is never requested from a browser as a password', () => {
  expect(isFromBrowser({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' })).toBe(true);
  expect(isFromBrowser({ 'sec-fetch-site': 'cross-site' })).toBe(true);
  expect(isFromBrowser({ origin: 'https://elsewhere.example' })).toBe(true);
  expect(isFromBrowser({ 'user-agent': 'curl/8.5.0' })).toBe(false);
  expect(
    isFromBrowser({ 'user-agent': 'Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)' }),
  ).toBe(false);
  expect(isFromBrowser({})).toBe(false);
});

describe('the session of a request', () => {
  const token = 'ss_token';
  const cookie = `other=1; scoreline_session=${token}; more=x`;
  const ours = { host: 'scoreline.example', cookie };

  it('is found among the cookies, and needs the CSRF token to change something', () => {
    expect(requestCredential('GET', ours, false)).toEqual({ key: token });
    expect(requestCredential('POST', ours, false)).toMatchObject({ key: null, isForged: true });
    expect(requestCredential('POST', { ...ours, 'x-scoreline-csrf': csrfOf(token) }, false)).toEqual({
      key: token,
    });
    expect(
      requestCredential('POST', { ...ours, 'x-scoreline-csrf': csrfOf('ss_other') }, false).key,
    ).toBeNull();
  });

  it.each([
    [{ origin: 'https://elsewhere.example' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://scoreline.example' }],
  ])('is not taken from %j', (headers) => {
    expect(requestCredential('GET', { ...ours, ...headers }, false).key).toBeNull();
  });

  it('is under HTTPS in a cookie that other hosts of the domain cannot set', () => {
    expect(requestCredential('GET', ours, true).key).toBeNull();
    const both = { ...ours, cookie: `scoreline_session=ss_tossed; __Host-scoreline_session=${token}` };
    expect(requestCredential('GET', both, true)).toEqual({ key: token });
    expect(requestCredential('GET', both, false)).toEqual({ key: 'ss_tossed' });
  });

  it('stands behind a key, and is taken from its cookie only', () => {
    expect(requestCredential('POST', { ...ours, 'x-api-key': 'k' }, false)).toEqual({ key: 'k' });
    expect(requestCredential('GET', { ...ours, authorization: 'Bearer ss_x' }, false).key).toBeNull();
    expect(requestKey({ authorization: `Bearer ${token}` }).key).toBeNull();
    expect(presentedKey({ 'x-api-key': token })).toBeNull();
    expect(sessionToken({ cookie: 'scoreline_session=; x=scoreline_session=ss_a' }, false)).toBeNull();
  });
});
