import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, describe, expect, it } from 'vitest';
import { decrypt, encrypt } from '../../domain/privacy/aes-gcm.ts';
import { awsKmsProvider } from '../../instance/keys/aws-kms.ts';
import { configuredKeyProvider, fileKeyProvider } from '../../instance/keys/file-provider.ts';
import { vaultTransitProvider } from '../../instance/keys/vault-transit.ts';
import { checkWrappingKeys, WrongWrappingKeyError } from '../../store/encryption/check-keys.ts';
import type { KeyProvider, WrappedKey } from '../../store/encryption/key-provider.ts';
import { rewrapKeys } from '../../store/encryption/rotate-keys.ts';
import { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { readTenant } from '../../store/setup/instance.ts';
import { openTestDatabase } from '../fixtures/database.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A stub of a key service: its keys are its own, what it refuses it refuses as the real one does. */
interface Stub {
  readonly url: string;
  readonly requests: { path: string; body: Record<string, never>; headers: IncomingMessage['headers'] }[];
}

type Answer = [number, unknown];

async function stub(
  answer: (path: string, body: never, headers: IncomingMessage['headers']) => Answer | Promise<Answer>,
): Promise<Stub> {
  const requests: Stub['requests'] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = text === '' ? {} : JSON.parse(text);
    requests.push({ path: request.url ?? '', body, headers: request.headers });
    const [status, content] = await answer(request.url ?? '', body as never, request.headers);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const KEYS = Array.from({ length: 40 }, (_, i) => ({ tenant: 't', subject: `s${i}`, key: randomBytes(32) }));

/** What every provider must do. */
async function behaves(provider: KeyProvider): Promise<void> {
  const wrap = async () => {
    const wrapped = await provider.wrap(KEYS);
    return KEYS.map(({ tenant, subject }, i) => ({
      tenant,
      subject,
      ...(wrapped[i] as (typeof wrapped)[0]),
    }));
  };
  const before = await wrap();
  expect(await provider.unwrap(before)).toEqual(KEYS.map(({ key }) => key));
  for (const [i, { key }] of KEYS.entries()) expect(before[i]?.wrapped).not.toContain(key.toString('base64'));
  const [one] = before;
  if (!one) throw new Error('nothing was wrapped');
  // A key that was moved to another person, or to another record, does not open.
  await expect(provider.unwrap([{ ...one, subject: 's1' }])).rejects.toThrow();
  await expect(provider.unwrap([{ ...one, tenant: 'other' }])).rejects.toThrow();
  expect(one.version).toBe(await provider.current());
  expect(await provider.rotate()).toBe(await provider.current());
  const after = await wrap();
  expect(after[0]?.version).toBe(await provider.current());
  expect(await provider.unwrap([...before, ...after])).toEqual([...KEYS, ...KEYS].map(({ key }) => key));
  expect(await provider.wrap([])).toEqual([]);
}

describe('the file of wrapping keys', () => {
  const path = () => {
    const folder = mkdtempSync(join(tmpdir(), 'scoreline-test-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    return join(folder, 'wrapping-keys');
  };

  it('wraps, rotates, and is readable by its owner only', async () => {
    const file = path();
    await behaves(await fileKeyProvider(file));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('is read again when another process has rotated, and retires only what is not needed', async () => {
    const file = path();
    const one = await fileKeyProvider(file);
    const other = await fileKeyProvider(file);
    const [old] = await one.wrap(KEYS);
    await other.rotate();
    const [fresh] = await other.wrap(KEYS);
    const bound = { tenant: 't', subject: 's0' };
    expect([old?.version, fresh?.version]).toEqual(['1', '2']);
    expect(await one.unwrap([{ ...bound, ...(fresh as WrappedKey) }])).toEqual([KEYS[0]?.key]);
    expect(await one.retire()).toEqual({ versions: ['1'], report: 'wrapping keys destroyed: 1' });
    expect((await other.retire()).report).toMatch(/none, there is only the newest/);
    await expect(one.unwrap([{ ...bound, ...(old as WrappedKey) }])).rejects.toThrow(
      /version 1 is gone: what it wrapped cannot be read/,
    );
    expect(await (await fileKeyProvider(file)).unwrap([{ ...bound, ...(fresh as WrappedKey) }])).toHaveLength(
      1,
    );
    expect(await one.rotate()).toBe('3');
  });

  it('is read again before each wrap: nothing is wrapped under a key that another process destroyed', async () => {
    const file = path();
    const stale = await fileKeyProvider(file);
    await stale.wrap(KEYS);
    const other = await fileKeyProvider(file);
    await other.rotate();
    await other.retire();
    const [wrapped] = await stale.wrap(KEYS);
    expect(wrapped?.version).toBe('2');
    const bound = { tenant: 't', subject: 's0', ...(wrapped as WrappedKey) };
    expect(await other.unwrap([bound])).toEqual([KEYS[0]?.key]);
  });

  it('may be configured instead; then it is rotated there', async () => {
    const [a, b] = ['0a'.repeat(32), '0b'.repeat(32)];
    const [old] = await configuredKeyProvider([a]).wrap(KEYS);
    const both = configuredKeyProvider([a, b]);
    expect(await both.unwrap([{ tenant: 't', subject: 's0', ...(old as WrappedKey) }])).toEqual([
      KEYS[0]?.key,
    ]);
    expect((await both.wrap(KEYS))[0]?.version).toBe('2');
    await expect(async () => both.rotate()).rejects.toThrow(/add a new one to the end of SCORELINE_KEK/);
    // A key that was destroyed leaves its place, so that the other keeps its number.
    const [fresh] = await both.wrap(KEYS);
    expect(await both.retire()).toEqual({
      versions: ['1'],
      report: expect.stringContaining('Put "-" in their place in SCORELINE_KEK (-,(key 2))'),
    });
    const left = configuredKeyProvider(['-', b]);
    expect(await left.unwrap([{ tenant: 't', subject: 's0', ...(fresh as WrappedKey) }])).toEqual([
      KEYS[0]?.key,
    ]);
    await expect(left.unwrap([{ tenant: 't', subject: 's0', ...(old as WrappedKey) }])).rejects.toThrow(
      /version 1 is gone/,
    );
  });
});

describe('Vault transit', () => {
  const serve = async () => {
    const versions = [randomBytes(32)];
    const lowest = { min_decryption_version: 0, min_encryption_version: 0 };
    let available = 0;
    const context = (data: string) => ({ tenant: '', subject: '', field: 'vault', row: data });
    const server = await stub((path, body: { batch_input: Record<string, string>[] }, headers) => {
      if (headers['x-vault-token'] !== 'token') return [403, { errors: ['permission denied'] }];
      if (path === '/v1/secrets/transit/keys/my%20key/rotate') {
        versions.push(randomBytes(32));
        return [200, {}];
      }
      if (path === '/v1/secrets/transit/keys/my%20key')
        return [200, { data: { latest_version: versions.length, min_available_version: available } }];
      if (path === '/v1/secrets/transit/keys/my%20key/config') {
        Object.assign(lowest, body);
        return [200, {}];
      }
      if (path === '/v1/secrets/transit/keys/my%20key/trim') {
        available = (body as unknown as { min_available_version: number }).min_available_version;
        if (available > Math.min(lowest.min_decryption_version, lowest.min_encryption_version))
          return [400, { errors: ['cannot trim what is in use'] }];
        versions.fill(Buffer.alloc(32), 0, available - 1);
        return [200, {}];
      }
      const [, action] = /^\/v1\/secrets\/transit\/(encrypt|decrypt)\/my%20key$/.exec(path) ?? [];
      const one = (item: Record<string, string>) => {
        const { associated_data: data = '', plaintext = '', ciphertext = '' } = item;
        if (action === 'encrypt')
          return {
            ciphertext: `vault:v${versions.length}:${encrypt(versions.at(-1) as Buffer, context(data), plaintext)}`,
          };
        const [, version, sealed = ''] = /^vault:v(\d+):(.*)$/.exec(ciphertext) ?? [];
        try {
          const key = versions[Number(version) - 1] as Buffer;
          return { plaintext: decrypt(key, context(data), sealed).toString() };
        } catch {
          return { error: 'cipher: message authentication failed' };
        }
      };
      return action ? [200, { data: { batch_results: body.batch_input.map(one) } }] : [404, { errors: [] }];
    });
    const options = { address: server.url, mount: 'secrets/transit', key: 'my key', namespace: 'team' };
    return { server, options };
  };

  it('wraps many keys in one request', async () => {
    const { server, options } = await serve();
    const provider = vaultTransitProvider({ ...options, token: 'token' });
    await behaves(provider);
    expect(server.requests[0]?.headers['x-vault-namespace']).toBe('team');
    expect(server.requests[0]?.body['batch_input']).toHaveLength(KEYS.length);
    expect((await provider.wrap(KEYS))[0]?.version).toBe('v2');
  });

  it('trims the versions before the newest when they are retired', async () => {
    const { options } = await serve();
    const provider = vaultTransitProvider({ ...options, token: 'token' });
    const bound = { tenant: 't', subject: 's0' };
    const [old] = await provider.wrap(KEYS);
    expect((await provider.retire()).report).toMatch(/none, Vault has only the newest/);
    await provider.rotate();
    const [fresh] = await provider.wrap(KEYS);
    expect(await provider.retire()).toEqual({
      versions: ['v1'],
      report: 'wrapping keys destroyed in Vault: v1',
    });
    expect(await provider.unwrap([{ ...bound, ...(fresh as WrappedKey) }])).toEqual([KEYS[0]?.key]);
    await expect(provider.unwrap([{ ...bound, ...(old as WrappedKey) }])).rejects.toThrow(
      /could not decrypt/,
    );
    expect(await provider.retire()).toEqual({
      versions: ['v1'],
      report: 'wrapping keys destroyed: none, Vault has only the newest',
    });
  });

  it('is bound to a database: others are refused, an unavailable one is waited for', async () => {
    const database = await openTestDatabase();
    closers.push(() => database.close());
    const tenant = await readTenant(database.store);
    const check = (provider: KeyProvider, ...others: KeyProvider[]) =>
      checkWrappingKeys(database.store, new SubjectEncryption(database.store, tenant, provider, others));
    const [{ options }, other] = [await serve(), await serve()];
    const own = vaultTransitProvider({ ...options, token: 'token' });
    const file = configuredKeyProvider(['07'.repeat(32)]);
    await check(own);
    await check(own, file);
    await check(file, own);
    await expect(check(file)).rejects.toThrow(/wrapped by "vault-transit", which is not configured/);
    await expect(check(vaultTransitProvider({ ...other.options, token: 'token' }))).rejects.toThrow(
      /cannot be decrypted \(Vault could not decrypt .*nothing was stored/,
    );
    await check(vaultTransitProvider({ ...options, token: 'ran out' }));
    await check(vaultTransitProvider({ ...options, address: 'http://127.0.0.1:1', token: 'token' }));
    // Carried over with the keys of persons: the former provider may go then.
    await rewrapKeys(database.store, new SubjectEncryption(database.store, tenant, file, [own]));
    await check(file);
    await expect(check(own)).rejects.toThrow(/wrapped by "file", which is not configured/);
    await expect(check(configuredKeyProvider(['08'.repeat(32)]))).rejects.toThrow(WrongWrappingKeyError);
  });

  it('reports the error of Vault', async () => {
    const { options } = await serve();
    const provider = vaultTransitProvider({ ...options, token: 'wrong' });
    await expect(provider.wrap(KEYS)).rejects.toThrow(/Vault answered 403 .*permission denied/);
    const away = vaultTransitProvider({ ...options, address: 'http://127.0.0.1:1', token: 'token' });
    await expect(away.wrap(KEYS)).rejects.toThrow(/cannot be reached/);
  });
});

describe('AWS KMS', () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
  const NOW = Date.UTC(2026, 2, 31, 12);

  it('is signed by a library that signs like the published example', async () => {
    // "get-vanilla" of the AWS Signature Version 4 test suite.
    const { headers } = await new AwsV4Signer({
      url: 'https://example.amazonaws.com/',
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      ...{ region: 'us-east-1', service: 'service', datetime: '20150830T123600Z' },
    }).sign();
    expect(headers.get('authorization')).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
        'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    );
  });

  it('wraps each key with its subject as the encryption context, in requests that are signed', async () => {
    const keys = [randomBytes(32)];
    let url = '';
    const server = await stub(
      async (_path, body: Record<string, string>, headers): Promise<[number, unknown]> => {
        const { host: _host, authorization, ...others } = headers;
        const sent = ['content-type', 'x-amz-target'].map((name) => [name, String(others[name])] as const);
        const again = await new AwsV4Signer({
          ...credentials,
          ...{ url, headers: Object.fromEntries(sent), body: JSON.stringify(body) },
          ...{ region: 'eu-central-1', service: 'kms', datetime: '20260331T120000Z' },
        }).sign();
        if (
          again.headers.get('authorization') !== authorization ||
          others['x-amz-security-token'] !== 'session'
        )
          return [400, { __type: 'InvalidSignatureException' }];
        const named = { 'alias/scoreline': 'arn:first', 'alias/other': 'arn:second' }[body['KeyId'] ?? ''];
        const arn = named ?? body['KeyId'];
        if (arn !== 'arn:first' && arn !== 'arn:second') return [400, { __type: 'NotFoundException' }];
        const row = JSON.stringify(body['EncryptionContext']);
        const context = { tenant: '', subject: '', field: 'kms', row };
        switch (others['x-amz-target']) {
          case 'TrentService.Encrypt':
            return [
              200,
              {
                KeyId: arn,
                CiphertextBlob: `${keys.length} ${arn} ${encrypt(keys.at(-1) as Buffer, context, body['Plaintext'] ?? '')}`,
              },
            ];
          case 'TrentService.Decrypt': {
            const [version, by, sealed = ''] = String(body['CiphertextBlob']).split(' ');
            if (by !== arn) return [400, { __type: 'IncorrectKeyException' }];
            try {
              const key = keys[Number(version) - 1] as Buffer;
              return [200, { Plaintext: decrypt(key, context, sealed).toString() }];
            } catch {
              return [400, { __type: 'InvalidCiphertextException' }];
            }
          }
          case 'TrentService.RotateKeyOnDemand':
            keys.push(randomBytes(32));
            return [200, {}];
          case 'TrentService.DescribeKey':
            return [200, { KeyMetadata: { Arn: arn } }];
          default:
            return [400, { __type: 'UnknownOperationException' }];
        }
      },
    );
    url = `${server.url}/`;
    const options = { region: 'eu-central-1', endpoint: url, keyId: 'alias/scoreline', now: () => NOW };
    await behaves(awsKmsProvider({ ...options, credentials }));
    // Keys are wrapped side by side, so that their requests come in any order.
    expect(server.requests.map(({ body }) => body['EncryptionContext'])).toContainEqual({
      'scoreline:tenant': 't',
      'scoreline:subject': 's0',
    });
    // Another key takes over: what the one before wrapped is read until it is rewrapped, and then that one can go.
    const bound = { tenant: 't', subject: 's0' };
    const [old] = await awsKmsProvider({ ...options, credentials }).wrap(KEYS.slice(0, 1));
    const second = awsKmsProvider({ ...options, keyId: 'alias/other', credentials });
    const [fresh] = await second.wrap(KEYS.slice(0, 1));
    expect([old?.version, fresh?.version, await second.current()]).toEqual([
      'arn:first',
      'arn:second',
      'arn:second',
    ]);
    expect(await second.unwrap([old, fresh].map((one) => ({ ...bound, ...(one as WrappedKey) })))).toEqual([
      KEYS[0]?.key,
      KEYS[0]?.key,
    ]);
    expect((await second.retire()).report).toMatch(/schedule its deletion/);
    const other = { ...credentials, secretAccessKey: createHmac('sha256', 'x').digest('hex') };
    await expect(awsKmsProvider({ ...options, credentials: other }).wrap(KEYS)).rejects.toThrow(
      /AWS KMS answered 400 to Encrypt: .*InvalidSignature/,
    );
  });
});
