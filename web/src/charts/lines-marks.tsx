/** Something that happened, below the lines. */
export interface Mark {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly kind: keyof typeof MARK_SIGNS;
  readonly label: string;
  /** An address with more about it. */
  readonly link?: string | null;
  /** The segment that it concerns; absent or empty: everything. */
  readonly concerns?: string;
}

/** A shape for each kind: colour alone would not say it. */
export const MARK_SIGNS = {
  import: '◆',
  model: '▲',
  alert: '●',
  change: '■',
  // A rule fired, and later answers bear it out, do not, or are too few yet.
  real: '●',
  'not-real': '○',
  undecided: '◐',
} as const;

/** Marks at almost the same moment stand beside each other. */
export function Marks({
  marks,
  x,
  y,
  end,
}: {
  readonly marks: readonly Mark[];
  readonly x: (time: number) => number;
  readonly y: number;
  /** The end of the scale: what happened after its last moment stands there. */
  readonly end: number;
}) {
  let before = end + 13;
  return [...marks]
    .sort((one, other) => other.time - one.time)
    .map(({ kind, time, label }) => {
      before = Math.min(x(time), before - 13);
      return (
        <text
          key={`${kind} ${time} ${label}`}
          className={`lines-mark lines-mark-${kind}`}
          x={before}
          y={y}
          textAnchor="middle"
        >
          {MARK_SIGNS[kind]}
        </text>
      );
    });
}

/** The marks from a moment to the next one. */
export function marksAt(times: readonly number[], at: number, marks: readonly Mark[]): readonly Mark[] {
  const [from, to] = [times[at] ?? 0, times[at + 1] ?? Number.POSITIVE_INFINITY];
  return marks.filter(({ time }) => time >= from && time < to);
}
