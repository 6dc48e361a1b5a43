import { expect, it } from 'vitest';
import {
  clockWords,
  itemsWords,
  problemsOf,
  type Quality,
  silenceWords,
  volumeWords,
} from './quality-words.ts';

const volume = { accepted: 12, weekday: 'FRIDAY', low: 80, high: 140, verdict: 'USUAL' } as const;
const quality: Quality = {
  today: volume,
  yesterday: { ...volume, accepted: 100, weekday: 'THURSDAY' },
  ...{ silenceSeconds: 7_200, typicalGapSeconds: 780, missedInSilence: 0, stale: false },
  ...{ items: 3_000, invalidShare: 0.004, duplicateShare: 0, missing: [], wordings: [] },
  clockSkew: { aheadShare: 0, medianAheadSeconds: null, lateShare: 0, medianDelaySeconds: 724 },
};

it('volume is said beside what is usual on that weekday', () => {
  expect(volumeWords(volume, 'today')).toBe('12 answers today; 80 to 140 are usual on a Friday.');
  expect(volumeWords({ ...volume, accepted: 1, low: 0, high: 0 }, 'yesterday')).toBe(
    '1 answer yesterday; 0 is usual on a Friday.',
  );
  expect(volumeWords({ ...volume, low: null, high: null }, 'today')).toBe(
    '12 answers today; what is usual is known after four weeks.',
  );
});

it('silence is said beside the usual gap, and what it cost', () => {
  expect(silenceWords(quality)).toBe('The last answer arrived 2 hours ago; one every 13 minutes is usual.');
  expect(silenceWords({ ...quality, stale: true, missedInSilence: 220.4 })).toMatch(
    /, and about 220 answers would have come since\.$/,
  );
  expect(silenceWords({ ...quality, typicalGapSeconds: null })).toMatch(/is known after four weeks\.$/);
  expect(silenceWords({ ...quality, silenceSeconds: null })).toBe('No answer arrived in eight weeks.');
});

it('a small share is not rounded to none', () => {
  expect(itemsWords(quality)).toBe('Of 3,000 items in 30 days: under 1% rejected, none sent again.');
  expect(itemsWords({ ...quality, items: 0 })).toBe('Nothing arrived in 30 days.');
});

it('a clock that is ahead is named as the cause', () => {
  expect(clockWords(quality)).toBe('Half of the answers arrive within 12 minutes; none are from the future.');
  const clockSkew = {
    aheadShare: 0.9,
    medianAheadSeconds: 5_793,
    lateShare: 0.25,
    medianDelaySeconds: -5_793,
  };
  expect(clockWords({ ...quality, clockSkew })).toBe(
    'Half of the answers arrive 2 hours or more before they were given; 90% are from the future, by about 2 hours: ' +
      'the clock or the time zone of the sender is wrong; 25% are more than 24 days old.',
  );
});

it('what is unusual is named in a few words', () => {
  expect(problemsOf(quality)).toEqual([]);
  const worse: Quality = { ...quality, stale: true, yesterday: { ...volume, verdict: 'TOO_FEW' } };
  expect(problemsOf(worse)).toEqual(['Silent', 'Fewer than usual']);
});
