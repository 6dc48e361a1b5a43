import { z } from 'zod';
import { isZone } from '../../../domain/time/zone-clock.ts';
import { type Outcome, rejected } from '../../pipeline/outcome.ts';
import { dateFormatsOf } from '../dates/formats.ts';
import { knownLanguage } from '../dates/names.ts';
import { CHANGE_RULES, type ReadTime, readTime, type TimeRules } from '../dates/read-time.ts';
import { column, MOST, plain } from './map-parts.ts';

const language = plain('zone').transform((tag, context) => {
  const known = knownLanguage(tag);
  if (known !== null) return known;
  context.addIssue({
    code: 'custom',
    message: 'is not a language that this server knows; write its BCP 47 tag, such as "de" or "pt-BR"',
  });
  return z.NEVER;
});
const changeRule = z.enum(CHANGE_RULES, { error: 'must be "earlier", "later" or "reject"' });
const listOrOne = <Schema extends z.ZodType>(one: Schema, most: number) =>
  z.union([one, z.array(one).min(1).max(most)]);

/** In a map: the column of the times of answering, and how they are written. */
export const answeredAtOfMap = z
  .strictObject({
    column,
    /**
     * A named format ("iso", "epoch-seconds" ...) or a pattern such as "dd/MM/yyyy HH:mm"; several are tried.
     */
    format: listOrOne(plain('format'), MOST.formats).default('iso'),
    zone: plain('zone')
      .default('UTC')
      .refine(isZone, { error: 'is not an IANA zone such as "Europe/Berlin"' }),
    /** The language of names of months and days. */
    language: listOrOne(language, MOST.languages).default('en'),
    /** For a skipped local time: the nearest earlier or later one counts. */
    skipped: changeRule.default('later'),
    /** For a repeated local time. */
    repeated: changeRule.default('earlier'),
    /** Values that mean "no date". */
    missing: z.array(plain('value')).max(MOST.missing).default([]),
  })
  .superRefine((given, context) => {
    const read = dateFormatsOf([given.format].flat(), [given.language].flat());
    if ('formats' in read) return;
    for (const { at, index, message } of read.mistakes) {
      const path = at === 'format' && Array.isArray(given.format) ? [at, index ?? 0] : [at];
      context.addIssue({ code: 'custom', path, message, input: given });
    }
  });

/** How the times of one column are read. */
export type TimeRule = z.infer<typeof answeredAtOfMap>;

const rules = new WeakMap<TimeRule, TimeRules>();

/** Built once for each. */
function rulesOf(rule: TimeRule): TimeRules {
  const known = rules.get(rule);
  if (known) return known;
  const { format, language, zone, skipped, repeated } = rule;
  const read = dateFormatsOf([format].flat(), [language].flat());
  if ('mistakes' in read) throw new Error('the formats of a map were checked when it was read');
  const made = { formats: read.formats, zone, skipped, repeated };
  rules.set(rule, made);
  return made;
}

/** The moment of a text of the column, or the rejection of its row; `field` names its purpose. */
export function timeOf(field: string, rule: TimeRule, text: string): ReadTime | Outcome {
  const read = readTime(rulesOf(rule), text);
  return typeof read === 'string' ? rejected('INVALID_TIME', `${field}: ${read}`) : read;
}
