import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LOCKS } from './locks.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = ['store', 'ingestion', 'scoring', 'graph', 'proof', 'instance', 'api', 'cli', 'domain'];
const sources = MODULES.flatMap((room) =>
  readdirSync(`${ROOT}${room}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `${room}/${file}`),
);

describe('advisory locks', () => {
  it('have a number each', () => {
    expect(new Set(Object.values(LOCKS)).size).toBe(Object.keys(LOCKS).length);
  });

  it('are named in one place only', () => {
    const texts = sources.map((file) => ({ file, text: readFileSync(ROOT + file, 'utf8') }));
    const isByNumber = /advisory(_xact)?_lock(_shared)?\(\d/;
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter(({ text }) => isByNumber.test(text)).map(({ file }) => file)).toEqual([]);
    expect(texts.some(({ text }) => text.includes('LOCKS.cells'))).toBe(true);
  });
});
