import { execFileSync } from 'node:child_process';

/** How old one table of RESULTS.md is. */
export interface Age {
  readonly name: string;
  /** The commit that it names; null: it names none. */
  readonly commit: string | null;
  /** Commits since then that changed what it measures; null where that cannot be counted. */
  readonly since: number | null;
  /** Whether it says of itself that it is old. */
  readonly isMarked: boolean;
}

/** So many commits may change what a table measures before it is old: a few change no figure much. */
const MOST_SINCE = 20;
const MARK = '**Old:** the code that this measures has changed much since, or its commit is not known.';
const DATE = /\b20\d\d-[01]\d-[0-3]\d\b/;

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** Whether commits that a table names can be looked up: not without Git, nor in a shallow clone. */
export function hasHistory(folder: string): boolean {
  try {
    return git(folder, 'rev-parse', '--is-shallow-repository') === 'false';
  } catch {
    return false;
  }
}

/** The commit that a bench runs on, and whether files differ from it: "On 1a2b3c4d" or "On 1a2b3c4d, changed". */
export function currentCommit(folder: string): string {
  const changed =
    git(folder, 'status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/RESULTS.md') !== '';
  return `On ${git(folder, 'rev-parse', '--short=8', 'HEAD')}${changed ? ', changed' : ''}`;
}

/**
 * The age of each table: `results` is the text of RESULTS.md, `measures` has the paths whose code each bench measures. A table
 * that names no commit or date, one with changes, or one that is not in the history has no age.
 */
export function ages(
  folder: string,
  results: string,
  measures: Readonly<Record<string, readonly string[]>>,
): Age[] {
  return Object.entries(measures).map(([name, paths]) => {
    const text = sectionsOf(results).find((part) => isOf(part, name)) ?? '';
    const named = /\bOn ([0-9a-f]{7,40})(, changed)?\b/.exec(text);
    const commit = named?.[1] ?? null;
    const isDated = !named?.[2] && DATE.test(text);
    const since = commit && isDated ? countSince(folder, commit, paths) : null;
    return { name, commit, since, isMarked: text.includes(MARK) };
  });
}

const sectionsOf = (results: string) => results.split(/^(?=## )/m);
const isOf = (section: string, name: string) => section.startsWith(`## ${name}:`);

/** Whether many commits changed what the table measures, or that is not known. */
const isOld = ({ since }: Age): boolean => since === null || since > MOST_SINCE;

/** Tables that are old and do not say so, or say so and are not. */
export const wronglyMarked = (found: readonly Age[]): Age[] =>
  found.filter((age) => isOld(age) !== age.isMarked);

/** The text of RESULTS.md in which exactly the old tables say that they are; a bench without a table gets a section that says that. */
export function marked(results: string, found: readonly Age[]): string {
  const sections = sectionsOf(results).map((part) => {
    const age = found.find(({ name }) => isOf(part, name));
    if (!age) return part;
    const plain = part.replace(`${MARK}\n\n`, '');
    return isOld(age) ? plain.replace('\n\n', `\n\n${MARK}\n\n`) : plain;
  });
  const missing = found.filter(({ name }) => !sections.some((part) => isOf(part, name)));
  return `${sections.join('')}${missing.map(({ name }) => `\n## ${name}: not measured yet\n\n${MARK}\n\n`).join('')}`;
}

function countSince(folder: string, commit: string, paths: readonly string[]): number | null {
  try {
    const tests = ':(exclude,glob)**/*.test.ts';
    return Number(
      git(folder, 'rev-list', '--count', '--no-merges', `${commit}..HEAD`, '--', ...paths, tests),
    );
  } catch {
    return null;
  }
}

/** A line for each table. */
export function ageLines(found: readonly Age[]): string[] {
  return found.map(({ name, commit, since }) => {
    if (since === 0) return `current  ${name}: measured on ${commit}`;
    if (since === null)
      return `old      ${name}: ${commit ? `${commit} is not a commit of this history, had changes or has no date` : 'names no commit'}`;
    return `${since > MOST_SINCE ? 'old      ' : 'aging    '}${name}: ${since} commit${since === 1 ? '' : 's'} since ${commit} changed what it measures`;
  });
}
