import { isDay, luhnRemainder, part, weighted } from './check-digits.ts';

/** Chinese resident identity number: ISO/IEC 7064, MOD 11-2, and a date. */
export function isChineseId(text: string): boolean {
  const sum = weighted(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  const year = part(text, 6, 10);
  const isDate = year >= 1900 && year <= 2099 && isDay(part(text, 12, 14), part(text, 10, 12));
  return isDate && '10X98765432'[sum % 11] === text[17]?.toUpperCase();
}

const SERIES: Readonly<Record<string, readonly [offset: number, letters: string]>> = {
  S: [0, 'JZIHGFEDCBA'],
  T: [4, 'JZIHGFEDCBA'],
  F: [0, 'XWUTRQPNMLK'],
  G: [4, 'XWUTRQPNMLK'],
  M: [3, 'XWUTRQPNJLK'],
};

/** NRIC of Singapore: a letter by the weighted sum. */
export function isNric(text: string): boolean {
  const upper = text.toUpperCase();
  const [offset, letters] = SERIES[upper[0] ?? ''] ?? [0, ''];
  return letters[(weighted(upper.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11] === upper[8];
}

/** TFN: weights, modulo 11. */
export function isTfn(text: string): boolean {
  const weights = text.length === 8 ? [10, 7, 8, 4, 6, 3, 5, 1] : [1, 4, 3, 7, 5, 8, 6, 9, 10];
  return weighted(text, weights) % 11 === 0;
}

/** Medicare number of Australia: the ninth digit checks the first eight. */
export function isMedicare(text: string): boolean {
  return /^[2-6]/.test(text) && weighted(text, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(text[8]);
}

/** Letters of Taiwan's identity numbers by their value, from 10 on. */
const TAIWAN_LETTERS = 'ABCDEFGHJKLMNPQRSTUVXYWZIO';

/** Identity number of Taiwan: a letter of two digits, weights 1 and 9 to 1, modulo 10. */
export function isTaiwanId(text: string): boolean {
  const value = 10 + TAIWAN_LETTERS.indexOf(text[0]?.toUpperCase() ?? '');
  const digits = `${value}${text.slice(1)}`;
  return value >= 10 && weighted(digits, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 === 0;
}

/** HKID: one or two letters and six digits, weights 9 to 2, modulo 11; "A" is 10. */
export function isHkid(text: string): boolean {
  const characters = text.replace(/[()]/g, '').toUpperCase().padStart(9, ' ');
  const values = Array.from(characters, (one) => (one === ' ' ? 36 : Number.parseInt(one, 36)));
  return values.reduce((sum, value, i) => sum + value * (9 - i), 0) % 11 === 0;
}

/** Identity number of Thailand: weights 13 to 2, modulo 11. */
export const isThaiId = (text: string): boolean =>
  text[0] !== '0' &&
  (11 - (weighted(text, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === part(text, 12, 13);

/** MyKad: a date and the code of a place of birth. */
export function isMyKad(text: string): boolean {
  const place = part(text, 6, 8);
  return (
    isDay(part(text, 4, 6), part(text, 2, 4)) &&
    place > 0 &&
    ![17, 18, 19, 20, 69, 70, 73, 80, 81].includes(place) &&
    !(place >= 94 && place <= 97)
  );
}

/** NIK: a date in which women have 40 added to the day. */
export const isNik = (text: string): boolean => isDay(part(text, 6, 8) % 40, part(text, 8, 10));

/** NIC of Sri Lanka before 2016: the day of the year, with 500 added for women. */
export function isSriLankanNic(text: string): boolean {
  const day = part(text, 2, 5) % 500;
  return day >= 1 && day <= 366;
}

/** NIC of Sri Lanka since 2016: a year and the day of the year, with 500 added for women. */
export function isNewSriLankanNic(text: string): boolean {
  const day = part(text, 4, 7) % 500;
  return /^(?:19|20)/.test(text) && day >= 1 && day <= 366;
}

/** Teudat zehut: the Luhn formula over nine digits. */
export const isTeudatZehut = (text: string): boolean =>
  Number(text) > 0 && luhnRemainder(text.padStart(9, '0')) === 0;

/** Code meli: weights 10 to 2, modulo 11. */
export function isCodeMeli(text: string): boolean {
  const rest = weighted(text, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  return new Set(text).size > 1 && (rest < 2 ? rest : 11 - rest) === part(text, 9, 10);
}

/** Identity numbers of Saudi Arabia: 1 for citizens, 2 for residents (iqama), and the Luhn formula. */
export const isSaudiId = (text: string): boolean => /^[12]/.test(text) && luhnRemainder(text) === 0;

/** Civil ID of Kuwait: a century, a date, and modulo 11. */
export const isKuwaitiId = (text: string): boolean =>
  /^[23]/.test(text) &&
  isDay(part(text, 5, 7), part(text, 3, 5)) &&
  11 - (weighted(text, [2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) === part(text, 11, 12);

/** National ID of Egypt: a century, a date and a governorate. */
export function isEgyptianId(text: string): boolean {
  const governorate = part(text, 7, 9);
  return (
    /^[23]/.test(text) &&
    isDay(part(text, 5, 7), part(text, 3, 5)) &&
    ((governorate >= 1 && governorate <= 35) || governorate === 88)
  );
}

/** IIN of Kazakhstan: a date, and modulo 11 with two rows of weights. */
export function isIin(text: string): boolean {
  const first = weighted(text, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
  const check = first < 10 ? first : weighted(text, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
  return isDay(part(text, 4, 6), part(text, 2, 4)) && check === part(text, 11, 12);
}

/** IRD number of New Zealand: modulo 11 with two rows of weights. */
export function isIrd(text: string): boolean {
  const nine = text.padStart(9, '0');
  const by = (weights: readonly number[]) => (11 - (weighted(nine, weights) % 11)) % 11;
  const first = by([3, 2, 7, 6, 5, 4, 3, 2]);
  const check = first < 10 ? first : by([7, 4, 3, 2, 5, 2, 7, 6]);
  return Number(nine) >= 10_000_000 && check === part(nine, 8, 9);
}

/** Identity number of South Africa: a date, and the Luhn formula. */
export const isSouthAfricanId = (text: string): boolean =>
  isDay(part(text, 4, 6), part(text, 2, 4)) && luhnRemainder(text) === 0;
