/*
 * The list of what works on its own: followers of the journal (store/journal/follower.ts) and periodic jobs (periodic.ts). Both put
 * themselves on it, and /metrics and /readyz list what is on it, so that a new loop cannot be left out of either.
 */

/** A follower that this process runs. */
export interface RunningFollower {
  readonly name: string;
  /** Whether its position is kept in the database; else only `position` knows it. */
  readonly isKept: boolean;
  /** Whether the server is ready also while it stands still. */
  readonly isOptional: boolean;
  /** Up to where it has followed the journal. */
  position(): { readonly xact: number; readonly position: number };
  /** Seconds since its last step forward. */
  idleFor(): number;
}

/** A periodic job that this process runs. */
export interface RunningPeriodic {
  readonly name: string;
  /** For how many seconds every run has failed; 0: the last one did not. */
  failingFor(): number;
}

/** Names of followers whose positions are kept, whichever process runs them. */
export type ExpectedFollowers = () => Promise<readonly string[]> | readonly string[];

/** The followers and periodic jobs of one open database. */
export class Loops {
  readonly #followers = new Set<RunningFollower>();
  readonly #periodic = new Set<RunningPeriodic>();
  readonly #expected = new Set<ExpectedFollowers>();

  /** Lists these followers also while another process runs them. */
  expect(names: ExpectedFollowers): void {
    this.#expected.add(names);
  }

  /** Lists a follower until the returned function is called. */
  addFollower(follower: RunningFollower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Lists a periodic job until the returned function is called. */
  addPeriodic(periodic: RunningPeriodic): () => void {
    this.#periodic.add(periodic);
    return () => this.#periodic.delete(periodic);
  }

  /** The followers that this process runs. */
  followers(): readonly RunningFollower[] {
    return [...this.#followers];
  }

  /** The periodic jobs that this process runs. */
  periodic(): readonly RunningPeriodic[] {
    return [...this.#periodic];
  }

  /** For how many seconds every run of each periodic job has failed; of equal names the longest. */
  failingJobs(): Record<string, number> {
    const jobs: Record<string, number> = {};
    for (const { name, failingFor } of this.#periodic) jobs[name] = Math.max(jobs[name] ?? 0, failingFor());
    return jobs;
  }

  /** Names of all followers whose positions are kept in the database. */
  async kept(): Promise<string[]> {
    const expected = await Promise.all([...this.#expected].map((names) => names()));
    const running = this.followers().filter(({ isKept }) => isKept);
    return [...new Set([...expected.flat(), ...running.map(({ name }) => name)])];
  }
}
