import { describeScale } from '../../domain/nps/scale.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';
import { type ResponseCursor, type ResponseRow, readResponses } from '../../store/responses/responses.ts';
import { type ApiContext, mayRead, mayRelease, pathOf } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { access, forEachDimension, momentOf } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { RESPONSE_PREFIX } from './node.ts';
import { predictionOf } from './predictions.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

/** Adds Response, its connection and the query responses. */
export function addResponses(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  addResponse(schema);
  const connection = addConnection<ResponseRow>(schema, {
    name: 'Response',
    node: types.response,
    shows: 'readResponse',
    cursorOf,
  });
  builder.queryField('responses', (t) =>
    t.field({
      ...access('readResponse', paged(5, 0.1)),
      type: connection,
      nullable: false,
      description: 'Newest answers first; `from` inclusive, `to` exclusive.',
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime' }),
        to: t.arg({ type: 'DateTime' }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const first = pageSize(args.first);
        const rows = await readResponses(deps, caller.scope, {
          segment: segmentOf(dimensions, args.segment),
          from: args.from ? new Date(momentOf('from', args.from)) : null,
          to: args.to ? new Date(momentOf('to', args.to)) : null,
          first,
          after: parseCursor(args.after),
        });
        return pageOf(rows, first);
      },
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

function cursorOf({ answeredAt, id }: ResponseRow): string {
  return Buffer.from(`${answeredAt.getTime()} ${id}`).toString('base64url');
}

function parseCursor(text: string | null | undefined): ResponseCursor | null {
  if (text === null || text === undefined) return null;
  const match = /^(-?\d{1,15}) ([0-9a-f-]{36})$/.exec(Buffer.from(text, 'base64url').toString());
  if (!match?.[1] || !match[2]) throw new InvalidArgumentError('after: not a cursor of this list');
  return { answeredAt: new Date(Number(match[1])), id: match[2] };
}
