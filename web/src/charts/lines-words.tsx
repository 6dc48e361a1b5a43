import { formatAnswers, formatInterval, formatScore } from '../lib/format.ts';
import type { TimePoint } from './lines-geometry.ts';
import { MARK_SIGNS, type Mark } from './lines-marks.tsx';

/** One line: the scores of a segment over time. */
export interface Line {
  readonly name: string;
  readonly points: readonly TimePoint[];
}

interface TooltipProps {
  readonly lines: readonly Line[];
  readonly time: number;
  readonly left: number;
  readonly width: number;
  readonly formatTime: (time: number) => string;
  readonly marks: readonly Mark[];
  readonly words: (point: TimePoint | undefined) => string;
}

/** The numbers of a moment, beside the pointer. */
export function Tooltip({ lines, time, left, width, formatTime, marks, words }: TooltipProps) {
  const isEnd = left > width / 2;
  return (
    <div
      className="lines-tooltip small numbers"
      aria-hidden="true"
      style={isEnd ? { right: width - left + 12 } : { left: left + 12 }}
    >
      <strong>{formatTime(time)}</strong>
      {lines.map(({ name, points }, i) => {
        const point = points.find((one) => one.time === time);
        return (
          <div key={name} className="lines-tooltip-row">
            {lines.length > 1 ? <Sample index={i} /> : null}
            {lines.length > 1 ? <span dir="auto">{name}</span> : null}
            <span>{words(point)}</span>
          </div>
        );
      })}
      {marks.map(({ kind, label }) => (
        <span key={`${kind} ${label}`}>
          {MARK_SIGNS[kind]} {label}
        </span>
      ))}
    </div>
  );
}

/** Which line is which. */
export function Legend({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <ul className="lines-legend small">
      {lines.map(({ name }, i) => (
        <li key={name}>
          <Sample index={i} />
          <span dir="auto">{name}</span>
        </li>
      ))}
    </ul>
  );
}

function Sample({ index }: { readonly index: number }) {
  return (
    <svg className={`lines-sample lines-line lines-${index}`} width="24" height="8" aria-hidden="true">
      <path d="M0 4H24" />
    </svg>
  );
}

/** A score with its interval and number of answers. */
export function pointText(point: TimePoint | undefined): string {
  if (!point || point.suppressed) return 'too few answers to show';
  if (point.score === null) return 'no answers';
  return `${formatScore(point.score, { sign: true })} (${formatInterval(point.low, point.high)}), ${formatAnswers(point.responses)}`;
}

/** The numbers of a moment in words, for screen readers. */
export function describe(
  lines: readonly Line[],
  time: number,
  formatTime: (time: number) => string,
  marks: readonly Mark[],
  words: (point: TimePoint | undefined) => string,
): string {
  const each = lines.map(({ name, points }) => {
    const text = words(points.find((point) => point.time === time));
    return lines.length > 1 ? `${name}: ${text}` : text;
  });
  return [`${formatTime(time)}: ${each.join('; ')}`, ...marks.map(({ label }) => label)].join('; ');
}
