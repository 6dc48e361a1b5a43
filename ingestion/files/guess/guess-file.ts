import type { Dimension } from '../../../domain/segments/dimensions.ts';
import { Slice } from '../../../domain/text/slices.ts';
import { withFirstRow } from '../import/run-import.ts';
import { type Peek, peek } from '../read/peek.ts';
import { type ReadAs, readRows } from '../read/read-rows.ts';
import { guessMap, type MapGuess } from './guess-map.ts';
import { headingPlace, questionsOf, zoneOfHeadings } from './heading-place.ts';
import { Profiles } from './profile.ts';

export interface GuessOptions {
  readonly path: string;
  /** What the file is called, if not by its path. */
  readonly name?: string;
  /** The sheet of a workbook; the largest one if absent. */
  readonly sheet?: string | undefined;
  readonly dimensions: readonly Dimension[];
  /** The IANA zone of the person who asks, for times that name none. */
  readonly zone: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Becomes true when the reading should end: what was read so far is judged. */
  readonly isStopping?: () => boolean;
}

/** What was understood of a file. */
export interface FileGuess extends MapGuess {
  readonly readAs: ReadAs | null;
  /** Rows that were looked at, and whether these are all. */
  readonly rows: number;
  readonly isWhole: boolean;
  /** Rows that could not be read, the first ones with their lines. */
  readonly unreadable: number;
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
  readonly sheets: Peek['sheets'];
}

/** Rows that are looked at. */
const MOST_ROWS = 200_000;
const PROBLEMS_TOLD = 5;

/**
 * Reads a file and guesses its map.
 * @throws UnreadableFileError
 */
export async function guessFile(options: GuessOptions): Promise<FileGuess> {
  const { path, name = path, dimensions, zone, now, isStopping = () => false } = options;
  const beginning = await peek(path, { name, sheet: options.sheet });
  const { sheets, rows: firstRows } = beginning;
  const place = headingPlace(firstRows);
  const form = formOf(beginning, place);
  const source = await withFirstRow(
    name,
    await readRows(path, {
      name,
      sheet: beginning.sheet ?? undefined,
      headings: place,
      separator: beginning.separator ?? undefined,
      encoding: beginning.found?.encodingFrom === 'guess' ? beginning.found.encoding : undefined,
    }),
  );
  const profiles = new Profiles(questionsOf(firstRows, place));
  const problems: { line: number; problem: string }[] = [];
  let [unreadable, isWhole] = [0, true];
  const slice = new Slice();
  for await (const row of source.rows) {
    if ('values' in row) profiles.add(row.values);
    else if ('problem' in row) {
      unreadable += 1;
      if (problems.length < PROBLEMS_TOLD) problems.push({ line: row.line, problem: row.problem });
    }
    if (slice.isOver()) await slice.next();
    if (profiles.rows + unreadable < MOST_ROWS && !isStopping()) continue;
    isWhole = false;
    break;
  }
  const zones = { ofFile: zoneOfHeadings(firstRows), ofPerson: zone };
  const guess = guessMap({ profiles, file: name, dimensions, zone: zones, form, now });
  return { ...guess, readAs: source.readAs(), rows: profiles.rows, isWhole, unreadable, problems, sheets };
}

/** The entries of the map that a reader needs to find the same table again. */
function formOf(
  { kind, sheets, sheet, separator }: Peek,
  place: ReturnType<typeof headingPlace>,
): Record<string, unknown> {
  const isUsual = place.after === 0 && place.rows === 1;
  return {
    ...(kind === 'XLSX' && sheets.length > 1 ? { sheet } : {}),
    // Below a title the headings do not show it.
    ...(kind === 'CSV' && place.after > 0 ? { separator } : {}),
    ...(isUsual ? {} : { headings: place }),
  };
}
