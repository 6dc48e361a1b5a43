import { execFileSync } from 'node:child_process';

/** How old one table of RESULTS.md is. */
export interface Age {
  readonly name: string;
  /** The commit that it names; null: it names none. */
  readonly commit: string | null;
  /** Commits since then that changed what it measures; null where that cannot be counted. */
  readonly since: number | null;
}

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** The commit that a bench runs on, and whether files differ from it: "On 1a2b3c4d" or "On 1a2b3c4d, changed". */
export function currentCommit(folder: string): string {
  const changed =
    git(folder, 'status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/RESULTS.md') !== '';
  return `On ${git(folder, 'rev-parse', '--short=8', 'HEAD')}${changed ? ', changed' : ''}`;
}

/**
 * The age of each table: `results` is the text of RESULTS.md, `measures` has the paths whose code each bench measures. A table
 * that names no commit, one with changes, or one that is not in the history has no age.
 */
export function ages(
  folder: string,
  results: string,
  measures: Readonly<Record<string, readonly string[]>>,
): Age[] {
  return Object.entries(measures).map(([name, paths]) => {
    const text = results.split(/^(?=## )/m).find((part) => part.startsWith(`## ${name}:`)) ?? '';
    const named = /\bOn ([0-9a-f]{7,40})(, changed)?\b/.exec(text);
    const commit = named?.[1] ?? null;
    return { name, commit, since: commit && !named?.[2] ? countSince(folder, commit, paths) : null };
  });
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

/** A line for each table; those that are not current begin with "old". */
export function ageLines(found: readonly Age[]): string[] {
  return found.map(({ name, commit, since }) => {
    if (since === 0) return `current  ${name}: measured on ${commit}`;
    if (since === null)
      return `old      ${name}: ${commit ? `${commit} is not a commit of this history, or had changes` : 'names no commit'}`;
    return `old      ${name}: ${since} commit${since === 1 ? '' : 's'} since ${commit} changed what it measures`;
  });
}
