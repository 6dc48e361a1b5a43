import { cues, plain, type View } from './cues.ts';
import { apart, type Span } from './span.ts';

/*
 * Streets with house numbers and postcodes after a word that announces an address: a street in prose may be a
 * shop's. Names of towns stay.
 */

const CUES = cues(
  'address adresse anschrift wohnhaft wohne direccion domicilio indirizzo endereco adres adress osoite adresa',
  'my_address live_at living_at lives_at deliver_to delivered_to ship_to moved_to home_is postal_address wohne_in wohne_am',
  "habite_au habite_a j'habite vivo_en moro_na moro_em abito_in адрес 住址 地址 住所 주소 العنوان",
);
const NAME = "[\\p{Lu}\\p{Lt}][\\p{L}\\p{M}'’.-]{0,30}";
/** "12 High Street", "221B Baker St". */
const NUMBER_FIRST = new RegExp(
  `(?<![\\w.,/-])\\d{1,5}[A-Za-z]?,? (?:(?:rue|avenue|av|boulevard|bd|place|chemin|impasse|allée|quai)\\.? (?:(?:de|du|des|la|le|les|d|l)[ '’]){0,3})?(?:${NAME} ){0,3}${NAME}`,
  'gu',
);
const STREET_WORD =
  /(?:\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|place|pl|boulevard|blvd|way|close|crescent|terrace|square|sq|parkway|hwy|highway|rue|chemin|impasse|allee|quai|bd|av)\b)/;
/** "Hauptstraße 12a", "Via Roma 3", "Calle Mayor, 15", "ul. Długa 7". */
const NUMBER_LAST = new RegExp(
  `(?<![\\p{L}\\d])(?:(?:${NAME} ){0,2}${NAME}|(?:via|calle|c/|rua|avenida|ulica|ul\\.|rue|viale|piazza|plaza) (?:${NAME} ){0,3}${NAME}),? (?:nr?\\.? ?|n° ?)?\\d{1,4} ?[a-zA-Z]?(?![\\p{L}\\d]|[.,]\\d)`,
  'giu',
);
const STREET_NAME =
  /(?:stra(?:ss|ß)e|str\.|weg|gasse|platz|allee|ring|damm|ufer|straat|laan|gatan|vagen|vej|gade|katu|tie|utca|\bvia|\bcalle|\bc\/|\brua|\bavenida|\bulica|\bul\.|\brue|\bviale|\bpiazza|\bplaza)/;
const NEAR = 30;

/** Parts of postal addresses after a word that announces one. */
export function findAddresses(view: View): Span[] {
  const spans: Span[] = [];
  if (!view.has(CUES)) return spans;
  const add = (pattern: RegExp, isOne: (found: string) => boolean) => {
    for (const { 0: found, index } of view.text.matchAll(pattern))
      if (view.distance(CUES, index) <= NEAR && isOne(found))
        spans.push({ start: index, end: index + found.length, kind: 'address' });
  };
  add(NUMBER_FIRST, (found) => STREET_WORD.test(plain(found)));
  add(NUMBER_LAST, (found) => STREET_NAME.test(plain(found)));
  return apart(spans);
}

const POSTCODE_CUES = cues(
  'postcode postcodes zip zipcode plz postleitzahl cap postnummer pincode',
  'zip+4 〒 کدپستی کد_پستی почтовый_индекс post_code zip_code postal_code pin_code code_postal codigo_postal kod_pocztowy 郵便番号 邮编 우편번호',
);
/** In Brazil; a mobile number in Turkey (phone-cues.ts), so that the code must have the form of a Brazilian one. */
const CEP_CUE = cues('cep');
const CEP = /(?<![\w.,/-])\d{5}-?\d{3}(?![\w-]|[.,]\d)/g;
/** ZIP codes with four more digits, Dutch, Polish, Swedish, British, Canadian, Brazilian, Iranian ones, and four to seven digits. */
const POSTCODE =
  /(?<![\w.,/-])(?:\d{5}-\d{3,4}|\d{5}-?\d{5}|\d{9}|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{3}[- ]\d{2,4}|\d{4,7}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w-]|[.,]\d)/g;
/** Characters between the word and the code: ": ", " is ". */
const NEAR_POSTCODE = 6;

/** Postcodes after a word that announces one: before telephone numbers, which some of them look like. */
export function findPostcodes(view: View): Span[] {
  const spans: Span[] = [];
  for (const [cue, pattern] of [[CEP_CUE, CEP] as const, [POSTCODE_CUES, POSTCODE] as const]) {
    if (!view.has(cue)) continue;
    for (const { 0: found, index } of view.text.matchAll(pattern))
      if (view.distance(cue, index) <= NEAR_POSTCODE)
        spans.push({ start: index, end: index + found.length, kind: 'address' });
  }
  return apart(spans);
}
