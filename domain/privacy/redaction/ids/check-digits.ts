/*
 * Check digits of national identifiers, over the characters without separators. Each names its rule; all are
 * published by the issuers.
 */

export const digitsOf = (text: string) => Array.from(text, Number);

/** Sum of digits times weights. */
export function weighted(text: string, weights: readonly number[]): number {
  return digitsOf(text.slice(0, weights.length)).reduce(
    (sum, digit, i) => sum + digit * (weights[i] ?? 0),
    0,
  );
}

/** The remainder of a number of any length. */
export function remainder(text: string, modulus: number): number {
  let value = 0;
  for (const digit of text) value = (value * 10 + Number(digit)) % modulus;
  return value;
}

/** Whether day and month exist; two digits each. */
export function isDay(day: number, month: number): boolean {
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31)
  );
}

/** Whether a compact identifier holds a day and a month from that place on. */
export function isDayIn(compact: string, from: number): boolean {
  return isDay(part(compact, from, from + 2), part(compact, from + 2, from + 4));
}

/** The number that stands in a part of the text. */
export const part = (text: string, from: number, to: number) => Number(text.slice(from, to));

/** ISO/IEC 7064, MOD 11,10 (Steuer-ID). */
export function passesMod11And10(text: string): boolean {
  let product = 10;
  for (const digit of digitsOf(text.slice(0, -1))) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(text.at(-1));
}

const VERHOEFF_TABLE = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];

const VERHOEFF_ORDER = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** Verhoeff's rule (Aadhaar). */
export function passesVerhoeff(text: string): boolean {
  let check = 0;
  for (const [i, digit] of digitsOf(text).reverse().entries())
    check = Number(VERHOEFF_TABLE[check]?.[Number(VERHOEFF_ORDER[i % 8]?.[digit])]);
  return check === 0;
}

/** The sum of the Luhn formula, modulo 10. */
export function luhnRemainder(text: string): number {
  return (
    digitsOf(text)
      .reverse()
      .reduce((sum, digit, i) => sum + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0) % 10
  );
}

/** EAN-13, as of books and of the Swiss AHV number. */
export function passesEan13(text: string): boolean {
  return weighted(text, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

/** ABA routing number: weights 3, 7, 1. */
export function isRouting(text: string): boolean {
  return weighted(text, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
}
