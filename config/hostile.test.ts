import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { HOSTILE, spoilt, textOf, withKey } from '../test/fixtures/hostile-values.ts';
import { ConfigError, loadConfig } from './config.ts';
import { environment } from './environment.ts';

/* Hostile values in every entry of a deployment's file and in every variable of the environment. */

const folder = mkdtempSync(join(tmpdir(), 'scoreline-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'scoreline.config.json');

/** Every entry once. */
const FULL = {
  dimensions: [{ field: 'region', description: 'Where', values: ['Peru', 'Chile'], others: 'file' }],
  formerDimensions: ['channel'],
  smallestCount: 5,
  review: { sample: 0.1, lowConfidence: 0.1, contradictions: true, decisions: true, approvals: 2 },
  jwt: { role: 'role', attributes: { region: 'region?' }, sources: 'sources' },
  cellLimit: 1_000,
  cellShares: { perKey: 0.5, perSource: 0.5, perMinute: 100 },
  nameBounds: { sources: 10, surveys: 10, mappings: 10, mappingBytes: 2_048, minute: 10 },
  redaction: { countries: ['DE'], packs: [], names: 'off', keep: ['Linz'] },
  limits: {
    introspection: ['admin'],
    trustedOnly: ['feed'],
    cost: { default: { operation: 10, minute: 100 } },
  },
  sealAfter: 'PT1H',
  audit: { aggregates: true },
  themePrecision: { price: 0.8 },
  targets: { allow: ['hooks.internal'] },
  connections: { allow: ['10.0.0.0/8'] },
  agents: {
    accountWatch: { capacity: 5 },
    retraining: {
      drift: { fewestAlarms: 1 },
      calibration: { above: 0.1, fewestAnswers: 10 },
      labels: { fewestNew: 10 },
      schedule: { everyDays: 10 },
      restDays: 1,
      fewestNew: 1,
    },
  },
  flags: { burst: { action: 'flag', answers: 10, seconds: 60 }, 'too-fast': { seconds: 1 } },
  llm: { allow: ['llm.internal'], seconds: 10, requestsPerHour: 10 },
  retention: {
    comments: 'P2Y',
    dimensions: { region: 'P1Y' },
    sources: { web: { responses: 'P3Y', quarantine: 'P7D' } },
    quarantine: 'P30D',
    journal: null,
  },
};
/** What a line may not contain: control and formatting characters, and halves of characters. */
const UNCLEAN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;
const MOST_LINES = 30;
const LONGEST_LINE = 600;
/** Each value is tried at a part of the places. */
const PART = 24;

/** What is wrong with how it is refused; null: it is taken, or refused as it should be. */
async function problemOf(env: Readonly<Record<string, string>>): Promise<string | null> {
  try {
    await loadConfig(env);
    return null;
  } catch (error) {
    const { message, stack } = error as Error;
    if (!(error instanceof ConfigError)) return `failed: ${stack?.slice(0, 400)}`;
    const lines = message.split('\n');
    if (lines.length > MOST_LINES) return `${lines.length} lines`;
    const bad = lines.find(
      (line) => line.length > LONGEST_LINE || UNCLEAN.test(line) || !/^[^ :]+:? .../.test(line),
    );
    return bad === undefined ? null : `${bad.length} characters: ${JSON.stringify(bad.slice(0, 300))}`;
  }
}
const problemOfFile = (text: string | Uint8Array): Promise<string | null> => {
  writeFileSync(file, text);
  return problemOf({ SCORELINE_CONFIG: file });
};

it('an entry of the file: a mistake is named, whatever stands where', async () => {
  expect(await problemOfFile(textOf(FULL))).toBeNull();
  const found = new Set<string>();
  for (const [number, value] of HOSTILE.entries()) {
    let place = number;
    const what = JSON.stringify(value).slice(0, 30);
    // Large ones cost more.
    const part = textOf(value).length < 10_000 ? PART : 5 * PART;
    for (const one of spoilt(FULL, value)) {
      if (place++ % part !== 0) continue;
      const problem = await problemOfFile(textOf(one));
      if (problem) found.add(`${what}: ${problem}`);
    }
  }
  expect([...found]).toEqual([]);
});

it('an entry named __proto__ is a mistake everywhere, and so is what no file should be', async () => {
  for (const one of withKey(FULL, '__proto__')) {
    writeFileSync(file, textOf(one));
    await expect(loadConfig({ SCORELINE_CONFIG: file }), textOf(one).slice(0, 300)).rejects.toThrow(
      /__proto__/,
    );
  }
  for (const [text, says] of [
    [
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      /cannot be read: it is not UTF-8; save it as UTF-8$/,
    ],
    [Buffer.from(textOf(FULL), 'utf16le'), /UTF-8|JSON/],
    [`{"dimensions": [], "x": "${'x'.repeat(1024 * 1024)}"}`, /it has more than 1048576 bytes$/],
    ['[]', /must hold entries/],
  ] as const) {
    writeFileSync(file, text);
    await expect(loadConfig({ SCORELINE_CONFIG: file })).rejects.toThrow(says);
    expect(await problemOf({ SCORELINE_CONFIG: file })).toBeNull();
  }
  const yaml = join(folder, 'scoreline.config.yaml');
  const doubled = Array.from({ length: 20 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`);
  writeFileSync(yaml, ['x0: &x0 [a, a]', ...doubled].join('\n'));
  await expect(loadConfig({ SCORELINE_CONFIG: yaml })).rejects.toThrow(/Excessive alias count/);
});

const WRITTEN = HOSTILE.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));

it('a variable of the environment: a mistake is named, for any text in it', async () => {
  const found = new Set<string>();
  for (const name of Object.keys(environment.shape))
    for (const [number, value] of WRITTEN.entries()) {
      const problem = await problemOf({ [name]: value });
      if (problem) found.add(`${name} ${number}: ${problem}`);
    }
  expect([...found]).toEqual([]);
});

it('a number in the environment is written in digits', async () => {
  for (const name of [
    'PORT',
    'SCORELINE_DISK_RESERVE',
    'SCORELINE_STUCK_AFTER',
    'SCORELINE_DATABASE_PATIENCE',
  ])
    for (const text of [' ', '0x10', '1e2', '-0', 'Infinity', '1.5', '\u0661\u0660', '1'.repeat(400)])
      await expect(loadConfig({ [name]: text }), `${name}=${text}`).rejects.toThrow(
        new RegExp(`^${name} must be `),
      );
  expect((await loadConfig({ PORT: '0', SCORELINE_STUCK_AFTER: '0' })).stuckAfter).toBe(0);
});

it('a file with a secret holds a text of some length', async () => {
  const secret = join(folder, 'secret');
  for (const [text, says] of [
    [Buffer.from([0xff, 0xfe, 0x41, 0x00]), /^NEO4J_PASSWORD_FILE: .* cannot be read: it is not UTF-8/],
    ['x'.repeat(64 * 1024 + 1), /^NEO4J_PASSWORD_FILE: .* it has more than 65536 bytes$/],
    ['pass\u0000word', /^NEO4J_PASSWORD has control characters/],
  ] as const) {
    writeFileSync(secret, text);
    await expect(loadConfig({ NEO4J_PASSWORD_FILE: secret })).rejects.toThrow(says);
  }
});
