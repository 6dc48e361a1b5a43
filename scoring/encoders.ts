import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../domain/errors/user-error.ts';
import { quoted } from '../domain/text/text.ts';
import { type EncoderId, isComplete } from './encoder-id.ts';
import { type EncoderPool, openEncoderPool } from './encoder-pool.ts';
import { encoderFolders, RECIPE } from './multilingual/recipe.ts';

/** An encoder is not on this machine; the message says how to get it. */
class MissingEncoderError extends UserError {
  override readonly name = 'MissingEncoderError';
}

/** The encoders of a deployment, each opened at its first use. */
export interface Encoders {
  /** The chosen one: models are trained for it unless another is named. @throws Error when it cannot be opened. */
  main(): Promise<EncoderPool>;
  /** The names of those that are on this machine, and of the chosen one, whose files may still be at the hub. */
  names(): readonly string[];
  /** The one of that name. @throws MissingEncoderError naming those that are here. */
  named(name: string): Promise<EncoderPool>;
  /** The one with that content hash; null where it is not on this machine. @throws Error where one that cannot be opened may be it */
  find(hash: string): Promise<EncoderPool | null>;
  /** The one that a model version names. @throws MissingEncoderError */
  of(encoder: EncoderId): Promise<EncoderPool>;
  close(): Promise<void>;
}

/** The encoder that ships. */
const SHIPPED = fileURLToPath(new URL('./models/scoreline-minilm', import.meta.url));
/** Workers of an encoder that is not the chosen one: it takes up to 300 MB in each. */
const WORKERS_BESIDE = 1;

/**
 * The chosen encoder (a local folder or a hub id; null: the one that ships), the one that ships, and that of other languages where
 * its folder is there, now or later. Nothing is read before it is asked for.
 */
export function openEncoders(options: {
  readonly main: string | null;
  /** Of encoders from the hub, and of those that were built. */
  readonly cacheFolder: string;
}): Encoders {
  const { cacheFolder } = options;
  const main = options.main ?? SHIPPED;
  const others = [SHIPPED, ...encoderFolders(cacheFolder)].filter((source) => source !== resolve(main));
  const pools = new Map<string, Promise<EncoderPool>>();
  let closed = false;
  const open = (source: string) => {
    const known = pools.get(source);
    if (known) return known;
    if (closed) return Promise.reject(new Error('the encoders are closed'));
    const workers = source === main ? {} : { workers: WORKERS_BESIDE };
    const opening = openEncoderPool({ source, cacheFolder, ...workers });
    pools.set(source, opening);
    opening.catch(() => pools.delete(source));
    return opening;
  };
  /** A hub's encoder comes last: it is fetched only when no folder has what is looked for. */
  const sources = () => {
    const beside = others.filter(isComplete);
    return isComplete(main) ? [main, ...beside] : [...beside, main];
  };
  const names = () => sources().map(nameOf);
  const find = async (hash: string) => {
    const failures: unknown[] = [];
    for (const source of sources()) {
      try {
        const pool = await open(source);
        if (pool.id.hash === hash) return pool;
      } catch (error) {
        // Another folder may have what is looked for.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return null;
  };
  return {
    main: () => open(main),
    names,
    named: async (name) => {
      const source = sources().find((one) => nameOf(one) === name);
      if (source !== undefined) return open(source);
      throw new MissingEncoderError(
        `encoder: ${quoted(name)} is not on this machine; there is ${names().join(', ')}`,
      );
    },
    find,
    of: async (encoder) => {
      const found = await find(encoder.hash);
      if (!found) throw new MissingEncoderError(missingEncoder(encoder));
      return found;
    },
    close: async () => {
      closed = true;
      const opened = await Promise.all([...pools.values()].map((pool) => pool.catch(() => null)));
      await Promise.all(opened.map((pool) => pool?.close()));
    },
  };
}

const nameOf = (source: string) => (isComplete(source) ? basename(source) : source);

/** Says that a model's encoder is not here, and what brings it. */
export function missingEncoder({ name, hash }: EncoderId): string {
  const advice =
    hash === RECIPE.outcome
      ? '"scoreline model multilingual" builds it'
      : 'name its folder in SCORELINE_ENCODER';
  return `the model needs the encoder ${name} (${hash.slice(0, 12)}), which is not on this machine: ${advice}`;
}
