import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pepper } from '../ingestion/pseudonym.ts';

/** A secret and whether it was made just now. */
export interface KeptSecret {
  readonly value: string;
  readonly made: boolean;
}

/** Reads the secret in the file (mode 0600) of the data folder, or makes it. */
async function keptSecret(dataDir: string, name: string, make: () => string): Promise<KeptSecret> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, name);
  try {
    // wx: of two starters only one makes it.
    const file = await open(path, 'wx', 0o600);
    try {
      const value = make();
      await file.writeFile(`${value}\n`);
      await file.sync();
      return { value, made: true };
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const value = (await readFile(path, 'utf8')).trim();
    if (value === '') throw new Error(`${path} is empty; remove it to have a new one made`);
    return { value, made: false };
  }
}

/** The administrator's key: the configured one, or the one kept in the data folder (256 random bits). */
export async function adminKey(dataDir: string, configured: string | undefined): Promise<KeptSecret> {
  if (configured !== undefined) return { value: configured, made: false };
  return keptSecret(dataDir, 'admin-key', () => `sl_${randomBytes(32).toString('base64url')}`);
}

const PEPPER_FILE = 'pepper';
const newPepper = () => randomBytes(32).toString('hex');

/** The pepper of the pseudonyms with those before it: configured, or kept in the data folder, oldest first. */
export async function pepper(dataDir: string, configured: readonly string[] | undefined): Promise<Pepper> {
  const secrets = configured ?? (await keptSecret(dataDir, PEPPER_FILE, newPepper)).value.split('\n');
  const chain = secrets.reduce<Pepper | undefined>(
    (former, hex, index) => ({ version: index + 1, secret: Buffer.from(hex.trim(), 'hex'), former }),
    undefined,
  );
  if (!chain || chain.secret.length < 32) throw new Error('the pepper must be at least 64 hex digits');
  return chain;
}

/** Adds a pepper to those in the data folder. */
export async function addPepper(dataDir: string): Promise<Pepper> {
  const path = join(dataDir, PEPPER_FILE);
  const text = (await readFile(path, 'utf8')).trim();
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${text}\n${newPepper()}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return pepper(dataDir, undefined);
}

/** The key (Ed25519) that signs what this instance vouches for, kept in the data folder. */
export async function signingKey(dataDir: string): Promise<KeyObject> {
  const make = () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
  };
  return createPrivateKey((await keptSecret(dataDir, 'signing-key', make)).value);
}

/** Tells whether a key that was presented is the one with this SHA-256, in constant time. */
export function keyMatcher(key: string): (presented: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(key);
  return (presented) => timingSafeEqual(digest(presented), expected);
}
