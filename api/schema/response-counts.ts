import { idsOf, readChampion } from '../../store/models/models.ts';
import {
  type ClassCounts,
  type CountQuery,
  countByMapping,
  countBySentiment,
  countResponses,
} from '../../store/responses/response-counts.ts';
import type { ApiContext } from '../context.ts';
import { fixed } from '../gate/costs.ts';
import { LIMITS } from '../limits.ts';
import { mayReadSome, noteWithheld, pathOf } from '../masking.ts';
import { access, type TypeOf, timeOf } from './builder.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

/** Responses that are counted at most, and for one point: by what they have, and by what the champion finds in them. */
const MOST_COUNTED = 10_000;
const COUNTED_A_POINT = 20;
const READ_A_POINT = 10;

interface CountsOf extends ClassCounts {
  readonly query: CountQuery;
}
interface SourceCount {
  readonly source: string;
  readonly responses: number;
}
type SentimentCounts = readonly [negative: number, neutral: number, positive: number];

/** Before there is a champion. */
const NO_SENTIMENTS: SentimentCounts = [0, 0, 0];

/** Adds ResponseCounts and the query responseCounts. */
export function addResponseCounts(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const counts = addCounts(schema);
  builder.queryField('responseCounts', (t) =>
    t.field({
      ...access('readResponse', fixed(MOST_COUNTED / COUNTED_A_POINT)),
      type: counts,
      nullable: false,
      description:
        'How many responses of each class, source and sentiment there are in a segment and period.',
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime' }),
        to: t.arg({ type: 'DateTime' }),
      },
      resolve: async (_root, { segment, from, to }, { deps, caller }) => {
        const query = {
          segment: segmentOf(dimensions, segment),
          from: timeOf('from', from),
          to: timeOf('to', to),
          most: MOST_COUNTED,
        };
        return { ...(await countResponses(deps, caller.scope, query)), query };
      },
    }),
  );
}

function addCounts({ builder }: SchemaParts): TypeOf<CountsOf> {
  const source = builder.objectRef<SourceCount>('SourceCount').implement({
    ...access('readResponse'),
    fields: (t) => ({
      source: t.exposeString('source', { nullable: false }),
      responses: t.exposeInt('responses', { nullable: false }),
    }),
  });
  const sentiments = builder.objectRef<SentimentCounts>('SentimentCounts').implement({
    ...access('readPrediction'),
    description:
      'What the champion finds in comments; those without a comment, and where it abstains, have no sentiment.',
    fields: (t) => ({
      negative: t.int({ nullable: false, resolve: ([negative]) => negative }),
      neutral: t.int({ nullable: false, resolve: ([, neutral]) => neutral }),
      positive: t.int({ nullable: false, resolve: ([, , positive]) => positive }),
    }),
  });
  return builder.objectRef<CountsOf>('ResponseCounts').implement({
    ...access('readResponse'),
    description: `The newest ${MOST_COUNTED} responses of a segment and period.`,
    fields: (t) => ({
      responses: t.exposeInt('responses', { nullable: false }),
      promoters: t.int({ nullable: false, resolve: ({ byClass }) => byClass[2] }),
      passives: t.int({ nullable: false, resolve: ({ byClass }) => byClass[1] }),
      detractors: t.int({ nullable: false, resolve: ({ byClass }) => byClass[0] }),
      complete: t.exposeBoolean('complete', { nullable: false, description: 'False: there are more.' }),
      sources: t.field({
        ...access('readResponse', fixed(MOST_COUNTED / COUNTED_A_POINT)),
        type: [source],
        nullable: false,
        description: `By source, the most frequent first; at most ${LIMITS.sources}.`,
        resolve: ({ query }, _args, context) => countBySource(query, context),
      }),
      sentiments: t.field({
        ...access('readPrediction', fixed(MOST_COUNTED / READ_A_POINT)),
        type: sentiments,
        description:
          `Of the newest ${MOST_COUNTED} whose predictions the caller may read; null with a reason in \`extensions.masked\` if ` +
          'there can be none.',
        resolve: async ({ query }, _args, context, info) => {
          const { deps, caller } = context;
          if (mayReadSome(context, 'readPrediction')) {
            const champion = await readChampion(deps.store);
            return champion
              ? countBySentiment(deps, caller.scope, query, idsOf(champion.parts))
              : NO_SENTIMENTS;
          }
          noteWithheld(context, 'readPrediction', pathOf(info.path));
          return null;
        },
      }),
    }),
  });
}

/** A source may have several mappings. */
async function countBySource(
  query: CountQuery,
  { deps, caller, mappings }: ApiContext,
): Promise<SourceCount[]> {
  const bySource = new Map<string, number>();
  for (const { mapping, responses } of await countByMapping(deps, caller.scope, query)) {
    const { source } = await mappings.load(mapping);
    bySource.set(source, (bySource.get(source) ?? 0) + responses);
  }
  return [...bySource]
    .map(([source, responses]) => ({ source, responses }))
    .sort((a, b) => b.responses - a.responses || (a.source < b.source ? -1 : 1))
    .slice(0, LIMITS.sources);
}
