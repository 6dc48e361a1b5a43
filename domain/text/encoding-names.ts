import { cut } from './text.ts';

/** One byte per character, by iconv-lite's name. */
export const ONE_BYTE = {
  'us-ascii': 'ascii',
  'windows-1250': 'windows1250',
  'windows-1251': 'windows1251',
  'windows-1252': 'windows1252',
  'windows-1253': 'windows1253',
  'windows-1254': 'windows1254',
  'windows-1255': 'windows1255',
  'windows-1256': 'windows1256',
  'windows-1257': 'windows1257',
  'windows-1258': 'windows1258',
  'windows-874': 'windows874',
  'iso-8859-1': 'iso88591',
  'iso-8859-2': 'iso88592',
  'iso-8859-3': 'iso88593',
  'iso-8859-4': 'iso88594',
  'iso-8859-5': 'iso88595',
  'iso-8859-6': 'iso88596',
  'iso-8859-7': 'iso88597',
  'iso-8859-8': 'iso88598',
  'iso-8859-9': 'iso88599',
  'iso-8859-10': 'iso885910',
  'iso-8859-11': 'iso885911',
  'iso-8859-13': 'iso885913',
  'iso-8859-14': 'iso885914',
  'iso-8859-15': 'iso885915',
  'iso-8859-16': 'iso885916',
  macintosh: 'macroman',
  'x-mac-cyrillic': 'maccyrillic',
  'koi8-r': 'koi8r',
  'koi8-u': 'koi8u',
  cp437: 'cp437',
  cp850: 'cp850',
  cp852: 'cp852',
  cp866: 'cp866',
} as const;
const UNICODE = ['utf-8', 'utf-16', 'utf-16le', 'utf-16be'] as const;
const EAST_ASIAN = ['shift_jis', 'euc-jp', 'gb18030', 'gbk', 'big5', 'euc-kr'] as const;

/** The encodings of files and bodies, as a map or a content type names them. */
export type Encoding = (typeof UNICODE)[number] | (typeof EAST_ASIAN)[number] | keyof typeof ONE_BYTE;

export const ENCODING_NAMES = [...UNICODE, ...Object.keys(ONE_BYTE), ...EAST_ASIAN] as Encoding[];

/** Other names in use, reduced to letters and digits. */
const ALIASES: Readonly<Record<string, Encoding>> = {
  ascii: 'us-ascii',
  utf8mb4: 'utf-8',
  utf8sig: 'utf-8',
  utf8bom: 'utf-8',
  ansi: 'windows-1252',
  latin1: 'iso-8859-1',
  latin2: 'iso-8859-2',
  latin9: 'iso-8859-15',
  macroman: 'macintosh',
  xmacroman: 'macintosh',
  mac: 'macintosh',
  maccyrillic: 'x-mac-cyrillic',
  ucs2: 'utf-16',
  unicode: 'utf-16',
  sjis: 'shift_jis',
  cp932: 'shift_jis',
  windows31j: 'shift_jis',
  ms932: 'shift_jis',
  gb2312: 'gbk',
  cp936: 'gbk',
  cp949: 'euc-kr',
  uhc: 'euc-kr',
  ksc5601: 'euc-kr',
  cp950: 'big5',
  big5hkscs: 'big5',
  tis620: 'windows-874',
  ibm437: 'cp437',
  ibm850: 'cp850',
  ibm852: 'cp852',
  ibm866: 'cp866',
};

const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const KNOWN = new Map<string, Encoding>([
  ...ENCODING_NAMES.map((name) => [bare(name), name] as const),
  ...ENCODING_NAMES.flatMap((name) =>
    name.startsWith('windows-') ? [[`cp${name.slice(8)}`, name] as const] : [],
  ),
  ...Object.entries(ALIASES),
]);

/** The encoding of that name, however it is spelled; null when there is none. */
export function encodingNamed(name: string): Encoding | null {
  return name.length > 40 ? null : (KNOWN.get(bare(name)) ?? null);
}

/** The message about a name that is not an encoding. */
export function unknownEncoding(name: string): string {
  return `"${cut(name)}" is not an encoding that is read; there are ${ENCODING_NAMES.join(', ')}`;
}

/** The encoding of the byte order mark at the beginning, or null without one. */
export function encodingOfMark(bytes: Uint8Array): Encoding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}
