/*
 * Shapes of numbers that are not telephone numbers, and shapes that only telephone numbers have. A candidate is
 * its groups of digits and the separators between them.
 */

/** Groups of digits that may form one number. */
export interface Groups {
  readonly sizes: readonly number[];
  readonly digits: readonly string[];
  /** Between each group and the next. */
  readonly separators: readonly string[];
  /** As it is written. */
  readonly text: string;
  readonly all: string;
}

/**
 * "05/06/2014", "05 06 2014", "05.06.14", "2014-06-05", and what follows; "06.12.34.56.78" continues in the
 * same way.
 */
const DATE =
  /^(?:(?:19|20)\d{2}([-/. ])\d{1,2}\1\d{1,2}|\d{1,2}([-/. ])\d{1,2}\2(?:(?:19|20)\d{2}|\d{2}(?!\2\d)))(?!\d)/;

/** Whether the text begins with a date whose day and month exist. */
export function beginsWithDate(text: string): boolean {
  const found = DATE.exec(text);
  if (!found) return false;
  const [a = 0, b = 0, c = 0] = found[0].split(/[-/. ]/).map(Number);
  const [day, month] = a > 99 ? [c, b] : [a, b];
  return (month >= 1 && month <= 12 && day >= 1 && day <= 31) || (a <= 12 && b >= 1 && b <= 31 && a >= 1);
}

/** "+12.500.000", "1 000 000", "100 000 000": a quantity with grouped thousands. */
export function isQuantity({ sizes, separators }: Groups): boolean {
  const [first = 0, ...rest] = sizes;
  return (
    rest.length > 0 &&
    first <= 3 &&
    rest.every((size) => size === 3) &&
    separators.every((one) => one === separators[0]) &&
    (separators[0] === ' ' || separators[0] === '.')
  );
}

const isYear = (text: string) => /^(?:19|20)\d\d$/.test(text);
const isTime = (text: string) => /^(?:[01]\d|2[0-4])[0-5]\d$/.test(text);

/** Lists of scores, of years and of times, versions, dice: each group is a number of its own. */
export function isList({ sizes, digits, separators }: Groups): boolean {
  if (digits.length > 1 && digits.every(isYear)) return true;
  if (digits.length > 1 && digits.every(isTime)) return true;
  if (digits.some(isYear) && digits.every((one) => one.length <= 2 || isYear(one)) && digits.length < 5)
    return true;
  const small = sizes.filter((size) => size <= 2).length;
  const isPairs = sizes.length >= 4 && sizes.every((size) => size === 2);
  if (!isPairs && small === sizes.length) return true;
  if (sizes.filter((size) => size === 1).length > 2) return true;
  // "1/2 3/4", "24/7 365"
  return separators.filter((one) => one.includes('/')).length > 1;
}

/** "(212) 555-0123", "212-555-0123", "1-212-555-0123"; with spaces only if the codes are valid in the plan. */
export function isNorthAmerican({ sizes, digits, separators, text }: Groups): boolean {
  const [country, area, exchange, line] =
    sizes.length === 4 ? digits : sizes.length === 3 ? ['1', ...digits] : [];
  if (country !== '1' || area?.length !== 3 || exchange?.length !== 3 || line?.length !== 4)
    return isJoined(sizes, digits, text);
  const [first = '', second = ''] = separators.slice(-2);
  // An opening bracket alone is the sentence's.
  if (text.includes(')')) return /^\) ?[-.]? ?$|^\)-$/.test(first) && second.length <= 3;
  if (/^ ?[-.] ?$/.test(second) && first === second) return area !== '000';
  return /^[ .-]$/.test(first) && /^[ .-]$/.test(second) && /^[2-9]/.test(area) && /^[2-9]/.test(exchange);
}

/** "(212)5550123", "(212) 5550123", "212-5550123". */
function isJoined(sizes: readonly number[], digits: readonly string[], text: string): boolean {
  return (
    sizes.length === 2 &&
    sizes[0] === 3 &&
    sizes[1] === 7 &&
    text.startsWith('(') &&
    /^[2-9]/.test(digits[0] ?? '')
  );
}

/** "06 12 34 56 78", "06.12.34.56.78". */
export function isFrench({ sizes, digits, separators }: Groups): boolean {
  return (
    sizes.length === 5 &&
    sizes.every((size) => size === 2) &&
    /^0[1-9]$/.test(digits[0] ?? '') &&
    separators.every((one) => one === separators[0])
  );
}

/** Whether the groups are grouped like telephone numbers. */
export function isGrouped({ sizes, separators, text }: Groups): boolean {
  const least = Math.min(...sizes.slice(1)) + (text.startsWith('(') ? 1 : 0);
  return sizes.length > 1 && sizes.length <= 6 && least >= 2 && separators.every((one) => one.length <= 3);
}

/** "12345-6789": a ZIP code with its four further digits. */
export function isPostcode({ sizes, separators }: Groups): boolean {
  return sizes.length === 2 && sizes[0] === 5 && sizes[1] === 4 && separators[0] === '-';
}
