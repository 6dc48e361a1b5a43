import { z } from 'zod';
import type { Revision } from '../../domain/responses/newer.ts';
import type { CellAttributes } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { quoted } from '../../domain/text/text.ts';
import { readNames } from '../pipeline/names.ts';
import { attributesOf } from '../pipeline/normalise.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import { BadItem } from '../pipeline/read-items.ts';
import { revisionOf } from '../pipeline/response-items.ts';
import { checkRevised, DAY_MS, orRefusal, RefusalError, timeOf } from './fact-reading.ts';

/** Invitations as their sender gave them: one, or the number of a day of UTC. */
export interface InvitationDraft {
  readonly source: string;
  readonly externalId: string;
  readonly at: Date;
  readonly invited: number;
  /** How many of them began to answer; null: it is not known. */
  readonly started: number | null;
  readonly attributes: CellAttributes;
  readonly revision: Revision | null;
}

/** Of a day and a combination of values. */
const MOST_INVITED = 1_000_000_000;

/** The reader of items of POST /ingest/invitations and of submitInvitations. Never throws. */
export function createInvitationReader(dimensions: readonly Dimension[]) {
  const own = z.strictObject({
    externalId: z.string(),
    source: z.string().default('api'),
    sentAt: z.string().nullish(),
    day: z.string().nullish(),
    invited: z.int().min(0).max(MOST_INVITED).nullish(),
    started: z.int().min(0).max(MOST_INVITED).nullish(),
    updatedAt: z.string().nullish(),
    revision: z.int().min(0).nullish(),
    ...Object.fromEntries(dimensions.map(({ field }) => [field, z.string().nullish()])),
  });
  const fields = Object.keys(own.shape).join(', ');
  return (given: unknown, now: number): InvitationDraft | Outcome => {
    if (given instanceof BadItem) return given.outcome;
    const read = own.safeParse(given);
    if (!read.success) return rejectionOf(read.error, given, fields);
    return orRefusal(() => draftOf(dimensions, read.data, now));
  };
}

interface Item {
  readonly externalId: string;
  readonly source: string;
  readonly sentAt?: string | null | undefined;
  readonly day?: string | null | undefined;
  readonly invited?: number | null | undefined;
  readonly started?: number | null | undefined;
  readonly updatedAt?: string | null | undefined;
  readonly revision?: number | null | undefined;
}

function draftOf(dimensions: readonly Dimension[], item: Item, now: number): InvitationDraft {
  const { source, externalId } = item;
  const named = readNames({ source, externalId });
  if ('status' in named) throw new RefusalError(named);
  const at = momentOf(item);
  if (at.getTime() > now + DAY_MS)
    throw new RefusalError(
      rejected('IN_THE_FUTURE', `${item.day == null ? 'sentAt' : 'day'}: is more than a day ahead`),
    );
  const revision = revisionOf(item);
  if (revision && 'status' in revision) throw new RefusalError(revision);
  checkRevised('updatedAt', revision, now);
  const attributes = attributesOf(dimensions, item as unknown as Readonly<Record<string, string | null>>);
  if ('problem' in attributes) throw new RefusalError(attributes.problem);
  const values = attributes.values;
  const [invited, started] = [item.invited ?? 1, item.started ?? null];
  if (started !== null && started > invited)
    throw new RefusalError(
      rejected('INVALID', `started: ${started} is more than the ${invited} that were invited`),
    );
  return { ...named.names, at, invited, started, attributes: values, revision };
}

function momentOf({ sentAt, day }: Item): Date {
  if ((sentAt == null) === (day == null))
    throw new RefusalError(
      rejected('INVALID', 'sentAt, day: an invitation has a time (sentAt), the count of a day has its day'),
    );
  if (sentAt != null) return timeOf('sentAt', sentAt);
  const text = String(day);
  if (!/^\d{4}-\d\d-\d\d$/.test(text))
    throw new RefusalError(
      rejected('INVALID_TIME', `day: ${quoted(text)} is not a day such as "2026-03-31"`),
    );
  return timeOf('day', `${text}T00:00:00Z`);
}

function rejectionOf(error: z.ZodError, input: unknown, fields: string): Outcome {
  const [issue] = error.issues;
  if (!issue || issue.path.length === 0) {
    if (issue?.code === 'unrecognized_keys') {
      const strange = issue.keys.slice(0, 3).map(quoted).join(', ');
      return rejected('INVALID', `${strange}: no such field; the fields are ${fields}`);
    }
    return rejected('INVALID', 'an invitation is an object with externalId, and sentAt or day');
  }
  const field = String(issue.path[0]);
  const value = (input as Record<string, unknown>)[field];
  if (value === undefined) return rejected('MISSING', `${field}: is missing`);
  const most = { invited: '1,000,000,000', started: '1,000,000,000', revision: '2^53 - 1' }[field];
  const right = most ? `a whole number from 0 to ${most}` : 'a text';
  return rejected('INVALID', `${field}: ${quoted(value)} is not ${right}`);
}
