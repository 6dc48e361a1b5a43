/** A value with its interval on a scale: the bar is the interval, the tick the value. The numbers stand beside it. */
export function IntervalBar({
  value,
  low,
  high,
  from,
  to,
  mark,
}: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The ends of the scale. */
  readonly from: number;
  readonly to: number;
  /** A value to compare with: 0, or chance. */
  readonly mark?: number;
}) {
  const at = (one: number) => 100 * Math.min(1, Math.max(0, (one - from) / (to - from)));
  return (
    <svg className="figure-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect className="figure-scale" x="0" y="5" width="100" height="2" />
      {mark !== undefined && (
        <rect className="figure-mark" x={at(mark) - 0.25} y="0" width="0.5" height="12" />
      )}
      <rect className="figure-reach" x={at(low)} y="3" width={Math.max(0.5, at(high) - at(low))} height="6" />
      <rect className="figure-value" x={at(value) - 0.5} y="1" width="1" height="10" />
    </svg>
  );
}
