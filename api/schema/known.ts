import type { NpsClass } from '../../domain/nps/nps.ts';
import type { Contribution, KnownChange, KnownDifference } from '../../domain/scores/as-of.ts';
import { parseScoreId } from '../../domain/scores/score.ts';
import { type AsKnown, type Moment, scoreAsKnownAt } from '../../proof/as-of.ts';
import { parsePosition } from '../../store/journal/journal.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import { access, type DateTimeInput, momentOf } from './builder.ts';
import { pageSize } from './connection.ts';
import { RESPONSE_PREFIX, responseKeyOf } from './node.ts';
import type { SchemaParts } from './types.ts';

/** Adds NpsAsKnown and the query npsAsKnownAt. */
export function addKnown(schema: SchemaParts): void {
  const { builder, types } = schema;
  const difference = addDifference(schema);
  const known = builder.objectRef<AsKnown>('NpsAsKnown').implement({
    ...access('traceLineage'),
    description: 'One score at two moments, with every response that makes the difference.',
    fields: (t) => ({
      knownAt: t.field({
        type: 'DateTime',
        nullable: false,
        resolve: ({ knownAt }) => new Date(knownAt),
      }),
      known: t.expose('known', {
        type: types.npsRow,
        nullable: false,
        description: 'As `nps` would have answered at that moment, under the champion of that moment.',
      }),
      now: t.expose('now', { type: types.npsRow, nullable: false, description: 'As `nps` answers now.' }),
      differences: t.field({
        type: [difference],
        nullable: false,
        description: 'By reason; their changes add up to now minus known. Empty where nothing changed.',
        resolve: ({ differences }) => [...differences],
      }),
    }),
  });
  builder.queryField('npsAsKnownAt', (t) =>
    t.field({
      ...access('traceLineage', fixed(2_000)),
      type: known,
      nullable: false,
      description:
        'The score that an NpsRow id names, as it was known at a past moment, and which facts changed since. Its window must ' +
        'begin and end at whole hours.',
      args: {
        id: t.arg.id({ required: true }),
        knownAt: t.arg({ type: 'DateTime' }),
        position: t.arg.string({
          description: 'Instead of `knownAt`: a position of the journal, as npsUpdates returns it.',
        }),
      },
      resolve: async (_root, { id, knownAt, position }, context, info) => {
        const { deps, caller } = context;
        if (caller.scope.grant('readScore') === 'none') noteWithheld(context, 'readScore', pathOf(info.path));
        const name = parseScoreId(id);
        if (!name) throw new InvalidArgumentError('id: this is not the id of an NpsRow');
        const found = await scoreAsKnownAt(
          // The journal and counts of all cells: the scope decides which of them the answer is made of.
          { store: deps.record, cells: deps.cells, now: deps.now },
          caller.scope,
          name,
          knownMoment(knownAt, position),
        );
        if (found) return found;
        throw new ForbiddenError(
          'not granted: readResponse and traceLineage (of inferred scores readPrediction too) of every cell of this score',
        );
      },
    }),
  );
}

function knownMoment(knownAt: DateTimeInput | null | undefined, position: string | null | undefined): Moment {
  if (knownAt && !position) return { knownAt: momentOf('knownAt', knownAt) };
  const place = position && !knownAt ? parsePosition(position) : null;
  if (place) return { place };
  throw new InvalidArgumentError(
    position && !knownAt
      ? 'position: must be one from npsUpdates, such as "757.12"'
      : 'knownAt, position: give one of them, the time or the position of the journal',
  );
}

const REASONS = {
  LATE: { description: 'Not counted then; it arrived since.' },
  CORRECTED: { description: 'Its class or segment has changed.' },
  ERASED: { description: "Deleted: by the person's right or by the retention policy." },
  WITHDRAWN: { description: 'Removed: the import that brought it was undone.' },
  RESTRICTED: { description: 'Restricted until a dispute is settled.' },
  UNCOUNTED: { description: 'Not counted: left out by a respondent policy, a flag or a person.' },
  RE_SCORED: {
    description: 'The same response, which a model now classifies differently or for the first time.',
  },
} as const;
const CLASSES: readonly NpsClass[] = ['detractor', 'passive', 'promoter'];
type ClassName = 'PROMOTER' | 'PASSIVE' | 'DETRACTOR';

const classOf = (one: Contribution | null) =>
  one && ((CLASSES[one.class]?.toUpperCase() ?? null) as ClassName | null);

function addFact({ builder, types: { npsClass } }: SchemaParts) {
  return builder.objectRef<KnownChange>('KnownFact').implement({
    ...access('readResponse'),
    description:
      'One response that counts differently than at that moment. A class is null where it does not count.',
    fields: (t) => ({
      responseId: t.id({
        nullable: false,
        description: 'The id of the `Response`; an erased one can no longer be found.',
        resolve: ({ responseId }) => RESPONSE_PREFIX + responseId,
      }),
      known: t.field({ type: npsClass, resolve: ({ was }) => classOf(was) }),
      now: t.field({ type: npsClass, resolve: ({ is }) => classOf(is) }),
      recordedAt: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'When it first changed after that moment.',
        resolve: ({ recordedAt }) => recordedAt,
      }),
    }),
  });
}

function addDifference(schema: SchemaParts) {
  const { builder } = schema;
  const fact = addFact(schema);
  return builder.objectRef<KnownDifference>('KnownDifference').implement({
    ...access('traceLineage'),
    description: 'Now minus known, of one reason.',
    fields: (t) => ({
      reason: t.field({
        type: builder.enumType('KnownReason', { values: REASONS }),
        nullable: false,
        resolve: ({ reason }) => reason,
      }),
      promoters: t.int({ nullable: false, resolve: ({ change }) => change.promoters }),
      passives: t.int({ nullable: false, resolve: ({ change }) => change.passives }),
      detractors: t.int({ nullable: false, resolve: ({ change }) => change.detractors }),
      responses: t.exposeInt('responses', {
        nullable: false,
        description: 'How many responses count differently, even if their changes cancel out.',
      }),
      facts: t.field({
        type: [fact],
        nullable: false,
        description:
          'The responses, in the order of their changes; by id if another model version classifies them.',
        args: {
          first: t.arg.int({ required: true, defaultValue: 50 }),
          after: t.arg.id({ description: '`responseId` of the last one seen.' }),
        },
        resolve: async ({ facts }, { first, after }) => {
          const key = after === null || after === undefined ? null : responseKeyOf(after);
          if (key === null && after)
            throw new InvalidArgumentError('after: is not the responseId of one of these facts');
          return [...(await facts(pageSize(first), key))];
        },
      }),
    }),
  });
}
