/**
 * Whether the digits pass the check digit of payment cards; a repeated single digit does not count. Source:
 * ISO/IEC 7812-1, annex B (the Luhn formula).
 */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const value = i % 2 === 1 ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0 && !isOneDigit(digits);
}

function isOneDigit(digits: string): boolean {
  for (let i = 1; i < digits.length; i++) if (digits[i] !== digits[0]) return false;
  return true;
}

/** Lengths of IBANs by country. Source: SWIFT's IBAN registry for ISO 13616. */
const LENGTHS =
  'NO15 BE16 BI27 DK18 FO18 FI18 GL18 NL18 SD18 FK18 MK19 SI19 AT20 BA20 EE20 KZ20 XK20 LT20 LU20 MN20 CR22 CH21 ' +
  'HR21 LV21 LI21 BH22 BG22 GE22 DE22 IE22 ME22 RS22 GB22 VA22 GI23 IL23 IQ23 OM23 SO23 TL23 AE23 AD24 CZ24 MD24 ' +
  'PK24 RO24 SA24 SK24 ES24 SE24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 DJ27 FR27 GR27 IT27 MR27 MC27 SM27 AL28 AZ28 ' +
  'BY28 CY28 DO28 SV28 GT28 HN28 HU28 LB28 NI28 PL28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 YE30 MT31 SC31 LC32 RU33';
const LENGTH = new Map(LENGTHS.split(' ').map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]));

/**
 * Where the IBAN that begins here ends, or null if none does: the length of its country's IBANs in letters and
 * digits, ignoring single spaces and hyphens between them, with the right check digits: moved to the end and
 * read with A = 10 ... Z = 35, the number is 1 modulo 97. Source: ISO 13616-1.
 */
export function ibanEnd(text: string, start: number): number | null {
  const length = LENGTH.get(text.slice(start, start + 2).toUpperCase()) ?? 0;
  let compact = '';
  let end = start;
  while (compact.length < length) {
    const character = text[end] ?? '';
    if (/[A-Za-z0-9]/.test(character)) compact += character.toUpperCase();
    else if (!/[ \u00a0\u2007\u202f-]/.test(character) || !/[A-Za-z0-9]/.test(text[end + 1] ?? ''))
      return null;
    end++;
  }
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1 ? end : null;
}
