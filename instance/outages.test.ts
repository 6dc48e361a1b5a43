import { describe, expect, it } from 'vitest';
import { OutageLog } from './outages.ts';

class Away extends Error {}

function setUp() {
  const lines: { level: string; facts: Record<string, unknown>; message: string }[] = [];
  const line = (level: string) => (facts: object, message: string) =>
    void lines.push({ level, facts: facts as Record<string, unknown>, message });
  const clock = { now: 1_000_000 };
  const log = new OutageLog(
    { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    { now: () => clock.now, probeEveryMs: 5, lineEveryMs: 30_000 },
  );
  return { lines, clock, log };
}

const soon = () => new Promise((done) => setTimeout(done, 100));

describe('the log of outages', () => {
  it('aggregates the errors of a source into its beginning, its duration and its end', async () => {
    const { lines, clock, log } = setUp();
    let away = true;
    const probe = async () => {
      if (away) throw new Away('no');
    };
    log.watch({ name: 'PostgreSQL', owns: (error) => error instanceof Away, probe });
    for (let i = 0; i < 300; i++) log.warn({ err: new Away(`connect failed ${i}`) }, 'API keys: no');
    await soon();
    expect(lines.map(({ message }) => message)).toEqual(['PostgreSQL: connect failed 0; it is tried again']);
    clock.now += 31_000;
    await soon();
    expect(lines.at(-1)?.message).toBe('PostgreSQL has not answered for 31 s (300 errors)');
    away = false;
    await soon();
    expect(lines).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ level: 'info', facts: { source: 'PostgreSQL', errors: 300 } });
    expect(lines.some(({ facts }) => 'err' in facts)).toBe(false);
    log.warn({ err: new Away('again') }, 'another outage');
    expect(lines).toHaveLength(4);
    log.stop();
  });

  it('counts the repeats of other errors, and keeps lines with facts of their own', () => {
    const { lines, clock, log } = setUp();
    const broken = () => new TypeError('rollup 17 does not add up');
    for (let i = 0; i < 50; i++) log.warn({ err: broken() }, `rollup ${i} does not add up`);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.facts['err']).toBeInstanceOf(TypeError);
    log.warn({ err: new RangeError('something else') }, 'something else');
    expect(lines).toHaveLength(2);
    clock.now += 31_000;
    log.warn({ err: broken() }, 'rollup 51 does not add up');
    expect(lines.at(-1)?.facts).toMatchObject({ repeated: 49 });
    for (const errorId of ['a', 'b']) log.error({ err: broken(), errorId }, 'unexpected error');
    expect(lines).toHaveLength(5);
    log.warn({}, 'a note');
    log.warn({}, 'a note');
    expect(lines).toHaveLength(7);
  });
});
