import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { ENCODING_NAMES, encodingNamed } from './encoding-names.ts';
import { createDecoder, decode, UNDECODABLE } from './encodings.ts';

const pieces = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
const inPieces = (encoding: Parameters<typeof createDecoder>[0], bytes: Buffer, size: number) => {
  const decoder = createDecoder(encoding);
  return (
    pieces(bytes, size)
      .map((one) => decoder.write(one))
      .join('') + decoder.end()
  );
};

describe('decode', () => {
  it.each([
    ['utf-8', 'Köln 🎉 東京'],
    ['utf-16le', 'Köln 🎉 東京'],
    ['utf-16be', 'Köln 🎉 東京'],
    ['windows-1252', 'Gießen – 20 €'],
    ['iso-8859-1', 'Gießen'],
    ['iso-8859-2', 'Łódź'],
    ['iso-8859-15', '20 €'],
    ['windows-1251', 'Москва'],
    ['koi8-r', 'Москва'],
    ['macintosh', 'Köln – façade'],
    ['shift_jis', '東京、とても良い ｶﾅ'],
    ['euc-jp', '東京、とても良い'],
    ['gb18030', '北京，非常好'],
    ['gbk', '北京'],
    ['big5', '臺北'],
    ['euc-kr', '서울'],
    ['cp850', 'Köln'],
  ] as const)('%s: also where a piece ends within a character', (encoding, text) => {
    const bytes = iconv.encode(text, encoding);
    for (const size of [1, 2, 3, 1_000]) expect(inPieces(encoding, bytes, size)).toBe(text);
  });

  it.each([
    ['cp949', 'euc-kr', '똠방각하 뷁'],
    ['uhc', 'euc-kr', '힣'],
    ['big5hkscs', 'big5', '嘅咗'],
    ['cp932', 'shift_jis', '①㈱髙﨑'],
  ])('%s is decoded like on Windows', (name, encoding, text) => {
    expect(encodingNamed(name)).toBe(encoding);
    const bytes = iconv.encode(text, encoding === 'euc-kr' ? 'cp949' : name);
    for (const size of [1, 3, 1_000]) expect(inPieces(encoding as 'big5', bytes, size)).toBe(text);
  });

  it('leaves out the byte order mark of UTF-8 and UTF-16', () => {
    expect(inPieces('utf-8', Buffer.from('\ufeffa\ufeff'), 1)).toBe('a\ufeff');
    expect(decode('utf-16', Buffer.from('fffe6100', 'hex'))).toBe('a');
    expect(inPieces('utf-16', Buffer.from('feff0061', 'hex'), 1)).toBe('a');
    expect(decode('utf-16', Buffer.from('6100', 'hex'))).toBe('a');
  });

  it.each([
    ['utf-8', '61ff620a63', `a${UNDECODABLE}b\nc`],
    ['utf-8', '61c3', `a${UNDECODABLE}`],
    ['utf-8', '61c30a62', `a${UNDECODABLE}\nb`],
    // A surrogate, an overlong form, a character beyond the last one.
    ['utf-8', 'eda080', UNDECODABLE.repeat(3)],
    ['utf-8', 'c0af', UNDECODABLE.repeat(2)],
    ['utf-8', 'f4908080', UNDECODABLE.repeat(4)],
    ['gb18030', '6181300a9439dc39', `a${UNDECODABLE}0\n\u{1f4c3}`],
    ['gb18030', '6181300a62', `a${UNDECODABLE}0\nb`],
    // A U+FFFD that was sent stays.
    ['utf-8', 'efbfbd0aff', `\ufffd\n${UNDECODABLE}`],
    ['utf-16le', '610000d86200', 'a\ud800b'],
    ['utf-16le', '610062', `a${UNDECODABLE}`],
    ['us-ascii', '61e4', `a${UNDECODABLE}`],
    ['windows-1252', '618162', `a${UNDECODABLE}b`],
    ['iso-8859-1', '618062', `a${UNDECODABLE}b`],
    ['shift_jis', '61fd0a62', `a${UNDECODABLE}\nb`],
    ['shift_jis', '61830a62', `a${UNDECODABLE}\nb`],
    ['euc-jp', '61a40a62', `a${UNDECODABLE}\nb`],
    ['gb18030', '61ff0a62', `a${UNDECODABLE}\nb`],
    ['gb18030', '6181', `a${UNDECODABLE}`],
    ['big5', '61f90a62', `a${UNDECODABLE}\nb`],
  ] as const)(
    '%s: bytes that are no character are marked, and the line ends where it does: %s',
    (encoding, hex, text) => {
      for (const size of [1, 1_000]) expect(inPieces(encoding, Buffer.from(hex, 'hex'), size)).toBe(text);
    },
  );

  it('produces no U+FFFD for any bytes, and reads UTF-8 as it was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...ENCODING_NAMES), (bytes, encoding) => {
        const text = decode(encoding, Buffer.from(bytes));
        if (encoding.startsWith('utf-')) return;
        expect(text).not.toContain('\ufffd');
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        const given = text.toWellFormed().replace(/^\ufeff/, '');
        expect(inPieces('utf-8', Buffer.from(given), size)).toBe(given);
      }),
    );
  });
});

describe('encodingNamed', () => {
  it('knows the names in use', () => {
    const names = [
      'UTF8',
      'latin1',
      'ISO_8859-1',
      'cp1252',
      'Windows 1252',
      'Shift-JIS',
      'MacRoman',
      'x-mac-roman',
      'GB2312',
    ];
    expect(names.map(encodingNamed)).toEqual([
      'utf-8',
      'iso-8859-1',
      'iso-8859-1',
      'windows-1252',
      'windows-1252',
      'shift_jis',
      'macintosh',
      'macintosh',
      'gbk',
    ]);
    expect([encodingNamed('klingon'), encodingNamed('')]).toEqual([null, null]);
  });
});
