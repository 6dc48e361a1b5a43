import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../domain/text/fair-queue.ts';
import fc from '../../test/fixtures/properties.ts';
import { type Entry, Inbox } from './inbox.ts';
import { DrainRate, OverloadedError, roomFor } from './overload.ts';

/* Who waits, for how long, and how much may: pure rules, with a clock of the test. */

const names = fc.constantFrom('a', 'b', 'c', 'd');

describe('turns', () => {
  const QUANTUM = 8;
  const items = fc.array(fc.record({ by: names, cost: fc.integer({ min: 1, max: 20 }) }), { maxLength: 60 });

  it('every item leaves once, and those of one submitter in their order', () => {
    fc.assert(
      fc.property(items, fc.array(fc.boolean()), (added, takes) => {
        const queue = new FairQueue<{ by: string; cost: number }>(QUANTUM, ({ cost }) => cost);
        const left: object[] = [];
        added.forEach((item, i) => {
          queue.add(item.by, item);
          const taken = takes[i] ? queue.take() : undefined;
          if (taken) left.push(taken);
        });
        for (let taken = queue.take(); taken; taken = queue.take()) left.push(taken);
        expect(queue.submitters).toBe(0);
        for (const by of ['a', 'b', 'c', 'd'])
          expect(left.filter((one) => (one as { by: string }).by === by)).toEqual(
            added.filter((one) => one.by === by),
          );
        expect(left).toHaveLength(added.length);
      }),
    );
  });

  it('while several wait, what each has taken differs by no more than a quantum and an item', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 40 })), (costs) => {
        const had = costs.map(() => 0);
        const waiting = costs.map((own) => own.length);
        const queue = new FairQueue<{ at: number; cost: number }>(QUANTUM, ({ cost }) => cost);
        for (const [at, own] of costs.entries()) for (const cost of own) queue.add(String(at), { at, cost });
        for (let taken = queue.take(); taken; taken = queue.take()) {
          const { at, cost } = taken;
          had[at] = (had[at] ?? 0) + cost;
          waiting[at] = (waiting[at] ?? 0) - 1;
          if (waiting.some((left) => left === 0)) return;
          expect(Math.max(...had) - Math.min(...had)).toBeLessThanOrEqual(QUANTUM + 20);
        }
      }),
    );
  });

  it('who comes last waits for one turn of each, not for all that came before', () => {
    const queue = new FairQueue<string>(1, () => 1);
    for (let i = 0; i < 1_000; i++) queue.add(`flood ${i % 3}`, `flood ${i}`);
    queue.add('late', 'late');
    const first = Array.from({ length: 4 }, () => queue.take());
    expect(first).toContain('late');
  });
});

describe('the inbox', () => {
  type Step = { readonly by: string; readonly bytes: number; readonly leaves: boolean };
  const step: fc.Arbitrary<Step> = fc.record({
    by: names,
    bytes: fc.integer({ min: 1, max: 60 }),
    leaves: fc.boolean(),
  });

  it('never holds more than its bound, and is empty when all have left', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const inbox = new Inbox(100, () => 0);
        const inside: Entry[] = [];
        for (const { by, bytes, leaves } of steps) {
          if (leaves) inside.shift()?.leave();
          try {
            inside.push(inbox.enter(by, bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(OverloadedError);
          }
          expect(inbox.bytes).toBeLessThanOrEqual(100);
        }
        for (const entry of [...inside, ...inside]) entry.leave();
        expect(inbox.bytes).toBe(0);
      }),
    );
  });

  it('gives one sender a quarter, and a sender without anything in it finds room beside ten that flood it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (floods) => {
        const inbox = new Inbox(100_000, () => 0);
        const fill = (by: string) => {
          let taken = 0;
          for (;;) {
            try {
              inbox.enter(by, 10);
              taken += 10;
            } catch {
              return taken;
            }
          }
        };
        const all = Array.from({ length: floods }, (_, i) => fill(`flood ${i}`));
        expect(all[0]).toBe(25_000);
        expect(fill('healthy')).toBeGreaterThan(1_000);
      }),
    );
  });

  it('takes a body alone that fits, and counts what arrives later', () => {
    const inbox = new Inbox(100, () => 0);
    const one = inbox.enter('a', 0);
    one.grow(90);
    expect(() => one.grow(11)).toThrow(OverloadedError);
    expect(() => inbox.enter('b', 11)).toThrow(
      '0 bytes of this sender are being stored, beside 90 of others',
    );
    one.leave();
    expect(inbox.bytes).toBe(0);
    expect(() => inbox.enter('b', 100)).not.toThrow();
  });

  it('counts nothing of an entry that has left', () => {
    const inbox = new Inbox(100, () => 0);
    const late = inbox.enter('a', 0);
    late.leave();
    late.grow(90);
    expect(inbox.bytes).toBe(0);
    expect(() => inbox.enter('a', 100)).not.toThrow();
  });
});

it('a share of what stays free: one alone has a quarter, and who is above its share waits until others left', () => {
  expect([roomFor(100, 0, 0), roomFor(100, 25, 25), roomFor(100, 25, 0)]).toEqual([25, 0, 18.75]);
  expect([roomFor(100, 100, 0), roomFor(100, 60, 40), roomFor(100, 40, 40)]).toEqual([0, 0, 0]);
});

it('says when to come back by what left in the last ten seconds', () => {
  let now = 0;
  const rate = new DrainRate(() => now);
  expect(rate.secondsFor(1)).toBe(60);
  rate.note(100);
  now = 1_000;
  rate.note(100);
  expect([rate.secondsFor(1), rate.secondsFor(500), rate.secondsFor(100_000)]).toEqual([1, 5, 60]);
  now = 60_000;
  expect(rate.secondsFor(500)).toBe(60);
  rate.note(50);
  expect(rate.secondsFor(500)).toBe(10);
});
