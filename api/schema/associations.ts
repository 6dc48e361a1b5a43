import { type Association, readAssociation } from '../../store/outcomes/churn-association.ts';
import { readSpeeds, type SPEEDS, type SpeedRow } from '../../store/outcomes/onboarding-speed.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { access, asInt, type TypeOf } from './builder.ts';
import { CLASSES, lengthInDays, rangeOf, SUPPRESSED } from './business-arguments.ts';
import { commonArguments } from './nps.ts';
import type { SchemaParts } from './types.ts';

/** Adds churnAssociation and onboardingSpeed. */
export function addAssociations(schema: SchemaParts): void {
  addAssociation(schema);
  addSpeed(schema);
}

function addAssociation(schema: SchemaParts): void {
  const { builder, types } = schema;
  const count = (n: number | undefined, more = 0) => (n === undefined ? null : asInt(n + more));
  const row = builder.objectRef<Association>('ChurnAssociation').implement({
    ...access('readScore'),
    description:
      'How much higher the odds of cancelling are of accounts that answered so: an association, which does not show that one leads to the other. Numbers are null when suppressed.',
    fields: (t) => ({
      adjustedFor: t.field({
        type: [types.dimension],
        nullable: false,
        description: 'The confounders: accounts are compared with those of equal values. Empty: as they are.',
        resolve: ({ adjustedFor }) => [...adjustedFor],
      }),
      oddsRatio: t.float({
        description:
          'Common to the strata (Mantel and Haenszel); 1: the odds are the same. Null where nothing can be compared.',
        resolve: ({ odds }) => odds?.ratio ?? null,
      }),
      low: t.float({
        description: 'Lower bound (Robins, Breslow and Greenland); null where none cancelled on one side.',
        resolve: ({ odds }) => odds?.low ?? null,
      }),
      high: t.float({ resolve: ({ odds }) => odds?.high ?? null }),
      accounts: t.int({
        description: 'Accounts that answered so, and are known to have cancelled within the horizon or not.',
        resolve: ({ table }) => count(table?.exposedEvents, table?.exposedOthers),
      }),
      cancelled: t.int({
        description: 'Of them, how many cancelled.',
        resolve: ({ table }) => count(table?.exposedEvents),
      }),
      otherAccounts: t.int({
        description: 'Accounts that answered otherwise.',
        resolve: ({ table }) => count(table?.unexposedEvents, table?.unexposedOthers),
      }),
      otherCancelled: t.int({
        description: 'Of them, how many cancelled.',
        resolve: ({ table }) => count(table?.unexposedEvents),
      }),
      strata: t.int({
        description: 'Strata that compare something.',
        resolve: ({ odds }) => count(odds?.strata),
      }),
      leftOut: t.int({
        description: 'Accounts of strata that compare nothing: all answered alike, or all or none cancelled.',
        resolve: ({ odds }) => count(odds?.leftOut),
      }),
      notFollowed: t.int({
        description: 'Accounts that answered too recently to know; they are in none of the counts.',
        resolve: ({ notFollowed }) => notFollowed && asInt(notFollowed),
      }),
      suppressed: t.boolean({
        nullable: false,
        description: SUPPRESSED,
        resolve: ({ table }) => table === null,
      }),
    }),
  });
  addAssociationQuery(schema, row);
}

function addAssociationQuery({ builder, types, dimensions }: SchemaParts, row: TypeOf<Association>): void {
  builder.queryField('churnAssociation', (t) =>
    t.field({
      ...access('readScore', fixed(100)),
      type: [row],
      nullable: false,
      description:
        'Whether accounts whose first answer between `from` and `to` is of a class cancel more often than the others: as they are, and adjusted for the dimensions given. Nothing else is adjusted for.',
      args: {
        class: t.arg({ type: types.npsClass, required: true, defaultValue: 'DETRACTOR' }),
        adjustFor: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        horizon: t.arg({
          type: 'Duration',
          required: true,
          defaultValue: 'P90D',
          description: 'How long after the answer.',
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const now = deps.now();
        const { segment, confidence } = commonArguments(dimensions, { ...args, basis: 'SURVEYED' });
        const exposed = CLASSES.indexOf(args.class);
        if (exposed !== 0 && exposed !== 1 && exposed !== 2)
          throw new InvalidArgumentError(`class: ${args.class} is none of ${CLASSES.join(', ')}`);
        return readAssociation({ record: deps.record, cells: deps.cells }, caller.scope, {
          ...{ segment, confidence, groupBy: args.adjustFor, class: exposed },
          ...rangeOf(args),
          asOf: new Date(now),
          days: lengthInDays(args.horizon, now),
        });
      },
    }),
  );
}

function addSpeed({ builder, types, dimensions }: SchemaParts): void {
  const speed = builder.enumType('OnboardingSpeed', {
    values: {
      WITHIN_WEEK: { description: 'Less than 7 days after the subscription started.' },
      WITHIN_MONTH: { description: '7 to 30 days after it.' },
      NOT_WITHIN_MONTH: { description: 'Later, or never.' },
      TOO_EARLY: { description: 'It started less than 30 days ago.' },
    } satisfies Record<(typeof SPEEDS)[number], object>,
  });
  const row = builder.objectRef<SpeedRow>('OnboardingSpeedRow').implement({
    ...access('readScore'),
    description:
      'What accounts answered in their first 90 days, by how soon they reached a step of onboarding: an association. Numbers are null when suppressed.',
    fields: (t) => ({
      speed: t.expose('speed', { type: speed, nullable: false }),
      accounts: t.int({
        description: 'Accounts with an answer, of which the first counts.',
        resolve: ({ accounts }) => accounts && asInt(accounts),
      }),
      score: t.exposeFloat('score', { description: 'NPS of those answers.' }),
      low: t.exposeFloat('low', { description: 'Lower bound, by the method of `nps`.' }),
      high: t.exposeFloat('high'),
      leftOut: t.int({
        description: 'Accounts without an answer; null where they are too few to show.',
        resolve: ({ leftOut }) => leftOut && asInt(leftOut),
      }),
      suppressed: t.exposeBoolean('suppressed', { nullable: false, description: SUPPRESSED }),
    }),
  });
  builder.queryField('onboardingSpeed', (t) =>
    t.field({
      ...access('readScore', fixed(100)),
      type: [row],
      nullable: false,
      description:
        'Onboarding NPS against activation velocity, of accounts whose subscription started between `from` and `to`.',
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const { segment, confidence } = commonArguments(dimensions, { ...args, basis: 'SURVEYED' });
        const { from, to: until } = rangeOf(args);
        const query = { segment, confidence, from, until, asOf: new Date(deps.now()) };
        return readSpeeds({ record: deps.record, cells: deps.cells }, caller.scope, query);
      },
    }),
  );
}
