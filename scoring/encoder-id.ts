import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';

/** The encoder's name and content hash. */
export interface EncoderId {
  readonly name: string;
  /** SHA-256 over the names and contents of its files. */
  readonly hash: string;
}

/** The files that transformers.js reads; others do not change the encoder's output. */
const FILES = /^(config\.json|tokenizer\.json|tokenizer_config\.json|onnx\/model_quantized\.onnx)$/;

/** Whether the source is a folder with all that an encoder needs. */
export function isComplete(source: string): boolean {
  const needed = ['config.json', 'tokenizer.json', join('onnx', 'model_quantized.onnx')];
  return needed.every((name) => existsSync(join(source, name)));
}

/** What an encoder made by this project says of itself in its config.json. */
export interface EncoderSettings {
  /** Stands before every text. */
  readonly prefix: string;
  /** Languages that it reads, as codes of ISO 639-1; null where it does not say. */
  readonly languages: readonly string[] | null;
}

/** The settings of the encoder in a local folder; those of others are empty. @throws Error naming a file that is not JSON */
export function settingsOf(source: string): EncoderSettings {
  const path = join(source, 'config.json');
  if (!existsSync(path)) return { prefix: '', languages: null };
  try {
    return { prefix: '', languages: null, ...JSON.parse(readFileSync(path, 'utf8')).scoreline };
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Name and content hash of the encoder in a folder. */
export async function identifyEncoder(source: string, cacheFolder: string): Promise<EncoderId> {
  const folder = existsSync(source) ? resolve(source) : join(cacheFolder, source);
  const hash = createHash('sha256');
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => FILES.test(name));
  for (const name of names.sort()) {
    const content = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    hash.update(`${name}\n${content}\n`);
  }
  return { name: existsSync(source) ? basename(folder) : source, hash: hash.digest('hex') };
}
