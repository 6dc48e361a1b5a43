/** How transient errors are retried. */
export interface Patience {
  readonly now: () => number;
  /** Whether the error is transient (connection lost, deadlock): the same work is then retried. */
  readonly isPassing: (error: unknown) => boolean;
  /** How long, in milliseconds. */
  readonly patienceMs: number;
  readonly onRetry: (error: Error, attempt: number) => void;
}

const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 1_000;

/** Does the work, again after each transient error until the time is used up. The work must be repeatable. */
export async function withTimeout<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const deadline = patience.now() + patience.patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!patience.isPassing(error) || patience.now() > deadline) throw error;
      patience.onRetry(error as Error, attempt);
      await new Promise((done) => setTimeout(done, Math.min(FIRST_PAUSE_MS * 2 ** attempt, LAST_PAUSE_MS)));
    }
  }
}
