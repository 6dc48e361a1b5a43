import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Log, logOfRequest, openNoise } from './log.ts';

function collecting() {
  const lines: { level: string; facts: Record<string, unknown>; message: string }[] = [];
  const at = (level: string) => (facts: object, message: string) => {
    lines.push({ level, facts: { ...facts }, message });
  };
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, log };
}

it('lets a number of lines of a kind through, then reports how many more there were', async () => {
  const { lines, log } = collecting();
  const noise = openNoise(log, 3, 60);
  for (let i = 0; i < 1_000; i++) noise.tell('refused', { i }, 'refused');
  noise.tell('other', {}, 'another kind');
  expect(lines.map(({ message }) => message)).toEqual(['refused', 'refused', 'refused', 'another kind']);
  await wait(200);
  expect(lines.slice(4)).toEqual([
    { level: 'info', facts: { kind: 'refused', more: 997 }, message: expect.stringContaining('more lines') },
  ]);
  // The next minute begins with the next line.
  noise.tell('refused', {}, 'refused');
  expect(lines).toHaveLength(6);
  noise.close();
});

it('reports at its end what was left out, and keeps a bounded number of kinds', () => {
  const { lines, log } = collecting();
  const noise = openNoise(log, 1, 60_000);
  for (let kind = 0; kind < 5_000; kind++) for (let i = 0; i < 2; i++) noise.tell(`kind ${kind}`, {}, 'x');
  const passed = lines.filter(({ facts }) => facts['more'] === 1).length;
  expect(passed).toBe(4_000);
  noise.close();
  expect(lines.filter(({ facts }) => facts['more'] === 1)).toHaveLength(5_000);
});

it('has the id of the request on each line', () => {
  const { lines, log } = collecting();
  const own = logOfRequest(log, 'request-1');
  own.warn({ a: 1 }, 'careful');
  expect(own.requestId).toBe('request-1');
  expect(lines).toEqual([{ level: 'warn', facts: { requestId: 'request-1', a: 1 }, message: 'careful' }]);
});
