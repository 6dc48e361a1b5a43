import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => existsSync(path));
const pages = tracked.filter((path) => path.endsWith('.md') && !path.startsWith('scoring/models/'));
const textOf = new Map(pages.map((path) => [path, readFileSync(path, 'utf8')]));

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, '');

/** The anchors of a page, as GitHub derives them from headings. */
const anchorsOf = (text: string) =>
  new Set(
    [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );

/** What is wrong with the links of a page. */
function brokenLinks(path: string, text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? path : normalize(join(dirname(path), file));
    if (!existsSync(linked)) return [`${path}: there is no ${linked}`];
    const linkedText = textOf.get(linked);
    if (anchor === undefined || linkedText === undefined) return [];
    return anchorsOf(linkedText).has(anchor) ? [] : [`${path}: ${linked} has no heading #${anchor}`];
  });
}

/** The source files that a page names in backticks, such as `store/scores/scores.ts`. */
const filesNamed = (text: string) =>
  [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|js|sql|cedar|md|json))`/g)].map(
    ([, path = '']) => path,
  );

describe('the documents', () => {
  it('link only to files and headings that exist', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect([...textOf].flatMap(([path, text]) => brokenLinks(path, text))).toEqual([]);
  });

  it('recognise a broken link', () => {
    expect(brokenLinks('README.md', '[a](docs/no-such.md)')).toHaveLength(1);
    expect(brokenLinks('README.md', '[a](docs/glossary.md#no-such)')).toHaveLength(1);
    expect(brokenLinks('README.md', '[a](docs/glossary.md#facts)')).toEqual([]);
  });

  it.each(['docs/glossary.md', 'docs/ARCHITECTURE.md', 'CONTRIBUTING.md', 'STYLE.md'])(
    'name only files that exist: %s',
    (path) => {
      const named = filesNamed(readFileSync(path, 'utf8')).filter((file) => !file.includes('<'));
      expect(named.length).toBeGreaterThan(0);
      const folders = ['', 'api', 'docs'];
      expect(named.filter((file) => !folders.some((folder) => existsSync(join(folder, file))))).toEqual([]);
    },
  );

  it('define each term of the glossary once, with a file', () => {
    const rows = [...(textOf.get('docs/glossary.md') ?? '').matchAll(/^\| (?!term \||---)(.+) \|$/gm)].map(
      ([, row = '']) => row.split(/ *\| */),
    );
    expect(rows.length).toBeGreaterThan(50);
    const terms = rows.map(([term]) => term);
    expect(terms.filter((term, i) => terms.indexOf(term) !== i)).toEqual([]);
    for (const [term, , , file] of rows) expect(file, term).toMatch(/^`.+`$/);
  });

  it('number every decision as its file is numbered', () => {
    const decisions = pages.filter((path) => /^docs\/decisions\/\d/.test(path));
    expect(decisions.length).toBeGreaterThan(60);
    for (const path of decisions) {
      const number = /(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1];
      expect(textOf.get(path)?.split('\n')[0], path).toMatch(new RegExp(`^# ${number}: \\S`));
    }
  });
});
