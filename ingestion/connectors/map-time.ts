import { IANAZone } from 'luxon';
import { z } from 'zod';
import { formatMistake } from './date-format.ts';
import { column, MOST, plain } from './map-parts.ts';

/**
 * A pattern of luxon's, each of whose letters stands in one place: it becomes a regular expression, and one that reads the same
 * digits in many ways could take for ever to find that it does not fit.
 */
const format = plain('format')
  .check(({ value, issues }) => {
    const mistake = formatMistake(value);
    if (mistake !== null) issues.push({ code: 'custom', message: mistake, input: value });
  })
  .refine(namesEachOnce, 'names a part of the date twice, or has more than twelve parts');

function namesEachOnce(pattern: string): boolean {
  if (pattern === 'iso') return true;
  const spelled = [...pattern.replace(/'[^']*'/g, ' ')];
  // A run of one letter is one part.
  const parts = spelled.filter((one, i) => /[a-zA-Z]/.test(one) && one !== spelled[i - 1]);
  return parts.length <= 12 && new Set(parts).size === parts.length;
}

/** Of a map: the column of the times of answering, and how they are written. */
export const answeredAtOfMap = z.strictObject({
  column,
  /** "iso", or a pattern of luxon's such as "dd/MM/yyyy HH:mm"; several are tried in turn. */
  format: z.union([format, z.array(format).min(1).max(MOST.formats)]).default('iso'),
  zone: plain('zone')
    .default('UTC')
    .refine((zone) => IANAZone.isValidZone(zone), { error: 'is no IANA zone such as "Europe/Berlin"' }),
  /** Values that mean "no date". */
  missing: z.array(plain('value')).max(MOST.missing).default([]),
});
