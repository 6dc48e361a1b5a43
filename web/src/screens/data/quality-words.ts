import type { DataSourcesQuery } from '../../gql/graphql.ts';
import { formatAnswers, formatCount, formatShare, formatSpan } from '../../lib/format.ts';

export type Quality = NonNullable<DataSourcesQuery['sources']['edges'][number]['node']['quality']>;
export type Volume = Quality['today'];

/** Of a share: below it a whole percent says nothing. */
const percent = (share: number) => (share > 0 && share < 0.01 ? 'under 1%' : formatShare(share));

const titled = (word: string) => word.charAt(0) + word.slice(1).toLowerCase();

/** "12 answers today; 80 to 140 are usual on a Friday." */
export function volumeWords({ accepted, weekday, low, high }: Volume, when: 'today' | 'yesterday'): string {
  const came = `${formatAnswers(accepted)} ${when}`;
  if (low == null || high == null) return `${came}; what is usual is known after four weeks.`;
  const usual = low === high ? `${formatCount(low)} is` : `${formatCount(low)} to ${formatCount(high)} are`;
  return `${came}; ${usual} usual on a ${titled(weekday)}.`;
}

/** What is wrong, in a word; null: nothing that is known. */
export function volumeProblem({ verdict }: Volume): string | null {
  if (verdict === 'TOO_FEW') return 'Fewer than usual';
  return verdict === 'TOO_MANY' ? 'More than usual' : null;
}

/** How long nothing came, beside the usual gap. */
export function silenceWords({ silenceSeconds, typicalGapSeconds, missedInSilence, stale }: Quality): string {
  if (silenceSeconds == null) return 'No answer arrived in eight weeks.';
  const last = `The last answer arrived ${formatSpan(silenceSeconds)} ago`;
  if (typicalGapSeconds == null) return `${last}; how often they come is known after four weeks.`;
  const usual = `${last}; one every ${formatSpan(typicalGapSeconds)} is usual`;
  if (!stale) return `${usual}.`;
  return `${usual}, and about ${formatAnswers(Math.round(missedInSilence ?? 0))} would have come since.`;
}

/** What of the items was rejected, and what came twice. */
export function itemsWords({ items, invalidShare, duplicateShare }: Quality): string {
  if (items === 0) return 'Nothing arrived in 30 days.';
  const parts = [
    invalidShare ? `${percent(invalidShare)} rejected` : 'none rejected',
    duplicateShare ? `${percent(duplicateShare)} sent again` : 'none sent again',
  ];
  return `Of ${formatCount(items)} ${items === 1 ? 'item' : 'items'} in 30 days: ${parts.join(', ')}.`;
}

/** How the clock of the source stands to ours. */
export function clockWords({ clockSkew }: Quality): string {
  if (!clockSkew) return 'Nothing arrived whose delay could be measured; imports bring history.';
  const { aheadShare, medianAheadSeconds, lateShare, medianDelaySeconds } = clockSkew;
  const median =
    medianDelaySeconds < 0
      ? `Half of the answers arrive ${formatSpan(-medianDelaySeconds)} or more before they were given`
      : `Half of the answers arrive within ${formatSpan(medianDelaySeconds)}`;
  const ahead =
    aheadShare === 0
      ? 'none are from the future'
      : `${percent(aheadShare)} are from the future, by about ${formatSpan(medianAheadSeconds ?? 0)}: the clock or the time zone of the sender is wrong`;
  const late = lateShare === 0 ? '' : `; ${percent(lateShare)} are more than 24 days old`;
  return `${median}; ${ahead}${late}.`;
}

/** The problems of a source in a few words each; none: nothing is unusual. */
export function problemsOf(quality: Quality): string[] {
  const { stale, yesterday, today, clockSkew, wordings } = quality;
  return [
    ...(stale ? ['Silent'] : []),
    ...[volumeProblem(today) ?? volumeProblem(yesterday)].filter((one) => one !== null),
    ...(clockSkew && clockSkew.aheadShare > 0.01 ? ['Clock ahead'] : []),
    ...(wordings.some(({ isNew }) => isNew) ? ['New survey version'] : []),
  ];
}

export const missingWords = (share: number): string => `missing in ${percent(share)}`;
