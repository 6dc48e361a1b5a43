import { digitsOf, isDay, luhnRemainder, part, weighted } from './check-digits.ts';

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

/** PIS/PASEP: modulo 11. */
export const isPis = (text: string): boolean =>
  ((11 - (weighted(text, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === part(text, 10, 11);

/** Digits from the right times weights. */
const fromRight = (text: string, weights: readonly number[]) =>
  digitsOf(text)
    .reverse()
    .reduce((sum, digit, i) => sum + digit * (weights[i % weights.length] ?? 0), 0);

/** RUT and RUN: weights 2 to 7 from the right, modulo 11; "K" is 10. */
export function isRut(text: string): boolean {
  const number = text.slice(0, -1);
  const check = '0K987654321'[fromRight(number, [2, 3, 4, 5, 6, 7]) % 11];
  return Number(number) >= 100_000 && check === text.at(-1)?.toUpperCase();
}

/** CUIT and CUIL: the kind of holder, and modulo 11. */
export function isCuit(text: string): boolean {
  const sum = weighted(text, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return /^(?:2[03467]|3[034])/.test(text) && '09987654321'[sum] === text[10];
}

/** NIT of Colombia: weights of primes, modulo 11. */
export function isNit(text: string): boolean {
  const sum = fromRight(text.slice(0, -1), [3, 7, 13, 17, 19, 23, 29, 37, 41, 43]) % 11;
  return '01987654321'[sum] === text.at(-1);
}

/** RUC of Peru: the kind of holder, and modulo 11. */
export const isRuc = (text: string): boolean =>
  /^(?:1[0567]|20)/.test(text) &&
  (11 - (weighted(text, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === part(text, 10, 11);

/** Cédula of Ecuador: the province, and the Luhn formula. */
export const isCedulaOfEcuador = (text: string): boolean =>
  ((part(text, 0, 2) >= 1 && part(text, 0, 2) <= 24) || part(text, 0, 2) === 30) &&
  part(text, 2, 3) < 6 &&
  luhnRemainder(text) === 0;

/** Cédula of Uruguay: weights 2, 9, 8, 7, 6, 3, 4, modulo 10. */
export function isCedulaOfUruguay(text: string): boolean {
  const eight = text.padStart(8, '0');
  return (10 - (weighted(eight, [2, 9, 8, 7, 6, 3, 4]) % 10)) % 10 === part(eight, 7, 8);
}

/** RIF: a letter with a value of its own, and modulo 11. */
export function isRif(text: string): boolean {
  const letter = { V: 4, E: 8, J: 12, P: 16, G: 20 }[text[0]?.toUpperCase() ?? ''];
  const sum = (letter ?? 0) + weighted(text.slice(1), [3, 2, 7, 6, 5, 4, 3, 2]);
  return letter !== undefined && '00987654321'[sum % 11] === text[9];
}

/** Cédula of the Dominican Republic: the Luhn formula. */
export const isCedulaOfDominicana = (text: string): boolean => Number(text) > 0 && luhnRemainder(text) === 0;

const RFC_ORDER = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ';

/** RFC of persons: weights 13 to 2, modulo 11 ("A" is 10), and a date. */
export function isRfc(text: string): boolean {
  const upper = text.toUpperCase();
  const sum = Array.from(upper.slice(0, 12)).reduce(
    (all, character, i) => all + RFC_ORDER.indexOf(character) * (13 - i),
    0,
  );
  return isDay(part(upper, 8, 10), part(upper, 6, 8)) && '0123456789A'[(11 - (sum % 11)) % 11] === upper[12];
}
