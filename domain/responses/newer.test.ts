import { describe, expect, it } from 'vitest';
import {
  type Delivery,
  higherRevision,
  judge,
  type Likeness,
  type Revision,
  type Standing,
} from './newer.ts';

const NOW = Date.UTC(2026, 10, 10);
const HOUR = 3_600_000;
const number = (value: number): Revision => ({ kind: 'number', value });
const time = (value: number): Revision => ({ kind: 'time', value });

const other: Likeness = {
  sameContent: false,
  sameReading: true,
  sameItem: false,
  seen: false,
  seenSoRead: false,
  furtherUp: false,
};
const verdict = (
  delivery: Partial<Delivery>,
  standing: Partial<Standing> = {},
  like: Partial<Likeness> = {},
) =>
  judge(
    { answeredAt: NOW - 5 * HOUR, receivedAt: NOW, revision: null, ...delivery },
    {
      answeredAt: NOW - 5 * HOUR,
      receivedAt: NOW - 4 * HOUR,
      revision: null,
      correctedAt: null,
      ...standing,
    },
    { ...other, ...like },
  );

describe('without a revision', () => {
  it('at the same time of answering the order of arrival decides', () => {
    expect(verdict({})).toBe('accepted');
    expect(verdict({}, {}, { sameContent: true })).toBe('duplicate');
  });

  it('what was delivered before does not win again', () => {
    expect(verdict({}, {}, { seen: true })).toBe('stale');
    expect(verdict({}, {}, { furtherUp: true })).toBe('stale');
  });

  it('a later time of answering wins, an earlier one does not', () => {
    expect(verdict({ answeredAt: NOW - HOUR })).toBe('accepted');
    expect(verdict({ answeredAt: NOW - 6 * HOUR })).toBe('stale');
  });

  it('nothing moves a response into the future, and one dated there can be corrected', () => {
    const ahead = NOW + 10 * HOUR;
    expect(verdict({ answeredAt: ahead })).toBe('future');
    expect(verdict({ answeredAt: ahead }, { answeredAt: ahead })).toBe('accepted');
    expect(verdict({ answeredAt: NOW - HOUR }, { answeredAt: ahead })).toBe('accepted');
  });
});

describe('with a revision', () => {
  it('the higher one wins, whatever the time of answering', () => {
    const early = { answeredAt: NOW - 9 * HOUR };
    expect(verdict({ ...early, revision: number(3) }, { revision: number(2) })).toBe('accepted');
    expect(verdict({ answeredAt: NOW - HOUR, revision: number(1) }, { revision: number(2) })).toBe('stale');
    expect(verdict({ ...early, revision: time(NOW - HOUR) }, { revision: time(NOW - 2 * HOUR) })).toBe(
      'accepted',
    );
    // Even content that was delivered before: a change that was reverted at the source.
    expect(verdict({ revision: number(3) }, { revision: number(2) }, { seen: true })).toBe('accepted');
  });

  it('equal ones leave it to the times and the order of arrival', () => {
    const two = { revision: number(2) };
    expect(verdict(two, two)).toBe('accepted');
    expect(verdict(two, two, { seen: true })).toBe('stale');
    expect(verdict({ ...two, answeredAt: NOW - 6 * HOUR }, two)).toBe('stale');
  });

  it('the first one is newer than content without; content without must be answered later', () => {
    expect(verdict({ answeredAt: NOW - 9 * HOUR, revision: number(1) })).toBe('accepted');
    expect(verdict({ revision: number(1) }, {}, { seen: true })).toBe('stale');
    expect(verdict({}, { revision: number(1) })).toBe('unrevised');
    expect(verdict({ answeredAt: NOW - HOUR }, { revision: number(1) })).toBe('accepted');
  });

  it('numbers and times cannot be compared', () => {
    expect(verdict({ revision: number(1) }, { revision: time(NOW) })).toBe('incomparable');
    expect(verdict({ revision: time(NOW) }, { revision: number(1) })).toBe('incomparable');
    expect(higherRevision(time(NOW), number(1))).toEqual(number(1));
  });

  it('one that is dated ahead counts from its arrival', () => {
    const ahead = time(NOW + 90 * 24 * HOUR);
    expect(verdict({ revision: ahead }, { revision: time(NOW) })).toBe('accepted');
    expect(verdict({ revision: ahead }, { revision: time(NOW) }, { seen: true })).toBe('stale');
  });
});

describe('an item that is read again', () => {
  const again = { sameItem: true, sameReading: false };
  it('replaces what its first reading stored, whatever time and revision it gives', () => {
    expect(verdict({ answeredAt: NOW - 99 * HOUR }, {}, again)).toBe('accepted');
    expect(verdict({ revision: number(1) }, { revision: number(2) }, again)).toBe('accepted');
    expect(verdict({}, {}, { ...again, sameContent: true })).toBe('accepted');
    expect(verdict({}, {}, { ...again, seen: true })).toBe('accepted');
    expect(verdict({ answeredAt: NOW + 9 * HOUR }, {}, again)).toBe('future');
  });

  it('is a duplicate if another item has the same content and was read so before', () => {
    const same = { sameContent: true, sameReading: false };
    expect(verdict({}, {}, same)).toBe('accepted');
    expect(verdict({}, {}, { ...same, seenSoRead: true })).toBe('duplicate');
  });
});

describe('a rectified response', () => {
  const corrected = { correctedAt: NOW - 2 * HOUR };
  it('is not overwritten by an arriving item, unless that is provably newer', () => {
    expect(verdict({}, corrected, { seen: true })).toBe('stale');
    expect(verdict({}, corrected)).toBe('corrected');
    expect(verdict({ revision: time(NOW - 3 * HOUR) }, corrected)).toBe('corrected');
    expect(verdict({ revision: time(NOW - HOUR) }, corrected)).toBe('accepted');
    expect(verdict({ revision: number(2) }, { ...corrected, revision: number(1) })).toBe('accepted');
    // The first number has no time.
    expect(verdict({ revision: number(2) }, corrected)).toBe('corrected');
    expect(verdict({ revision: time(NOW - HOUR) }, corrected, { seen: true })).toBe('stale');
    expect(verdict({ revision: number(1) }, { ...corrected, revision: number(1) })).toBe('corrected');
    expect(verdict({ answeredAt: NOW - HOUR }, corrected)).toBe('accepted');
  });
});
