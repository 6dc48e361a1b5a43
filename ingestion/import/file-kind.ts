/** What a file is that is no text, by its first bytes, and what to do instead. */
interface Kind {
  readonly bytes: string | RegExp;
  /** Where they stand. */
  readonly at?: number;
  readonly name: string;
  readonly way?: string;
}

const AS_CSV = 'save it as CSV UTF-8';
const UNPACK = 'unpack it, and import the file in it';

/** In the first bytes, each as the character of its number. The first that fits counts. */
const KINDS: readonly Kind[] = [
  { bytes: /^PK\x03\x04[^]*?(?:xl\/|xl\\|application\/vnd\.ms-excel)/, name: 'an Excel workbook', way: AS_CSV },
  { bytes: /^PK\x03\x04[^]*?opendocument\.spreadsheet/, name: 'an OpenDocument spreadsheet', way: AS_CSV },
  { bytes: /^PK\x03\x04[^]*?word\//, name: 'a Word document', way: AS_CSV },
  { bytes: /^PK\x03\x04[^]*?\.iwa/, name: 'a Numbers spreadsheet', way: AS_CSV },
  { bytes: /^PK\x03\x04[^]*?\[Content_Types\]\.xml/, name: 'an Office document', way: AS_CSV },
  { bytes: /^PK(?:\x03\x04|\x05\x06|\x07\x08)/, name: 'a ZIP archive', way: UNPACK },
  { bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', name: 'an Excel workbook of the old form (XLS)', way: AS_CSV },
  { bytes: '\x09\x08\x10\x00', name: 'an Excel workbook of the old form (XLS)', way: AS_CSV },
  { bytes: '%PDF-', name: 'a PDF document', way: 'export the answers as CSV from where they were collected' },
  { bytes: 'PAR1', name: 'a Parquet file', way: 'write it as CSV or NDJSON' },
  { bytes: 'Obj\x01', name: 'an Avro file', way: 'write it as CSV or NDJSON' },
  { bytes: 'ORC', name: 'an ORC file', way: 'write it as CSV or NDJSON' },
  { bytes: /^(?:ARROW1\x00|FEA1)/, name: 'an Arrow file', way: 'write it as CSV or NDJSON' },
  { bytes: /^\$FL[23]/, name: 'an SPSS file', way: AS_CSV },
  { bytes: /^(?:<stata_dta>|[\x71-\x77][\x01\x02]\x01\x00)/, name: 'a Stata file', way: AS_CSV },
  { bytes: 'SQLite format 3\x00', name: 'an SQLite database', way: 'export its table as CSV' },
  { bytes: '\x1f\x8b', name: 'gzip within gzip', way: 'unpack it once' },
  { bytes: 'BZh', name: 'a bzip2 archive', way: UNPACK },
  { bytes: '\xfd7zXZ\x00', name: 'an xz archive', way: UNPACK },
  { bytes: '\x28\xb5\x2f\xfd', name: 'a Zstandard archive', way: UNPACK },
  { bytes: '7z\xbc\xaf\x27\x1c', name: 'a 7-Zip archive', way: UNPACK },
  { bytes: 'Rar!\x1a\x07', name: 'a RAR archive', way: UNPACK },
  { bytes: 'ustar', at: 257, name: 'a tar archive', way: UNPACK },
  { bytes: '\x89PNG\r\n\x1a\n', name: 'a PNG image' },
  { bytes: '\xff\xd8\xff', name: 'a JPEG image' },
  { bytes: /^GIF8[79]a/, name: 'a GIF image' },
  { bytes: /^(?:II\x2a\x00|MM\x00\x2a)/, name: 'a TIFF image' },
  { bytes: /^RIFF[^]{4}WEBP/, name: 'a WebP image' },
  { bytes: /^BM[^]{4}\x00{4}/, name: 'a BMP image' },
  { bytes: /^[^]{4}ftyp(?:heic|avif|mif1|msf1)/, name: 'an image' },
  { bytes: /^\x7fELF|^MZ[^]{2}\x00/, name: 'a program' },
  { bytes: /^\{\\rtf/, name: 'an RTF document', way: AS_CSV },
  {
    bytes: /^(?:\xef\xbb\xbf)?\s*<\?xml[^]*?(?:office:spreadsheet|progid="Excel)/,
    name: 'an Excel workbook in XML',
    way: AS_CSV,
  },
  {
    bytes: /^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|table|meta)\b/i,
    name: 'a web page (some systems export tables so, and call them .xls or .csv)',
    way: 'open it in a spreadsheet and save it as CSV UTF-8',
  },
  { bytes: /^(?:\xef\xbb\xbf)?\s*<\?xml\b/, name: 'an XML document', way: 'write it as CSV or NDJSON' },
];

/** Bytes of the beginning that are looked at. */
export const HEAD_BYTES = 64 * 1024;
const LOOKED_AT = 4_096;

/** "an Excel workbook; save it as CSV UTF-8" of a file that is no text; null of one that may be one. */
export function notText(head: Buffer): string | null {
  const text = head.subarray(0, LOOKED_AT).toString('latin1');
  const kind = KINDS.find(({ bytes, at = 0 }) =>
    typeof bytes === 'string' ? text.startsWith(bytes, at) : bytes.test(text),
  );
  if (!kind) return null;
  return `${kind.name}; ${kind.way ?? 'only CSV, NDJSON and JSON are read'}`;
}
