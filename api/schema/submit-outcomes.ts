import { createOutcomeReader } from '../../ingestion/outcomes/outcome-items.ts';
import { submitOutcomes } from '../../ingestion/outcomes/submit-outcomes.ts';
import { auditRefusedItems } from '../audit.ts';
import { atMost } from '../gate/lists.ts';
import { LIMITS } from '../limits.ts';
import { requestName } from '../request-name.ts';
import { access, type DateTimeInput, forEachDimension } from './builder.ts';
import { SUBMIT_COST } from './submit.ts';
import type { SchemaParts } from './types.ts';

interface OutcomeInputShape extends Record<string, unknown> {
  readonly at: DateTimeInput;
  readonly updatedAt?: DateTimeInput | null;
}

/** Adds OutcomeInput and the mutation submitOutcomes. */
export function addSubmitOutcomes(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const input = addInput(schema);
  const read = createOutcomeReader(dimensions);
  builder.mutationField('submitOutcomes', (t) =>
    t.field({
      ...access('submitResponse', SUBMIT_COST),
      type: types.submitPayload,
      nullable: false,
      description:
        'What became of respondents and accounts. Answers after the commit. Invalid items are rejected individually; valid ones are stored.',
      args: { input: t.arg({ type: [input], required: true, ...atMost(LIMITS.mutation) }) },
      resolve: async (_root, args, context) => {
        const { deps, caller } = context;
        const items = args.input.map(({ updatedAt, ...item }) => ({
          ...item,
          at: item.at.text,
          ...(updatedAt ? { updatedAt: updatedAt.text } : {}),
        }));
        const request = requestName();
        const account = await submitOutcomes(deps.outcomes, caller, read, items, request);
        await auditRefusedItems(context, 'submitOutcomes', account);
        return account;
      },
    }),
  );
}

function addInput({ builder, types, dimensions }: SchemaParts) {
  const segmentValues = builder.inputRef<Record<string, unknown>>('OutcomeSegmentInput').implement({
    description: 'The value of each dimension; absent: "unknown".',
    fields: (t) => forEachDimension(dimensions, ({ description }) => t.string({ description })) as never,
  });
  return builder.inputRef<OutcomeInputShape>('OutcomeInput').implement({
    fields: (t) =>
      ({
        externalId: t.string({
          required: true,
          description: 'With source: the idempotency key, kept for the life of the data.',
        }),
        source: t.string({ required: true, defaultValue: 'api' }),
        kind: t.field({ type: types.outcomeKind, required: true }),
        at: t.field({ type: 'DateTime', required: true, description: 'When it happened.' }),
        respondent: t.string({
          description:
            'Any identifier; stored only as a pseudonym. A respondent, an account or both are needed.',
        }),
        account: t.string({ description: 'Any identifier of the account; stored only as a pseudonym.' }),
        amount: t.float({
          description: "In the currency's main unit, with no more decimals than it has: 49.90.",
        }),
        currency: t.string({ description: 'The code of ISO 4217.' }),
        quantity: t.float({
          description: 'A whole number: seats, or how often a feature was used that day.',
        }),
        name: t.string({ description: 'The plan, deal, feature, topic or step.' }),
        owner: t.string({ description: 'Who owns the account from then on; stored encrypted.' }),
        agent: t.string({
          description:
            'Of tickets and deals: the member of staff who handled it; stored only as a pseudonym.',
        }),
        updatedAt: t.field({
          type: 'DateTime',
          description:
            'When it was last changed at its source: of two deliveries of one id the later one stands.',
        }),
        revision: t.float({
          description:
            'Instead of updatedAt: a whole number that the source counts up with each change, up to 2^53 - 1.',
        }),
        segmentValues: t.field({ type: segmentValues }),
      }) as never,
  });
}
