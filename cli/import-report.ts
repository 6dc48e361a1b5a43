import { cut } from '../domain/text/text.ts';
import type { DryRun, RowAsKept } from '../ingestion/files/import/dry-run.ts';
import type { ImportResult, Reject } from '../ingestion/files/import/run-import.ts';
import type { ReadAs } from '../ingestion/files/read/read-rows.ts';
import { NOTE_MESSAGES, type NoteCode, type NoteCounts } from '../ingestion/pipeline/outcome.ts';

/** Exit codes of an import, for scripts. docs/guides/imports.md has the table. */
export const EXIT = { whole: 0, failed: 1, doubtful: 3, nothing: 4, interrupted: 130 } as const;

type Say = (text: string) => void;
const say: Say = (text) => process.stdout.write(`${text}\n`);

/** The arguments that the report repeats. */
export interface Given {
  readonly path: string;
  /** The file of the map; undefined where it was guessed. */
  readonly map: string | undefined;
  readonly rejectsPath: string;
  /** The URL of the console; null without a server. */
  readonly server: string | null;
}

/** Prints the report of an import; returns the exit code. */
export function reportImport(result: ImportResult, given: Given): number {
  const { account, resumedAfterLine, firstRejects, interrupted, readAs, firstDoubts, unseen } = result;
  const { accepted, duplicates, rejected, filtered, blank = 0, doubts = 0 } = account;
  if (resumedAfterLine > 0) say(`continued after line ${resumedAfterLine}; the account is of all runs`);
  tellReading(readAs, unseen);
  say(`rows        ${accepted + duplicates + rejected + filtered}${blankOf(blank)}`);
  say(`accepted    ${accepted}`);
  say(`duplicates  ${duplicates}`);
  say(`rejected    ${rejected}${reasonsOf(account.reasons)}`);
  if (account.filed) say(`filed under "other" in some dimension: ${account.filed}`);
  if (filtered > 0) say(`left out    ${filtered}   (${leftOut(filtered, readAs)})`);
  tellRejects(firstRejects, rejected);
  tellNotes(account.notes ?? {}, result.firstNotes);
  tellDoubts(firstDoubts, doubts);
  if (rejected > 0) say(`every rejected row, with its reason: ${given.rejectsPath}`);
  if (interrupted) {
    say(`interrupted; continue with: npm run import -- ${given.path} ${byMap(given)}`);
    return EXIT.interrupted;
  }
  if (accepted + duplicates + filtered === 0) return tellNothing();
  if (accepted + duplicates === 0) return tellAllLeftOut(doubts);
  const open = given.server === null ? 'npm start, then open its address' : `open ${given.server}/`;
  say(`Next: ${open} in a browser: the overview shows the score`);
  say(`To undo this import: npm run import -- --undo ${result.importKey}`);
  return doubts > 0 ? EXIT.doubtful : EXIT.whole;
}

/** Prints the result of a dry run; returns the exit code. */
export function reportDryRun(run: DryRun, given: Pick<Given, 'path' | 'map'>): number {
  const { rows, accepted, duplicates, rejected, filtered, blank, doubts, cells } = run;
  tellReading(run.readAs, run.unseen);
  say(`rows        ${rows}${blankOf(blank)}`);
  say(`accepted    ${accepted}   (whether they are in the database already is not checked)`);
  say(
    `duplicates  ${duplicates}   (within the file${run.hasMoreIds ? ', as far as its ids are remembered' : ''})`,
  );
  say(`rejected    ${rejected}${reasonsOf(run.reasons)}`);
  if (filtered > 0) say(`left out    ${filtered}   (${leftOut(filtered, run.readAs)})`);
  tellRejects(run.rejects, rejected);
  tellNotes(run.notes, []);
  tellDoubts(run.firstDoubts, doubts);
  say(`cells       ${cells.count}`);
  for (const { values, rows: count } of cells.shown) say(`  ${count} in ${spelled(values)}`);
  if (cells.count > cells.shown.length) say('  …');
  if (cells.rowsBeyond > 0)
    say(
      `  ${cells.rowsBeyond} rows in more cells than the database may hold: what is new in them becomes "other"`,
    );
  if (run.firstRows.length > 0) say(`the first ${run.firstRows.length} as they would stand:`);
  for (const row of run.firstRows) say(`  ${kept(row)}`);
  say('this was a dry run: nothing was written');
  if (run.interrupted) return EXIT.interrupted;
  if (accepted + duplicates + filtered === 0) return tellNothing();
  if (accepted + duplicates === 0) return tellAllLeftOut(doubts);
  say(`Next: npm run import -- ${given.path} ${byMap(given)}`);
  return doubts > 0 ? EXIT.doubtful : EXIT.whole;
}

const byMap = ({ map }: Pick<Given, 'map'>): string => (map === undefined ? '--yes' : `--map ${map}`);

function tellAllLeftOut(doubts: number): number {
  say('no row is imported: the "where" of the map leaves out every readable row');
  return doubts > 0 ? EXIT.doubtful : EXIT.whole;
}

function tellNothing(): number {
  say('no row can be imported: is it the right map for this file?');
  return EXIT.nothing;
}

const HOW: Readonly<Record<ReadAs['encodingFrom'], string>> = {
  map: ', as the map says',
  mark: '',
  'mark, not map': ', by its byte order mark, and not as the map says',
  'utf-8': '',
  'mostly utf-8': ', except for some invalid bytes',
  zeros: ', by its zero bytes; it has no byte order mark',
  guess: ', which is a guess; name another with "encoding" in the map',
};

function tellReading(readAs: ReadAs | null, unseen: readonly string[]): void {
  if (!readAs) return;
  const { format, separator, found, within, sheet, encoding, encodingFrom } = readAs;
  if (sheet !== null) {
    say(`read as     XLSX, sheet ${JSON.stringify(cut(sheet))}`);
    return;
  }
  const place = within === null ? '' : ` in the field ${cut(within)}`;
  const separated = separator === null ? place : `, separator ${separator}`;
  say(`read as     ${format}${separated}, ${encoding}${HOW[encodingFrom]}`);
  if (found) tellForm(found);
  if (unseen.length > 0)
    say(`no row has the fields that the map reads: ${unseen.map((name) => cut(name)).join(', ')}`);
}

/** What of a CSV's form is not as usual. */
function tellForm({ emptyColumns, backslashQuotes }: NonNullable<ReadAs['found']>): void {
  if (emptyColumns > 0)
    say(`note        every row ends with ${emptyColumns} empty value(s) without a heading; they are ignored`);
  if (backslashQuotes) say('note        quotes within values are written after a backslash, and read so');
}

/** Why rows are left out. */
function leftOut(filtered: number, readAs: ReadAs | null): string {
  const headings = Math.min(filtered, readAs?.found?.headings ?? 0);
  const where = filtered > headings ? `by the map's "where"` : '';
  const repeated = headings > 0 ? `${headings} repeat the headings, as in files that were joined` : '';
  return [where, repeated].filter(Boolean).join('; ');
}

const blankOf = (blank: number): string => (blank > 0 ? `   (and ${blank} blank)` : '');

function reasonsOf(reasons: Readonly<Record<string, number>>): string {
  const parts = Object.entries(reasons).map(([code, count]) => `${code} ${count}`);
  return parts.length > 0 ? `   (${parts.join(', ')})` : '';
}

function tellRejects(rejects: readonly Reject[], all: number): void {
  for (const { line, item, code, message } of rejects)
    say(`  line ${line}${item === undefined ? '' : ` item ${item}`}: ${code}: ${message}`);
  if (all > rejects.length && rejects.length > 0) say('  …');
}

function tellNotes(notes: NoteCounts, first: readonly { line: number; code: NoteCode }[]): void {
  for (const [code, count] of Object.entries(notes) as [NoteCode, number][]) {
    if (count === 0) continue;
    const lines = first.filter((note) => note.code === code).map(({ line }) => line);
    const where = lines.length === 0 ? '' : ` (line ${lines.join(', ')}${count > lines.length ? ', …' : ''})`;
    say(`note        ${count} ${code}${where}: ${NOTE_MESSAGES[code]}`);
  }
}

function tellDoubts(first: readonly string[], all: number): void {
  for (const doubt of first) say(`in doubt    ${doubt}`);
  if (all > first.length && first.length > 0) say('  …');
}

const spelled = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([field, value]) => `${field} ${JSON.stringify(cut(value))}`)
    .join(', ');

function kept({ line, externalId, answeredAt, score, class: npsClass, comment, values }: RowAsKept): string {
  const answer = score === null ? 'no score' : `${score} ${npsClass}`;
  const words = comment === null ? '' : `, ${JSON.stringify(cut(comment, 100))}`;
  return `line ${line}: ${cut(externalId)}, ${answeredAt.toISOString()}, ${answer}, ${spelled(values)}${words}`;
}
