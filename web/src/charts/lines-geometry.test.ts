import { describe, expect, it } from 'vitest';
import { linesGeometry, MARGIN, type TimePoint } from './lines-geometry.ts';

const SIZE = { width: 800, height: 300 };
const INSIDE = [MARGIN.top, SIZE.height - MARGIN.bottom] as const;

const point = (time: number, score: number, width: number): TimePoint => ({
  time,
  score,
  low: score - width,
  high: score + width,
  responses: 10,
  suppressed: false,
});

describe('the scale of scores', () => {
  const points = [30, 34, 28, 41, 22].map((score, i) => point(i, score, 6));

  it('holds every score with its interval', () => {
    const { y, yTicks } = linesGeometry([{ points }], SIZE);
    expect([yTicks[0], yTicks.at(-1)]).toEqual([10, 50]);
    expect([y(10), y(50)]).toEqual([INSIDE[1], INSIDE[0]]);
  });

  it('does not follow a point that says little', () => {
    const { y, yTicks, paths } = linesGeometry([{ points: [...points, point(9, -100, 80)] }], SIZE);
    expect([yTicks[0], yTicks.at(-1)]).toEqual([10, 50]);
    // Its line leaves the picture: it is not drawn at another place.
    expect(y(-100)).toBeGreaterThan(INSIDE[1]);
    expect(paths[0]?.line).toContain(`${y(-100)}`);
  });

  it('follows points that all say little', () => {
    const { yTicks } = linesGeometry([{ points: [point(0, -40, 60), point(1, 40, 60)] }], SIZE);
    expect([yTicks[0], yTicks.at(-1)]).toEqual([-100, 100]);
  });
});

describe('the line of shares that are left', () => {
  it('holds each value until the next one, and so do its bounds', () => {
    const points = [point(0, 90, 5), point(10, 70, 5)];
    const { x, y, paths } = linesGeometry([{ points }], { ...SIZE, steps: true });
    expect(paths[0]?.line).toBe(`M${x(0)} ${y(90)}L${x(10)} ${y(90)}L${x(10)} ${y(70)}`);
    const low = `M${x(0)} ${y(85)}L${x(10)} ${y(85)}L${x(10)} ${y(65)}`;
    expect(paths[0]?.band).toBe(`${low}L${x(10)} ${y(75)}L${x(10)} ${y(95)}L${x(0)} ${y(95)}Z`);
  });
});
