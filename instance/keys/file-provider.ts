import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import { decrypt, encrypt } from '../../domain/privacy/aes-gcm.ts';
import type { KeyProvider } from '../../store/encryption/key-provider.ts';
import { replaceFile, writeOnce } from '../secret-file.ts';

/** Wrapping keys by version, "1", "2", ...; the last is in use. */
type Keys = Map<string, Buffer>;

const KEY = /^[0-9a-f]{64}$/i;

/**
 * Wrapping keys from the configuration, as hex, oldest first; "-" replaces a destroyed one, so that the others
 * keep their numbers. They are created and destroyed in the configuration.
 */
export function configuredKeyProvider(given: readonly string[]): KeyProvider {
  const keys = parseKeys(given, 'SCORELINE_KEK');
  return provider(async () => keys, {
    rotate: () => {
      throw new KeyProviderError(
        'the wrapping keys are configured: add a new one to the end of SCORELINE_KEK, restart all processes, and then run: npm run keys -- rewrap',
      );
    },
    retire: async () => {
      const old = olderThan(keys);
      const [last] = newest(keys);
      const list = `${'-,'.repeat(Number(last) - 1)}(key ${last})`;
      return {
        versions: before(last),
        report:
          old.length === 0
            ? 'wrapping keys retired: none, there is only the newest'
            : `wrapping keys retired: ${old.join(', ')}; nothing is wrapped under them. Put "-" in their place in SCORELINE_KEK (${list}) and destroy every copy of them`,
      };
    },
  });
}

/**
 * Wrapping keys in a file (mode 0600, one hex key a line, oldest first), created when missing, unless it
 * already wrapped something.
 * @throws KeyProviderError
 */
export async function fileKeyProvider(path: string, mayMake = true): Promise<KeyProvider> {
  let keys = await readKeys(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    if (!mayMake)
      throw new KeyProviderError(
        `the wrapping keys of this database are missing: restore ${path} from its backup, or set SCORELINE_KEK to them`,
      );
    await writeOnce(path, textOf(new Map([['1', randomBytes(32)]])));
    return readKeys(path);
  });
  const replace = async (changed: Keys) => {
    await replaceFile(path, textOf(changed));
    keys = changed;
  };
  const keysFor = async (version?: string) => {
    // To wrap, the file is read each time: another process may have added a key since, and destroyed the one
    // before.
    if (version === undefined || !keys.has(version)) keys = await readKeys(path);
    return keys;
  };
  return provider(keysFor, {
    rotate: async () => {
      const present = await keysFor();
      const version = String(Number(newest(present)[0]) + 1);
      await replace(new Map([...present, [version, randomBytes(32)]]));
      return version;
    },
    retire: async () => {
      const present = await keysFor();
      const old = olderThan(present);
      if (old.length > 0) await replace(new Map([newest(present)]));
      return {
        versions: before(newest(present)[0]),
        report: `wrapping keys destroyed: ${old.join(', ') || 'none, there is only the newest'}`,
      };
    },
  });
}

/** Every version before that one, also those that are destroyed. */
const before = (newest: string): string[] =>
  Array.from({ length: Number(newest) - 1 }, (_, i) => String(i + 1));

/** The versions before the newest that are there. */
function olderThan(keys: Keys): string[] {
  return [...keys.keys()].slice(0, -1);
}

function newest(keys: Keys): [string, Buffer] {
  const last = [...keys].at(-1);
  if (!last) throw new KeyProviderError('there is no wrapping key');
  return last;
}

async function readKeys(path: string): Promise<Keys> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return parseKeys(
    lines.map((line) => line.trim()),
    path,
  );
}

/** A retired key is "-": the versions of the others stay. */
function parseKeys(lines: readonly string[], where: string): Keys {
  const keys: Keys = new Map();
  lines.forEach((line, index) => {
    if (KEY.test(line)) keys.set(String(index + 1), Buffer.from(line, 'hex'));
    else if (line !== '' && line !== '-')
      throw new KeyProviderError(`${where}, key ${index + 1}: not a key of 64 hex digits`);
  });
  if (keys.size === 0) throw new KeyProviderError(`${where} holds no key; restore it from its backup`);
  return keys;
}

/** As stored: one a line, "-" for a destroyed one. */
function textOf(keys: Keys): string {
  const last = Number(newest(keys)[0]);
  const lines = Array.from({ length: last }, (_, i) => keys.get(String(i + 1))?.toString('hex') ?? '-');
  return `${lines.join('\n')}\n`;
}

function provider(
  keysFor: (version?: string) => Promise<Keys>,
  changes: Pick<KeyProvider, 'rotate' | 'retire'>,
): KeyProvider {
  const context = ({ tenant, subject }: { tenant: string; subject: string }) =>
    ({ tenant, subject, field: 'key', row: subject }) as const;
  return {
    name: 'file',
    ...changes,
    current: async () => newest(await keysFor())[0],
    wrap: async (bound) => {
      const [version, wrapping] = newest(await keysFor());
      return bound.map((one) => ({ wrapped: encrypt(wrapping, context(one), one.key), version }));
    },
    unwrap: (bound) =>
      Promise.all(
        bound.map(async (one) => {
          const wrapping = (await keysFor(one.version)).get(one.version);
          if (!wrapping)
            throw new KeyProviderError(
              `the wrapping key of version ${one.version} is gone: what it wrapped cannot be read any more`,
            );
          return decrypt(wrapping, context(one), one.wrapped);
        }),
      ),
  };
}
