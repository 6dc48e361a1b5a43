/*
 * Sums of money are whole numbers of the currency's smallest unit, so that adding them is exact. The digits are those of ISO 4217, kept
 * here: those of the runtime change with its version, and a stored number must not.
 */

const NO_DIGITS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const THREE_DIGITS = 'BHD IQD JOD KWD LYD OMR TND';
const FOUR_DIGITS = 'CLF UYW';

const DIGITS: ReadonlyMap<string, number> = new Map(
  [NO_DIGITS, '', '', THREE_DIGITS, FOUR_DIGITS].flatMap((names, digits) =>
    names.split(' ').map((name) => [name, digits] as const),
  ),
);
const KNOWN = new Set(
  [...Intl.supportedValuesOf('currency'), ...DIGITS.keys()].filter((name) => name !== ''),
);

/** Whether it is the code of a currency, in capital letters. */
export const isCurrency = (code: string): boolean => KNOWN.has(code);

/** Digits after the decimal point. */
export const digitsOf = (currency: string): number => DIGITS.get(currency) ?? 2;

const WRITTEN = /^(\d{1,15})(?:\.(\d{1,12}))?$/;

/**
 * The amount in the smallest unit, or what is wrong with it, in words that follow its name. A number is read by its shortest decimal
 * form, which is what its sender wrote.
 */
export function minorUnits(given: string | number, currency: string): number | string {
  const text = String(given).trim();
  const match = WRITTEN.exec(text);
  if (!match) {
    return text.startsWith('-')
      ? 'is negative; amounts are positive, and what is paid back is a REFUND'
      : 'is not an amount such as 49 or 49.90';
  }
  const [, whole = '', fraction = ''] = match;
  const digits = digitsOf(currency);
  if (/[1-9]/.test(fraction.slice(digits)))
    return `has more than the ${digits} decimal places of ${currency}`;
  const units = Number(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return Number.isSafeInteger(units) ? units : 'is larger than can be kept exactly';
}

/** The amount in the currency's main unit. */
export const majorUnits = (units: number, currency: string): number =>
  Number(`${units}e-${digitsOf(currency)}`);
