import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWorlds } from '../fixtures/two-worlds.ts';
import { openWorlds, type Worlds } from '../fixtures/two-worlds-record.ts';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await openWorlds();
});
afterAll(() => worlds?.close());

describe('what a caller may not see', () => {
  it('changes no byte of any answer, error or cost, over generated operations', async () => {
    const { found, answered } = await compareWorlds(worlds, { count: 200, seed: 20_261_124 });
    expect(found).toBeNull();
    // Most of them must have had something to tell, or nothing was compared.
    expect(answered).toBeGreaterThan(120);
  });
});
