/**
 * What a comment may carry that names a person, by pattern. Quantifiers are bounded, so hostile text costs no more
 * than ordinary text. Names and addresses in prose are not found; the encryption of comments is the wall for those.
 */
const EMAIL = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g;
const IPV4 = /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)/g;
const IPV6 = /(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])/g;
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g;
const CARD = /(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-]*\d)/g;
/** "+49 30 1234567", "0049301234567". */
const INTERNATIONAL = /(?<![\w+])(?:\+|00)[1-9](?:[ ./()-]{0,2}\d){6,14}(?!\d)/g;
/** "(030) 123 456", "030 1234567", "030-123-4567": an area code with its leading zero and at least seven digits. */
const NATIONAL = /(?<![\w.,+-])\(?0\d{1,4}\)?(?:[ /-]{1,2}\d{2,8}){1,4}(?![\w]|[.,]\d)/g;
const DATE = /^\d{1,2}([/-])\d{1,2}\1(\d{2}|\d{4})$/;
/** "(212) 555-0123", "212-555-0123", "212.555.0123". */
const NORTH_AMERICAN = /(?<![\w.+-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[.-]\d{4}(?![\w-]|\.\d)/g;

/** The comment with e-mail and IP addresses, telephone and card numbers and IBANs replaced by what they were. */
export function redact(text: string): string {
  return text
    .replace(EMAIL, '[email]')
    .replace(IBAN, (found) => (isIban(found) ? '[iban]' : found))
    .replace(CARD, (found) => (passesLuhn(found) ? '[card]' : found))
    .replace(IPV4, '[ip]')
    .replace(IPV6, '[ip]')
    .replace(INTERNATIONAL, '[phone]')
    .replace(NORTH_AMERICAN, '[phone]')
    .replace(NATIONAL, (found) =>
      !DATE.test(found) && found.replace(/\D/g, '').length >= 7 ? '[phone]' : found,
    );
}

/** The check digit of payment card numbers. Source: ISO/IEC 7812-1, annex B. */
function passesLuhn(found: string): boolean {
  const digits = [...found.replace(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce((so, digit, i) => {
    const value = i % 2 === 1 ? digit * 2 : digit;
    return so + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0 && new Set(digits).size > 1;
}

/** The check digits of an IBAN: the rearranged number is 1 modulo 97. Source: ISO 13616-1. */
function isIban(found: string): boolean {
  const compact = found.replaceAll(' ', '');
  if (compact.length < 15 || compact.length > 34) return false;
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
