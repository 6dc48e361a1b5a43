import { z } from 'zod';
import { OUTCOME_KINDS } from '../../domain/outcomes/outcome-kinds.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { quoted } from '../../domain/text/text.ts';
import { parseDateTime } from '../../domain/time/date-time.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import { BadItem } from '../pipeline/read-items.ts';
import { revisionOf } from '../pipeline/response-items.ts';
import type { OutcomeDraft } from './outcome-draft.ts';

/** Reads one item of a request as an outcome, or says why it is none. Never throws. */
export type OutcomeReader = (item: unknown, position: string) => OutcomeDraft | Outcome;

/**
 * The reader of POST /ingest/outcomes and of the mutation submitOutcomes. Values of dimensions stand in an object of their own,
 * because a deployment may call a dimension "kind" or "account".
 */
export function createOutcomeReader(dimensions: readonly Dimension[]): OutcomeReader {
  const item = z.strictObject({
    externalId: z.string(),
    source: z.string().default('api'),
    kind: z.enum(OUTCOME_KINDS),
    at: z.string(),
    respondent: z.string().nullish(),
    account: z.string().nullish(),
    amount: z.union([z.number(), z.string().max(40)]).nullish(),
    currency: z.string().max(40).nullish(),
    quantity: z.number().nullish(),
    name: z.string().nullish(),
    owner: z.string().nullish(),
    agent: z.string().nullish(),
    updatedAt: z.string().nullish(),
    revision: z.int().min(0).nullish(),
    segmentValues: z
      .strictObject(Object.fromEntries(dimensions.map(({ field }) => [field, z.string().nullish()])))
      .nullish(),
  });
  const names = Object.keys(item.shape).join(', ');
  const fields = dimensions.map(({ field }) => field).join(', ');
  return (input, position) => {
    if (input instanceof BadItem) return input.outcome;
    const read = item.safeParse(input);
    if (!read.success) return rejectionOf(read.error, input, names, fields);
    const { at, updatedAt: _updatedAt, revision: _revision, segmentValues, ...rest } = read.data;
    const time = parseDateTime(at);
    if (!time) {
      const message = `at: ${quoted(at)} is not RFC 3339 with an offset, such as "2026-03-31T09:30:00Z"`;
      return rejected('INVALID_TIME', message);
    }
    const revision = revisionOf(read.data);
    if (revision && 'status' in revision) return revision;
    return {
      externalId: rest.externalId,
      source: rest.source,
      kind: rest.kind,
      at: time,
      revision,
      respondent: rest.respondent ?? null,
      account: rest.account ?? null,
      amount: rest.amount ?? null,
      currency: rest.currency ?? null,
      quantity: rest.quantity ?? null,
      name: rest.name ?? null,
      owner: rest.owner ?? null,
      agent: rest.agent ?? null,
      dimensions: (segmentValues ?? {}) as OutcomeDraft['dimensions'],
      position,
      raw: JSON.stringify(input),
    };
  };
}

function rejectionOf(error: z.ZodError, input: unknown, names: string, fields: string): Outcome {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const strange = issue.keys.slice(0, 3).map(quoted).join(', ');
    return issue.path.length === 0
      ? rejected('INVALID', `${strange}: no such field; the fields are ${names}`)
      : rejected('INVALID', `segmentValues: ${strange}: no such dimension; there are ${fields}`);
  }
  if (!issue || issue.path.length === 0)
    return rejected(
      'INVALID',
      'an outcome is an object with externalId, kind, at and an account or a respondent',
    );
  const field = issue.path.join('.');
  const value = issue.path.reduce<unknown>(
    (inner, name) => (inner as Record<PropertyKey, unknown>)[name],
    input,
  );
  if (value === undefined) return rejected('MISSING', `${field}: is missing`);
  if (field === 'kind')
    return rejected('INVALID', `kind: ${quoted(value)} is none of ${OUTCOME_KINDS.join(', ')}`);
  return rejected('INVALID', `${field}: ${quoted(value)} is not of the right kind: ${issue.message}`);
}
