import { PartsList } from '../../charts/parts-list.tsx';
import { useTwin } from '../../charts/twin.tsx';
import { graphql } from '../../gql/gql.ts';
import type { OverviewThemesQuery } from '../../gql/graphql.ts';
import { type Read, useRead } from '../../lib/api.ts';
import { isBeyondChance } from '../../lib/change-words.ts';
import { formatAnswers, formatCount, formatInterval, formatScore, formatShare } from '../../lib/format.ts';
import { segmentInput } from '../../lib/url-state.ts';
import type { Column } from '../../parts/data-table.tsx';
import { ThemeName, themeWords } from './use-drivers.tsx';
import { type Score, useOnPulse } from './use-score.ts';

const THEMES = graphql(`
  query OverviewThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {
    themes(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
      theme
      responses
      share
      score
      low
      high
      contribution
      contributionLow
      contributionHigh
      suppressed
    }
  }
`);

type Theme = OverviewThemesQuery['themes'][number];
const SHOWN = 8;

/** How far each theme holds the score up or down now: the score of all against that of the answers that do not name it. */
export function useThemesNow({ view, pulse }: Score, pause: boolean) {
  const { window, asOf, basis } = view;
  const read: Read<OverviewThemesQuery> = useRead(
    THEMES,
    { segment: segmentInput(view), window, asOf, basis },
    { pause },
  );
  useOnPulse(pulse, () => pause || read.refresh());
  const themes = read.data?.themes ?? [];
  const twin = useTwin({
    name: 'themes',
    caption: 'Themes that push it up and down',
    columns: COLUMNS,
    rows: themes,
    rowKey: ({ theme }) => theme,
  });
  return { read, themes, twin };
}

/** The themes with the most influence. */
export function ThemesNow({ themes }: { readonly themes: readonly Theme[] }) {
  const shown = themes
    .toSorted((one, other) => Math.abs(other.contribution ?? 0) - Math.abs(one.contribution ?? 0))
    .slice(0, SHOWN)
    .toSorted((one, other) => (other.contribution ?? 0) - (one.contribution ?? 0));
  return (
    <>
      <PartsList
        caption="What each theme adds to the score, in points"
        parts={shown.map(({ theme, contribution, contributionLow, contributionHigh, share, responses }) => ({
          key: theme,
          name: (
            <span title={`${formatAnswers(responses)}, ${formatShare(share)} of all`}>
              <ThemeName theme={theme} />
            </span>
          ),
          value: contribution ?? null,
          isClear: isBeyondChance(contributionLow, contributionHigh),
        }))}
      />
      <p className="small muted">
        Points that the score lies above or below that of the answers without the theme. An answer may name
        several: the parts do not add up.
      </p>
    </>
  );
}

const COLUMNS: readonly Column<Theme>[] = [
  { key: 'theme', title: 'Theme', value: ({ theme }) => themeWords(theme) },
  {
    key: 'contribution',
    title: 'Adds',
    isNumber: true,
    value: ({ contribution }) => contribution,
    render: ({ contribution }) => formatScore(contribution, { sign: true }),
  },
  {
    key: 'interval',
    title: 'Interval',
    isNumber: true,
    render: ({ contributionLow, contributionHigh }) => formatInterval(contributionLow, contributionHigh),
  },
  {
    key: 'share',
    title: 'Share',
    isNumber: true,
    value: ({ share }) => share,
    render: ({ share }) => formatShare(share),
  },
  {
    key: 'score',
    title: 'Score',
    isNumber: true,
    value: ({ score }) => score,
    render: ({ score }) => formatScore(score),
  },
  {
    key: 'responses',
    title: 'Answers',
    isNumber: true,
    value: ({ responses }) => responses,
    render: ({ responses, suppressed }) => (suppressed ? 'hidden' : formatCount(responses)),
  },
];
