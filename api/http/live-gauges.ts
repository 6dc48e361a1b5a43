import { Gauge, type Registry } from 'prom-client';
import { loggedCallerId } from '../../domain/errors/logged-caller.ts';
import type { Reading } from '../../store/monitoring/model-readings.ts';
import type { CellsOf } from '../../store/responses/cell-usage.ts';
import { addPoolMetrics, type BuildFacts, type PoolFacts } from './server-metrics.ts';
import { addSourceGauges, type SourceGauges } from './source-metrics.ts';

/** A number that is read at each scrape. */
export interface LiveGauges extends SourceGauges {
  /** Journal entries that each follower has yet to read, by follower. */
  readonly journalLag: () => Promise<Readonly<Record<string, number>>>;
  /** Seconds since the oldest change that each follower has yet to read was committed, by follower. */
  readonly freshness: () => Promise<Readonly<Record<string, number>>>;
  /** For how many seconds every run of each periodic job has failed, by job. */
  readonly failingJobs: () => Readonly<Record<string, number>>;
  /** Connections to the database, by pool. */
  readonly pools: () => Readonly<Record<string, PoolFacts>>;
  readonly build: BuildFacts;
  /** The newest readings of each model version. */
  readonly modelReadings: () => Promise<readonly Reading[]>;
  /** Deliveries to targets, by target and state. */
  readonly deliveries: () => Promise<
    readonly { readonly target: string; readonly state: string; readonly deliveries: number }[]
  >;
  /** What waits in the quarantine, by connector and reason. */
  readonly quarantined: () => Promise<
    readonly { readonly connector: string; readonly reason: string; readonly count: number }[]
  >;
  /** Connections of which nothing is fetched because their circuit is open, by connector. */
  readonly openCircuits: () => Promise<readonly { readonly connector: string; readonly count: number }[]>;
  readonly sockets: () => number;
  readonly streams: () => number;
  readonly cohorts: () => number;
  readonly waitingRows: () => number;
  readonly inboxBytes: () => number;
  /** Messages that are not stored yet, by topic of Kafka. */
  readonly topicLag: () => Readonly<Record<string, number>>;
  readonly cells: () => number;
  /** The limit of cells as sent, and who added the most. */
  readonly cellUsage: () => Promise<{ readonly limit: number; readonly makers: readonly CellsOf[] }>;
  /** For the embedded database; undefined for a server's. */
  readonly disk: () => { readonly free: number; readonly isFull: boolean } | undefined;
  /** Whether the sealer found the log of seals changed, and stopped sealing. */
  readonly sealerStopped: () => boolean;
  /** How long a writer has been holding back the journal's followers; 0 if none has for long. */
  readonly secondsHeldBack: () => number;
}

const gaugesOf = (registry: Registry) => (name: string, help: string, read: () => number) =>
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });

/** Adds the gauges that are read at each scrape. */
export function addLiveGauges(registry: Registry, live: LiveGauges): void {
  const gauge = gaugesOf(registry);
  gauge('scoreline_websockets', 'Open WebSocket connections.', live.sockets);
  gauge('scoreline_event_streams', 'Open streams of server-sent events.', live.streams);
  gauge('scoreline_subscription_cohorts', 'Groups of equal subscriptions, each executed once.', live.cohorts);
  addIngestGauges(registry, live);
  gauge('scoreline_cells', 'Cells: combinations of dimension values.', live.cells);
  gauge(
    'scoreline_sealer_stopped',
    '1 while nothing is sealed because the log of seals is not what was signed: the database was tampered with.',
    () => Number(live.sealerStopped()),
  );
  if (live.disk()) {
    const free = 'Free bytes on the disk of the embedded database.';
    gauge('scoreline_record_disk_free_bytes', free, () => live.disk()?.free ?? 0);
    const full = '1 while writes are refused because the disk of the embedded database is nearly full.';
    gauge('scoreline_record_disk_full', full, () => Number(live.disk()?.isFull ?? false));
  }
  gauge(
    'scoreline_held_back_seconds',
    'How long the oldest long write transaction of the database has been open: followers wait for its end.',
    live.secondsHeldBack,
  );
  new Gauge({
    name: 'scoreline_journal_lag_entries',
    help: 'Journal entries that a follower has yet to read.',
    labelNames: ['follower'],
    registers: [registry],
    async collect() {
      for (const [follower, lag] of Object.entries(await live.journalLag())) this.set({ follower }, lag);
    },
  });
  new Gauge({
    name: 'scoreline_follower_delay_seconds',
    help: 'Seconds since the oldest change that a follower has yet to read was committed; 0: it has read all.',
    labelNames: ['follower'],
    registers: [registry],
    async collect() {
      for (const [follower, seconds] of Object.entries(await live.freshness()))
        this.set({ follower }, seconds);
    },
  });
  new Gauge({
    name: 'scoreline_job_failing_seconds',
    help: 'For how long every run of a periodic job has failed; 0: the last run did not.',
    labelNames: ['job'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [job, seconds] of Object.entries(live.failingJobs())) this.set({ job }, seconds);
    },
  });
  addWaitingGauges(registry, live);
  addSourceGauges(registry, live);
  addPoolMetrics(registry, live.pools);
  addCellGauges(registry, live);
  addModelGauges(registry, live);
}

function addWaitingGauges(registry: Registry, live: LiveGauges): void {
  new Gauge({
    name: 'scoreline_deliveries',
    help: 'Deliveries to targets, by state; DEAD ones were given up.',
    labelNames: ['target', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { target, state, deliveries } of await live.deliveries())
        this.set({ target, state }, deliveries);
    },
  });
  new Gauge({
    name: 'scoreline_quarantined',
    help: 'Items and deliveries of connections that wait in the quarantine, by connector and reason.',
    labelNames: ['connector', 'reason'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { connector, reason, count } of await live.quarantined())
        this.set({ connector, reason }, count);
    },
  });
  new Gauge({
    name: 'scoreline_fetch_circuits_open',
    help: 'Connections of which nothing is fetched just now: the vendor keeps failing, refuses the key or asked to wait.',
    labelNames: ['connector'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { connector, count } of await live.openCircuits()) this.set({ connector }, count);
    },
  });
}

function addIngestGauges(registry: Registry, live: LiveGauges): void {
  const gauge = gaugesOf(registry);
  gauge('scoreline_ingest_waiting_responses', 'Responses waiting for their commit.', live.waitingRows);
  gauge('scoreline_ingest_inbox_bytes', 'Bytes of unanswered ingest requests and messages.', live.inboxBytes);
  new Gauge({
    name: 'scoreline_topic_lag_messages',
    help: 'Messages of a Kafka topic that are not stored yet, in partitions of this process.',
    labelNames: ['topic'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [topic, lag] of Object.entries(live.topicLag())) this.set({ topic }, lag);
    },
  });
}

function addCellGauges(registry: Registry, live: LiveGauges): void {
  new Gauge({
    name: 'scoreline_cells_limit',
    help: 'The most cells with values as they were sent (cellLimit); a tenth more may have "other" in them.',
    registers: [registry],
    async collect() {
      this.set((await live.cellUsage()).limit);
    },
  });
  new Gauge({
    name: 'scoreline_cells_made',
    help: 'Cells by who added them: those who added the most.',
    labelNames: ['maker'],
    registers: [registry],
    async collect() {
      const usage = await live.cellUsage();
      this.reset();
      for (const { by, cells } of usage.makers)
        this.set({ maker: by === null ? 'unknown' : loggedCallerId(by) }, cells);
    },
  });
}

function addModelGauges(registry: Registry, live: LiveGauges): void {
  new Gauge({
    name: 'scoreline_model_reading',
    help: 'The newest reading of the monitor for a model version, over all responses.',
    labelNames: ['model', 'metric'],
    registers: [registry],
    async collect() {
      for (const { modelVersionId: model, metric, segment, value } of await live.modelReadings())
        if (Object.keys(segment).length === 0) this.set({ model, metric }, value);
    },
  });
  new Gauge({
    name: 'scoreline_model_alarms',
    help: 'Segments in which the last reading of a model version raised an alarm.',
    labelNames: ['model', 'metric'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { modelVersionId: model, metric, alarm } of await live.modelReadings())
        this.inc({ model, metric }, Number(alarm));
    },
  });
}
