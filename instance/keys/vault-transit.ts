import type { VaultTransitConfig } from '../../config/config.ts';
import {
  KeyProviderError,
  KeyProviderUnavailableError,
  providerAnswered,
} from '../../domain/errors/key-provider-errors.ts';
import type { BoundKey, KeyProvider } from '../../store/encryption/key-provider.ts';

interface BatchItem {
  readonly ciphertext?: string;
  readonly plaintext?: string;
  readonly error?: string;
}

interface KeyState {
  readonly latest_version: number;
  readonly min_available_version?: number;
}

/**
 * HashiCorp Vault's transit engine: wraps data keys with encrypt and decrypt and `batch_input`; tenant and
 * subject are the `associated_data`. https://developer.hashicorp.com/vault/api-docs/secret/transit
 */
export function vaultTransitProvider(options: VaultTransitConfig): KeyProvider {
  const { address, mount, key, token, namespace } = options;
  const call = async <Data>(path: string, body?: object): Promise<Data | undefined> => {
    const answer = await fetch(`${address.replace(/\/$/, '')}/v1/${mount}/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        'x-vault-token': token,
        'content-type': 'application/json',
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    }).catch((error: Error) => {
      throw new KeyProviderUnavailableError(`Vault at ${address} cannot be reached: ${error.message}`);
    });
    const text = await answer.text();
    if (!answer.ok)
      throw providerAnswered(
        answer.status,
        `Vault answered ${answer.status} to ${path}: ${text.slice(0, 200)}`,
      );
    return text === '' ? undefined : (JSON.parse(text) as { data?: Data }).data;
  };
  const name = encodeURIComponent(key);
  const latest = async () => {
    const state = await call<KeyState>(`keys/${name}`);
    if (!state?.latest_version) throw new KeyProviderError(`Vault returned no version of the key ${key}`);
    return state;
  };
  const batch = async (action: 'encrypt' | 'decrypt', items: readonly object[]) => {
    if (items.length === 0) return [];
    const results = (await call<{ batch_results?: BatchItem[] }>(`${action}/${name}`, { batch_input: items }))
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
    current: async () => `v${(await latest()).latest_version}`,
    rotate: async () => {
      await call(`keys/${name}/rotate`, {});
      return `v${(await latest()).latest_version}`;
    },
    retire: async () => {
      const { latest_version: newest, min_available_version: oldest = 0 } = await latest();
      const versions = Array.from({ length: newest - 1 }, (_, i) => `v${i + 1}`);
      const left = versions.slice(Math.max(1, oldest) - 1);
      if (left.length === 0)
        return { versions, report: 'wrapping keys destroyed: none, Vault has only the newest' };
      // Vault trims only versions that neither encrypt nor decrypt any more.
      await call(`keys/${name}/config`, { min_decryption_version: newest, min_encryption_version: newest });
      await call(`keys/${name}/trim`, { min_available_version: newest });
      return { versions, report: `wrapping keys destroyed in Vault: ${left.join(', ')}` };
    },
  };
}
