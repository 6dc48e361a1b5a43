import type { Encoding } from '../../../domain/text/encoding-names.ts';
import { decode, UNDECODABLE } from '../../../domain/text/encodings.ts';

/*
 * How much bytes look like words of some language under an encoding. chardet knows letter sequences of some
 * languages; it misjudges short texts, and other languages.
 */

/** Letters beyond ASCII of each language. */
const WESTERN = [
  'äöüß',
  'éèêëàâçùûüîïôœæÿ',
  'áéíóúüñ',
  'ãõáéíóúâêôàçü',
  'àèéìíòóù',
  'ëïéèóöüá',
  'åäöé',
  'æøåé',
  'áðéíóúýþæö',
  'àèéíïòóúüç',
];
const CENTRAL = [
  'ąćęłńóśźż',
  'áčďéěíňóřšťúůýž',
  'áäčďéíĺľňóôŕšťúýž',
  'áéíóöőúüű',
  'čćđšž',
  'ăâîşţșț',
  'äöüß',
];
const TURKISH = ['çğıİöşüâîû'];
const BALTIC = ['ąčęėįšųūž', 'āčēģīķļņšūž', 'äöõüšž'];
const GREEK = ['άέήίόύώϊϋΐΰαβγδεζηθικλμνξοπρστυφχψως'];
const CYRILLIC = [
  'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя',
  'абвгдђежзијклљмнњопрстћуфхцчџшѓќѕўё',
];

/** One-byte encodings with their languages. The first of two that fit equally counts. */
export const WRITTEN_IN: ReadonlyMap<Encoding, readonly string[]> = new Map<Encoding, readonly string[]>([
  ['windows-1252', WESTERN],
  ['windows-1250', CENTRAL],
  ['windows-1254', TURKISH],
  ['windows-1257', BALTIC],
  ['iso-8859-2', CENTRAL],
  ['iso-8859-16', CENTRAL],
  ['macintosh', WESTERN],
  ['cp850', WESTERN],
  ['cp852', CENTRAL],
  ['windows-1253', GREEK],
  ['iso-8859-7', GREEK],
  ['windows-1251', CYRILLIC],
  ['koi8-r', CYRILLIC],
  ['cp866', CYRILLIC],
  ['iso-8859-5', CYRILLIC],
  ['x-mac-cyrillic', CYRILLIC],
]);

const BEYOND_ASCII = /[\u0080-\u{10ffff}]/gu;
const LETTER = /\p{L}/u;
const LATIN = /\p{Script=Latin}/u;
const SMALL = /\p{Ll}/u;
const CAPITAL = /\p{Lu}/u;
/** Punctuation of ordinary texts. */
const SIGN =
  /[\u2010-\u201f\u2026\u20ac\u2122\u00a0\u00a3\u00a7\u00a9\u00aa\u00ab\u00ae\u00b0\u00b7\u00ba\u00bb\u00a1\u00bf]/;
/** The value of a letter of another language in the same encoding: files have several. */
const OF_A_NEIGHBOUR = 0.3;

/** From -2 to 1: how much the bytes look like words in the likeliest language of that encoding. */
export function plausibility(encoding: Encoding, bytes: Buffer): number {
  const languages = WRITTEN_IN.get(encoding) ?? [];
  const { letters, sum, count } = weigh(decode(encoding, bytes));
  if (count === 0) return 0;
  const all = languages.join('');
  const sums = languages.map((language) => {
    let own = 0;
    for (const [letter, times] of letters)
      own += times * (language.includes(letter) ? 1 : all.includes(letter) ? OF_A_NEIGHBOUR : -1);
    return own;
  });
  return (sum + Math.max(...sums, Number.NEGATIVE_INFINITY)) / count;
}

/**
 * The letters in letter positions, with their frequencies, and the sum of the values of all other characters.
 */
function weigh(text: string) {
  const letters = new Map<string, number>();
  let [sum, count] = [0, 0];
  for (const { 0: found, index } of text.matchAll(BEYOND_ASCII)) {
    const before = text[index - 1] ?? ' ';
    const after = text[index + found.length] ?? ' ';
    const isWithin = LETTER.test(before) && LETTER.test(after);
    count += 1;
    if (found === UNDECODABLE) sum -= 2;
    else if (isAlone(found, before, after)) sum += 0;
    else if (LETTER.test(found) && !isOdd(found, before, after)) {
      const letter = found === 'İ' ? found : found.toLowerCase();
      letters.set(letter, (letters.get(letter) ?? 0) + 1);
    } else if (SIGN.test(found)) sum += isWithin && found !== '\u2019' ? -1 : 0.5;
    else sum -= 1;
  }
  return { letters, sum, count };
}

/** Whether a letter is outside of words: a single capital, or one beside a number. It is ignored. */
const isAlone = (letter: string, before: string, after: string) =>
  LETTER.test(letter) && !LETTER.test(before + after) && (CAPITAL.test(letter) || /\d/.test(before + after));

/** Whether a capital letter, or one of another alphabet, is within a Latin word. */
const isOdd = (letter: string, before: string, after: string) =>
  (CAPITAL.test(letter) && (SMALL.test(before) || (CAPITAL.test(before) && SMALL.test(after)))) ||
  (!LATIN.test(letter) && /[A-Za-z]/.test(before + after));

/** The most frequent characters of Chinese, simplified and traditional. */
const CHINESE =
  '的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两长很服务谢常快慢满意价格产品质量差物流态度推荐北京海' +
  '這來國個說們為時對後裡過學會著還發當無開經頭從動兩長謝務滿價產';

/** From 0 to 1: how much of the text beyond ASCII is as common as in East Asian texts. */
export function commonness(encoding: Encoding, bytes: Buffer): number {
  const text = decode(encoding, bytes);
  if (!text.isWellFormed()) return 0;
  const all = [...text.matchAll(/[^\p{ASCII}\p{P}]/gu)].map(([found]) => found);
  if (all.length === 0) return 0;
  const isCommon = COMMON[encoding];
  return isCommon ? all.filter(isCommon).length / all.length : 0;
}

/** Kana, and punctuation of Japanese texts. */
const isJapanese = (found: string) =>
  (found >= '\u3041' && found <= '\u30ff') || '日本東京大阪良悪高安対応早遅利用店員品質親切'.includes(found);
const KOREAN =
  '이다는을를가에서의한고하지도로아어요니습기나은들있었해주세감사합좋안않것그저시많너무빠르배송제품비스용했네데되면만과와대여자리인정말매우수할일성보라게';
/** Two-byte encodings, by their common characters. */
const COMMON: Partial<Record<Encoding, (found: string) => boolean>> = {
  shift_jis: isJapanese,
  'euc-jp': isJapanese,
  gb18030: (found) => CHINESE.includes(found),
  big5: (found) => CHINESE.includes(found),
  'euc-kr': (found) => KOREAN.includes(found),
};

/** The encodings that `commonness` knows. */
export const EAST_ASIAN = Object.keys(COMMON) as Encoding[];
