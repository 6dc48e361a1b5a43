import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError } from '../config/config.ts';
import type { Pepper } from '../ingestion/pipeline/pseudonym.ts';
import { replaceFile, writeOnce } from './secret-file.ts';

/*
 * The secrets of an instance: its administrator's key, its peppers, its wrapping keys (keys/file-provider.ts)
 * and its signing keys. Each is read from the environment, else from the folder of secrets, else from the data
 * folder, else generated.
 */

export type SecretPlaces = Pick<Config, 'dataDir' | 'secretsDir'>;
export type SecretName = 'admin-key' | 'pepper' | 'wrapping-keys' | 'signing-key';

/** A secret and whether it was just generated. */
export interface KeptSecret {
  readonly value: string;
  readonly made: boolean;
}

/**
 * The path of that secret's file, existing or to be created: in the folder of secrets if one is configured,
 * unless it exists in the data folder.
 */
export async function secretPath({ dataDir, secretsDir }: SecretPlaces, name: SecretName): Promise<string> {
  const own = join(dataDir, name);
  if (secretsDir === undefined) return own;
  const shared = join(secretsDir, name);
  return (await isThere(shared)) || !(await isThere(own)) ? shared : own;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Reads the secret in its file (mode 0600), or generates it; throws `missing` instead if the database is bound
 * to one already.
 */
async function keptSecret(
  places: SecretPlaces,
  name: SecretName,
  make: () => string,
  missing: Error | null = null,
): Promise<KeptSecret> {
  const path = await secretPath(places, name);
  if (!(await isThere(path))) {
    if (missing) throw missing;
    const value = make();
    if (await writeOnce(path, `${value}\n`)) return { value, made: true };
  }
  const value = (await readFile(path, 'utf8')).trim();
  if (value === '')
    throw new ConfigError(
      `${path} is empty, as an interrupted first start of an older version left it: restore it from its backup, or remove it if this database was never used`,
    );
  return { value, made: false };
}

/** The administrator's key: the configured one, or the stored one (256 random bits). */
export async function adminKey(config: SecretPlaces & Pick<Config, 'adminKey'>): Promise<KeptSecret> {
  if (config.adminKey !== undefined) return { value: config.adminKey, made: false };
  return keptSecret(config, 'admin-key', () => `sl_${randomBytes(32).toString('base64url')}`);
}

/** The administrator's key; undefined: none is configured and none was generated yet. */
export async function findAdminKey(
  config: SecretPlaces & Pick<Config, 'adminKey'>,
): Promise<string | undefined> {
  if (config.adminKey !== undefined) return config.adminKey;
  const path = await secretPath(config, 'admin-key');
  return (await readFile(path, 'utf8').catch(() => '')).trim() || undefined;
}

const newPepper = () => randomBytes(32).toString('hex');

/**
 * The pepper of the pseudonyms with earlier ones: configured, or stored, oldest first. `missing`: why none may
 * be generated.
 */
export async function pepper(
  config: SecretPlaces & Pick<Config, 'pepper'>,
  missing: Error | null = null,
): Promise<Pepper> {
  const secrets = config.pepper ?? (await keptSecret(config, 'pepper', newPepper, missing)).value.split('\n');
  const chain = secrets.reduce<Pepper | undefined>(
    (former, hex, index) => ({ version: index + 1, secret: Buffer.from(hex.trim(), 'hex'), former }),
    undefined,
  );
  if (!chain || chain.secret.length < 32)
    throw new ConfigError(
      `the pepper must be at least 64 hex digits${config.pepper ? '' : `: restore ${await secretPath(config, 'pepper')} from its backup`}`,
    );
  return chain;
}

/** Adds a pepper to the stored ones. */
export async function addPepper(places: SecretPlaces): Promise<Pepper> {
  await append(await secretPath(places, 'pepper'), newPepper());
  return pepper({ ...places, pepper: undefined });
}

const newSigningKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();

/**
 * The keys (Ed25519) that sign what this instance vouches for, oldest first: configured, or stored. `missing`:
 * why none may be generated.
 */
export async function signingKeys(
  config: SecretPlaces & Pick<Config, 'signingKeys'>,
  missing: Error | null = null,
): Promise<[KeyObject, ...KeyObject[]]> {
  const text = config.signingKeys ?? (await keptSecret(config, 'signing-key', newSigningKey, missing)).value;
  try {
    return parseSigningKeys(text);
  } catch (error) {
    const where = config.signingKeys
      ? 'SCORELINE_SIGNING_KEY'
      : `${await secretPath(config, 'signing-key')}, to be restored from its backup,`;
    throw new ConfigError(`${where} ${(error as Error).message}`);
  }
}

/** Adds a signing key to the stored ones; the next start brings it into use. */
export async function addSigningKey(places: SecretPlaces): Promise<void> {
  await append(await secretPath(places, 'signing-key'), newSigningKey());
}

async function append(path: string, secret: string): Promise<void> {
  await replaceFile(path, `${(await readFile(path, 'utf8')).trim()}\n${secret}\n`);
}

const PEM = /-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----/g;

/**
 * Ed25519 keys as concatenated PEM blocks, or as the base64 of PKCS #8 in DER separated by commas.
 * @throws Error that says what is wrong, without the text.
 */
export function parseSigningKeys(text: string): [KeyObject, ...KeyObject[]] {
  const blocks = text.includes('-----BEGIN')
    ? (text.replaceAll('\\n', '\n').match(PEM) ?? [])
    : text.split(',');
  const keys = blocks.map((block) => {
    try {
      return block.startsWith('-----')
        ? createPrivateKey(block)
        : createPrivateKey({ key: Buffer.from(block, 'base64'), format: 'der', type: 'pkcs8' });
    } catch {
      return null;
    }
  });
  const [first, ...more] = keys;
  if (!first || keys.some((key) => key?.asymmetricKeyType !== 'ed25519'))
    throw new Error(
      'must be an Ed25519 private key, PKCS #8, as PEM or base64 (openssl genpkey -algorithm ed25519), or several, oldest first',
    );
  return [first, ...(more as KeyObject[])];
}

/** Whether a presented key has this SHA-256, in constant time. */
export function keyMatcher(key: string): (presented: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(key);
  return (presented) => timingSafeEqual(digest(presented), expected);
}
