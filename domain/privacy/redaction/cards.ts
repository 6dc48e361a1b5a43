import type { Steps } from '../../text/slices.ts';
import { passesLuhn } from '../check-digits.ts';
import { cues, type View } from './cues.ts';
import { passesEan13 } from './ids/check-digits.ts';
import { GROUPS_OF_STEP, isDigit, isWord, type Span } from './span.ts';

/**
 * Lengths and first digits of cards (issuers' ranges under ISO/IEC 7812). Many identifiers have 12, 17 or 18
 * digits, and every tenth of those would pass as a card: for these lengths only the ranges of issuers with such
 * cards count.
 */
const ISSUERS: Readonly<Record<number, RegExp>> = {
  12: /^(?:5018|5020|5038|5893|6304|6759|676[1-3])/,
  13: /^(?:4|5018|5020|5038|5893|6304|6759|676[1-3])/,
  14: /^(?:3[0689]|5018|5020|5038|5893|6304|6759|676[1-3])/,
  15: /^(?:1|2[01]|3[47]|5018|5020|5038|5893|6304|6759|676[1-3])/,
  16: /^(?:[2-6]|8[12]|979[2])/,
  17: /^(?:6(?:011|4[4-9]|5|2)|5018|5020|5038|5893|6304|6759|676[1-3])/,
  18: /^(?:6(?:011|4[4-9]|5|2)|5018|5020|5038|5893|6304|6759|676[1-3]|5061)/,
  19: /^(?:[456]|35|22)/,
};
const LONGEST = 19;
const SHORTEST = 12;
/** Separators between groups: anything but a letter, a digit or a list separator. */
const ANY_SEPARATOR = /^[^\p{L}\p{N}\n\ue000]{1,3}$/u;
const PRINTED = /^(?:4-4-4-4(?:-3)?|4-6-[45]|4-4-4(?:-[1-7])?|6-13|4-4-5|4-5-[67])$/;
const MOST_GROUPS = 5;
const isOneByOne = (sizes: readonly number[]) => sizes.every((size) => size === 1);
const CARD_CUES = cues(
  'card cards creditcard debitcard visa mastercard maestro amex karte karten kreditkarte kreditkartennummer carte carta kaart',
  'tarjeta cartao kort kreditkort kartnummer karta karty kart карта карты card_number 卡号 卡號 信用卡 银行卡 カード 카드 بطاقة',
);
const OTHER_CUES = cues(
  'ean gtin upc isbn barcode imei iccid tracking sendungsnummer paket parcel package',
  'strichcode',
);

/**
 * Card numbers begin and end with a group of digits; tried from every group, the longest first, because an
 * expiry date, a check code or another card may follow.
 */
export function* findCards(view: View): Steps<Span[]> {
  const { text } = view;
  if (view.digits < SHORTEST) return [];
  const groups = [...text.matchAll(/\d+/g)];
  const spans: Span[] = [];
  let done = 0;
  for (let first = 0; first < groups.length; first++) {
    if (first % GROUPS_OF_STEP === GROUPS_OF_STEP - 1) yield;
    const start = groups[first]?.index ?? 0;
    if (start < done || text[start] === '0' || isWithin(text, start)) continue;
    const end = cardEnd(view, groups, first);
    if (end === null) continue;
    spans.push({ start, end, kind: 'card' });
    done = end;
  }
  return spans;
}

/** Whether the number continues to the left. */
function isWithin(text: string, start: number): boolean {
  const last = text[start - 1];
  return isWord(last) || last === '+' || ((last === '.' || last === ',') && isDigit(text[start - 2]));
}

/** Where the longest card number that begins with this group ends. */
function cardEnd(view: View, groups: readonly RegExpExecArray[], first: number): number | null {
  const { text } = view;
  const start = groups[first]?.index ?? 0;
  const sizes: number[] = [];
  let digits = '';
  let separator: string | undefined;
  let found: number | null = null;
  let end = start;
  let isPlain = true;
  let said: boolean | undefined;
  const isSaid = () => {
    said ??= Number.isFinite(view.distance(CARD_CUES, start));
    return said;
  };
  // Printed cards begin with one, four or six digits; in other groups only where a word says so.
  const size = groups[first]?.[0].length ?? 0;
  if (size < SHORTEST && size !== 1 && size !== 4 && size !== 6 && !isSaid()) return null;
  for (let i = first; i < groups.length && i < first + LONGEST; i++) {
    const { 0: group, index } = groups[i] as RegExpExecArray;
    if (digits.length + group.length > LONGEST) break;
    if (digits) {
      const between = text.slice(end, index);
      separator ??= between;
      if (between !== ' ' && between !== '-') {
        if (between !== separator || !ANY_SEPARATOR.test(between)) break;
        isPlain = false;
      }
    }
    if (size === 1 && group.length > 1 && !isSaid()) break;
    digits += group;
    sizes.push(group.length);
    end = index + group.length;
    if (digits.length < SHORTEST || isWord(text[end])) continue;
    const isPrinted =
      sizes.length === 1 || (sizes.length <= MOST_GROUPS ? PRINTED.test(sizes.join('-')) : isOneByOne(sizes));
    if (!isPrinted && !(isPlain && isSaid())) continue;
    if (isCard(view, start, digits)) found = end;
  }
  return found;
}

function isCard(view: View, start: number, digits: string): boolean {
  if (!passesLuhn(digits)) return false;
  // Every tenth German article number would be a card of a length that Visa no longer issues.
  const isIssued = ISSUERS[digits.length]?.test(digits) && !(digits.length === 13 && passesEan13(digits));
  const card = isIssued ? null : view.distance(CARD_CUES, start);
  if (card === Number.POSITIVE_INFINITY) return false;
  const other = view.distance(OTHER_CUES, start);
  return card === null ? !Number.isFinite(other) : card < other;
}
