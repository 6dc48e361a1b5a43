import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Answered } from './request-log.ts';

/** Which build runs. */
export interface BuildFacts {
  readonly version: string;
  readonly commit: string;
  readonly node: string;
}

/** Connections of one pool: all, idle ones, and work waiting for one. */
export interface PoolFacts {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

/** The server's own counters, besides those of responses. */
export interface ServerMetrics {
  readonly answered: (answered: Answered) => void;
  readonly ended: (transport: string, code: string) => void;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Milliseconds between two samples of the event loop. */
const LOOK_MS = 10;
const QUANTILES = [0.5, 0.99] as const;

/** Labels are routes, methods, codes and names of parts of the program: a fixed set, whatever callers send. */
export function addServerMetrics(registry: Registry, build: BuildFacts): ServerMetrics {
  const registers = [registry];
  new Gauge({
    name: 'scoreline_build_info',
    help: 'Always 1; the labels say which program runs.',
    labelNames: ['version', 'commit', 'node'],
    registers,
  }).set({ ...build }, 1);
  const requests = new Counter({
    name: 'scoreline_http_requests_total',
    help: 'Requests that were answered, by template of the route ("none": no path of this server).',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'scoreline_http_request_seconds',
    help: 'From the head of a request to the end of its answer; event streams are not in it.',
    labelNames: ['route', 'method'],
    buckets: SECONDS,
    registers,
  });
  const endings = new Counter({
    name: 'scoreline_sockets_ended_total',
    help: 'WebSockets and event streams that the server ended, by close code or error code.',
    labelNames: ['transport', 'code'],
    registers,
  });
  addEventLoopDelay(registry);
  return {
    answered: ({ route, method, status, seconds, stream }) => {
      requests.inc({ route, method, status });
      if (!stream) durations.observe({ route, method }, seconds);
    },
    ended: (transport, code) => endings.inc({ transport, code }),
  };
}

/** Connections to PostgreSQL, by pool; the embedded database has none. */
export function addPoolMetrics(registry: Registry, read: () => Readonly<Record<string, PoolFacts>>): void {
  new Gauge({
    name: 'scoreline_pool_connections',
    help: 'Connections to PostgreSQL, and work that waits for one, by pool and state.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, { total, idle, waiting }] of Object.entries(read())) {
        this.set({ pool, state: 'busy' }, total - idle);
        this.set({ pool, state: 'idle' }, idle);
        this.set({ pool, state: 'waiting' }, waiting);
      }
    },
  });
}

/** How late the event loop ran a timer, since the last scrape. */
function addEventLoopDelay(registry: Registry): void {
  const delays: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOK_MS });
  delays.enable();
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - LOOK_MS / 1e3);
  new Gauge({
    name: 'scoreline_event_loop_delay_seconds',
    help: 'By how much the event loop was late since the last scrape; quantile 1 is the longest.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      if (delays.count === 0) return;
      for (const quantile of QUANTILES) this.set({ quantile }, late(delays.percentile(quantile * 100)));
      this.set({ quantile: 1 }, late(delays.max));
      delays.reset();
    },
  });
}
