import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { toCsv } from './csv.ts';
import {
  formatAnswers,
  formatClock,
  formatHour,
  formatHourOfYear,
  formatInterval,
  formatScore,
  formatSpan,
  formatWindow,
} from './format.ts';
import { monthsLater, rangeBefore } from './windows.ts';

describe('numbers', () => {
  it('have one decimal, a real minus, and no sign where they round to zero', () => {
    expect(formatScore(41.25, { sign: true })).toBe('+41.3');
    expect(formatScore(-8)).toBe('−8.0');
    expect(formatScore(-0.04, { sign: true })).toBe('0.0');
    expect(formatScore(null)).toBe('–');
    expect(formatInterval(-3.04, 47.2)).toBe('−3.0 to 47.2');
    expect(formatAnswers(1)).toBe('1 answer');
    expect(formatAnswers(1284)).toBe('1,284 answers');
  });

  it('have digits that keep their order in an English sentence, whatever the locale', async () => {
    // Other files of this thread import the module too.
    onTestFinished(() => {
      vi.unstubAllGlobals();
      vi.resetModules();
    });
    vi.stubGlobal('navigator', { language: 'ar-EG' });
    vi.resetModules();
    const arabic = await import('./format.ts');
    expect(arabic.formatScore(-28.1)).toBe('\u200e\u221228.1');
    expect(arabic.formatAnswers(1284)).toBe('1,284 answers');
    expect(arabic.formatDay(Date.UTC(2026, 10, 3))).toMatch(/2026/);
  });
});

it('hours are of UTC, and a moment of another day has its date', () => {
  const hour = Date.UTC(2026, 10, 3, 23);
  expect(formatHour(hour)).toMatch(/3.*2026.*(?:23:00|11:00.PM)/);
  expect(formatHourOfYear(hour)).not.toContain('2026');
  expect(formatClock(Date.now())).not.toContain(String(new Date().getFullYear()));
  expect(formatClock(hour - 86_400_000 * 400)).toContain('2025');
});

it('lengths of time have their largest unit', () => {
  expect([0, 59, 60, 5_000, 7_200, 86_400 * 3, 86_400 * 400].map(formatSpan)).toEqual([
    'under a minute',
    'under a minute',
    '1 minute',
    '1 hour',
    '2 hours',
    '3 days',
    '1 year',
  ]);
});

describe('windows', () => {
  it('are named by their length', () => {
    expect(formatWindow('P30D')).toBe('Last 30 days');
    expect(formatWindow('P1M', '2026-10-20T12:00:00Z')).toMatch(/^1 month to .*2026/);
    expect(formatWindow('PT6H')).toBe('Last 6 hours');
  });

  it('are compared with the same length before, by days or by months, or a year before', () => {
    const march = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' };
    expect(rangeBefore(march, 'P31D', 'previous').from).toBe('2026-01-29T00:00:00.000Z');
    expect(rangeBefore(march, 'P1M', 'previous')).toEqual({
      from: '2026-02-01T00:00:00.000Z',
      to: march.from,
    });
    expect(rangeBefore(march, 'P31D', 'year')).toEqual({
      from: '2025-03-01T00:00:00.000Z',
      to: '2025-04-01T00:00:00.000Z',
    });
    expect(monthsLater('2026-03-31T10:00:00.000Z', -1)).toBe('2026-02-28T10:00:00.000Z');
  });
});

describe('CSV', () => {
  it('quotes, and guards texts that a spreadsheet would run', () => {
    const columns = [
      { title: 'a "name"', value: ([name]: [string, number]) => name },
      { title: 'n', value: ([, n]: [string, number]) => n },
    ];
    expect(
      toCsv(columns, [
        ['=1+1', -2],
        ['x, y', 3],
        ['\uFF1D1+1', 4],
      ]),
    ).toBe('"a ""name""",n\r\n\'=1+1,-2\r\n"x, y",3\r\n\'\uFF1D1+1,4\r\n');
  });
});
