import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  KeySetUnavailableError,
  TokenRefusedError,
  tokenVerifier,
  type VerifyToken,
} from '../../api/access/jwt.ts';
import { DIMENSIONS } from '../fixtures/database.ts';

/* Tokens against a key set that a server of ours gives out. */

const ISSUER = 'https://login.example';
const AUDIENCE = 'scoreline';
const NOW = Date.UTC(2026, 5, 1, 12);
const TOLERANCE = 30;
const seconds = (offset: number) => Math.floor(NOW / 1_000) + offset;

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
let known: KeyPair;
let stranger: KeyPair;
let jwks: string;
let asked = 0;
let served: object[] = [];
let verify: VerifyToken;
const server = createServer((_request, response) => {
  asked += 1;
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: served }));
});

beforeAll(async () => {
  [known, stranger] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  served = [{ ...(await exportJWK(known.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  verify = await tokenVerifier(options(), DIMENSIONS, () => NOW);
});
afterAll(() => server.close());

const options = (more: object = {}) => ({
  jwks,
  issuer: ISSUER,
  audience: AUDIENCE,
  clockTolerance: TOLERANCE,
  role: 'scoreline.role',
  attributes: { region: 'https://login.example/region', productLine: 'scoreline.lines?' } as Record<
    string,
    string
  >,
  ...more,
});
const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'ada',
  exp: seconds(600),
  scoreline: { role: 'analyst' },
  'https://login.example/region': ['Germany'],
};
const sign = (claims: JWTPayload, header: object = {}, key = known.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it('gives role, attributes, subject and expiry by its claims', async () => {
    expect(await verify(await sign(CLAIMS))).toEqual({
      subject: 'ada',
      sources: null,
      role: 'analyst',
      attributes: { region: ['Germany'] },
      expiresAt: (seconds(600) + TOLERANCE) * 1_000,
    });
    const lines = { ...CLAIMS, scoreline: { role: 'feed', lines: 'Rail' } };
    expect(await verify(await sign(lines))).toMatchObject({
      role: 'feed',
      attributes: { region: ['Germany'], product_line: ['Rail'] },
    });
  });

  it('that has just expired is within the clock tolerance, and no longer', async () => {
    await expect(verify(await sign({ ...CLAIMS, exp: seconds(-TOLERANCE + 2) }))).resolves.toBeTruthy();
    await expect(verify(await sign({ ...CLAIMS, exp: seconds(-TOLERANCE - 2) }))).rejects.toThrow(
      TokenRefusedError,
    );
    await expect(verify(await sign({ ...CLAIMS, nbf: seconds(TOLERANCE - 2) }))).resolves.toBeTruthy();
    await expect(verify(await sign({ ...CLAIMS, nbf: seconds(TOLERANCE + 2) }))).rejects.toThrow(
      TokenRefusedError,
    );
  });

  const { exp: _exp, ...endless } = CLAIMS;
  const { sub: _sub, ...nobody } = CLAIMS;
  const { 'https://login.example/region': _region, ...unnarrowed } = CLAIMS;
  it.each([
    ['of another issuer', { ...CLAIMS, iss: 'https://evil.example' }, /"iss"/],
    ['for another audience', { ...CLAIMS, aud: 'other' }, /"aud"/],
    ['without an end', endless, /"exp"/],
    ['without a subject', nobody, /"sub"/],
    ['with an empty subject', { ...CLAIMS, sub: ' ' }, /the claim sub is empty/],
    ['without the claim that narrows', unnarrowed, /region is missing, which narrows region/],
    ['without a role', { ...CLAIMS, scoreline: {} }, /does not hold a role/],
    ['with a role that is no text', { ...CLAIMS, scoreline: { role: ['admin'] } }, /does not hold a role/],
    ['with an empty narrowing', { ...CLAIMS, 'https://login.example/region': [] }, /attributes.region/],
    [
      'with a narrowing of another type',
      { ...CLAIMS, 'https://login.example/region': { all: true } },
      /attributes.region/,
    ],
  ])('%s is refused', async (_name, claims, message) => {
    const refused = verify(await sign(claims));
    await expect(refused).rejects.toThrow(TokenRefusedError);
    await expect(refused).rejects.toThrow(message);
  });

  it('signed by another party, under a known or an unknown key id, is refused', async () => {
    await expect(verify(await sign(CLAIMS, {}, stranger.privateKey))).rejects.toThrow(TokenRefusedError);
    await expect(verify(await sign(CLAIMS, { kid: 'k2' }, stranger.privateKey))).rejects.toThrow(
      TokenRefusedError,
    );
  });

  it('changed after it was signed is refused', async () => {
    const [header, , signature] = (await sign(CLAIMS)).split('.');
    const changed = part({ ...CLAIMS, scoreline: { role: 'admin' } });
    await expect(verify(`${header}.${changed}.${signature}`)).rejects.toThrow(TokenRefusedError);
  });

  it('without a signature is refused (alg none)', async () => {
    for (const alg of ['none', 'None', 'NONE'])
      await expect(verify(`${part({ alg, kid: 'k1' })}.${part(CLAIMS)}.`)).rejects.toThrow(TokenRefusedError);
  });

  it('signed with the public key as a shared secret is refused (HS256)', async () => {
    const jwk = JSON.stringify(served[0]);
    for (const secret of [await exportSPKI(known.publicKey), jwk]) {
      const token = await new SignJWT(CLAIMS)
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(new TextEncoder().encode(secret));
      await expect(verify(token)).rejects.toThrow(TokenRefusedError);
    }
  });

  it('signed with a shared secret is refused even if the key set holds that secret', async () => {
    const secret = new TextEncoder().encode('s'.repeat(32));
    const file = join(await mkdtemp(join(tmpdir(), 'scoreline-jwks-')), 'jwks.json');
    const k = Buffer.from(secret).toString('base64url');
    await writeFile(file, JSON.stringify({ keys: [{ kty: 'oct', kid: 'k1', alg: 'HS256', k }] }));
    const lax = await tokenVerifier(options({ jwks: file }), DIMENSIONS, () => NOW);
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
    await expect(lax(token)).rejects.toThrow(TokenRefusedError);
    await rm(dirname(file), { recursive: true });
  });

  it('cannot bring its own key', async () => {
    const jwk = await exportJWK(stranger.publicKey);
    await expect(verify(await sign(CLAIMS, { jwk }, stranger.privateKey))).rejects.toThrow(TokenRefusedError);
    const before = asked;
    await expect(verify(await sign(CLAIMS, { jku: `${jwks}?mine` }, stranger.privateKey))).rejects.toThrow(
      TokenRefusedError,
    );
    expect(asked - before).toBeLessThanOrEqual(1);
  });

  it('that is malformed is refused', async () => {
    for (const text of ['a.b.c', '..', `${part({})}.${part({})}.`])
      await expect(verify(text)).rejects.toThrow(TokenRefusedError);
  });
});

describe('the key set', () => {
  it('that cannot be read is not a mistake of the token', async () => {
    const gone = await tokenVerifier(
      options({ jwks: 'http://127.0.0.1:9/jwks.json' }),
      DIMENSIONS,
      () => NOW,
    );
    const failed = gone(await sign(CLAIMS));
    await expect(failed).rejects.toThrow(KeySetUnavailableError);
  });

  it('may be a file that must exist', async () => {
    await expect(
      tokenVerifier(options({ jwks: '/nowhere/jwks.json' }), DIMENSIONS, () => NOW),
    ).rejects.toThrow(/nowhere/);
  });
});
