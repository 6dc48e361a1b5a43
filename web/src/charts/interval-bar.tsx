import './charts.css';

interface IntervalBarProps {
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

const at = (score: number) => `${(score + 100) / 2}%`;

/** Where a score and its interval lie between −100 and 100. The two numbers stand beside it. */
export function IntervalBar({ score, low, high }: IntervalBarProps) {
  return (
    <div className="chart interval-bar">
      <svg height="20" aria-hidden="true">
        <line className="chart-grid" x1="0" x2="100%" y1="10" y2="10" />
        <line className="chart-zero" x1="50%" x2="50%" y1="3" y2="17" />
        <line className="chart-whisker" x1={at(low)} x2={at(high)} y1="10" y2="10" />
        <line className="chart-tick" x1={at(score)} x2={at(score)} y1="1" y2="19" />
      </svg>
    </div>
  );
}
