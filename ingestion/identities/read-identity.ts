import { z } from 'zod';
import { quoted, readName, TEXT_RULES } from '../../domain/text/text.ts';
import { IDENTITY_KINDS, type IdentityKind } from '../../store/tables/identities.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import { BadItem } from '../pipeline/read-items.ts';

/** A statement that two identifiers are of one person or account, as its sender gave them. */
export interface IdentityDraft {
  readonly kind: IdentityKind;
  /** What counts as the other from now on. */
  readonly from: string;
  readonly into: string;
}

const own = z.strictObject({
  kind: z.enum(IDENTITY_KINDS).default('RESPONDENT'),
  from: z.string(),
  into: z.string(),
});
const FIELDS = Object.keys(own.shape).join(', ');
const text = z.string().nullish();
/** Other fields of their events are left out. */
const segment = z.object({
  type: z.enum(['alias', 'identify']).optional(),
  previousId: text,
  anonymousId: text,
  userId: z.string(),
});
const posthog = z.object({
  event: z.enum(['$create_alias', '$merge_dangerously', '$identify']),
  distinct_id: text,
  properties: z.object({ distinct_id: text, alias: text, $anon_distinct_id: text }).default({}),
});

/**
 * Reads one item of a request: our own form (from, into), Segment's `alias` and `identify`, PostHog's `$create_alias`,
 * `$merge_dangerously` and `$identify`. Null: an event that names one identifier only. Never throws.
 */
export function readIdentity(given: unknown): IdentityDraft | Outcome | null {
  if (given instanceof BadItem) return given.outcome;
  const ofVendor = posthogPair(given) ?? segmentPair(given);
  if (ofVendor) {
    const { from, into } = ofVendor;
    return from && into ? checked({ kind: 'RESPONDENT', from, into }) : null;
  }
  const read = own.safeParse(given);
  return read.success ? checked(read.data) : rejectionOf(read.error, given);
}

interface Pair {
  readonly from: string | null | undefined;
  readonly into: string | null | undefined;
}

function segmentPair(given: unknown): Pair | null {
  const { data } = segment.safeParse(given);
  if (!data || (data.type === undefined && data.previousId == null)) return null;
  return { from: data.type === 'identify' ? data.anonymousId : data.previousId, into: data.userId };
}

function posthogPair(given: unknown): Pair | null {
  const { data } = posthog.safeParse(given);
  if (!data) return null;
  const { event, properties } = data;
  const from = event === '$identify' ? properties.$anon_distinct_id : properties.alias;
  return { from, into: data.distinct_id ?? properties.distinct_id };
}

function checked(draft: IdentityDraft): IdentityDraft | Outcome {
  for (const field of ['from', 'into'] as const) {
    const read = readName(TEXT_RULES.respondent, draft[field]);
    if (typeof read !== 'string') return rejected(read.code, `${field}: ${read.message}`);
    if (read === '') return rejected('MISSING', `${field}: must not be blank`);
  }
  return draft;
}

function rejectionOf(error: z.ZodError, input: unknown): Outcome {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const strange = issue.keys.slice(0, 3).map(quoted).join(', ');
    return rejected('INVALID', `${strange}: no such field; the fields are ${FIELDS}`);
  }
  if (!issue || issue.path.length === 0)
    return rejected('INVALID', 'a merge of identifiers is an object with from and into');
  const field = String(issue.path[0]);
  const value = (input as Record<string, unknown>)[field];
  if (value === undefined) return rejected('MISSING', `${field}: is missing`);
  const right = field === 'kind' ? `one of ${IDENTITY_KINDS.join(', ')}` : 'a text';
  return rejected('INVALID', `${field}: is not ${right}`);
}
