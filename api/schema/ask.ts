import { type Asked, answerQuestion, type FilledQuery } from '../ask/ask.ts';
import type { Kind } from '../ask/plan.ts';
import { KINDS } from '../ask/plan.ts';
import { fixed } from '../gate/costs.ts';
import { access, type TypeOf } from './builder.ts';
import type { SchemaParts } from './types.ts';

const ASK_POINTS = 60;

/** Adds the query ask and its types. */
export function addAsk(schema: SchemaParts): void {
  const { builder } = schema;
  const answer = addAnswer(schema);
  builder.queryField('ask', (t) =>
    t.field({
      ...access('readScore', fixed(ASK_POINTS)),
      type: answer,
      nullable: false,
      description:
        'Answers a question in plain English. The question fills in the arguments of a trusted document, which is executed as the ' +
        "caller's own operation, with its own cost, and shown to be edited. A fixed grammar reads the question; where it cannot, the " +
        'language model of the deployment fills in a form, if there is one. What is not understood is said, not left out.',
      args: {
        question: t.arg.string({ required: true, description: 'At most 200 characters.' }),
        model: t.arg.boolean({
          required: true,
          defaultValue: true,
          description:
            'Whether the language model may read a question that the grammar does not. It gets the redacted question and the values of ' +
            'dimensions that the caller sees, and no answers.',
        }),
      },
      resolve: (_root, { question, model }, context, info) =>
        answerQuestion(context, info.schema, { question, mayAskModel: model }),
    }),
  );
}

function addAnswer({ builder, types }: SchemaParts): TypeOf<Asked> {
  const query = builder.objectRef<FilledQuery>('FilledQuery').implement({
    ...access('readScore'),
    description: 'A trusted document with the variables that a question filled in.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false, description: 'The name of its operation.' }),
      documentId: t.exposeString('documentId', {
        nullable: false,
        description: 'SHA-256 of its text: what `/graphql` takes in place of the text.',
      }),
      text: t.exposeString('text', { nullable: false }),
      variables: t.field({ type: 'JSON', nullable: false, resolve: ({ variables }) => variables }),
    }),
  });
  const kind = builder.enumType('QuestionKind', {
    values: Object.fromEntries(KINDS.map((one) => [one, { description: SAYS[one] }])) as Record<
      Kind,
      { description: string }
    >,
  });
  const reader = builder.enumType('QuestionReader', { values: ['GRAMMAR', 'MODEL'] as const });
  return builder.objectRef<Asked>('Answer').implement({
    ...access('readScore'),
    description: 'The answer to a question in plain English.',
    fields: (t) => ({
      kind: t.expose('kind', {
        type: kind,
        description: 'Null: the question was not understood, or has two meanings.',
      }),
      by: t.expose('by', {
        type: reader,
        description: 'Who understood it. With no kind: who asks back which of its meanings is meant.',
      }),
      sentences: t.field({
        type: ['String'],
        nullable: false,
        description: 'The answer, or why there is none. Every number is one of `data`.',
        resolve: ({ sentences }) => [...sentences],
      }),
      query: t.expose('query', {
        type: query,
        description: 'What was executed, to be edited and sent again; null where nothing was understood.',
      }),
      data: t.field({
        type: 'JSON',
        description: 'What the document answered to the caller.',
        resolve: ({ data }) => data,
      }),
      examples: t.field({
        type: ['String'],
        nullable: false,
        description:
          'Where the question was not understood: a question of each kind that can be answered. Where a value is one of several dimensions: the question with each of them.',
        resolve: ({ examples }) => [...examples],
      }),
      failure: t.field({
        type: types.languageModelFailure,
        description: 'Why the language model has not read a question that the grammar does not.',
        resolve: ({ failure }) => failure,
      }),
    }),
  });
}

const SAYS: Readonly<Record<Kind, string>> = {
  SCORE: 'What is the score of a segment in a window.',
  CHANGE: 'Whether it changed since the window before.',
  WHY: 'What happened and what contributes, as `narrative` says it.',
  COMPARE: 'The groups of one dimension side by side.',
  THEMES: 'What is mentioned in comments.',
  RANKING: 'The lowest or the highest groups of a dimension.',
};
