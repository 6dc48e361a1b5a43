import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { environment, SECRETS } from './environment.ts';
import { readText } from './read-text.ts';

/** Of a file with a secret: a list of keys. */
const LONGEST_SECRET = 64 * 1024;
/** Keys may be of several lines. */
const UNUSABLE = /(?![\t\r\n])\p{Cc}|\p{Cs}/u;

/** The variables of the environment; an empty one counts as absent. @throws ConfigError */
export async function readVariables(
  env: Readonly<Record<string, string | undefined>>,
): Promise<z.infer<typeof environment>> {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const given = { ...present, ...(await readMounted(present)) };
  const unreadable = Object.keys(environment.shape).filter((name) => UNUSABLE.test(given[name] ?? ''));
  if (unreadable.length > 0)
    throw new ConfigError(
      unreadable
        .map((name) => `${name} has control characters, or halves of characters; remove them`)
        .join('\n'),
    );
  const read = environment.safeParse(given);
  if (!read.success) throw mistakes(read.error);
  return read.data;
}

/**
 * Values from files: NAME_FILE names the file that holds NAME, as container platforms mount secrets.
 * @throws ConfigError
 */
async function readMounted(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (file === undefined) continue;
    if (env[name] !== undefined) throw new ConfigError(`${name}_FILE is set beside ${name}: set one of them`);
    const text = await readText(file, LONGEST_SECRET).catch((error: NodeJS.ErrnoException) => {
      throw new ConfigError(`${name}_FILE: ${file} cannot be read: ${error.code ?? error.message}`);
    });
    if (text.trim() === '') throw new ConfigError(`${name}_FILE: ${file} is empty`);
    values[name] = text.trim();
  }
  return values;
}

function mistakes(error: z.ZodError): ConfigError {
  return new ConfigError(error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
}
