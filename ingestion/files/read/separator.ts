import { headingOf } from '../../../domain/text/text.ts';
import { type RowSoFar, readLine } from './csv-line.ts';
import type { LineBuffer } from './text-lines.ts';

/** The separator of a row's values, and how it was found. */
export interface Separator {
  readonly separator: string;
  readonly from: 'map' | 'sep line' | 'headings';
}

/** Tried in this order: of several that fit equally, the first one counts. */
const USUAL = [',', ';', '\t', '|'];
const NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
};

/** "semicolon", or the character. */
export const separatorName = (separator: string): string =>
  NAMES[separator] ?? (separator === ' ' ? 'space' : `"${separator}"`);

/** Excel's hint on a line of its own before the headings. A spreadsheet may have filled up the row. */
const SEP_LINE = /^"?sep=([^"\r\n])"?[,;\t|]*$/i;
/** Lines that the headings may take. */
const MOST_LINES = 50;

/** Finds the separator: the map's, else that of a line "sep=;", else the one that finds most of the map's columns in the headings. Skips the line. */
export async function findSeparator(
  lines: LineBuffer,
  declared: string | undefined,
  columns: readonly string[],
): Promise<Separator> {
  const [, hint] = ((await lines.has(0)) && SEP_LINE.exec(lines.at(0) ?? '')) || [];
  if (hint !== undefined) lines.skip(1);
  if (declared !== undefined) return { separator: declared, from: 'map' };
  if (hint !== undefined) return { separator: hint, from: 'sep line' };
  const wanted = new Set(columns.flatMap((name) => [name, name.replace(/ \[\d+\]$/, '')]));
  let best = { separator: ',', found: 0, width: 1 };
  for (const separator of USUAL) {
    const names = await headingsBy(lines, separator);
    const found = new Set(names.filter((name) => wanted.has(name))).size;
    const isBetter = found > best.found || (found === best.found && names.length > best.width);
    if (isBetter) best = { separator, found, width: names.length };
  }
  return { separator: best.separator, from: 'headings' };
}

/** The headings under that separator. */
async function headingsBy(lines: LineBuffer, separator: string): Promise<string[]> {
  const row: RowSoFar = { values: [], open: null, quotes: 0 };
  for (let ahead = 0; ahead < MOST_LINES && (await lines.has(ahead)); ahead++) {
    const line = lines.at(ahead) ?? '';
    if (row.open === null && line.trim() === '') continue;
    if (!readLine(row, line, separator)) break;
    if (row.open === null) return row.values.map(headingOf);
  }
  return [];
}
