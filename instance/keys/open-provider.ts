import type { Config } from '../../config/config.ts';
import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import type { KeyProvider } from '../../store/encryption/key-provider.ts';
import { type SecretPlaces, secretPath } from '../secrets.ts';
import { awsKmsProvider } from './aws-kms.ts';
import { configuredKeyProvider, fileKeyProvider } from './file-provider.ts';
import { vaultTransitProvider } from './vault-transit.ts';

/**
 * The configured key provider first, then the other configured ones: what they wrapped before stays readable
 * until it is rewrapped. `inUse`: the providers that wrap something in the database; a missing file is not
 * created again.
 */
export async function openKeyProviders(
  config: SecretPlaces & Pick<Config, 'keys'>,
  now: () => number,
  inUse: ReadonlySet<string>,
): Promise<[KeyProvider, ...KeyProvider[]]> {
  const { keys } = config;
  const providers = [
    keys.kek
      ? configuredKeyProvider(keys.kek)
      : await fileKeyProvider(await secretPath(config, 'wrapping-keys'), !inUse.has('file')),
    ...(keys.vault ? [vaultTransitProvider(keys.vault)] : []),
    ...(keys.kms ? [awsKmsProvider({ ...keys.kms, now })] : []),
  ];
  const chosen = providers.find(({ name }) => name === keys.provider);
  if (!chosen) throw new KeyProviderError(`the key provider ${keys.provider} is not configured`);
  return [chosen, ...providers.filter((one) => one !== chosen)];
}
