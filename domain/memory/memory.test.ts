import { expect, it } from 'vitest';
import { Memory, type Slot } from './memory.ts';

it('remembers by slot, for each that is open', () => {
  const counts: Slot<Map<string, number>> = { begin: () => new Map() };
  const names: Slot<Map<string, number>> = { begin: () => new Map() };
  const [one, two] = [new Memory(), new Memory()];
  one.of(counts).set('a', 1);
  expect([...one.of(counts)]).toEqual([['a', 1]]);
  expect([...one.of(names), ...two.of(counts)]).toEqual([]);
});

it('begins a slot once, even where it begins as undefined', () => {
  let begun = 0;
  const slot: Slot<undefined> = { begin: () => void begun++ };
  const memory = new Memory();
  expect([memory.of(slot), memory.of(slot), begun]).toEqual([undefined, undefined, 1]);
});
