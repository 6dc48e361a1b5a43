import { posix } from 'node:path';
import { cut } from '../../../../domain/text/text.ts';
import { toldNames, WrongColumnsError } from '../headings.ts';
import { UnreadableFileError } from '../read-row.ts';
import { readWholeXml } from './xml.ts';
import { readZipDirectory, unpacked, type ZipEntry } from './zip.ts';

/** A sheet of a workbook. */
export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  readonly entry: ZipEntry;
}

/** How a number of a style is shown: as a date, a time of day, a share, or a number. */
export type Shown = 'date' | 'time' | 'percent' | 'number';

/** What is read of a workbook before its rows. */
export interface Workbook {
  readonly path: string;
  readonly sheets: readonly Sheet[];
  /** Days are counted from 1904, as on old Macs. */
  readonly from1904: boolean;
  readonly strings: readonly string[];
  /** By the number of a cell's style. */
  readonly styles: readonly Shown[];
}

const MIB = 1024 * 1024;
const MOST_META = 16 * MIB;
const MOST_STRINGS = 512 * MIB;
/** Characters of all shared strings, which are kept in memory, of several workbooks at once. */
const MOST_STRING_CHARACTERS = 64 * MIB;
/** However short each is. */
const MOST_SHARED_STRINGS = 4 * MIB;
/** Sheets of a workbook, with those that are missing; and parts that it names. */
const MOST_SHEETS = 10_000;
const MOST_TARGETS = 20_000;

/** Whether the archive is a workbook; `binary` for one whose sheets are not XML. */
export function workbookKind(entries: ReadonlyMap<string, ZipEntry>): 'xml' | 'binary' | null {
  if ([...entries.keys()].some((name) => /(^|\/)workbook\d*\.bin$/i.test(name))) return 'binary';
  return entryFinder(entries)('xl/workbook.xml') ? 'xml' : null;
}

/** Finds entries by their names, else without regard to case: of several by one name the first. */
function entryFinder(entries: ReadonlyMap<string, ZipEntry>): (name: string) => ZipEntry | undefined {
  const lower = new Map<string, ZipEntry>();
  for (const entry of entries.values()) {
    const name = entry.name.toLowerCase();
    if (!lower.has(name)) lower.set(name, entry);
  }
  return (name) => entries.get(name) ?? lower.get(name.toLowerCase());
}

const tooMany = (what: string, most: number): UnreadableFileError =>
  new UnreadableFileError(`the workbook has more than ${most} ${what}; save the sheet as CSV`);

/**
 * Opens a workbook: its sheets, styles and shared strings.
 * @throws UnreadableFileError
 */
export async function openWorkbook(path: string): Promise<Workbook> {
  const findEntry = entryFinder(await readZipDirectory(path));
  const partOf = async (name: string, most: number, reader: Parameters<typeof readWholeXml>[1]) => {
    const entry = findEntry(name);
    if (entry) await readWholeXml(unpacked(path, entry, most), reader);
  };
  const targets = new Map<string, { target: string; type: string }>();
  await partOf('xl/_rels/workbook.xml.rels', MOST_META, {
    open: (name, { Id, Target, Type }) => {
      if (targets.size > MOST_TARGETS) throw tooMany('parts', MOST_TARGETS);
      if (name === 'Relationship' && Id && Target)
        targets.set(Id, {
          target: posix.join('/xl', Target.startsWith('/') ? posix.relative('/xl', Target) : Target).slice(1),
          type: Type ?? '',
        });
    },
  });
  const sheets: Sheet[] = [];
  let [from1904, seen] = [false, 0];
  await partOf('xl/workbook.xml', MOST_META, {
    open: (name, attributes) => {
      if (name === 'workbookPr') from1904 = isTrue(attributes['date1904']);
      if (name !== 'sheet') return;
      if (++seen > MOST_SHEETS) throw tooMany('sheets', MOST_SHEETS);
      const id = Object.entries(attributes).find(([key]) => key === 'id' || key.endsWith(':id'))?.[1];
      const found = targets.get(id ?? '');
      const entry = found && findEntry(found.target);
      // Charts are sheets too, and have no rows.
      if (entry && !/chartsheet|dialogsheet/.test(found.type))
        sheets.push({
          name: attributes['name'] ?? '',
          isHidden: /hidden/i.test(attributes['state'] ?? ''),
          entry,
        });
    },
  });
  if (sheets.length === 0) throw new UnreadableFileError('the workbook has no sheet with rows');
  const part = (kind: string, usual: string) =>
    [...targets.values()].find(({ type }) => type.endsWith(`/${kind}`))?.target ?? usual;
  const styles = new Styles();
  await partOf(part('styles', 'xl/styles.xml'), MOST_META, styles);
  const strings = new Strings();
  await partOf(part('sharedStrings', 'xl/sharedStrings.xml'), MOST_STRINGS, strings);
  return { path, sheets, from1904, strings: strings.all, styles: styles.all };
}

/**
 * The sheet of that name; without a name the largest visible one.
 * @throws WrongColumnsError
 */
export function sheetOf({ sheets }: Workbook, name: string | undefined): Sheet {
  if (name !== undefined) {
    const found = sheets.find((sheet) => sheet.name.trim() === name.trim());
    if (found) return found;
    throw new WrongColumnsError(
      `the map reads the sheet "${cut(name)}", which the workbook does not have; it has ${toldNames(sheets.map((sheet) => sheet.name))}`,
    );
  }
  const visible = sheets.filter(({ isHidden }) => !isHidden);
  return (visible.length > 0 ? visible : sheets).reduce((best, one) =>
    one.entry.claimed > best.entry.claimed ? one : best,
  );
}

const isTrue = (given: string | undefined): boolean => given === '1' || given === 'true';

/** The texts that cells share, without their phonetic readings. */
class Strings {
  readonly all: string[] = [];
  #current = '';
  #isText = false;
  #phonetic = false;
  #characters = 0;

  open = (name: string): void => {
    if (name === 'si') this.#current = '';
    if (name === 'rPh') this.#phonetic = true;
    this.#isText = name === 't' && !this.#phonetic;
  };

  text = (text: string): void => {
    if (!this.#isText) return;
    this.#current += text;
    this.#characters += text.length;
    if (this.#characters > MOST_STRING_CHARACTERS)
      throw new UnreadableFileError(
        `the texts of the workbook have more than ${MOST_STRING_CHARACTERS / MIB} million characters; save the sheet as CSV`,
      );
  };

  close = (name: string): void => {
    if (name === 't') this.#isText = false;
    if (name === 'rPh') this.#phonetic = false;
    if (name !== 'si') return;
    if (this.all.length >= MOST_SHARED_STRINGS) throw tooMany('texts', MOST_SHARED_STRINGS);
    this.all.push(unescaped(this.#current));
  };
}

/** Office writes control characters as "_x000D_". */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Formats that have a number and no text. */
const BUILT_IN: readonly (readonly [number, number, Shown])[] = [
  [9, 10, 'percent'],
  [14, 17, 'date'],
  [18, 21, 'time'],
  [22, 22, 'date'],
  [27, 31, 'date'],
  [32, 35, 'time'],
  [36, 36, 'date'],
  [45, 47, 'time'],
  [50, 58, 'date'],
];

class Styles {
  readonly all: Shown[] = [];
  readonly #custom = new Map<number, Shown>();
  #inCells = false;

  open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (name === 'numFmt')
      this.#custom.set(Number(attributes['numFmtId']), shownBy(attributes['formatCode'] ?? ''));
    if (name === 'cellXfs') this.#inCells = true;
    if (name === 'xf' && this.#inCells) this.all.push(this.#shown(Number(attributes['numFmtId'] ?? 0)));
  };

  close = (name: string): void => {
    if (name === 'cellXfs') this.#inCells = false;
  };

  #shown(id: number): Shown {
    const built = BUILT_IN.find(([from, to]) => id >= from && id <= to)?.[2];
    return this.#custom.get(id) ?? built ?? 'number';
  }
}

/** What a format code shows: "dd/mm/yyyy hh:mm", "[h]:mm", "0.0%", "#,##0.00". */
export function shownBy(code: string): Shown {
  const [first = ''] = code.replace(/"[^"]*"|\\.|_.|\*./g, '').split(';');
  const isDuration = /\[[hms]+\]/i.test(first);
  const plain = first.replace(/\[[^\]]{0,200}\]/g, '').replace(/am\/pm|a\/p|general/gi, '');
  if (isDuration) return 'number';
  if (/[dy]/i.test(plain) || /^[^hs]*m{3,}/i.test(plain)) return 'date';
  if (/[hs]/i.test(plain)) return 'time';
  return plain.includes('%') ? 'percent' : 'number';
}
