import { memo, type PointerEvent, useId, useMemo, useRef, useState } from 'react';
import { formatScore } from '../lib/format.ts';
import './lines.css';
import { type Geometry, linesGeometry, MARGIN, type TimePoint } from './lines-geometry.ts';
import { type Mark, Marks, marksAt } from './lines-marks.tsx';
import { describe, Legend, type Line, pointText, Tooltip } from './lines-words.tsx';
import { useWidth } from './use-width.ts';

export type { Line } from './lines-words.tsx';

const NO_MARKS: readonly Mark[] = [];

interface LinesProps {
  readonly lines: readonly Line[];
  /** What the chart shows, for screen readers. */
  readonly label: string;
  readonly formatTime: (time: number) => string;
  /** A time below the axis, where it is shorter than in the tooltip. */
  readonly formatTick?: (time: number) => string;
  readonly marks?: readonly Mark[];
  readonly height?: number;
  /** Numbers that are no scores: a value of the axis, and a point in words. */
  readonly formatValue?: (value: number) => string;
  readonly words?: (point: TimePoint | undefined) => string;
  /** The lines are shares left of promoters, passives and detractors: their colours, a band for each, and steps. */
  readonly look?: 'classes';
}

/** Bands of more lines than this would cover each other. */
export const MOST_BANDS = 2;
const MARKS_HEIGHT = 20;
/** Half a point at the edge of the scale is inside. */
const ROUND = 4;

/**
 * Scores of several segments over time with their intervals. Gaps stay gaps. The pointer, or the arrow keys, choose a moment, whose
 * numbers are shown and read aloud.
 */
export function Lines({
  lines,
  label,
  formatTime,
  formatTick = formatTime,
  marks = NO_MARKS,
  height: whole = 320,
  formatValue = formatScale,
  words = pointText,
  look,
}: LinesProps) {
  const [box, width] = useWidth<HTMLElement>();
  const [at, setAt] = useState<number | null>(null);
  const hint = useId();
  const svg = useRef<SVGSVGElement>(null);
  const height = marks.length > 0 ? whole - MARKS_HEIGHT : whole;
  const steps = look === 'classes';
  const geometry = useMemo(
    () => linesGeometry(lines, { width, height, steps }),
    [lines, width, height, steps],
  );
  // Before it is measured.
  if (width === 0) return <figure className="lines" ref={box} style={{ blockSize: whole }} />;
  const { times, x, y } = geometry;
  const shown = at === null ? null : Math.min(at, times.length - 1);
  const pick = (event: PointerEvent<SVGSVGElement>) => {
    const left = svg.current?.getBoundingClientRect().left ?? 0;
    setAt(nearest(times, x, event.clientX - left));
  };
  return (
    <figure className={look === 'classes' ? 'lines lines-of-classes' : 'lines'} ref={box}>
      <svg
        ref={svg}
        width={width}
        height={whole}
        role="img"
        aria-label={label}
        data-export="true"
        onPointerMove={pick}
        onPointerLeave={() => setAt(null)}
      >
        <Axes
          geometry={geometry}
          width={width}
          height={height}
          formatTick={formatTick}
          formatValue={formatValue}
        />
        <clipPath id={`${hint}-inside`}>
          <rect
            x={0}
            y={MARGIN.top - ROUND}
            width={width}
            height={height - MARGIN.top - MARGIN.bottom + 2 * ROUND}
          />
        </clipPath>
        <g clipPath={`url(#${hint}-inside)`}>
          <Paths
            lines={lines}
            geometry={geometry}
            bottom={height - MARGIN.bottom}
            hasBands={look === 'classes' || lines.length <= MOST_BANDS}
          />
          {shown === null ? null : (
            <Cursor lines={lines} time={times[shown] as number} x={x} y={y} bottom={height - MARGIN.bottom} />
          )}
        </g>
        <Marks marks={marks} x={x} y={whole - 6} end={width - MARGIN.right} />
      </svg>
      {shown === null ? null : (
        <Tooltip
          lines={lines}
          time={times[shown] as number}
          left={x(times[shown] as number)}
          width={width}
          formatTime={formatTime}
          marks={marksAt(times, shown, marks)}
          words={words}
        />
      )}
      {times.length > 0 ? (
        <Slider
          most={times.length - 1}
          shown={shown}
          label={label}
          words={(i) => describe(lines, times[i] as number, formatTime, marksAt(times, i, marks), words)}
          hint={hint}
          onChange={setAt}
        />
      ) : null}
      <span id={hint} className="sr">
        Left and right arrows move in time.
      </span>
      {lines.length > 1 ? <Legend lines={lines} /> : null}
    </figure>
  );
}

interface SliderProps {
  readonly most: number;
  readonly shown: number | null;
  readonly label: string;
  readonly words: (index: number) => string;
  readonly hint: string;
  readonly onChange: (change: number | null | ((before: number | null) => number | null)) => void;
}

/** Chooses a moment by keys, and says its numbers. */
function Slider({ most, shown, label, words, hint, onChange }: SliderProps) {
  return (
    <input
      className="lines-slider no-print"
      type="range"
      min={0}
      max={most}
      value={shown ?? most}
      aria-label={`Moment of: ${label}`}
      aria-valuetext={words(shown ?? most)}
      aria-describedby={hint}
      onChange={(event) => onChange(Number(event.target.value))}
      onFocus={() => onChange((before) => before ?? most)}
      onBlur={() => onChange(null)}
    />
  );
}

interface AxesProps {
  readonly geometry: Geometry;
  readonly width: number;
  readonly height: number;
  readonly formatTick: (time: number) => string;
  readonly formatValue: (value: number) => string;
}

const formatScale = (score: number): string => formatScore(score).replace(/[.,]0$/, '');

const Axes = memo(function Axes({ geometry, width, height, formatTick, formatValue }: AxesProps) {
  const { x, y, xTicks, yTicks } = geometry;
  return (
    <>
      {yTicks.map((tick) => (
        <g key={tick} className="lines-tick">
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
          <text x={MARGIN.left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
            {formatValue(tick)}
          </text>
        </g>
      ))}
      {xTicks.map((time) => (
        <text key={time} className="lines-time" x={x(time)} y={height - 8} textAnchor="middle">
          {formatTick(time)}
        </text>
      ))}
    </>
  );
});

interface PathsProps {
  readonly lines: readonly Line[];
  readonly geometry: Geometry;
  readonly bottom: number;
  readonly hasBands: boolean;
}

/**
 * Bands below, lines above, points that stand alone with their intervals, and hollow circles for what is hidden. A move of the
 * pointer does not draw them again.
 */
const Paths = memo(function Paths({ lines, geometry: { paths }, bottom, hasBands }: PathsProps) {
  return (
    <>
      {hasBands
        ? paths.map(({ band }, i) => (
            <path key={lines[i]?.name} className={`lines-band lines-${i}`} d={band} />
          ))
        : null}
      {paths.map(({ line, dots, whiskers, hidden }, i) => (
        <g key={lines[i]?.name} className={`lines-line lines-${i}`}>
          <path d={line} />
          {(hasBands ? whiskers : []).map(([at, low, high]) => (
            <line key={at} x1={at} x2={at} y1={low} y2={high} />
          ))}
          {dots.map(([cx, cy]) => (
            <circle key={cx} cx={cx} cy={cy} r={2.5} />
          ))}
          {hidden.map((cx) => (
            <circle key={cx} className="lines-hidden" cx={cx} cy={bottom - 6} r={3} />
          ))}
        </g>
      ))}
    </>
  );
});

interface CursorProps {
  readonly lines: readonly Line[];
  readonly time: number;
  readonly x: (time: number) => number;
  readonly y: (score: number) => number;
  readonly bottom: number;
}

function Cursor({ lines, time, x, y, bottom }: CursorProps) {
  return (
    <g className="lines-cursor">
      <line x1={x(time)} x2={x(time)} y1={MARGIN.top} y2={bottom} />
      {lines.map(({ name, points }, i) => {
        const score = points.find((point) => point.time === time)?.score;
        return score === null || score === undefined ? null : (
          <circle key={name} className={`lines-${i}`} cx={x(time)} cy={y(score)} r={4} />
        );
      })}
    </g>
  );
}

/** The index of the time whose place is nearest. */
function nearest(times: readonly number[], x: (time: number) => number, place: number): number | null {
  if (times.length === 0) return null;
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x(times[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  const before = Math.max(0, low - 1);
  const [a, b] = [x(times[before] as number), x(times[low] as number)];
  return Math.abs(place - a) <= Math.abs(place - b) ? before : low;
}
