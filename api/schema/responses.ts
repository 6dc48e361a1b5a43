import { describeScale } from '../../domain/nps/scale.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';
import { SENTIMENTS } from '../../scoring/model.ts';
import { RESPONSE_ORDERS, type ResponseRow } from '../../store/responses/responses.ts';
import type { ApiContext } from '../context.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { LIMITS } from '../limits.ts';
import { mayRead, mayRelease, pathOf } from '../masking.ts';
import { access, forEachDimension, type TypeOf, timeOf } from './builder.ts';
import { addConnection, pageSize } from './connection.ts';
import { RESPONSE_PREFIX } from './node.ts';
import { predictionOf } from './predictions.ts';
import {
  cursorOf,
  MOST_SEARCHED,
  parseCursor,
  RESPONSES_COST,
  type ResponsePage,
  searchResponses,
} from './response-search.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

/** Adds Response, its connection and the query responses. */
export function addResponses(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  addResponse(schema);
  const connection = addConnection<ResponseRow, ResponsePage>(schema, {
    name: 'Response',
    node: types.response,
    shows: 'readResponse',
    cursorOf,
  });
  addPageFields(schema, connection);
  const order = builder.enumType('ResponseOrder', {
    description: 'By `answeredAt`; responses of one moment by their ids.',
    values: RESPONSE_ORDERS,
  });
  builder.queryField('responses', (t) =>
    t.field({
      ...access('readResponse', RESPONSES_COST),
      type: connection,
      nullable: false,
      description:
        'Newest answers first, unless `order` says otherwise; `from` inclusive, `to` exclusive. Filters are AND-ed, the values of one are OR-ed. A filter looks at ' +
        `no more than ${MOST_SEARCHED} responses for one page (\`searchedTo\`).`,
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime' }),
        to: t.arg({ type: 'DateTime' }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string({ description: 'The cursor of a page of the same `order`.' }),
        order: t.arg({
          type: order,
          required: true,
          defaultValue: 'NEWEST',
          description: 'By `answeredAt`: there is no order by score or `receivedAt`.',
        }),
        counted: t.arg.boolean({
          required: true,
          defaultValue: true,
          description: 'False: those that are not counted, instead of those that are (`counting` says why).',
        }),
        class: t.arg({ type: [types.npsClass], ...atMost(CLASSES.length, 'Of the surveyed score.') }),
        themes: t.arg.stringList({
          ...atMost(
            LIMITS.themes,
            'Themes that the champion finds in the comment: at least one of them. Needs readPrediction.',
          ),
        }),
        sentiment: t.arg({
          type: [types.sentiment],
          ...atMost(SENTIMENTS.length, 'By the champion. Needs readPrediction.'),
        }),
        sources: t.arg.stringList({ ...atMost(LIMITS.sources) }),
        text: t.arg.string({
          description:
            'Words that the comment contains, whatever their case, accents and punctuation: all of them. Needs readComment, and ' +
            'counts as reading the comments found. Comments are encrypted and have no index: they are decrypted and compared one by one.',
        }),
      },
      resolve: async (_root, args, context, info) => {
        const query = {
          segment: segmentOf(dimensions, args.segment),
          from: timeOf('from', args.from),
          to: timeOf('to', args.to),
          first: pageSize(args.first),
          after: parseCursor(args.after, args.order),
          order: args.order,
          uncounted: !args.counted,
        };
        return searchResponses(context, query, args, pathOf(info.path));
      },
    }),
  );
}

/** What a page says besides its rows. */
function addPageFields({ builder }: SchemaParts, connection: TypeOf<ResponsePage>): void {
  builder.objectField(connection, 'searchedTo', (t) =>
    t.expose('searchedTo', {
      ...access('readResponse'),
      type: 'DateTime',
      description:
        'Set when a filter found fewer than `first` among the responses that one request looks at: how far it looked, in `order`. ' +
        '`pageInfo.endCursor` continues from there.',
    }),
  );
}

const CLASSES = ['DETRACTOR', 'PASSIVE', 'PROMOTER'] as const;

function addResponse({ types, dimensions }: SchemaParts): void {
  const mapping = (row: ResponseRow, context: ApiContext) => context.mappings.load(row.mappingVersionId);
  types.response.implement({
    ...access('readResponse'),
    description: "One respondent's answer after normalising.",
    // The interface's shape is that of any node; values loaded by `node` carry their type.
    interfaces: [types.node as never],
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `${RESPONSE_PREFIX}${id}` }),
      externalId: t.exposeString('externalId', { nullable: false }),
      source: t.string({
        nullable: false,
        resolve: async (row, _args, context) => (await mapping(row, context)).source,
      }),
      answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: false }),
      receivedAt: t.expose('receivedAt', { type: 'DateTime', nullable: false }),
      score: t.exposeInt('score', { description: 'As answered, on `scale`.' }),
      scale: t.string({
        nullable: false,
        description: 'The declared rule by which the score became a class.',
        resolve: async (row, _args, context) => describeScale((await mapping(row, context)).scale),
      }),
      class: t.field({
        type: types.npsClass,
        resolve: (row) => (row.class === null ? null : CLASSES[row.class]),
      }),
      survey: t.string({
        nullable: false,
        resolve: async (row, _args, context) => (await mapping(row, context)).surveyName,
      }),
      surveyVersion: t.string({
        nullable: false,
        resolve: async (row, _args, context) => (await mapping(row, context)).surveyVersion,
      }),
      comment: t.string({
        ...access('readComment'),
        description:
          'Redacted text; null with a reason in `extensions.masked` when the caller may not read it.',
        // Checked for every response: the existence of a comment is masked too.
        resolve: (row, _args, context, info) =>
          mayRelease(context, 'comment', row, pathOf(info.path)) ? row.comment : null,
      }),
      respondent: t.string({
        ...access('readRespondent'),
        description: 'Pseudonym; null with a reason in `extensions.masked` when the caller may not read it.',
        resolve: (row, _args, context, info) =>
          mayRelease(context, 'respondent', row, pathOf(info.path)) ? row.respondent : null,
      }),
      account: t.string({
        ...access('readRespondent'),
        description: "Pseudonym of the respondent's account, likewise.",
        resolve: (row, _args, context, info) =>
          mayRelease(context, 'respondent', row, pathOf(info.path)) ? row.account : null,
      }),
      prediction: t.field({
        ...access('readPrediction', fixed(1)),
        type: types.prediction,
        description:
          'By the champion; null until scored, or with a reason in `extensions.masked` when the caller may not read it.',
        resolve: (row, _args, context, info) =>
          mayRead(context, 'readPrediction', row.cellId, pathOf(info.path))
            ? predictionOf(row, context)
            : null,
      }),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'Its values, one for each dimension, in the order of `dimensions`.',
        resolve: (row, _args, { deps }) => {
          const cell = deps.cells.get(row.cellId);
          if (!cell) return [];
          return dimensions.map(({ field, attribute }) => ({
            field,
            value: valueIn(cell.attributes, attribute),
          }));
        },
      }),
      ...forEachDimension(dimensions, ({ attribute, description }) =>
        t.string({
          description,
          resolve: (row, _args, { deps }) => {
            const cell = deps.cells.get(row.cellId);
            return cell ? valueIn(cell.attributes, attribute) : null;
          },
        }),
      ),
    }),
  });
}
