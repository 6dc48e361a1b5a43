/*
 * Check digits of national identifiers, over the characters without separators. Each names its rule; all are
 * published by the issuers.
 */

const digitsOf = (text: string) => Array.from(text, Number);

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

const part = (text: string, from: number, to: number) => Number(text.slice(from, to));

/** ISO/IEC 7064, MOD 11,10 (Steuer-ID). */
export function passesMod11And10(text: string): boolean {
  let product = 10;
  for (const digit of digitsOf(text.slice(0, -1))) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(text.at(-1));
}

/** Steuer-ID: of the first ten digits one occurs twice or three times, and at most two are missing. */
export function isSteuerId(text: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of text.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  return text[0] !== '0' && repeated.length === 1 && (repeated[0] ?? 0) <= 3 && passesMod11And10(text);
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

/** CPF: two digits, each modulo 11. */
export function isCpf(text: string): boolean {
  if (new Set(text).size === 1) return false;
  return [9, 10].every((length) => {
    const sum = digitsOf(text.slice(0, length)).reduce((all, digit, i) => all + digit * (length + 1 - i), 0);
    return ((sum * 10) % 11) % 10 === Number(text[length]);
  });
}

/** CNPJ: the same with weights from 2 to 9. */
export function isCnpj(text: string): boolean {
  if (new Set(text).size === 1) return false;
  return [12, 13].every((length) => {
    const sum = digitsOf(text.slice(0, length)).reduce(
      (all, digit, i) => all + digit * (((length - 1 - i) % 8) + 2),
      0,
    );
    return (sum % 11 < 2 ? 0 : 11 - (sum % 11)) === Number(text[length]);
  });
}

/** PESEL: weights 1, 3, 7, 9, and a date whose month says the century. */
export function isPesel(text: string): boolean {
  const check = (10 - (weighted(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
  return isDay(part(text, 4, 6), part(text, 2, 4) % 20) && check === Number(text[10]);
}

/** Chinese resident identity number: ISO/IEC 7064, MOD 11-2, and a date. */
export function isChineseId(text: string): boolean {
  const sum = weighted(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  const year = part(text, 6, 10);
  const isDate = year >= 1900 && year <= 2099 && isDay(part(text, 12, 14), part(text, 10, 12));
  return isDate && '10X98765432'[sum % 11] === text[17]?.toUpperCase();
}

/** NIR: the key is 97 less the remainder; Corsica's departments count as 19 and 18. */
export function isNir(text: string): boolean {
  const digits = text.toUpperCase().replace('2A', '19').replace('2B', '18');
  if (/\D/.test(digits) || !/^[12378]/.test(digits)) return false;
  const month = part(digits, 3, 5);
  return (
    ((month >= 1 && month <= 12) || month >= 20) &&
    97 - remainder(digits.slice(0, 13), 97) === part(digits, 13, 15)
  );
}

/** DNI and NIE: the letter is the remainder modulo 23. */
export function isDni(text: string): boolean {
  const upper = text.toUpperCase();
  const digits = upper.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === upper.at(-1);
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Codice fiscale: characters at odd positions have special values. */
export function isCodiceFiscale(text: string): boolean {
  const upper = text.toUpperCase();
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = upper.charCodeAt(i);
    const value = code < 65 ? code - 48 : code - 65;
    sum += i % 2 === 0 ? (ODD[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === upper[15];
}

/** BSN: the eleven test. */
export function isBsn(text: string): boolean {
  const nine = text.padStart(9, '0');
  return Number(nine) > 0 && weighted(nine, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Personnummer: Luhn over ten digits, and a date; a day from 61 on is a coordination number. */
export function isPersonnummer(text: string): boolean {
  const ten = text.slice(-10);
  const day = part(ten, 4, 6);
  return isDay(day > 60 ? day - 60 : day, part(ten, 2, 4)) && luhnRemainder(ten) === 0;
}

/** The sum of the Luhn formula, modulo 10. */
export function luhnRemainder(text: string): number {
  return (
    digitsOf(text)
      .reverse()
      .reduce((sum, digit, i) => sum + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0) % 10
  );
}

/** Henkilötunnus: the last character is the remainder of date and number modulo 31. */
export function isHetu(text: string): boolean {
  const digits = text.slice(0, 6) + text.slice(-4, -1);
  const sign = '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(digits) % 31];
  return isDay(part(text, 0, 2), part(text, 2, 4)) && sign === text.at(-1)?.toUpperCase();
}

/** Fødselsnummer: two check digits modulo 11. */
export function isFodselsnummer(text: string): boolean {
  const day = part(text, 0, 2);
  return (
    isDay(day > 40 ? day - 40 : day, part(text, 2, 4) % 40) &&
    weighted(text, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(text, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

/** Rijksregisternummer: the last two are 97 less the remainder; those born from 2000 on have a 2 before it. */
export function isRijksregister(text: string): boolean {
  const [nine, check] = [text.slice(0, 9), part(text, 9, 11)];
  return 97 - remainder(nine, 97) === check || 97 - remainder(`2${nine}`, 97) === check;
}

/** EAN-13, as of books and of the Swiss AHV number. */
export function passesEan13(text: string): boolean {
  return weighted(text, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

/** NRIC of Singapore: a letter by the weighted sum. */
export function isNric(text: string): boolean {
  const upper = text.toUpperCase();
  const sum = weighted(upper.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + ('TG'.includes(upper[0] ?? '') ? 4 : 0);
  return ('ST'.includes(upper[0] ?? '') ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === upper[8];
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

/** T.C. Kimlik: two check digits. */
export function isTckn(text: string): boolean {
  const d = digitsOf(text);
  const at = (i: number) => d[i] ?? 0;
  const odd = at(0) + at(2) + at(4) + at(6) + at(8);
  const even = at(1) + at(3) + at(5) + at(7);
  const sum = d.slice(0, 10).reduce((a, b) => a + b, 0);
  return at(0) !== 0 && (((odd * 7 - even) % 10) + 10) % 10 === at(9) && sum % 10 === at(10);
}

/** ABA routing number: weights 3, 7, 1. */
export function isRouting(text: string): boolean {
  return weighted(text, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
}
