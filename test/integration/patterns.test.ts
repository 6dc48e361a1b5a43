import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseSync } from '@swc/core';
import { getCountries } from 'libphonenumber-js/max';
import { beforeAll, describe, expect, it } from 'vitest';
import fc from '../fixtures/properties.ts';

/*
 * No regular expression of the source takes longer than linear time, on any input: a caller's text, a file's or
 * a library's message. Each is analysed (recheck) and tried on long hostile texts.
 */

interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Files that make patterns of constants, once, when they are loaded. */
const COMPOSED: Readonly<Record<string, () => Promise<unknown>>> = {
  'domain/privacy/redaction/addresses.ts': () => import('../../domain/privacy/redaction/addresses.ts'),
  'domain/privacy/redaction/emails.ts': () => import('../../domain/privacy/redaction/emails.ts'),
  'domain/privacy/redaction/network.ts': () => import('../../domain/privacy/redaction/network.ts'),
  'domain/privacy/redaction/numbering-plans.ts': async () => {
    const { nationalType } = await import('../../domain/privacy/redaction/numbering-plans.ts');
    for (const country of getCountries()) nationalType(country, '0');
  },
  'domain/text/packed-item.ts': () => import('../../domain/text/packed-item.ts'),
};
/** A few for each country, of what a library says of its numbers. */
const BY_COUNTRY = 'domain/privacy/redaction/numbering-plans.ts';

const files = execFileSync('git', ['ls-files', '*.ts', '*.js', '*.cjs'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  // Files that read no text from outside: measurements, checks of the source, and what the operator sets at the start.
  .filter(
    (file) =>
      !/^(test\/|bench\/|scripts\/|config\/|instance\/secrets|scoring\/evaluation\/)/.test(file) &&
      !file.endsWith('.test.ts'),
  );

type Node = Readonly<Record<string, unknown>>;

function eachNode(node: unknown, visit: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) visit(node as Node);
  for (const child of Object.values(node)) eachNode(child, visit);
}

/** The patterns that a file spells, and how often it makes one of a text. */
function patternsIn(file: string): { literals: Pattern[]; composed: number } {
  const literals: Pattern[] = [];
  let composed = 0;
  eachNode(parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript', target: 'es2022' }), (node) => {
    if (node['type'] === 'RegExpLiteral')
      literals.push({ file, source: String(node['pattern']), flags: String(node['flags']) });
    const isCall = node['type'] === 'NewExpression' || node['type'] === 'CallExpression';
    if (isCall && (node['callee'] as Node)['value'] === 'RegExp') composed++;
  });
  return { literals, composed };
}

/** The patterns that a file makes of texts while it is loaded. */
async function composedBy(file: string): Promise<Pattern[]> {
  const made: Pattern[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct: (target, given: [string, string?]) => {
      const pattern = new target(...given);
      made.push({ file, source: pattern.source, flags: pattern.flags });
      return pattern;
    },
  });
  try {
    await COMPOSED[file]?.();
  } finally {
    globalThis.RegExp = original;
  }
  return made;
}

let patterns: Pattern[];
beforeAll(async () => {
  const found = files.map((file) => ({ file, ...patternsIn(file) }));
  patterns = found.flatMap(({ literals }) => literals);
  const composing = found.filter(({ composed }) => composed > 0);
  expect(composing.map(({ file }) => file)).toEqual(Object.keys(COMPOSED));
  for (const { file, composed } of composing) {
    const made = await composedBy(file);
    // One that is made later, of what a caller gives, would not be here.
    if (file === BY_COUNTRY) expect(made.length).toBeGreaterThan(getCountries().length);
    else expect(made, file).toHaveLength(composed);
    patterns.push(...made);
  }
});

/** Whether nothing in the pattern repeats without end: then it takes at most so many steps from each place of a text. */
function isBounded(source: string): boolean {
  const bare = source
    .split(/\\[\s\S]/)
    .join('')
    .split(/\[[^\]]*\]/)
    .join('');
  return !/[*+]|\{\d+,\}/.test(bare);
}

it('finds the existing patterns', () => {
  expect(patterns.length).toBeGreaterThan(80);
});

describe('every pattern of the source', () => {
  it('is linear, as the analysis shows', async () => {
    // In JavaScript: its other ways are a program for each platform.
    process.env['RECHECK_SYNC_BACKEND'] = 'pure';
    const { checkSync } = await import('recheck');
    const verdict = (source: string, flags: string) =>
      isBounded(source)
        ? 'safe'
        : checkSync(source, flags, { checker: 'automaton', timeout: 120_000 }).status;
    // The analysis does find those that were here once.
    for (const bad of [' ?Did you mean [^?]*\\?', '^\\s*\\{.*\\}\\s*\\n\\s*\\{', '\\s*\\n\\s*', '(a+)+$'])
      expect(verdict(bad, 'g'), bad).toBe('vulnerable');
    const bad = patterns
      .map((pattern) => ({ ...pattern, status: verdict(pattern.source, pattern.flags) }))
      .filter(({ status }) => status !== 'safe');
    expect(bad).toEqual([]);
  });

  it('stays within its bound for a text four times as long', () => {
    const slow: string[] = [];
    // What begins at the text's beginning alone and repeats nothing without end ends soon in any text.
    const isShort = ({ source }: Pattern) =>
      source.startsWith('^(?:') && source.endsWith(')$') && isBounded(source);
    for (const pattern of patterns.filter((one) => !isShort(one)))
      for (const unit of hostileUnits(pattern)) {
        const text = (length: number) => `${unit.repeat(Math.ceil(length / unit.length))}\u0000x`;
        if (took(pattern, text(LENGTH)) < LEAST_MS) continue;
        // Once may be an accident of the machine; what grows too fast does so every time.
        const best = (length: number) => Math.min(...[1, 2, 3].map(() => took(pattern, text(length))));
        const grows = () => best(4 * LENGTH) > 9 * best(LENGTH);
        if (grows() && grows()) slow.push(`${pattern.file}: ${pattern.source} on ${JSON.stringify(unit)}`);
      }
    expect(slow).toEqual([]);
  });
});

const LENGTH = 25_000;
/** Faster ones are not measured again: a quadratic pattern takes a second for such a text. */
const LEAST_MS = 100;
const CLASSES = ['a', 'A', '0', ' ', '\n', '.', '-', ':', '/', '+', '@', '_', '{}', '"', '%', '?', '\u00e9'];

const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/** Whether samples can be made: what is not in a negated class is looked for among the characters of ASCII, without end. */
function canSample(source: string, flags: string): boolean {
  const classes = source.match(/\[\^(?:\\.|[^\]\\])*\]|\\P\{\w+\}/g) ?? [];
  return classes.every((one) => ASCII.some((character) => new RegExp(one, flags).test(character)));
}

/** What a long text may repeat: each kind of character, and the beginnings of what the pattern matches. */
function hostileUnits({ source, flags }: Pattern): Set<string> {
  const units = new Set(CLASSES);
  let samples: string[] = [];
  const plain = flags.replace(/[^sui]/g, '');
  try {
    if (canSample(source, plain))
      samples = fc.sample(fc.stringMatching(new RegExp(source, plain)), { numRuns: 3, seed: 1 });
  } catch {
    // Patterns that look around are not made samples of.
  }
  for (const sample of samples)
    for (const length of [1, 2, 3, 5, 8, 13, 21, sample.length - 1])
      if (length > 0 && length <= sample.length) units.add(sample.slice(0, length));
  return units;
}

/** Milliseconds to replace what the pattern finds. */
function took({ source, flags }: Pattern, text: string): number {
  const pattern = new RegExp(source, flags);
  // CPU time: on a busy machine the clock also counts the turns of others.
  const began = process.cpuUsage();
  text.replace(pattern, '');
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}
