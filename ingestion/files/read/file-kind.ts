/** A kind of file that is not text, by its first bytes, each as the character of its number. */
interface Kind {
  readonly starts: readonly string[];
  /** Their offset. */
  readonly at?: number;
  /** Texts found later: names of the parts of an archive. */
  readonly holds?: readonly string[];
  readonly name: string;
  /** Advice. */
  readonly way?: string;
}

const AS_CSV = 'save it as XLSX or CSV UTF-8';
const UNPACK = 'unpack it, and import the file in it';
const WRITE = 'write it as CSV or NDJSON';
const ZIP = ['PK\x03\x04'];

/** The first match counts. */
const KINDS: readonly Kind[] = [
  { starts: ['\xff\xfe\x00\x00', '\x00\x00\xfe\xff'], name: 'a text in UTF-32', way: 'save it as UTF-8' },
  {
    starts: ZIP,
    holds: ['xl/', 'xl\\', 'application/vnd.ms-excel'],
    name: 'an Excel workbook that cannot be read',
    way: 'open it in a spreadsheet and save it again as XLSX, or as CSV UTF-8',
  },
  { starts: ZIP, holds: ['opendocument.spreadsheet'], name: 'an OpenDocument spreadsheet', way: AS_CSV },
  { starts: ZIP, holds: ['word/'], name: 'a Word document', way: AS_CSV },
  { starts: ZIP, holds: ['.iwa'], name: 'a Numbers spreadsheet', way: AS_CSV },
  {
    starts: ZIP,
    holds: ['[Content_Types].xml', '_rels/'],
    name: 'an Office document, such as an Excel workbook',
    way: AS_CSV,
  },
  { starts: [...ZIP, 'PK\x05\x06', 'PK\x07\x08'], name: 'a ZIP archive', way: UNPACK },
  {
    starts: ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '\x09\x08\x10\x00'],
    name: 'an Excel workbook of the old form (XLS), or another Office document',
    way: AS_CSV,
  },
  { starts: ['%PDF-'], name: 'a PDF document', way: 'export the answers as CSV where they were collected' },
  { starts: ['PAR1'], name: 'a Parquet file within gzip', way: 'unpack it once' },
  { starts: ['PARE'], name: 'an encrypted Parquet file', way: WRITE },
  { starts: ['Obj\x01'], name: 'an Avro file', way: WRITE },
  { starts: ['ORC\x0a', 'ORC\x08'], name: 'an ORC file', way: WRITE },
  { starts: ['ARROW1\x00', 'FEA1'], name: 'an Arrow file', way: WRITE },
  { starts: ['$FL2', '$FL3'], name: 'an SPSS file', way: AS_CSV },
  {
    starts: ['<stata_dta>', '\x73\x02\x01\x00', '\x72\x02\x01\x00', '\x71\x02\x01\x00'],
    name: 'a Stata file',
    way: AS_CSV,
  },
  { starts: ['SQLite format 3\x00'], name: 'an SQLite database', way: 'export its table as CSV' },
  { starts: ['\x1f\x8b'], name: 'gzip within gzip', way: 'unpack it once' },
  { starts: ['BZh'], name: 'a bzip2 archive', way: UNPACK },
  { starts: ['\xfd7zXZ\x00'], name: 'an xz archive', way: UNPACK },
  { starts: ['\x28\xb5\x2f\xfd'], name: 'a Zstandard archive', way: UNPACK },
  { starts: ['7z\xbc\xaf\x27\x1c'], name: 'a 7-Zip archive', way: UNPACK },
  { starts: ['Rar!\x1a\x07'], name: 'a RAR archive', way: UNPACK },
  { starts: ['ustar'], at: 257, name: 'a tar archive', way: UNPACK },
  { starts: ['\x89PNG\r\n\x1a\n'], name: 'a PNG image' },
  { starts: ['\xff\xd8\xff'], name: 'a JPEG image' },
  { starts: ['GIF87a', 'GIF89a'], name: 'a GIF image' },
  { starts: ['II*\x00', 'MM\x00*'], name: 'a TIFF image' },
  { starts: ['RIFF'], holds: ['WEBP', 'WAVE', 'AVI '], name: 'an image, a sound or a video' },
  { starts: ['ftyp'], at: 4, name: 'an image or a video' },
  { starts: ['\x7fELF', 'MZ\x90\x00'], name: 'a program' },
  { starts: ['{\\rtf'], name: 'an RTF document', way: AS_CSV },
];

/** Texts in other formats, by how they begin. */
const PAGE = /^<(?:!doctype\s+html|html|head|table|meta)\b/i;
const XML = /^<\?xml\b/;

/** Escape sequences of ISO-2022-JP, -KR and -CN; the rest of such a text is ASCII. */
const SHIFTS = ['@', 'A', 'B', '(', ')', '*'].map((set) => `\x1b$${set}`);

/** Bytes of the beginning that are looked at. */
export const HEAD_BYTES = 64 * 1024;
const LOOKED_AT = 8_192;

/** "a Numbers spreadsheet; save it as XLSX or CSV UTF-8" for a file that is not text; null for one that may be. */
export function notText(head: Buffer): string | null {
  const text = head.subarray(0, LOOKED_AT).toString('latin1');
  const kind = KINDS.find(
    ({ starts, at = 0, holds }) =>
      starts.some((bytes) => text.startsWith(bytes, at)) &&
      (holds === undefined || holds.some((part) => text.includes(part))),
  );
  if (kind) return `${kind.name}; ${kind.way ?? 'only CSV, XLSX, Parquet, NDJSON and JSON are read'}`;
  if (SHIFTS.some((shift) => text.includes(shift)))
    return 'a text in ISO-2022, such as mails from Japan have; save it as UTF-8';
  return notRows(text);
}

/** Whether it is a Parquet file: these are compressed within. */
export const isParquet = ({
  isCompressed,
  bytes,
}: {
  readonly isCompressed: boolean;
  readonly bytes: Buffer;
}): boolean => !isCompressed && bytes.subarray(0, 4).toString('latin1') === 'PAR1';

/** Whether the file is a ZIP archive, as workbooks are. */
export const isZip = (head: Buffer): boolean => head.subarray(0, 4).toString('latin1') === ZIP[0];

/**
 * Whether zero bytes occur among other control characters, unlike in text; a few alone are damage of some rows.
 */
export function isBinary(head: Buffer): boolean {
  if (!head.includes(0)) return false;
  const controls = head.filter((byte) => byte < 0x20 && (byte < 0x09 || byte > 0x0d)).length;
  return controls > Math.max(8, head.length / 100);
}

function notRows(text: string): string | null {
  const begun = text.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (XML.test(begun)) {
    const isSheet = /office:spreadsheet|progid="Excel/.test(begun);
    return isSheet ? `an Excel workbook in XML; ${AS_CSV}` : `an XML document; ${WRITE}`;
  }
  return PAGE.test(begun)
    ? `a web page (some systems export tables as one and call it .xls or .csv); open it in a spreadsheet and ${AS_CSV}`
    : null;
}
