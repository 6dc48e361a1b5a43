import { graphql } from '../../gql/gql.ts';
import type { OverviewWeekQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { Panel } from '../../parts/panel.tsx';
import { Sentences } from '../../parts/sentences.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';

const WEEK = graphql(`
  query OverviewWeek {
    narratives(kind: WEEK, first: 20) {
      edges {
        node {
          id
          title
          until
          writtenAt
          sentences {
            text
            facts {
              id
              kind
              cites
              numbers
            }
          }
        }
      }
    }
  }
`);

type Week = OverviewWeekQuery['narratives']['edges'][number]['node'];

const answersOf = ({ sentences }: Week): number => {
  const [score] = sentences.flatMap(({ facts }) => facts.filter(({ kind }) => kind === 'SCORE'));
  return Number((score?.numbers as { responses?: number } | undefined)?.responses ?? 0);
};

/** The last week; where there is one for several scopes, that of the most answers. */
export function newestWeek(weeks: readonly Week[]): Week | null {
  const [newest] = weeks.toSorted(
    (a, b) => Date.parse(b.until ?? '') - Date.parse(a.until ?? '') || answersOf(b) - answersOf(a),
  );
  return newest ?? null;
}

/** What the narrator has written of the last week, for viewers who see what agents write. */
export function WeekPanel() {
  const { data, error, isLoading, isStale, refresh } = useRead(WEEK, {});
  const week = newestWeek((data?.narratives.edges ?? []).map(({ node }) => node));
  return (
    <Panel title={week?.title ?? 'The last week'} isStale={isStale} className="overview-week" testId="week">
      {error ? <Failed title="The week could not be read" error={error} onRetry={refresh} /> : null}
      {isLoading ? <Skeleton lines={4} /> : null}
      {week ? (
        <>
          <Sentences sentences={week.sentences} testId="week-text" />
          <p className="small muted">
            Written {formatMoment(week.writtenAt)} from all answers of the week, whatever is chosen above.
          </p>
        </>
      ) : null}
      {data && !week ? (
        <Empty title="No week is written yet">
          Each Monday the agent narrator writes what happened in the week before, if it had answers.
        </Empty>
      ) : null}
    </Panel>
  );
}
