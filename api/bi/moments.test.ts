import { describe, expect, it } from 'vitest';
import { momentText } from './moments.ts';

const NOW = Date.parse('2026-03-30T16:12:40Z');
const present = { now: NOW, newest: () => Promise.resolve(Date.parse('2025-12-01T00:00:00Z')) };

describe('a moment of an address', () => {
  it.each([
    ['now', '2026-03-30T16:12:00Z'],
    ['now-P30D', '2026-02-28T16:12:00Z'],
    ['now/d', '2026-03-31T00:00:00Z'],
    ['now/d-P1M', '2026-02-28T00:00:00Z'],
    ['now/h-PT6H', '2026-03-30T11:00:00Z'],
    ['now/m', '2026-03-30T16:13:00Z'],
    ['newest/d-P1Y', '2024-12-01T00:00:00Z'],
    ['2026-03-31', '2026-03-31T00:00:00Z'],
    ['2026-03-31T10:00:00 02:00', '2026-03-31T10:00:00+02:00'],
    ['now/w', 'now/w'],
    ['tomorrow', 'tomorrow'],
  ])('%s is %s', async (text, moment) => {
    expect(await momentText(text, present)).toBe(moment);
  });
});
