import { describe, expect, it } from 'vitest';
import { toEnd } from '../text/slices.ts';
import { redactCounted, redacting } from './redact.ts';

/* A long hostile comment is redacted in many short steps, so that nothing else waits for it. */

const LENGTH = 20_000;
/** One for each finder, and one for each thousand groups of digits in two of them. */
const MOST_STEPS_OF_PASS = 15 + 2 * (LENGTH / 2 / 1_000);
/** Deterministic digits: sums of squares look like nothing. */
const digits = (size: number, separator: string) => {
  let text = '';
  for (let i = 1; text.length < LENGTH; i++) text += ((i * i * 7919 + i) % 10 ** size) + separator;
  return text.slice(0, LENGTH);
};
const CUES =
  'passport tel konto steuer bsn cpf sin tfn nhs pan aadhaar iban card my number cnp address zip rut nif ';
const HOSTILE: Readonly<Record<string, string>> = {
  digits: digits(9, ''),
  pairs: digits(2, ' '),
  'pairs after words': CUES + digits(2, '-'),
  triples: digits(3, ' '),
  'triples after words': CUES + digits(3, ' '),
  'one by one': digits(1, ' '),
  brackets: '(1'.repeat(LENGTH / 2),
  'telephone numbers': '+49 171 1234567 '.repeat(LENGTH / 16),
  words: 'call the order 12 3456 number '.repeat(LENGTH / 30),
};

/** CPU seconds are other work's as well; the shortest of some tries is this one's own. */
function shortest(work: () => void, tries = 5): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tries; i++) {
    const begun = performance.now();
    work();
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}

/** How long the longest step takes, the least of some tries. */
function longestStep(text: string): number {
  const least: number[] = [];
  for (let i = 0; i < 5; i++) {
    const steps = redacting(text);
    for (let step = 0; ; step++) {
      const begun = performance.now();
      const { done } = steps.next();
      least[step] = Math.min(least[step] ?? Number.POSITIVE_INFINITY, performance.now() - begun);
      if (done) break;
    }
  }
  return Math.max(...least);
}

describe('redaction in steps', () => {
  // All of an ordinary comment of that length: what a hostile one holds up at once is a few times that at most.
  const PROSE = 'We waited for 25 minutes on 3 May 2026, and then nobody answered; rather sad. '.repeat(256);
  const control = () => shortest(() => redactCounted(PROSE));

  it.each(Object.keys(HOSTILE))('no step over %s is long', (name) => {
    const text = HOSTILE[name] as string;
    let ratio = Number.POSITIVE_INFINITY;
    // Other work may disturb every try of one measurement, but not of all.
    for (let i = 0; i < 5 && ratio >= 15; i++) ratio = Math.min(ratio, longestStep(text) / control());
    expect(ratio).toBeLessThan(15);
  });

  it('reads a long text a few times at most', () => {
    const passes = (text: string) => [...redacting(text)].length / MOST_STEPS_OF_PASS;
    for (const text of Object.values(HOSTILE)) expect(passes(text)).toBeLessThanOrEqual(3);
    expect([...redacting(PROSE)].length).toBeLessThan(MOST_STEPS_OF_PASS);
  });

  it('comes to the same as at once', () => {
    for (const text of ['call 0171 1234567 or jane@example.com', HOSTILE['triples'] as string])
      expect(toEnd(redacting(text))).toEqual(redactCounted(text));
  });
});
