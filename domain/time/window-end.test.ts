import { expect, it } from 'vitest';
import { windowEnd } from './window-end.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');

it.each([
  [null, null],
  ['2026-11-27T11:00:00Z', null],
  ['2026-11-28T11:00:00Z', null],
  ['2026-11-26T00:00:00Z', null],
  ['2026-11-25T11:59:00Z', '2026-11-26T00:00:00.000Z'],
  ['2026-10-20T17:50:00Z', '2026-10-21T00:00:00.000Z'],
  ['2026-10-20T00:00:00Z', '2026-10-21T00:00:00.000Z'],
  ['1969-12-31T23:00:00Z', '1970-01-01T00:00:00.000Z'],
])('a window over responses until %s ends at %s', (newest, end) => {
  expect(windowEnd(newest === null ? null : new Date(newest), NOW)?.toISOString() ?? null).toBe(end);
});
