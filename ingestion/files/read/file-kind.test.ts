import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isBinary, notText } from './file-kind.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('notText', () => {
  it.each([
    [
      `PK\x03\x04\x14\x00\x06\x00[Content_Types].xml${'\x00'.repeat(400)}PK\x03\x04xl/workbook.xml`,
      'an Excel workbook that cannot be read; open it in a spreadsheet',
    ],
    [
      'PK\x03\x04\x14\x00\x06\x00[Content_Types].xml',
      'an Office document, such as an Excel workbook; save it as XLSX or CSV UTF-8',
    ],
    ['PK\x03\x04\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'an OpenDocument spreadsheet; '],
    ['PK\x03\x04\x00answers.csv', 'a ZIP archive; unpack it'],
    ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an Excel workbook of the old form'],
    ['%PDF-1.7', 'a PDF document; export'],
    ['PAR1\x15', 'a Parquet file within gzip; unpack it once'],
    ['\x89PNG\r\n\x1a\n', 'a PNG image; only CSV'],
    ['\xff\xd8\xff\xe0', 'a JPEG image; only CSV'],
    [gzipSync('ID,Date').toString('latin1'), 'gzip within gzip; unpack it once'],
    ['SQLite format 3\x00', 'an SQLite database'],
    ['\xef\xbb\xbf<html><table>', 'a web page'],
    [
      '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
      'an Excel workbook in XML',
    ],
    ['<?xml version="1.0"?><answers/>', 'an XML document'],
    ['\xff\xfe\x00\x00I\x00\x00\x00', 'a text in UTF-32; save it as UTF-8'],
    ['ID,Comment\n1,\x1b$B$H$F$b\x1b(B', 'a text in ISO-2022'],
  ])('names the kind of a file: %j', (text, expected) => {
    expect(notText(bytes(text))).toContain(expected);
  });

  it.each([
    'ID,Date',
    'sep=;',
    '{"ID":1}',
    '[',
    '',
    'PKW,Date',
    'Rare,a',
    'BM,a',
    'ORCID,Date',
    '<b>bold</b>,a',
  ])('accepts a text: %j', (text) => {
    expect(notText(bytes(text))).toBeNull();
  });
});

it('a few zero bytes do not make a text binary', () => {
  expect(isBinary(bytes(`ID,Date\n${'1,2026-01-01\n'.repeat(20)}2,\x00`))).toBe(false);
  expect(isBinary(bytes('ID,Date'))).toBe(false);
  expect(isBinary(Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 167 + 13) % 256)))).toBe(true);
});
