/** One point of a line; its numbers are null where there is nothing to show. */
export interface TimePoint {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly responses: number | null;
  readonly suppressed: boolean;
}

/** What is drawn of one line. */
interface Paths {
  readonly line: string;
  readonly band: string;
  /** Points that stand alone. */
  readonly dots: readonly Dot[];
  /** Their intervals. */
  readonly whiskers: readonly (readonly [x: number, low: number, high: number])[];
  /** Places of points that may not be shown. */
  readonly hidden: readonly number[];
}

/** Where everything of the chart stands. */
export interface Geometry {
  /** Every time that a line has, ascending. */
  readonly times: readonly number[];
  readonly x: (time: number) => number;
  /** Outside of the picture for a score outside of its scale. */
  readonly y: (score: number) => number;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly paths: readonly Paths[];
}

type Dot = readonly [x: number, y: number];

export const MARGIN = { top: 12, right: 16, bottom: 28, left: 44 } as const;
const MOST_Y_TICKS = 6;
/** Room for a date. */
const X_TICK_WIDTH = 110;

/** Where everything of the chart stands. */
export function linesGeometry(
  lines: readonly { readonly points: readonly TimePoint[] }[],
  {
    width,
    height,
    steps = false,
  }: {
    readonly width: number;
    readonly height: number;
    /** Each value holds until the next one. */
    readonly steps?: boolean;
  },
): Geometry {
  const times = [...new Set(lines.flatMap(({ points }) => points.map(({ time }) => time)))].sort(
    (a, b) => a - b,
  );
  const [first = 0, last = 1] = [times[0], times.at(-1)];
  const inner = Math.max(1, width - MARGIN.left - MARGIN.right);
  const x = (time: number) =>
    first === last ? MARGIN.left + inner / 2 : round(MARGIN.left + (inner * (time - first)) / (last - first));
  const [bottom, top, step] = domainOf(lines);
  const tall = height - MARGIN.top - MARGIN.bottom;
  const y = (score: number) => round(MARGIN.top + (tall * (top - score)) / (top - bottom));
  const yTicks: number[] = [];
  for (let tick = bottom; tick <= top + 1e-9; tick += step) yTicks.push(Math.round(tick));
  const every = Math.max(1, Math.ceil(times.length / Math.max(1, Math.floor(inner / X_TICK_WIDTH))));
  const xTicks = times.filter((_, i) => i % every === Math.floor((every - 1) / 2));
  return { times, x, y, xTicks, yTicks, paths: lines.map(({ points }) => pathsOf(points, x, y, steps)) };
}

const round = (value: number) => Math.round(value * 10) / 10;

/** A point whose interval is so many times the median width says little, and would make the others too small to read. */
const FAR = 3;

/** The range of scores and intervals in whole steps; points that say little may lie outside. */
function domainOf(lines: readonly { readonly points: readonly TimePoint[] }[]): [number, number, number] {
  const known = lines.flatMap(({ points }) => points).filter(({ score }) => score !== null);
  const widthOf = ({ low, high }: TimePoint) => (high ?? 0) - (low ?? 0);
  const widths = known
    .map(widthOf)
    .filter((width) => width > 0)
    .sort((a, b) => a - b);
  const median = widths[widths.length >> 1] ?? 0;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of known) {
    if (widthOf(point) > FAR * median) continue;
    low = Math.min(low, point.low ?? point.score ?? low);
    high = Math.max(high, point.high ?? point.score ?? high);
  }
  if (low > high) [low, high] = [-100, 100];
  const span = Math.max(10, high - low);
  const step = [2, 5, 10, 20, 50].find((one) => span / one <= MOST_Y_TICKS - 1) ?? 50;
  const bottom = Math.max(-100, Math.floor(low / step) * step);
  const top = Math.min(100, Math.ceil(high / step) * step);
  return bottom === top ? [bottom - step, top + step, step] : [bottom, top, step];
}

const through = (dots: readonly Dot[]) => dots.map(([x, y]) => `${x} ${y}`).join('L');

/** A line with gaps, its band, and dots for points that stand alone. */
function pathsOf(
  points: readonly TimePoint[],
  x: (time: number) => number,
  y: (score: number) => number,
  steps: boolean,
): Paths {
  const edge = (run: readonly TimePoint[], of: 'score' | 'low' | 'high'): Dot[] =>
    run.flatMap((point, i) => {
      const at: Dot = [x(point.time), y(point[of] ?? 0)];
      const before = run[i - 1];
      return steps && before ? [[at[0], y(before[of] ?? 0)], at] : [at];
    });
  const [line, band, dots]: [string[], string[], Dot[]] = [[], [], []];
  const whiskers: [number, number, number][] = [];
  let run: TimePoint[] = [];
  const end = () => {
    const [only] = run;
    if (only && run.length === 1) {
      dots.push([x(only.time), y(only.score ?? 0)]);
      if (only.low !== null && only.high !== null) whiskers.push([x(only.time), y(only.low), y(only.high)]);
    }
    if (run.length > 1) line.push(`M${through(edge(run, 'score'))}`);
    const wide = run.filter(({ low, high }) => low !== null && high !== null);
    if (wide.length > 1)
      band.push(`M${through(edge(wide, 'low'))}L${through(edge(wide, 'high').toReversed())}Z`);
    run = [];
  };
  for (const point of points) {
    if (point.score === null) end();
    else run.push(point);
  }
  end();
  const hidden = points.filter(({ suppressed }) => suppressed).map(({ time }) => x(time));
  return { line: line.join(''), band: band.join(''), dots, whiskers, hidden };
}
