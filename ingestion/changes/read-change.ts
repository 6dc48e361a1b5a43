import { z } from 'zod';
import type { Revision } from '../../domain/responses/newer.ts';
import { normaliseSegment, type Segment } from '../../domain/segments/cell.ts';
import { type Dimension, storedValue } from '../../domain/segments/dimensions.ts';
import { namedValues } from '../../domain/text/named-values.ts';
import { quoted, readName, TEXT_RULES } from '../../domain/text/text.ts';
import { CHANGE_KINDS, type ChangeKind } from '../../store/tables/outcomes.ts';
import { readNames } from '../pipeline/names.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import { BadItem } from '../pipeline/read-items.ts';
import { revisionOf } from '../pipeline/response-items.ts';
import { inOwnForm } from './change-shapes.ts';
import { checkRevised, DAY_MS, orRefusal, RefusalError, timeOf } from './fact-reading.ts';

/** A change event as its sender gave it: checked, and not yet redacted. */
export interface ChangeDraft {
  readonly source: string;
  readonly externalId: string;
  readonly kind: ChangeKind;
  readonly title: string;
  readonly at: Date;
  readonly until: Date | null;
  readonly link: string | null;
  readonly segment: Segment;
  readonly revision: Revision | null;
}

/** A campaign may be planned for so long. */
const LONGEST_MS = 10 * 366 * DAY_MS;
/** Values of a segment: each is looked up among the cells that a caller sees. */
const MOST_VALUES = 20;

const values = z.union([z.string(), z.array(z.string())]).nullish();
const own = z.strictObject({
  externalId: z.string(),
  source: z.string().default('api'),
  kind: z.string(),
  title: z.string(),
  at: z.string(),
  until: z.string().nullish(),
  link: z.string().nullish(),
  segment: namedValues(z.string(), values).nullish(),
  updatedAt: z.string().nullish(),
  revision: z.int().min(0).nullish(),
});
const FIELDS = Object.keys(own.shape).join(', ');

/** Reads one item of a request: in our own form, a CloudEvent or a deployment of GitHub. Null: it is left out. Never throws. */
export function readChange(
  dimensions: readonly Dimension[],
  given: unknown,
  now: number,
): ChangeDraft | Outcome | null {
  if (given instanceof BadItem) return given.outcome;
  const form = inOwnForm(given);
  if (form === null || 'status' in form) return form;
  const read = own.safeParse(form.item);
  if (!read.success) return rejectionOf(read.error, form.item, form.names);
  const nameOf = (field: string) => form.names[field] ?? field;
  return orRefusal(() => draftOf(dimensions, read.data, nameOf, now));
}

function draftOf(
  dimensions: readonly Dimension[],
  change: z.infer<typeof own>,
  nameOf: (field: string) => string,
  now: number,
): ChangeDraft {
  const { source, externalId, title } = change;
  const named = readNames({ source, externalId, title });
  if ('status' in named) throw new RefusalError(named);
  const kind = CHANGE_KINDS.find((one) => one === change.kind.toUpperCase());
  if (!kind) {
    const known = CHANGE_KINDS.map((one) => one.toLowerCase()).join(', ');
    throw new RefusalError(
      rejected('INVALID', `${nameOf('kind')}: ${quoted(change.kind)} is none of ${known}`),
    );
  }
  const at = timeOf(nameOf('at'), change.at);
  if (at.getTime() > now + DAY_MS)
    throw new RefusalError(
      rejected('IN_THE_FUTURE', `${nameOf('at')}: is more than a day ahead; send a change when it happens`),
    );
  const until = change.until == null ? null : timeOf(nameOf('until'), change.until);
  if (until && (until < at || until.getTime() > at.getTime() + LONGEST_MS))
    throw new RefusalError(
      rejected(
        'INVALID_TIME',
        `${nameOf('until')}: ends before ${nameOf('at')}, or more than 10 years later`,
      ),
    );
  const revision = revisionOf(change);
  if (revision && 'status' in revision) throw new RefusalError(revision);
  checkRevised(nameOf('updatedAt'), revision, now);
  return {
    ...named.names,
    ...{ kind, at, until, revision },
    link: change.link == null ? null : linkOf(nameOf('link'), change.link),
    segment: segmentOf(dimensions, change.segment ?? {}, nameOf('segment')),
  };
}

/** Only what a page can link to, and no password in it. */
function linkOf(name: string, given: string): string {
  const text = readName(TEXT_RULES.link, given);
  if (typeof text !== 'string') throw new RefusalError(rejected(text.code, `${name}: ${text.message}`));
  const url = URL.parse(text);
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '')
    return url.href;
  throw new RefusalError(
    rejected(
      'INVALID',
      `${name}: is not an address that begins with https:// or http://, without a password`,
    ),
  );
}

function segmentOf(
  dimensions: readonly Dimension[],
  given: Readonly<Record<string, string | readonly string[] | null | undefined>>,
  name: string,
): Segment {
  const segment: Record<string, readonly string[]> = {};
  let count = 0;
  for (const [field, value] of Object.entries(given)) {
    const dimension = dimensions.find((one) => one.field === field);
    if (!dimension) {
      const known = dimensions.map((one) => one.field).join(', ');
      throw new RefusalError(
        rejected('INVALID', `${name}: ${quoted(field)} is no dimension; the dimensions are ${known}`),
      );
    }
    if (value === null || value === undefined) continue;
    const list = (typeof value === 'string' ? [value] : value).map((one) =>
      segmentValue(dimension, one, name),
    );
    count += list.length;
    if (list.length === 0)
      throw new RefusalError(
        rejected('INVALID', `${name}.${field}: name at least one value, or leave it out`),
      );
    segment[dimension.attribute] = list;
  }
  if (count > MOST_VALUES)
    throw new RefusalError(
      rejected(
        'TOO_LONG',
        `${name}: ${count} values; a change names at most ${MOST_VALUES}, or none for everything`,
      ),
    );
  return normaliseSegment(segment);
}

function segmentValue({ field, declared }: Dimension, given: string, name: string): string {
  const read = readName(
    TEXT_RULES.value,
    given.slice(0, 4 * TEXT_RULES.value.longest + 1).replace(/\s+/g, ' '),
  );
  if (typeof read !== 'string')
    throw new RefusalError(rejected(read.code, `${name}.${field}: ${read.message}`));
  const value = storedValue(read);
  if (declared && !declared.values.has(value))
    throw new RefusalError(
      rejected(
        'INVALID',
        `${name}.${field}: ${quoted(value)} is none of the values that this deployment declares`,
      ),
    );
  return value;
}

function rejectionOf(error: z.ZodError, input: unknown, names: Readonly<Record<string, string>>): Outcome {
  const [issue] = error.issues;
  if (!issue || issue.path.length === 0) {
    if (issue?.code === 'unrecognized_keys') {
      const strange = issue.keys.slice(0, 3).map(quoted).join(', ');
      return rejected('INVALID', `${strange}: no such field; the fields are ${FIELDS}`);
    }
    return rejected('INVALID', 'a change is an object with externalId, kind, title and at');
  }
  const field = String(issue.path[0]);
  const name = names[field] ?? field;
  const value = (input as Record<string, unknown>)[field];
  if (value === undefined) return rejected('MISSING', `${name}: is missing`);
  if (field === 'segment') return rejected('INVALID', `${name}: is not of the form { "region": ["Peru"] }`);
  const right = field === 'revision' ? 'a whole number from 0 to 2^53 - 1' : 'a text';
  return rejected('INVALID', `${name}: ${quoted(value)} is not ${right}`);
}
