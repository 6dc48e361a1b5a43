import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_TEXTS } from '../../ingestion/surveys/texts.ts';
import { TEXTS } from '../../web/snippet/texts.ts';
import { buildSnippet } from './web.mjs';

/** Bytes of the script as it is built, uncompressed. */
const BUDGET = 10_000;

it('is built into a script of at most 10 kB that leaves only its interface in the page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-snippet-'));
  try {
    await buildSnippet(folder);
    const script = readFileSync(join(folder, 'survey.js'));
    expect(script.length).toBeLessThanOrEqual(BUDGET);
    const text = script.toString('utf8').trim();
    expect(text).toMatch(/^\(function\(\)\{|^\(\(\)=>\{|^\(function\(/);
    expect(text).not.toContain('document.cookie');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('has the words of the pages of links', () => {
  expect(Object.keys(TEXTS)).toEqual(Object.keys(DEFAULT_TEXTS));
  for (const [language, texts] of Object.entries(TEXTS)) expect(DEFAULT_TEXTS[language]).toMatchObject(texts);
});
