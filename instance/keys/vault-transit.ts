import type { VaultTransitConfig } from '../../config.ts';
import { type BoundKey, type KeyProvider, KeyProviderError } from '../../store/key-provider.ts';

interface BatchItem {
  readonly ciphertext?: string;
  readonly plaintext?: string;
  readonly error?: string;
}

/**
 * HashiCorp Vault's transit engine: wraps data keys by encrypt and decrypt with `batch_input`; tenant and subject are the
 * `associated_data`. https://developer.hashicorp.com/vault/api-docs/secret/transit
 */
export function vaultTransitProvider(options: VaultTransitConfig): KeyProvider {
  const { address, mount, key, token, namespace } = options;
  const call = async (path: string, body: object): Promise<{ data?: { batch_results?: BatchItem[] } }> => {
    const answer = await fetch(`${address.replace(/\/$/, '')}/v1/${mount}/${path}`, {
      method: 'POST',
      headers: {
        'x-vault-token': token,
        'content-type': 'application/json',
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    }).catch((error: Error) => {
      throw new KeyProviderError(`Vault at ${address} cannot be reached: ${error.message}`);
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new KeyProviderError(`Vault answered ${answer.status} to ${path}: ${text.slice(0, 200)}`);
    return text === '' ? {} : (JSON.parse(text) as { data?: { batch_results?: BatchItem[] } });
  };
  const batch = async (action: 'encrypt' | 'decrypt', items: readonly object[]) => {
    if (items.length === 0) return [];
    const results = (await call(`${action}/${encodeURIComponent(key)}`, { batch_input: items })).data
      ?.batch_results;
    if (results?.length !== items.length)
      throw new KeyProviderError(
        `Vault gave ${results?.length ?? 0} results of ${items.length} to ${action}`,
      );
    const bad = results.find(({ error }) => error);
    if (bad) throw new KeyProviderError(`Vault could not ${action} a key: ${bad.error}`);
    return results;
  };
  const associated = ({ tenant, subject }: Omit<BoundKey, 'key'>) =>
    Buffer.from(JSON.stringify(['scoreline', tenant, subject])).toString('base64');
  return {
    name: 'vault-transit',
    wrap: async (keys) => {
      const items = keys.map((one) => ({
        plaintext: one.key.toString('base64'),
        associated_data: associated(one),
      }));
      return (await batch('encrypt', items)).map(({ ciphertext = '' }) => ({
        wrapped: ciphertext,
        version: /^vault:(v\d+):/.exec(ciphertext)?.[1] ?? 'unknown',
      }));
    },
    unwrap: async (keys) => {
      const items = keys.map((one) => ({ ciphertext: one.wrapped, associated_data: associated(one) }));
      return (await batch('decrypt', items)).map(({ plaintext = '' }) => Buffer.from(plaintext, 'base64'));
    },
    rotate: async () => {
      await call(`keys/${encodeURIComponent(key)}/rotate`, {});
      return 'the newest';
    },
  };
}
