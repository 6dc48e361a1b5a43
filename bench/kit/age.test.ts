import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ageLines, ages, currentCommit, hasHistory, marked, wronglyMarked } from './age.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-age-'));
afterAll(() => rmSync(folder, { recursive: true }));

const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
function commit(file: string): string {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), `${Math.random()}`);
  git('add', '.');
  git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-q', '-m', file);
  return git('rev-parse', '--short=8', 'HEAD');
}

it('counts the commits since a table that changed what it measures', () => {
  git('init', '-q');
  const first = commit('ingestion/a.ts');
  expect(currentCommit(folder)).toBe(`On ${first}`);
  const results = `# Measured\n\n## ingest: rates\n\nBatches. On ${first}, 2026-11-28.\n\n## trace: pages\n\nNo commit.\n\n## web: pages\n\nOn ${first}, changed, 2026-11-28.\n`;
  const measures = { ingest: ['ingestion'], trace: ['graph'], web: ['web'], start: ['.'] };
  const since = () => ages(folder, results, measures).map((age) => age.since);
  expect(since()).toEqual([0, null, null, null]);
  commit('graph/b.ts');
  commit('ingestion/a.test.ts');
  expect(since()).toEqual([0, null, null, null]);
  commit('ingestion/a.ts');
  expect(ageLines(ages(folder, results, measures))).toEqual([
    `aging    ingest: 1 commit since ${first} changed what it measures`,
    'old      trace: names no commit',
    `old      web: ${first} is not a commit of this history, had changes or has no date`,
    'old      start: names no commit',
  ]);
  const wrong = (text: string) => wronglyMarked(ages(folder, text, measures)).map(({ name }) => name);
  expect(wrong(results)).toEqual(['trace', 'web', 'start']);
  const once = marked(results, ages(folder, results, measures));
  expect(wrong(once)).toEqual([]);
  expect(marked(once, ages(folder, once, measures))).toBe(once);
  expect(once).toContain('## start: not measured yet');
  for (let i = 0; i < 20; i++) commit('ingestion/a.ts');
  expect(wrong(once)).toEqual(['ingest']);
  // Measured again: the bench writes the section without the mark.
  const again = once.replace(/On [0-9a-f]{8}, 2026/, `On ${git('rev-parse', '--short=8', 'HEAD')}, 2026`);
  expect(wrong(again)).toEqual([]);
  expect(wrong(again.replaceAll('2026-11-28', 'today'))).toEqual(['ingest']);
  writeFileSync(join(folder, 'ingestion/a.ts'), 'other');
  expect(currentCommit(folder)).toMatch(/^On [0-9a-f]{8}, changed$/);
});

it('needs the whole history', () => {
  expect(hasHistory(folder)).toBe(true);
  execFileSync('git', ['clone', '-q', '--depth', '1', `file://${folder}`, join(folder, 'shallow')], {
    stdio: 'ignore',
  });
  expect(hasHistory(join(folder, 'shallow'))).toBe(false);
  expect(hasHistory(tmpdir())).toBe(false);
});
