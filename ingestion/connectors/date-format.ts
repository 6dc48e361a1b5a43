import { DateTime } from 'luxon';
import { cut } from '../../domain/text.ts';

/** Characters of a date as somebody wrote it, and of the pattern that says how. */
export const LONGEST_DATE = 64;

/**
 * What is wrong with a pattern of luxon's, or null. luxon makes a regular expression of it; of numbers that stand side by
 * side without a fixed width it would try every way to share out the digits.
 */
export function formatMistake(format: string): string | null {
  if (format === 'iso') return null;
  const given = `"${cut(format)}"`;
  if (format.trim() === '') return 'is empty; write "iso" or a pattern such as "dd/MM/yyyy HH:mm"';
  if (format.length > LONGEST_DATE) return `${given} is longer than ${LONGEST_DATE} characters`;
  const units = partsOf(format).map(({ literal, val }) => {
    const matches = literal ? val : patternOf(val);
    const isNumber = literal ? /\d/.test(val) : matches.includes('\\d') || /^\d+$/.test(val);
    return { isNumber, isOpen: isNumber && !literal && matches.includes(','), val };
  });
  const touching = units.some(({ isNumber, isOpen }, i) => {
    const next = units[i + 1];
    return next !== undefined && isNumber && next.isNumber && (isOpen || next.isOpen);
  });
  if (touching)
    return `${given} has numbers side by side of which one has no fixed width; write them as in "ddMMyyyy", or a sign between them`;
  if (units.filter(({ val }) => val === 'z').length > 1) return `${given} names the time zone more than once`;
  return null;
}

function partsOf(format: string): readonly { readonly literal: boolean; readonly val: string }[] {
  return (DateTime.fromFormatExplain('', format) as { tokens: { literal: boolean; val: string }[] }).tokens;
}

function patternOf(unit: string): string {
  const { regex } = DateTime.fromFormatExplain('', unit) as { regex?: RegExp };
  return regex?.source ?? '';
}
