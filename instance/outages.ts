import { safeMessage } from '../domain/errors/error-facts.ts';
import { type Periodic, runPeriodic } from '../store/database/periodic.ts';

/** The part of a log that is written to. */
export interface Lines {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A service that the server uses and that can be unavailable: PostgreSQL, Neo4j. */
export interface Source {
  readonly name: string;
  /** Whether the error is one of its transient ones. */
  readonly owns: (error: Error) => boolean;
  /** Resolves when it answers. */
  readonly probe: () => Promise<unknown>;
  /** What happens until then. */
  readonly meanwhile?: string;
}

interface Outage {
  readonly since: number;
  errors: number;
  lastError: number;
  lastLine: number;
  readonly probing: Periodic;
}

export interface OutageOptions {
  readonly now: () => number;
  readonly probeEveryMs?: number;
  readonly lineEveryMs?: number;
}

const MOST_KINDS = 200;

/**
 * A log in which an outage costs a few lines. While a source is away every use of it fails, some many times a
 * second: the first error is a line (without a stack, because the program is not at fault), then there is one
 * each half minute with the count, and one when the source answers again. An error of another kind is logged in
 * full, and its repeats are counted for as long.
 */
export class OutageLog implements Lines {
  readonly #log: Lines;
  readonly #now: () => number;
  readonly #probeEveryMs: number;
  readonly #lineEveryMs: number;
  readonly #sources: Source[] = [];
  readonly #outages = new Map<Source, Outage>();
  readonly #repeats = new Map<string, { at: number; times: number }>();

  constructor(log: Lines, { now, probeEveryMs = 1_000, lineEveryMs = 30_000 }: OutageOptions) {
    this.#log = log;
    this.#now = now;
    this.#probeEveryMs = probeEveryMs;
    this.#lineEveryMs = lineEveryMs;
  }

  /** Aggregates the errors of that source from now on. */
  watch(source: Source): void {
    // The latest first: it knows its own errors better.
    this.#sources.unshift(source);
  }

  debug(facts: object, message: string): void {
    this.#log.debug(facts, message);
  }

  info(facts: object, message: string): void {
    this.#log.info(facts, message);
  }

  warn(facts: object, message: string): void {
    this.#tell('warn', facts, message);
  }

  error(facts: object, message: string): void {
    this.#tell('error', facts, message);
  }

  stop(): void {
    for (const { probing } of this.#outages.values()) void probing.stop();
    this.#outages.clear();
  }

  #tell(level: 'warn' | 'error', facts: object, message: string): void {
    const { err, ...more } = facts as { err?: unknown };
    if (!(err instanceof Error)) {
      this.#log[level](facts, message);
      return;
    }
    const source = this.#sources.find(({ owns }) => owns(err));
    if (source) {
      this.#count(source, err);
      return;
    }
    // Lines with facts of their own, such as an id that a caller received, must be found by them.
    if (Object.keys(more).length > 0) {
      this.#log[level](facts, message);
      return;
    }
    const kind = `${err.name} ${codeOf(err)} ${message.replace(/\d+/g, '#').slice(0, 200)}`;
    const known = this.#repeats.get(kind);
    if (known && this.#now() - known.at < this.#lineEveryMs) {
      known.times += 1;
      return;
    }
    this.#repeats.delete(kind);
    for (const oldest of this.#repeats.keys()) {
      if (this.#repeats.size < MOST_KINDS) break;
      this.#repeats.delete(oldest);
    }
    this.#repeats.set(kind, { at: this.#now(), times: 0 });
    this.#log[level](known && known.times > 0 ? { ...facts, repeated: known.times } : facts, message);
  }

  #count(source: Source, error: Error): void {
    const at = this.#now();
    const known = this.#outages.get(source);
    if (known) {
      known.errors += 1;
      known.lastError = at;
      return;
    }
    const probing = runPeriodic({
      name: `probe of ${source.name}`,
      everyMs: this.#probeEveryMs,
      startsLater: true,
      loops: null,
      onError: () => undefined,
      run: () => this.#look(source),
    });
    this.#outages.set(source, { since: at, errors: 1, lastError: at, lastLine: at, probing });
    const { name, meanwhile = 'it is tried again' } = source;
    this.#log.warn({ source: name, code: codeOf(error) }, `${name}: ${messageOf(error)}; ${meanwhile}`);
  }

  /** @throws while the source does not answer */
  async #look(source: Source): Promise<void> {
    const outage = this.#outages.get(source);
    if (!outage) return;
    const asked = this.#now();
    this.#remind(source, outage);
    await source.probe();
    // Errors that came meanwhile may be the last of the outage: the next probe decides.
    if (outage.lastError > asked - this.#probeEveryMs || !this.#outages.delete(source)) return;
    void outage.probing.stop();
    const seconds = Math.max(1, Math.round((asked - outage.since) / 1_000));
    this.#log.info(
      { source: source.name, seconds, errors: outage.errors },
      `${source.name} answers again, after ${seconds} s and ${outage.errors} errors`,
    );
  }

  #remind(source: Source, outage: Outage): void {
    const at = this.#now();
    if (at - outage.lastLine < this.#lineEveryMs) return;
    outage.lastLine = at;
    const seconds = Math.round((at - outage.since) / 1_000);
    this.#log.warn(
      { source: source.name, seconds, errors: outage.errors },
      `${source.name} has not answered for ${seconds} s (${outage.errors} errors)`,
    );
  }
}

/** The code of the error, or of its cause. */
function codeOf(error: Error): string | undefined {
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string') return code;
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}

/** The cause's, which says more; of several tries at once, that of the first. */
function messageOf(error: Error): string {
  if (error.cause instanceof Error) return messageOf(error.cause);
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return messageOf(error.errors[0]);
  return safeMessage(error);
}
