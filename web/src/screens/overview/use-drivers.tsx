import { Link } from 'wouter';
import { graphql } from '../../gql/gql.ts';
import type { Dimension, OverviewDriversQuery } from '../../gql/graphql.ts';
import { type Read, useRead } from '../../lib/api.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { segmentInput, useView } from '../../lib/url-state.ts';
import type { Score } from './use-score.ts';

const DRIVERS = graphql(`
  query OverviewDrivers(
    $segment: SegmentInput
    $beforeFrom: DateTime!
    $beforeTo: DateTime!
    $afterFrom: DateTime!
    $afterTo: DateTime!
    $by: [Dimension!]!
    $themes: Boolean!
    $basis: Basis!
  ) {
    drivers(
      segment: $segment
      beforeFrom: $beforeFrom
      beforeTo: $beforeTo
      afterFrom: $afterFrom
      afterTo: $afterTo
      by: $by
      themes: $themes
      basis: $basis
    ) {
      segmentValues {
        field
        value
      }
      theme
      mix
      rate
      low
      high
      before
      after
      responsesBefore
      responsesAfter
      scoreBefore
      scoreAfter
      suppressed
    }
  }
`);

export type Driver = OverviewDriversQuery['drivers'][number];

/** What the parts of the change are: of a dimension, or of themes (null). */
export function useDrivers(
  { view, ranges }: Score,
  by: string | null,
  pause = false,
): Read<OverviewDriversQuery> {
  return useRead(
    DRIVERS,
    {
      segment: segmentInput(view),
      basis: view.basis,
      by: by === null ? [] : [by as Dimension],
      themes: by === null,
      beforeFrom: ranges?.before.from ?? '',
      beforeTo: ranges?.before.to ?? '',
      afterFrom: ranges?.after.from ?? '',
      afterTo: ranges?.after.to ?? '',
    },
    { pause: pause || ranges === null },
  );
}

/** Mix and rate together; null where it is hidden. */
export function wholeOf({ mix, rate }: Driver): number | null {
  if (typeof mix !== 'number' && typeof rate !== 'number') return null;
  return (mix ?? 0) + (rate ?? 0);
}

/** "cancellation_risk" for people; the row of answers without a theme in words. */
export function themeWords(theme: string): string {
  if (theme === '(none)') return 'no theme';
  return theme.replaceAll('_', ' ');
}

/** What a row is about. */
export const nameOf = ({ theme, segmentValues }: Driver): string =>
  theme ? themeWords(theme) : segmentValues.map(({ value }) => value).join(', ');

/** A theme that leads to its answers. */
export function ThemeName({ theme }: { readonly theme: string }) {
  const link = useScreenHref()('/responses', {}, { theme });
  return link && theme !== '(none)' ? <Link href={link}>{themeWords(theme)}</Link> : themeWords(theme);
}

/** Leads to the answers behind it: those of the page's segment that are in this part too. */
export function DriverName({ driver }: { readonly driver: Driver }) {
  const [{ segment }] = useView();
  const href = useScreenHref();
  const [value] = driver.segmentValues;
  if (driver.theme) return <ThemeName theme={driver.theme} />;
  const link = value ? href('/responses', { segment: { ...segment, [value.field]: [value.value] } }) : null;
  return link ? <Link href={link}>{nameOf(driver)}</Link> : nameOf(driver);
}
