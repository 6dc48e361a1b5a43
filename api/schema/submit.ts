import {
  type FiledItem,
  NOTE_MESSAGES,
  type NoteCode,
  type NotedItem,
  WHOLE_REJECTIONS,
} from '../../ingestion/pipeline/outcome.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { type BatchAccount, type Rejection, submitItems } from '../../ingestion/pipeline/submit.ts';
import { auditRefusedItems } from '../audit.ts';
import { atMost } from '../gate/lists.ts';
import { type FieldCost, lengthOf } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { requestName } from '../request-name.ts';
import { access, type Builder, type DateTimeInput, forEachDimension } from './builder.ts';
import type { SchemaParts } from './types.ts';

interface ResponseInputShape extends Record<string, unknown> {
  readonly answeredAt: DateTimeInput;
  readonly updatedAt?: DateTimeInput | null;
}

/** What a mutation costs that submits a list of items. */
export const SUBMIT_COST: FieldCost = {
  points: (args, inside) => 1 + 2 * lengthOf(args['input']) + inside,
  says: '1, and 2 for each item',
};

/** Adds ResponseInput, SubmitPayload and the mutation submitResponses. */
export function addSubmit(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const input = builder.inputRef<ResponseInputShape>('ResponseInput').implement({
    fields: (t) =>
      ({
        externalId: t.string({
          required: true,
          description: 'With source: the idempotency key, kept for the life of the data.',
        }),
        source: t.string({ required: true, defaultValue: 'api' }),
        survey: t.string({ required: true, defaultValue: 'nps', description: 'What was asked.' }),
        surveyVersion: t.string({ required: true, defaultValue: '1', description: 'In which wording.' }),
        respondent: t.string({ description: 'Any identifier; stored only as a pseudonym.' }),
        account: t.string({
          description: "Any identifier of the respondent's account or company; stored only as a pseudonym.",
        }),
        answeredAt: t.field({
          type: 'DateTime',
          required: true,
          description: 'When the response was given; another value for a known id moves it.',
        }),
        updatedAt: t.field({
          type: 'DateTime',
          description:
            'When the answer was last changed at its source. Of two deliveries of one id the one that was changed later stands, whatever their answeredAt; without it (and without revision) the one that was answered later, and at the same answeredAt the one that arrived later.',
        }),
        revision: t.float({
          description:
            'Instead of updatedAt: a whole number that the source counts up with each change, up to 2^53 - 1.',
        }),
        score: t.int({ description: '0..10; score or comment is required.' }),
        comment: t.string(),
        attributes: t.field({
          type: 'JSON',
          description:
            'What segment rules may read besides dimensions, by name: { country: "DE" }. Only what rules name is stored.',
        }),
        ...forEachDimension(dimensions, ({ description }) => t.string({ description })),
      }) as never,
  });
  implementPayload(schema);
  const read = createItemReader(dimensions, 'graphql');
  builder.mutationField('submitResponses', (t) =>
    t.field({
      ...access('submitResponse', SUBMIT_COST),
      type: types.submitPayload,
      nullable: false,
      description:
        'Answers after the commit. Invalid items are rejected individually; valid ones are stored.',
      args: { input: t.arg({ type: [input], required: true, ...atMost(LIMITS.mutation) }) },
      resolve: async (_root, args, context) => {
        const { deps, caller } = context;
        const items = args.input.map(({ updatedAt, ...item }) => ({
          ...item,
          answeredAt: item.answeredAt.text,
          ...(updatedAt ? { updatedAt: updatedAt.text } : {}),
        }));
        const request = requestName();
        const account = await submitItems(deps.ingestor, caller, read, items, request);
        deps.onIngested(account);
        await auditRefusedItems(context, 'submitResponses', account);
        return account;
      },
    }),
  );
}

/** The result of a batch, counted, with the first deviations. */
function implementPayload({ builder, types }: SchemaParts): void {
  const rejection = builder.objectRef<Rejection>('Rejection').implement({
    ...access('submitResponse'),
    fields: (t) => ({
      index: t.exposeInt('index', { nullable: false }),
      code: t.exposeString('code', { nullable: false }),
      message: t.exposeString('message', { nullable: false }),
    }),
  });
  const filed = builder.objectRef<FiledItem>('FiledAs').implement({
    ...access('submitResponse'),
    description:
      'An item that was filed in another cell than it was sent for: a value that is not declared, or that found no room among the cells, became "other", or segment rules gave it another value.',
    fields: (t) => ({
      index: t.exposeInt('index', { nullable: false }),
      values: t.field({
        type: 'JSON',
        nullable: false,
        description: 'The values by dimension: { "region": "other" }.',
        resolve: ({ values }) => values,
      }),
    }),
  });
  const count = builder.objectRef<BatchAccount['rejectedByCode'][number]>('RejectionCount').implement({
    ...access('submitResponse'),
    fields: (t) => ({
      code: t.exposeString('code', { nullable: false }),
      count: t.exposeInt('count', { nullable: false }),
    }),
  });
  const { noted, noteCount } = addNotes(builder);
  types.submitPayload.implement({
    ...access('submitResponse'),
    fields: (t) => ({
      accepted: t.exposeInt('accepted', { nullable: false }),
      duplicates: t.exposeInt('duplicates', { nullable: false }),
      rejected: t.field({
        type: [rejection],
        nullable: false,
        description: `The first ${WHOLE_REJECTIONS}.`,
        resolve: ({ rejected }) => rejected,
      }),
      rejectedTotal: t.exposeInt('rejectedTotal', { nullable: false }),
      rejectedByCode: t.field({
        type: [count],
        nullable: false,
        resolve: ({ rejectedByCode }) => rejectedByCode,
      }),
      filedAs: t.field({
        type: [filed],
        nullable: false,
        description: 'The first 100.',
        resolve: ({ filedAs }) => filedAs ?? [],
      }),
      filedAsTotal: t.int({ nullable: false, resolve: ({ filedAsTotal }) => filedAsTotal ?? 0 }),
      notes: t.field({
        type: [noteCount],
        nullable: false,
        description: `What was changed or guessed of items that were taken. ${NOTES.map(([code, what]) => `${code}: ${what}.`).join(' ')}`,
        resolve: ({ notes }) =>
          NOTES.flatMap(([code]) => (notes?.[code] === undefined ? [] : [{ code, count: notes[code] }])),
      }),
      noted: t.field({
        type: [noted],
        nullable: false,
        description: 'The first 100.',
        resolve: ({ noted }) => noted ?? [],
      }),
    }),
  });
}

const NOTES = Object.entries(NOTE_MESSAGES) as [NoteCode, string][];

function addNotes(builder: Builder) {
  const noteCount = builder
    .objectRef<{ readonly code: NoteCode; readonly count: number }>('NoteCount')
    .implement({
      ...access('submitResponse'),
      fields: (t) => ({
        code: t.exposeString('code', { nullable: false }),
        count: t.exposeInt('count', { nullable: false }),
      }),
    });
  const noted = builder.objectRef<NotedItem>('NotedItem').implement({
    ...access('submitResponse'),
    description: 'An item that was taken with notes, by their codes.',
    fields: (t) => ({
      index: t.exposeInt('index', { nullable: false }),
      codes: t.stringList({ nullable: false, resolve: ({ codes }) => [...codes] }),
    }),
  });
  return { noteCount, noted };
}
