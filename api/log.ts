/** The part of pino that the API uses. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** Set for lines about one request. */
  readonly requestId?: string;
}

/** The log of one request: each line has its id. */
export function logOfRequest(log: Log, requestId: string): Log {
  return {
    requestId,
    debug: (facts, message) => log.debug({ requestId, ...facts }, message),
    info: (facts, message) => log.info({ requestId, ...facts }, message),
    warn: (facts, message) => log.warn({ requestId, ...facts }, message),
    error: (facts, message) => log.error({ requestId, ...facts }, message),
  };
}

/**
 * Lines that any client can cause, by kind: a limited number a minute, then one that says how many more there
 * were.
 */
export interface Noise {
  tell(kind: string, facts: object, message: string): void;
  /** Logs how many lines were left out. */
  close(): void;
}

const LINES_A_MINUTE = 10;
const MINUTE_MS = 60_000;
/** Kinds that contain a caller are as many as there are callers. */
const KINDS = 1_000;

/** Passes on `lines` of a kind in a minute that begins with the first. */
export function openNoise(log: Log, lines = LINES_A_MINUTE, minuteMs = MINUTE_MS): Noise {
  const kinds = new Map<string, { passed: number; more: number; timer: NodeJS.Timeout }>();
  const end = (kind: string) => {
    const { more = 0, timer } = kinds.get(kind) ?? {};
    clearTimeout(timer);
    kinds.delete(kind);
    if (more > 0) log.info({ kind, more }, 'more lines of this kind in the minute before');
  };
  return {
    tell: (kind, facts, message) => {
      let known = kinds.get(kind);
      if (!known) {
        const oldest = kinds.size >= KINDS ? kinds.keys().next().value : undefined;
        if (oldest !== undefined) end(oldest);
        known = { passed: 0, more: 0, timer: setTimeout(() => end(kind), minuteMs) };
        known.timer.unref();
        kinds.set(kind, known);
      }
      if (known.passed >= lines) known.more += 1;
      else {
        known.passed += 1;
        log.info({ kind, ...facts }, message);
      }
    },
    close: () => {
      for (const kind of [...kinds.keys()]) end(kind);
    },
  };
}
