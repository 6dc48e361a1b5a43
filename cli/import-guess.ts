import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { Config } from '../config/config.ts';
import { cut } from '../domain/text/text.ts';
import { isZone } from '../domain/time/zone-clock.ts';
import { type FileGuess, guessFile } from '../ingestion/files/guess/guess-file.ts';
import { UsageError } from './command.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** How a map is guessed for a file without one. */
export interface GuessGiven {
  readonly path: string;
  readonly sheet: string | undefined;
  readonly zone: string | undefined;
  /** Take the guess without asking. */
  readonly yes: boolean;
  readonly 'dry-run': boolean;
  /** Where the map is written. */
  readonly 'save-map': string | undefined;
}

/**
 * The map of a file that was imported without one: guessed, shown, and taken if the person says so.
 * @returns null where the person says no
 * @throws UsageError where it lacks something, or there is no terminal to ask on
 */
export async function guessedMap(given: GuessGiven, config: Pick<Config, 'dimensions'>): Promise<unknown> {
  if (given.zone !== undefined && !isZone(given.zone))
    throw new UsageError('--zone: an IANA zone such as Europe/Berlin');
  const guess = await guessFile({
    path: given.path,
    sheet: given.sheet,
    dimensions: config.dimensions,
    zone: given.zone ?? ownZone(),
    now: Date.now(),
  });
  showGuess(guess);
  const { missing, map } = guess;
  if (given['save-map'] !== undefined) await saveMap(given['save-map'], map);
  if (missing.length > 0)
    throw new UsageError(
      `no map can be guessed from this file: ${missing.map(({ message }) => message).join('; ')}. Write one and name it with --map`,
    );
  if (given.yes || given['dry-run']) return map;
  if (!process.stdin.isTTY)
    throw new UsageError(
      '--map is needed, or --yes to import by the guessed map; --save-map FILE writes it to a file',
    );
  return (await agrees()) ? map : null;
}

/** Writes the map as the file that --map takes. */
export async function saveMap(path: string, map: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(map, null, 2)}\n`);
  say(`map         ${path}`);
}

/** The zone of this machine, for times that name none; null for UTC, which is the default. */
const ownZone = (): string | null => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === 'UTC' ? null : zone;
};

async function agrees(): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question('import by this map? [y/N] ')).trim());
  } finally {
    lines.close();
  }
}

function showGuess({ tool, rows, isWhole, columns, doubts, map, sheets }: FileGuess): void {
  say(
    `guessed from ${isWhole ? `${rows} ${rows === 1 ? 'row' : 'rows'}` : `the first ${rows} rows`}${tool === null ? '' : `, an export of ${tool}`}`,
  );
  if (sheets.length > 1)
    say(`sheets      ${sheets.map(({ name }) => cut(name)).join(', ')}; another one with --sheet NAME`);
  for (const { name, guess, examples } of columns) {
    const what = guess.field ?? (guess.role === 'none' ? '-' : guess.role);
    const sure = guess.certainty === 'doubtful' ? ' (doubtful)' : '';
    const why =
      guess.role === 'none'
        ? examples
            .slice(0, 2)
            .map((value) => cut(value, 20))
            .join(', ')
        : guess.reason;
    say(`  ${what.padEnd(14)} ${cut(name, 40)}${sure}${why === '' ? '' : `: ${why}`}`);
  }
  for (const { message, choices } of doubts)
    say(
      `in doubt    ${message}${choices.length > 1 ? ` (${choices.map(({ label }) => label).join(', or ')})` : ''}`,
    );
  say(JSON.stringify(map, null, 2));
}
