import type { Reading } from './drift.tsx';

const WIDTH = 240;
const HEIGHT = 56;
const EDGE = 4;

/** Readings as a line, what they are compared with as a dashed one, alarms as squares. */
export function Spark({
  readings,
  label,
}: {
  readonly readings: readonly Reading[];
  readonly label: string;
}) {
  const times = readings.map(({ until }) => Date.parse(until));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const values = readings.flatMap(({ value, reference }) =>
    reference === null ? [value] : [value, reference],
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (time: number) =>
    to === from ? WIDTH / 2 : EDGE + ((WIDTH - 2 * EDGE) * (time - from)) / (to - from);
  const y = (value: number) =>
    high === low ? HEIGHT / 2 : HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - low)) / (high - low);
  const line = (of: (reading: Reading) => number | null) =>
    readings
      .flatMap((reading, i) => {
        const value = of(reading);
        return value === null ? [] : [`${x(times[i] ?? from).toFixed(1)},${y(value).toFixed(1)}`];
      })
      .join(' ');
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <polyline className="spark-reference" points={line(({ reference }) => reference)} />
      <polyline className="spark-line" points={line(({ value }) => value)} />
      {readings.map((reading, i) => {
        const isLast = i === readings.length - 1;
        if (!reading.alarm && !isLast) return null;
        const [cx, cy] = [x(times[i] ?? from), y(reading.value)];
        return reading.alarm ? (
          <rect key={reading.until} className="spark-alarm" x={cx - 3} y={cy - 3} width="6" height="6" />
        ) : (
          <circle key={reading.until} className="spark-now" cx={cx} cy={cy} r="3" />
        );
      })}
    </svg>
  );
}
