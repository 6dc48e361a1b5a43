import type { ReactNode } from 'react';
import { isBeyondChance } from '../lib/change-words.ts';
import { formatScore, formatShare } from '../lib/format.ts';
import './driver-bars.css';

/** One part of a change. */
export interface Driver {
  readonly id: string;
  readonly name: string;
  readonly mix: number | null;
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly shareBefore: number | null;
  readonly shareAfter: number | null;
  readonly suppressed: boolean;
  /** Where its answers are; null: the viewer may not read them. */
  readonly href: string | null;
}

interface DriverBarsProps {
  readonly drivers: readonly Driver[];
  readonly before: number;
  readonly after: number;
  readonly link: (href: string, label: string, children: ReactNode) => ReactNode;
}

const WIDTH = 1_000;
/** A mix that is written as 0.0 has no box. */
const SHOWN_FROM = 0.05;

/**
 * A waterfall from one score to another: each part begins where the one before it ended, first its mix (outlined), then its rate
 * (filled) with its interval. Each line says its numbers in words, so that the bars are not needed to read it.
 */
export function DriverBars({ drivers, before, after, link }: DriverBarsProps) {
  const steps = stepsOf(drivers, before);
  const [low, high] = extent(steps, [before, after]);
  const x = (score: number) => (WIDTH * (score - low)) / (high - low || 1);
  return (
    <ol className="waterfall">
      <Edge title="Before" score={before} x={x} />
      {steps.map(({ driver, start, middle, end }) => (
        <li key={driver.id} className="waterfall-row">
          <span className="waterfall-name" dir="auto">
            {driver.name}
          </span>
          <Bar driver={driver} start={start} middle={middle} end={end} x={x} />
          <span className="waterfall-numbers small numbers">
            <NumbersOf driver={driver} />
          </span>
          <span className="waterfall-link small no-print">
            {driver.href && !driver.suppressed
              ? link(driver.href, `Answers: ${driver.name}`, 'Answers')
              : null}
          </span>
        </li>
      ))}
      <Edge title="After" score={after} x={x} />
      <li className="waterfall-key small muted">
        <span>
          <span className="waterfall-sample waterfall-mix" /> mix: other groups answered
        </span>
        <span>
          <span className="waterfall-sample waterfall-rate" /> rate: the groups answered otherwise, with its
          interval; grey: it could be chance
        </span>
      </li>
    </ol>
  );
}

function NumbersOf({
  driver: { mix, rate, low, high, suppressed, shareBefore, shareAfter },
}: {
  readonly driver: Driver;
}) {
  if (suppressed || mix === null || rate === null)
    return <span className="muted">too few answers to show</span>;
  return (
    <>
      <strong>{formatScore(mix + rate, { sign: true })}</strong>{' '}
      <span className="waterfall-parts">
        rate {formatScore(rate, { sign: true })}
        {low === null || high === null ? '' : ` (${formatScore(low)} to ${formatScore(high)})`}, mix{' '}
        {formatScore(mix, { sign: true })}
      </span>{' '}
      <span className="muted waterfall-shares">
        {formatShare(shareBefore)} → {formatShare(shareAfter)} of answers
      </span>
    </>
  );
}

function Edge({
  title,
  score,
  x,
}: {
  readonly title: string;
  readonly score: number;
  readonly x: (score: number) => number;
}) {
  return (
    <li className="waterfall-row waterfall-edge">
      <span className="waterfall-name">{title}</span>
      <svg
        className="waterfall-bar"
        viewBox={`0 0 ${WIDTH} 24`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <line className="waterfall-at" x1={x(score)} x2={x(score)} y1={0} y2={24} />
      </svg>
      <span className="waterfall-numbers small numbers">
        <strong>{formatScore(score, { sign: true })}</strong>
      </span>
      <span className="waterfall-link" />
    </li>
  );
}

interface BarProps {
  readonly driver: Driver;
  readonly start: number;
  readonly middle: number;
  readonly end: number;
  readonly x: (score: number) => number;
}

function Bar({ driver: { rate, low, high, suppressed }, start, middle, end, x }: BarProps) {
  const box = (a: number, b: number) => ({
    x: Math.min(x(a), x(b)),
    width: Math.max(1, Math.abs(x(b) - x(a))),
  });
  const sign = !isBeyondChance(low, high) ? 'unclear' : (rate ?? 0) < 0 ? 'down' : 'up';
  return (
    <svg className="waterfall-bar" viewBox={`0 0 ${WIDTH} 24`} preserveAspectRatio="none" aria-hidden="true">
      <line className="waterfall-before" x1={x(start)} x2={x(start)} y1={0} y2={24} />
      {suppressed ? null : (
        <>
          {Math.abs(middle - start) < SHOWN_FROM ? null : (
            <rect className="waterfall-mix" {...box(start, middle)} y={2} height={7} />
          )}
          <rect className={`waterfall-rate waterfall-${sign}`} {...box(middle, end)} y={12} height={9} />
          {low === null || high === null ? null : (
            <path
              className="waterfall-interval"
              d={`M${x(middle + low)} 16.5H${x(middle + high)}M${x(middle + low)} 13V20M${x(middle + high)} 13V20`}
            />
          )}
        </>
      )}
    </svg>
  );
}

/** Where each part begins, where its mix ends, and where it ends. */
export function stepsOf(drivers: readonly Driver[], before: number) {
  let score = before;
  return drivers.map((driver) => {
    const start = score;
    const middle = start + (driver.mix ?? 0);
    score = middle + (driver.rate ?? 0);
    return { driver, start, middle, end: score };
  });
}

/** The range of the scale, with a little room at both ends. */
export function extent(
  steps: ReturnType<typeof stepsOf>,
  edges: readonly number[],
): readonly [number, number] {
  let [low, high] = [Math.min(...edges), Math.max(...edges)];
  for (const { driver, start, middle, end } of steps)
    for (const value of [start, middle, end, middle + (driver.low ?? 0), middle + (driver.high ?? 0)]) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  const room = Math.max(0.5, (high - low) * 0.03);
  return [low - room, high + room];
}
