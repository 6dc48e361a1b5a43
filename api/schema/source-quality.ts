import { AHEAD_S, type ClockSkew, LATE_S } from '../../domain/detection/delays.ts';
import {
  type JudgedDay,
  qualityOf,
  SHARE_DAYS,
  type SourceQuality,
  WORDING_NEWS_MS,
} from '../../domain/detection/source-quality.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { surveyKey } from '../../graph/kinds/shared/recorded-mapping.ts';
import type { Wording } from '../../store/responses/wordings.ts';
import { access, asInt, type TypeOf } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** The data quality of a source, as it is shown. */
export interface ShownQuality extends SourceQuality {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly wordings: readonly ShownWording[];
}
interface ShownWording extends Wording {
  readonly isNew: boolean;
}

/** The quality of a source from its days. */
export const shownQuality = (
  days: Parameters<typeof qualityOf>[0],
  wordings: readonly Wording[],
  now: number,
): ShownQuality => ({
  ...qualityOf(days, now),
  now,
  wordings: wordings.map((one) => ({
    ...one,
    isNew: one.isLater && now - one.firstSeenAt.getTime() < WORDING_NEWS_MS,
  })),
});

const WEEKDAYS = ['THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY'] as const;
const seconds = (ms: number | null) => (ms === null ? null : asInt(Math.round(ms / 1_000)));

/** Adds SourceQuality and its parts. */
export function addSourceQuality(schema: SchemaParts): TypeOf<ShownQuality> {
  const { builder } = schema;
  const [volume, skew, wording] = [addVolume(schema), addClockSkew(schema), addWording(schema)];
  const missing = builder
    .objectRef<{ readonly field: string; readonly share: number }>('MissingField')
    .implement({
      ...access('administer'),
      fields: (t) => ({
        field: t.exposeString('field', {
          nullable: false,
          description: 'score, comment, respondent, account or a dimension.',
        }),
        share: t.exposeFloat('share', {
          nullable: false,
          description: 'Of the accepted items, those without a value.',
        }),
      }),
    });
  return builder.objectRef<ShownQuality>('SourceQuality').implement({
    ...access('administer'),
    description:
      'What the counters of a source say of its data, in any segment. Shares are of the items of the last ' +
      `${SHARE_DAYS} days of UTC, today included.`,
    fields: (t) => ({
      today: t.field({ type: volume, nullable: false, resolve: ({ today }) => today }),
      yesterday: t.field({ type: volume, nullable: false, resolve: ({ yesterday }) => yesterday }),
      silenceSeconds: t.int({
        description:
          'Since the last item was accepted; null: none was in eight weeks. Compare with `typicalGapSeconds`.',
        resolve: ({ lastAcceptedAt, now }) =>
          lastAcceptedAt === null ? null : seconds(Math.max(0, now - lastAcceptedAt)),
      }),
      typicalGapSeconds: t.int({
        description: 'Between two answers at the usual volume; null while the source has no rhythm yet.',
        resolve: ({ typicalGapMs }) => seconds(typicalGapMs),
      }),
      missedInSilence: t.float({
        description: 'Answers that usually arrive in whole days of the silence; null without a rhythm.',
        resolve: ({ silence }) => silence?.expected,
      }),
      stale: t.boolean({
        nullable: false,
        description: 'The silence is longer than the rhythm has by chance once a year.',
        resolve: ({ silence }) => silence?.isTooLong ?? false,
      }),
      items: t.int({
        nullable: false,
        description: 'Accepted, repeated and rejected ones.',
        resolve: ({ items }) => asInt(items),
      }),
      invalidShare: t.exposeFloat('invalidShare', {
        description: 'Of the items those that were rejected; null: there are none.',
      }),
      duplicateShare: t.exposeFloat('duplicateShare', {
        description: 'Of the items those that repeat what was stored; null: there are none.',
      }),
      missing: t.field({
        type: [missing],
        nullable: false,
        description: 'The fields that some accepted item had no value for, the most frequent first.',
        resolve: (quality) => quality.missing,
      }),
      clockSkew: t.field({
        type: skew,
        description: 'Null: nothing was accepted that could be measured. Imports are not.',
        resolve: (quality) => quality.clockSkew,
      }),
      wordings: t.field({
        type: [wording],
        nullable: false,
        description: 'The survey versions that were answered, the newest first, 20 at most.',
        resolve: (quality) => quality.wordings,
      }),
    }),
  });
}

function addVolume({ builder }: SchemaParts): TypeOf<JudgedDay> {
  const verdict = builder.enumType('VolumeVerdict', {
    description: 'How a day compares with its weekday.',
    values: ['USUAL', 'TOO_FEW', 'TOO_MANY', 'NOT_KNOWN_YET'] as const,
  });
  return builder.objectRef<JudgedDay>('SourceVolume').implement({
    ...access('administer'),
    description:
      'Answers that were accepted on a day of UTC, beside what the same weekday brought in the eight weeks before: the range is that of ' +
      'the agent `data-monitor`, which a day leaves by chance once a year (counts vary as a negative binomial; Anscombe 1948).',
    fields: (t) => ({
      day: t.string({
        nullable: false,
        description: 'The day of UTC: 2026-11-27.',
        resolve: ({ day }) => new Date(day * DAY_MS).toISOString().slice(0, 10),
      }),
      weekday: t.string({
        nullable: false,
        description: 'MONDAY to SUNDAY.',
        resolve: ({ day }) => WEEKDAYS[day % 7] as string,
      }),
      accepted: t.int({ nullable: false, resolve: ({ accepted }) => asInt(accepted) }),
      expected: t.float({
        description: 'Null: what is usual is not known yet; it takes four weeks.',
        resolve: ({ usual }) => usual?.expected,
      }),
      low: t.int({
        description: 'The fewest that are usual of the whole day.',
        resolve: ({ usual }) => usual && asInt(usual.low),
      }),
      high: t.int({
        description: 'The most that are usual.',
        resolve: ({ usual }) => usual && asInt(usual.high),
      }),
      verdict: t.field({
        type: verdict,
        nullable: false,
        description: 'TOO_FEW is said once the day is over.',
        resolve: (day) =>
          day.usual === null
            ? 'NOT_KNOWN_YET'
            : day.verdict === null
              ? 'USUAL'
              : day.verdict === 'fall'
                ? 'TOO_FEW'
                : 'TOO_MANY',
      }),
    }),
  });
}

function addClockSkew({ builder }: SchemaParts): TypeOf<ClockSkew> {
  return builder.objectRef<ClockSkew>('ClockSkew').implement({
    ...access('administer'),
    description:
      'The times of answering beside those of arrival. Delays are kept in classes that double, so medians are exact to a factor of 1.5.',
    fields: (t) => ({
      measured: t.int({ nullable: false, resolve: ({ measured }) => asInt(measured) }),
      aheadShare: t.exposeFloat('ahead', {
        nullable: false,
        description: `Items that arrived more than ${AHEAD_S} seconds before they were answered, those included that were rejected as IN_THE_FUTURE.`,
      }),
      medianAheadSeconds: t.int({
        description: 'How far these are ahead; null: there are none.',
        resolve: ({ medianAhead }) => (medianAhead === null ? null : asInt(medianAhead)),
      }),
      lateShare: t.exposeFloat('late', {
        nullable: false,
        description: `Items that arrived more than ${Math.floor(LATE_S / 86_400)} days after they were answered.`,
      }),
      medianDelaySeconds: t.int({
        nullable: false,
        description: 'From the answer to its arrival; below 0: the clock of the source is ahead.',
        resolve: ({ median }) => asInt(median),
      }),
    }),
  });
}

function addWording({ builder }: SchemaParts): TypeOf<ShownWording> {
  return builder.objectRef<ShownWording>('SourceWording').implement({
    ...access('administer'),
    description: 'A version of a survey, which is a node of the lineage.',
    fields: (t) => ({
      node: t.id({
        nullable: false,
        resolve: ({ survey, version }) =>
          nodeId('SurveyVersion', surveyKey({ surveyName: survey, surveyVersion: version })),
        description: 'For `node`, `trace` and `impact`: SurveyVersion:survey@version.',
      }),
      survey: t.exposeString('survey', { nullable: false }),
      version: t.exposeString('version', { nullable: false }),
      firstSeenAt: t.expose('firstSeenAt', {
        type: 'DateTime',
        nullable: false,
        description: 'When the first answer came under it.',
      }),
      isNew: t.exposeBoolean('isNew', {
        nullable: false,
        description: `It came after another one in the last ${WORDING_NEWS_MS / DAY_MS} days: the score may have moved by the wording alone.`,
      }),
    }),
  });
}
