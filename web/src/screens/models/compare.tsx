import { useMemo } from 'react';
import { useRead } from '../../lib/api.ts';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { Comparison } from './documents.ts';
import { comparisonWords, formatFigure, judgedWeeks } from './figures.ts';
import type { ModelVersion } from './index.tsx';
import { IntervalBar } from './interval-bar.tsx';
import { LearntFromThem } from './quality.tsx';

/** The version against the champion, on the same answers. */
export function ComparePanel({
  version,
  champion,
}: {
  readonly version: ModelVersion;
  readonly champion: ModelVersion;
}) {
  const weeks = useMemo(() => judgedWeeks(Date.now()), []);
  const read = useRead(Comparison, { challenger: version.id, champion: champion.id, ...weeks });
  const result = read.data?.modelComparison;
  return (
    <Panel
      title={`Against the champion, version ${champion.version}`}
      isStale={read.isStale}
      testId="model-comparison"
    >
      {result && <LearntFromThem version={version} from={weeks.from} />}
      {read.isLoading && <Skeleton lines={2} />}
      {read.error && <Failed error={read.error} onRetry={read.refresh} />}
      {result && (
        <>
          <p>
            <strong>{comparisonWords(result, version.version, champion.version)}</strong>
          </p>
          <p className="small numbers">
            Difference of the error of classes: {formatFigure(result.difference)} ({formatFigure(result.low)}{' '}
            to {formatFigure(result.high)}); below 0 is better for version {version.version}.
            {result.better ? ' The rule for a promotion is met: the whole interval lies below 0.' : ''}
          </p>
          {(result.parts?.length ?? 0) > 1 && (
            <ul className="small numbers">
              {result.parts?.map((part) => (
                <li key={`${part.challenger?.version} ${part.champion?.version}`}>
                  {comparisonWords(part, part.challenger?.version ?? 0, part.champion?.version ?? 0)}
                </li>
              ))}
            </ul>
          )}
          <IntervalBar
            value={result.difference}
            low={result.low}
            high={result.high}
            from={-0.2}
            to={0.2}
            mark={0}
          />
        </>
      )}
      {read.data && !result && (
        <Empty title="They cannot be compared yet">
          Both must have read the same answers that have a number. Run version {version.version} as a shadow:
          it then reads every new answer beside the champion.
        </Empty>
      )}
    </Panel>
  );
}
