import type { ReactNode } from 'react';
import { formatAnswers, formatInterval, formatScore } from '../lib/format.ts';
import './charts.css';

/** One row of a dot plot. */
export interface Dot {
  readonly key: string;
  /** The name, as text; `label` may make a link of it. */
  readonly name: string;
  readonly label?: ReactNode;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly responses: number | null;
  readonly isHidden: boolean;
  /** Above or below the rest beyond chance; null where it is not known to be. */
  readonly differs: 'above' | 'below' | null;
  /** Words after the numbers. */
  readonly note?: string | null;
}

interface DotPlotProps {
  /** What is compared: "Score by region". */
  readonly caption: string;
  readonly dots: readonly Dot[];
  /** The score of all, as a hairline. */
  readonly overall: number | null;
  /** Of numbers that are no scores. */
  readonly words?: DotWords;
  /** Whether intervals and numbers of answers are shown as text, where there is room. */
  readonly isDetailed?: boolean;
}

/** How numbers are said. */
export interface DotWords {
  readonly value: (value: number | null) => string;
  /** Of how many it is. */
  readonly count: (n: number | null) => string;
  /** Too few to show. */
  readonly few: string;
  /** What the hairline is; its value follows. */
  readonly overall: string;
}

const SCORES: DotWords = {
  value: (value) => formatScore(value),
  count: formatAnswers,
  few: 'too few answers to show',
  overall: 'The hairline is the score of all of them',
};

/** Scores with their intervals on one scale, one row each. What differs beyond chance has a diamond and a word. */
export function DotPlot({ caption, dots, overall, isDetailed = false, words = SCORES }: DotPlotProps) {
  const scale = scaleOf(dots, overall);
  const at = (score: number) => `${(100 * (score - scale.from)) / (scale.to - scale.from)}%`;
  return (
    <ul className={isDetailed ? 'dots dots-detailed' : 'dots'} aria-label={caption}>
      {dots.map((dot) => (
        <li key={dot.key}>
          <span className="dots-label" dir="auto">
            {dot.label ?? dot.name}
          </span>
          <DotTrack dot={dot} at={at} overall={overall} />
          <span className="dots-score numbers" title={words.count(dot.responses)}>
            {words.value(dot.score)}
            {isDetailed ? null : <span className="sr">, {numbersOf(dot, words)}</span>}
          </span>
          <span className={`dots-word ${dot.differs ? 'dots-different' : ''}`}>
            {isDetailed ? [numbersOf(dot, words), dot.note].filter(Boolean).join('; ') : wordOf(dot)}
          </span>
        </li>
      ))}
      {isDetailed && overall !== null ? (
        <li className="dots-overall-note muted">
          {words.overall}: {words === SCORES ? formatScore(overall, { sign: true }) : words.value(overall)}.
        </li>
      ) : null}
    </ul>
  );
}

const numbersOf = ({ isHidden, low, high, responses }: Dot, words: DotWords): string =>
  isHidden ? words.few : `${formatInterval(low, high)}, ${words.count(responses)}`;

const wordOf = ({ isHidden, differs }: Dot): string =>
  isHidden ? 'hidden' : differs ? `${differs} the rest` : '';

interface TrackProps {
  readonly dot: Dot;
  readonly at: (score: number) => string;
  readonly overall: number | null;
}

function DotTrack({ dot: { score, low, high, differs }, at, overall }: TrackProps) {
  return (
    <svg height="32" aria-hidden="true" direction="ltr">
      <line className="chart-grid" x1="0" x2="100%" y1="16" y2="16" />
      {overall === null ? null : (
        <line className="dots-overall" x1={at(overall)} x2={at(overall)} y1="0" y2="32" />
      )}
      {low === null || high === null ? null : (
        <line className="chart-whisker" x1={at(low)} x2={at(high)} y1="16" y2="16" strokeWidth="3" />
      )}
      {score === null ? null : differs ? (
        <svg x={at(score)} y="16" overflow="visible" aria-hidden="true">
          <path className="dots-diamond" d="M0-7L7 0L0 7L-7 0Z" />
        </svg>
      ) : (
        <circle className="chart-point" cx={at(score)} cy="16" r="5" />
      )}
    </svg>
  );
}

interface Numbers {
  readonly score?: number | null | undefined;
  readonly low?: number | null | undefined;
  readonly high?: number | null | undefined;
}

/** From below the lowest bound to above the highest, within what a score can be. */
export function scaleOf(
  dots: readonly Numbers[],
  overall: number | null,
): { readonly from: number; readonly to: number } {
  const values = [...dots.flatMap(({ score, low, high }) => [score, low, high]), overall].filter(
    (value) => value !== null && value !== undefined,
  );
  if (values.length === 0) return { from: -100, to: 100 };
  const from = Math.max(-100, Math.floor((Math.min(...values) - 3) / 10) * 10);
  const to = Math.min(100, Math.ceil((Math.max(...values) + 3) / 10) * 10);
  return { from, to: Math.max(to, from + 10) };
}
