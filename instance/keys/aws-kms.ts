import { AwsV4Signer } from 'aws4fetch';
import type { AwsKmsConfig } from '../../config/config.ts';
import { KeyProviderUnavailableError, providerAnswered } from '../../domain/errors/key-provider-errors.ts';
import type { BoundKey, KeyProvider } from '../../store/encryption/key-provider.ts';

/** The version of keys that were wrapped before the KMS key was recorded. */
const UNNAMED = 'managed';
/** Concurrent calls: KMS takes one key per call. */
const AT_ONCE = 16;

/**
 * AWS KMS: wraps data keys with Encrypt and Decrypt; tenant and subject are the encryption context, so KMS's
 * own log names the subject of each use. https://docs.aws.amazon.com/kms/latest/APIReference/
 */
export function awsKmsProvider(options: AwsKmsConfig & { readonly now: () => number }): KeyProvider {
  const { region, keyId, now } = options;
  const url = new URL(options.endpoint ?? `https://kms.${region}.amazonaws.com/`);
  const call = async (action: string, content: object): Promise<Record<string, string>> => {
    const body = JSON.stringify(content);
    const plain = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` };
    const datetime = new Date(now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const given = { url: url.href, headers: plain, body, region, service: 'kms', datetime };
    const { headers } = await new AwsV4Signer({ ...credentialsOf(options), ...given }).sign();
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(10_000),
    }).catch((error: Error) => {
      throw new KeyProviderUnavailableError(`AWS KMS at ${url.host} cannot be reached: ${error.message}`);
    });
    const text = await answer.text();
    if (!answer.ok)
      // KMS answers nearly every error with 400.
      throw providerAnswered(
        /Throttling|Denied|Expired/.test(text) ? 429 : answer.status,
        `AWS KMS answered ${answer.status} to ${action}: ${text.slice(0, 200)}`,
      );
    return text === '' ? {} : (JSON.parse(text) as Record<string, string>);
  };
  const context = ({ tenant, subject }: Omit<BoundKey, 'key'>) => ({
    EncryptionContext: { 'scoreline:tenant': tenant, 'scoreline:subject': subject },
  });
  const current = async () => {
    const { KeyMetadata } = (await call('DescribeKey', { KeyId: keyId })) as unknown as {
      readonly KeyMetadata?: { readonly Arn?: string };
    };
    return KeyMetadata?.Arn ?? keyId;
  };
  return {
    name: 'aws-kms',
    wrap: (keys) =>
      inTurns(keys, async (one) => {
        const Plaintext = one.key.toString('base64');
        const { CiphertextBlob = '', KeyId = keyId } = await call('Encrypt', {
          KeyId: keyId,
          Plaintext,
          ...context(one),
        });
        return { wrapped: CiphertextBlob, version: KeyId };
      }),
    unwrap: (keys) =>
      inTurns(keys, async (one) => {
        const CiphertextBlob = one.wrapped;
        // Under the key that wrapped it, which may be a previous one; older rows do not record it, and KMS
        // finds it.
        const by = one.version === UNNAMED ? {} : { KeyId: one.version };
        const { Plaintext = '' } = await call('Decrypt', { ...by, CiphertextBlob, ...context(one) });
        return Buffer.from(Plaintext, 'base64');
      }),
    current,
    rotate: async () => {
      await call('RotateKeyOnDemand', { KeyId: keyId });
      return current();
    },
    // KMS keeps all material of a key for as long as the key exists: only another key allows deleting the one
    // before.
    retire: async () => ({
      versions: [],
      report: `nothing here is wrapped under another key of AWS KMS than ${await current()}; if there was one before it, schedule its deletion (aws kms schedule-key-deletion), and older backups cannot be read. The former material of this key goes only with the key itself`,
    }),
  };
}

/** Without a token that is not there: the signer takes it for one. */
const credentialsOf = ({ credentials: { sessionToken, ...credentials } }: AwsKmsConfig) =>
  sessionToken === undefined ? credentials : { ...credentials, sessionToken };

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE)
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  return results;
}
