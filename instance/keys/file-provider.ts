import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { seal, unseal } from '../../domain/sealed.ts';
import { type KeyProvider, KeyProviderError } from '../../store/key-provider.ts';

/** Wrapping keys by version, "1", "2", ...; the last is in use. */
type Keys = Map<string, Buffer>;

const KEY = /^[0-9a-f]{64}$/i;

/** Wrapping keys from the configuration, as hex, oldest first. They are rotated where they are configured. */
export function configuredKeyProvider(hex: readonly string[]): KeyProvider {
  const keys: Keys = new Map(hex.map((key, index) => [String(index + 1), Buffer.from(key, 'hex')]));
  return provider(
    async () => keys,
    () => {
      throw new KeyProviderError(
        'the wrapping keys are configured: add a new one to the end of SCORELINE_KEK, restart, and then run: npm run keys -- rewrap',
      );
    },
  );
}

/** Wrapping keys in a file (mode 0600, one hex key a line, oldest first), made when it is not there. */
export async function fileKeyProvider(path: string): Promise<KeyProvider> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let keys = await readKeys(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    // wx: of two starters only one makes it.
    await writeNew(path, 'wx', new Map([['1', randomBytes(32)]])).catch((other: NodeJS.ErrnoException) => {
      if (other.code !== 'EEXIST') throw other;
    });
    return readKeys(path);
  });
  const replace = async (changed: Keys) => {
    await writeNew(`${path}.new`, 'w', changed);
    await rename(`${path}.new`, path);
    keys = changed;
  };
  const base = provider(
    async (version) => {
      // Another process has rotated since.
      if (version !== undefined && !keys.has(version)) keys = await readKeys(path);
      return keys;
    },
    async () => {
      keys = await readKeys(path);
      const version = String(Number(current(keys)[0]) + 1);
      await replace(new Map([...keys, [version, randomBytes(32)]]));
      return version;
    },
  );
  const retire = async (inUse: ReadonlySet<string>) => {
    keys = await readKeys(path);
    const [last] = current(keys);
    const retired = [...keys.keys()].filter((version) => version !== last && !inUse.has(version));
    await replace(new Map([...keys].filter(([version]) => !retired.includes(version))));
    return retired;
  };
  return { ...base, retire };
}

function current(keys: Keys): [string, Buffer] {
  const last = [...keys].at(-1);
  if (!last) throw new KeyProviderError('there is no wrapping key');
  return last;
}

async function readKeys(path: string): Promise<Keys> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  const keys: Keys = new Map();
  lines.forEach((line, index) => {
    // A retired key is a line with "-": the versions of the others stay.
    if (KEY.test(line)) keys.set(String(index + 1), Buffer.from(line, 'hex'));
    else if (line !== '' && line !== '-')
      throw new KeyProviderError(`${path} line ${index + 1}: not a key of 64 hex digits`);
  });
  if (keys.size === 0) throw new KeyProviderError(`${path} holds no key; restore it from its backup`);
  return keys;
}

async function writeNew(path: string, flag: 'w' | 'wx', keys: Keys): Promise<void> {
  const file = await open(path, flag, 0o600);
  const last = Number(current(keys)[0]);
  const lines = Array.from({ length: last }, (_, i) => keys.get(String(i + 1))?.toString('hex') ?? '-');
  try {
    await file.writeFile(`${lines.join('\n')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(path, 0o600);
}

function provider(keysFor: (version?: string) => Promise<Keys>, rotate: () => Promise<string>): KeyProvider {
  const context = ({ tenant, subject }: { tenant: string; subject: string }) =>
    ({ tenant, subject, field: 'key', row: subject }) as const;
  return {
    name: 'file',
    rotate: async () => rotate(),
    wrap: async (bound) => {
      const [version, wrapping] = current(await keysFor());
      return bound.map((one) => ({ wrapped: seal(wrapping, context(one), one.key), version }));
    },
    unwrap: (bound) =>
      Promise.all(
        bound.map(async (one) => {
          const wrapping = (await keysFor(one.version)).get(one.version);
          if (!wrapping)
            throw new KeyProviderError(
              `the wrapping key of version ${one.version} is gone: what it wrapped cannot be read any more`,
            );
          return unseal(wrapping, context(one), one.wrapped);
        }),
      ),
  };
}
