import { assertZone, parseWindow, windowAt } from '../../domain/time/time-windows.ts';
import { NO_THEME } from '../../store/scores/theme-tallies.ts';
import { readThemes, type ThemeRow } from '../../store/scores/themes.ts';
import { fixed } from '../gate/costs.ts';
import { access, momentOf } from './builder.ts';
import { commonArguments } from './nps.ts';
import type { SchemaParts } from './types.ts';

/** Adds ThemeRow and the query themes. */
export function addThemes({ builder, types, dimensions }: SchemaParts): void {
  const row = builder.objectRef<ThemeRow>('ThemeRow').implement({
    ...access('readPrediction'),
    description:
      'How often a theme was named, the score of the answers that name it, and how both changed since the previous window. Numbers are ' +
      'null when suppressed.',
    fields: (t) => ({
      theme: t.exposeString('theme', { nullable: false }),
      responses: t.exposeInt('responses', {
        description: 'Answers that name the theme; an answer may name several.',
      }),
      share: t.exposeFloat('share', {
        description: 'Of all answers of the window, 0..1. Shares of themes do not add up to 1.',
      }),
      shareLow: t.exposeFloat('shareLow', { description: "Lower bound of the share (Wilson's interval)." }),
      shareHigh: t.exposeFloat('shareHigh', { description: "Upper bound of the share (Wilson's interval)." }),
      score: t.exposeFloat('score', { description: 'The score of the answers that name the theme.' }),
      low: t.exposeFloat('low', { description: 'Lower bound of the score.' }),
      high: t.exposeFloat('high', { description: 'Upper bound of the score.' }),
      change: t.exposeFloat('change', {
        description: 'Score points above the same theme in the window before, which has the same length.',
      }),
      changeLow: t.exposeFloat('changeLow'),
      changeHigh: t.exposeFloat('changeHigh'),
      contribution: t.float({
        description:
          'How many points the score of all is above that of the answers that do not name the theme: share × (score - score ' +
          'of the rest). Answers may name several themes, so contributions do not add up.',
        resolve: ({ contribution }) => contribution?.value ?? null,
      }),
      contributionLow: t.float({ resolve: ({ contribution }) => contribution?.low ?? null }),
      contributionHigh: t.float({ resolve: ({ contribution }) => contribution?.high ?? null }),
      contributionToChange: t.float({
        description:
          'The part of the theme in the change of the score since the window before, mix and rate together (see `drivers`). An ' +
          'answer that names several themes is divided equally among them: with the row of `withoutTheme` the parts add ' +
          'up to the change.',
        resolve: ({ toChange }) => toChange?.value ?? null,
      }),
      contributionToChangeLow: t.float({ resolve: ({ toChange }) => toChange?.low ?? null }),
      contributionToChangeHigh: t.float({ resolve: ({ toChange }) => toChange?.high ?? null }),
      suppressed: t.exposeBoolean('suppressed', {
        nullable: false,
        description:
          'True when this caller may not read the answers one by one, so sees no numbers of themes.',
      }),
    }),
  });
  builder.queryField('themes', (t) =>
    t.field({
      ...access('readPrediction', fixed(30)),
      type: [row],
      nullable: false,
      description:
        'The themes that the champion finds in the answers of the window that ends with the bucket holding `asOf` (default: ' +
        'now), the most frequent first. Counts answers whose text and prediction the caller may read.',
      args: {
        segment: t.arg({ type: types.segment }),
        window: t.arg({ type: 'Duration', required: true, defaultValue: 'P30D' }),
        asOf: t.arg({ type: 'DateTime' }),
        basis: t.arg({ type: types.basis, required: true, defaultValue: 'SURVEYED' }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
        timeZone: t.arg.string({ required: true, defaultValue: 'UTC' }),
        withoutTheme: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: `Adds a row "${NO_THEME}" for the answers that name no theme.`,
        }),
      },
      resolve: (_root, args, { deps, caller }) => {
        assertZone(args.timeZone);
        const length = parseWindow(args.window);
        const asOf = args.asOf ? momentOf('asOf', args.asOf) : deps.now();
        const window = windowAt(length, asOf, args.timeZone);
        return readThemes(deps, caller.scope, {
          ...commonArguments(dimensions, args),
          window,
          before: windowAt(length, window.from, args.timeZone),
          withoutTheme: args.withoutTheme,
        });
      },
    }),
  );
}
