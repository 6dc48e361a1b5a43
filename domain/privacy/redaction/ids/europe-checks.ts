import {
  digitsOf,
  isDay,
  luhnRemainder,
  part,
  passesMod11And10,
  remainder,
  weighted,
} from './check-digits.ts';

/** Steuer-ID: of the first ten digits one occurs twice or three times, and at most two are missing. */
export function isSteuerId(text: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of text.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  return text[0] !== '0' && repeated.length === 1 && (repeated[0] ?? 0) <= 3 && passesMod11And10(text);
}

/** PESEL: weights 1, 3, 7, 9, and a date whose month says the century. */
export function isPesel(text: string): boolean {
  const check = (10 - (weighted(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
  return isDay(part(text, 4, 6), part(text, 2, 4) % 20) && check === Number(text[10]);
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

/** T.C. Kimlik: two check digits. */
export function isTckn(text: string): boolean {
  const d = digitsOf(text);
  const at = (i: number) => d[i] ?? 0;
  const odd = at(0) + at(2) + at(4) + at(6) + at(8);
  const even = at(1) + at(3) + at(5) + at(7);
  const sum = d.slice(0, 10).reduce((a, b) => a + b, 0);
  return at(0) !== 0 && (((odd * 7 - even) % 10) + 10) % 10 === at(9) && sum % 10 === at(10);
}

/** NIF of Portugal: modulo 11. */
export const isNif = (text: string): boolean =>
  ((11 - (weighted(text, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === part(text, 8, 9);

/** Cartão de Cidadão: the Luhn formula over digits and letters (A = 10 ... Z = 35). */
export function isCartaoDeCidadao(text: string): boolean {
  const values = Array.from(text.toUpperCase(), (character) => Number.parseInt(character, 36)).reverse();
  const sum = values.reduce((all, value, i) => {
    const doubled = i % 2 === 1 ? value * 2 : value;
    return all + (i % 2 === 1 && doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** AMKA: a date, and the Luhn formula. */
export const isAmka = (text: string): boolean =>
  isDay(part(text, 0, 2), part(text, 2, 4)) && luhnRemainder(text) === 0;

/** AFM: powers of two, modulo 11. */
export const isAfm = (text: string): boolean =>
  Number(text) > 0 && (weighted(text, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === part(text, 8, 9);

/** PPS number: a letter by the weighted sum modulo 23; a second letter counts too. */
export function isPps(text: string): boolean {
  const upper = text.toUpperCase();
  const second = 'WABCDEFGHI'.indexOf(upper[8] ?? 'W');
  const sum = weighted(upper.slice(0, 7), [8, 7, 6, 5, 4, 3, 2]) + Math.max(0, second) * 9;
  return 'WABCDEFGHIJKLMNOPQRSTUV'[sum % 23] === upper[7];
}

/** Sozialversicherungsnummer of Austria: the fourth digit checks the others; a date. */
export const isSvnr = (text: string): boolean =>
  text[0] !== '0' &&
  isDay(part(text, 4, 6), part(text, 6, 8)) &&
  weighted(text, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === part(text, 3, 4);

/** CNP: modulo 11, and a date. */
export function isCnp(text: string): boolean {
  const check = weighted(text, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (
    text[0] !== '0' &&
    isDay(part(text, 5, 7), part(text, 3, 5)) &&
    (check === 10 ? 1 : check) === part(text, 12, 13)
  );
}

/** EGN: modulo 11, and a date whose month says the century. */
export const isEgn = (text: string): boolean =>
  isDay(part(text, 4, 6), part(text, 2, 4) % 20) &&
  (weighted(text, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === part(text, 9, 10);

/** JMBG and EMŠO: modulo 11, and a date. */
export function isJmbg(text: string): boolean {
  const sum = weighted(text, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
  return isDay(part(text, 0, 2), part(text, 2, 4)) && ((11 - (sum % 11)) % 11) % 10 === part(text, 12, 13);
}

/** Rodné číslo: divisible by 11 (from 1954 on), and a date; women have 50 added to the month, full days 20. */
export function isRodneCislo(text: string): boolean {
  const month = part(text, 2, 4) % 50;
  if (!isDay(part(text, 4, 6), month > 20 ? month - 20 : month)) return false;
  // Nine digits are from before there was a check digit.
  if (text.length === 9) return true;
  return remainder(text, 11) === 0 || (remainder(text.slice(0, 9), 11) === 10 && text[9] === '0');
}

/** TAJ of Hungary: weights 3 and 7, modulo 10. */
export const isTaj = (text: string): boolean =>
  weighted(text, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === part(text, 8, 9);

/** Adóazonosító jel: begins with 8; modulo 11. */
export const isAdoazonosito = (text: string): boolean =>
  text[0] === '8' && weighted(text, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === part(text, 9, 10);

/** Isikukood and asmens kodas: modulo 11 with two rows of weights, and a date. */
export function isBalticCode(text: string): boolean {
  const first = weighted(text, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const check = first < 10 ? first : (weighted(text, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
  return isDay(part(text, 5, 7), part(text, 3, 5)) && check === part(text, 10, 11);
}

/** Personas kods issued before 2017: modulo 11, and a date. */
export const isPersonasKods = (text: string): boolean =>
  isDay(part(text, 0, 2), part(text, 2, 4)) &&
  ((1 + weighted(text, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10 === part(text, 10, 11);

/** RNOKPP of Ukraine: modulo 11. */
export function isRnokpp(text: string): boolean {
  const sum = weighted(text, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11;
  return ((sum + 11) % 11) % 10 === part(text, 9, 10);
}

/** SNILS: weights 9 to 1, modulo 101. */
export const isSnils = (text: string): boolean =>
  (weighted(text, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === part(text, 9, 11);

/** INN of persons: two check digits modulo 11. */
export const isInn = (text: string): boolean =>
  (weighted(text, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === part(text, 10, 11) &&
  (weighted(text, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === part(text, 11, 12);

/** Kennitala: the ninth digit makes the sum divisible by 11; a date. */
export const isKennitala = (text: string): boolean =>
  isDay(part(text, 0, 2) % 40, part(text, 2, 4)) && weighted(text, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
