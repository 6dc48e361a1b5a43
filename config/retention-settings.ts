import { z } from 'zod';
import { configuredRules, type Retention } from '../domain/privacy/retention.ts';
import { namedValues } from '../domain/text/named-values.ts';
import { isAge } from '../domain/time/kept-since.ts';

/** A year and a month: last year's number remains available. */
const JOURNAL_AGE = 'P400D';
/** Long enough to correct a mapping, and no longer: it may hold what no one mapped. */
const QUARANTINE_AGE = 'P30D';

const age = z.string().refine(isAge, 'is not a duration of a day or more, such as P2Y');
/** Of every source, or of one. */
const ages = {
  comments: age.optional(),
  responses: age.optional(),
  outcomes: age.optional(),
  sourceEvents: age.optional(),
  dimensions: namedValues(z.string(), age).optional(),
};

/** How long what is kept. */
export const retentionSettings = z
  .strictObject({
    ...ages,
    sources: namedValues(
      z.string().min(1),
      z.strictObject({ ...ages, quarantine: age.optional() }),
    ).optional(),
    quarantine: age.default(QUARANTINE_AGE),
    journal: age.nullable().default(JOURNAL_AGE),
  })
  .prefault({});

/** The periods without the kinds that are not named. @throws Error naming a dimension that is none of these attributes */
export function retentionOf<Given extends Retention>(given: Given, attributes: readonly string[]): Given {
  const unknown = configuredRules(given).find(
    ({ dimension }) => dimension !== null && !attributes.includes(dimension),
  );
  if (unknown)
    throw new Error(
      `retention: there is no dimension "${unknown.dimension}"; configured are ${attributes.join(', ')}`,
    );
  return JSON.parse(JSON.stringify(given)) as Given;
}
