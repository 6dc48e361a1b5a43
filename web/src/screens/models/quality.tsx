import { useMemo } from 'react';
import type { ModelQualityOfQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatAnswers, formatDay, formatShare } from '../../lib/format.ts';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Partial, Skeleton } from '../../parts/states.tsx';
import { Quality } from './documents.ts';
import { formatFigure, judgedWeeks, wilson } from './figures.ts';
import type { ModelVersion } from './index.tsx';
import { IntervalBar } from './interval-bar.tsx';

type Report = ModelQualityOfQuery['modelQuality'];
interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How often the version is right, on answers whose number says what is right. */
export function QualityPanel({
  version,
  evaluation,
}: {
  readonly version: ModelVersion;
  readonly evaluation: unknown;
}) {
  const weeks = useMemo(() => judgedWeeks(Date.now()), []);
  const read = useRead(Quality, { id: version.id, ...weeks });
  const report = read.data?.modelQuality;
  return (
    <Panel title="Quality" isStale={read.isStale} testId="model-quality">
      <p className="muted small">
        On answers since {formatDay(weeks.from)} that have a comment and a number: the number says what is
        right.
      </p>
      <LearntFromThem version={version} from={weeks.from} />
      {read.isLoading && <Skeleton lines={5} />}
      {read.error && <Failed error={read.error} onRetry={read.refresh} />}
      {report &&
        (report.judged ? (
          <Figures report={report} />
        ) : (
          <NothingJudged report={report} inUse={version.inUse} />
        ))}
      <Evaluation evaluation={evaluation} />
    </Panel>
  );
}

/** A version that learnt from some of the answers looks better on them than it is. */
export function LearntFromThem({ version, from }: { readonly version: ModelVersion; readonly from: string }) {
  if (!version.trainedAt || version.trainedAt <= from) return null;
  return (
    <Partial>
      Version {version.version} was trained on {formatDay(version.trainedAt)}, and has learnt from answers
      before that day. On those it looks better than it is: wait for newer answers, or see what was measured
      when it was trained.
    </Partial>
  );
}

function NothingJudged({ report, inUse }: { report: Report; inUse: boolean }) {
  if (report.judged === null)
    return (
      <Empty title="Not shown to your role">Figures over these answers need the right to read them.</Empty>
    );
  return (
    <Empty title="There is nothing to judge by yet">
      {inUse
        ? 'No answer of these weeks has both a comment and a number. The version is judged as soon as there are some.'
        : 'A version that is not in use reads no answers. Run it as a shadow, and it is judged on the same answers as the champion.'}
    </Empty>
  );
}

function Figures({ report }: { report: Report }) {
  const { judged, accuracy, accuracyInterval, rankedProbabilityScore, rankedProbabilityScoreInterval } =
    report;
  return (
    <>
      {!report.complete && <Partial>There were more than 50,000 answers to judge; the newest are.</Partial>}
      <div className="quality">
        <dl className="figures">
          <Figure
            title="Right class"
            says={`of ${formatAnswers(judged)}; a third would be chance`}
            value={accuracy}
            interval={accuracyInterval}
            format={(one) => formatShare(one, 1)}
            scale={[0, 1]}
            mark={1 / 3}
          />
          <Figure
            title="Error of classes"
            says="ranked probability score, smaller is better"
            value={rankedProbabilityScore}
            interval={rankedProbabilityScoreInterval}
            format={formatFigure}
            scale={[0, 0.5]}
          />
          <Figure
            title="Error of probabilities"
            says="Brier score of 0 to 2, smaller is better"
            value={report.brier}
            interval={report.brierInterval}
            format={formatFigure}
            scale={[0, 1]}
          />
          <Figure
            title="Balance of classes"
            says="macro F1, larger is better"
            value={report.macroF1}
            format={formatFigure}
          />
          <Figure
            title="Calibration error"
            says="smaller is better"
            value={report.ece}
            format={formatFigure}
          />
          <Figure
            title="Says nothing"
            says="of the texts that it read"
            value={report.abstention}
            format={(one) => formatShare(one, 1)}
          />
        </dl>
        <Abstentions report={report} />
        <Confusion confusion={report.confusion} />
      </div>
    </>
  );
}

function Figure({
  title,
  says,
  value,
  interval,
  format,
  scale,
  mark,
}: {
  title: string;
  says: string;
  value: number | null;
  interval?: Interval | null;
  format: (value: number) => string;
  scale?: readonly [number, number];
  mark?: number;
}) {
  if (value === null) return null;
  return (
    <div className="figure">
      <dt>
        {title} <span className="muted small">{says}</span>
      </dt>
      <dd className="numbers">
        <strong>{format(value)}</strong>
        {interval && (
          <span className="small">
            {' '}
            {format(interval.low)} to {format(interval.high)}
          </span>
        )}
        {interval && scale && (
          <IntervalBar
            value={value}
            {...interval}
            from={scale[0]}
            to={scale[1]}
            {...(mark === undefined ? {} : { mark })}
          />
        )}
      </dd>
    </div>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  TOO_SHORT: 'too short',
  LANGUAGE_UNDETERMINED: 'language not determined',
  LANGUAGE_NOT_READ: 'another language',
  OUT_OF_SCOPE: 'mostly unknown signs',
  UNKNOWN_WORDS: 'unknown words that matter',
  UNCERTAIN: 'no class is probable',
};

/** Why it says nothing about some of the texts. */
function Abstentions({ report: { abstentions, scored } }: { report: Report }) {
  if (!abstentions || abstentions.length === 0 || !scored) return null;
  return (
    <p className="muted small numbers">
      It says nothing about some texts:{' '}
      {abstentions
        .map(({ reason, n }) => `${REASONS[reason ?? ''] ?? 'other'} ${formatShare(n / scored, 1)}`)
        .join(', ')}
      .
    </p>
  );
}

const CLASSES = ['Detractor', 'Passive', 'Promoter'] as const;

/** What the numbers say against what the model read; the diagonal is right. */
function Confusion({ confusion }: { confusion: unknown }) {
  if (!Array.isArray(confusion)) return null;
  const rows = confusion as number[][];
  return (
    <table className="confusion small numbers">
      <caption className="muted small">Rows: what the number says. Columns: what the model read.</caption>
      <thead>
        <tr>
          <td />
          {CLASSES.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => {
          const all = row.reduce((sum, one) => sum + one, 0);
          return (
            <tr key={CLASSES[i]}>
              <th scope="row">{CLASSES[i]}</th>
              {row.map((count, j) => (
                <td
                  key={CLASSES[j]}
                  className={i === j ? 'confusion-right' : ''}
                  data-depth={all === 0 ? 0 : Math.round((4 * count) / all)}
                >
                  {count}
                  <span className="confusion-share"> {formatShare(all === 0 ? 0 : count / all)}</span>
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What was measured when it was trained, on examples that no part of it saw. */
function Evaluation({ evaluation }: { evaluation: unknown }) {
  if (typeof evaluation !== 'object' || evaluation === null) return null;
  const heads = Object.entries(
    evaluation as Record<string, { n?: number; accuracy?: number; ece?: number }>,
  ).filter(([, head]) => typeof head.n === 'number' && typeof head.accuracy === 'number');
  if (heads.length === 0) return null;
  return (
    <details className="evaluation">
      <summary>Measured when it was trained</summary>
      <ul className="small">
        {heads.map(([name, { n = 0, accuracy = 0, ece }]) => {
          const { low, high } = wilson(accuracy, n);
          return (
            <li key={name} className="numbers">
              {name === 'nps' ? 'Class' : name === 'sentiment' ? 'Sentiment' : name}:{' '}
              {formatShare(accuracy, 1)} right ({formatShare(low, 1)} to {formatShare(high, 1)}) of {n}{' '}
              examples that no part of it saw
              {ece === undefined ? '' : `, calibration error ${formatFigure(ece)}`}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
