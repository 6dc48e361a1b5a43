import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Access, openAccess } from './api/access/access.ts';
import { loadPolicies, type Policies, PolicyError } from './api/access/policies.ts';
import type { ApiDeps } from './api/context.ts';
import { openGate } from './api/gate/gate.ts';
import { type ApiServer, createApiServer } from './api/http/server.ts';
import { type LiveFeed, startLiveFeed } from './api/subscriptions/live-feed.ts';
import { type Config, ConfigError, loadConfig } from './config/config.ts';
import { terminalMessage } from './domain/errors/error-facts.ts';
import { KeyProviderError } from './domain/errors/key-provider-errors.ts';
import { DimensionsGoneError } from './domain/segments/cell-shape.ts';
import { isAway } from './graph/neo4j/driver.ts';
import { type GraphProjection, heldElsewhere, openGraph } from './graph/neo4j/open.ts';
import { createRecordLineage } from './graph/record/record-lineage.ts';
import { createIngestor, type Ingestor } from './ingestion/pipeline/ingestor.ts';
import { lookupsOfGiven } from './ingestion/pipeline/pseudonym.ts';
import { type Connections, openConnections } from './ingestion/webhooks/connections.ts';
import { readBuild } from './instance/build.ts';
import { greeting } from './instance/greeting.ts';
import { startHousekeeping } from './instance/housekeeping.ts';
import { FolderInUseError } from './instance/lock.ts';
import { captureConsole, openLog, type ProgramLog } from './instance/log.ts';
import { type OpenDatabase, openDatabase } from './instance/open-database.ts';
import { OutageLog } from './instance/outages.ts';
import { answers, readinessChecks, readinessWarnings } from './instance/readiness.ts';
import { changeKeys } from './instance/rotate.ts';
import { runUntilStopped } from './instance/run.ts';
import { adminKey, keyMatcher } from './instance/secrets.ts';
import { WrongSigningKeyError } from './instance/signing.ts';
import { sourceStack } from './instance/source-stack.ts';
import { openSeals, type Seals } from './proof/open-seals.ts';
import { openScoring, type Scoring } from './scoring/service.ts';
import { createScopedReader, type ScopedReader } from './store/access/scoped-views.ts';
import { openAuditTrail } from './store/audit/audit-trail.ts';
import { DatabaseRefusedError, explained } from './store/database/database-refused.ts';
import { DiskFullError } from './store/database/disk-space.ts';
import { watchLongWriters } from './store/database/long-writers.ts';
import { isDatabaseAway } from './store/database/passing-errors.ts';
import { WrongWrappingKeyError } from './store/encryption/check-keys.ts';
import { followerDelays, followerLags } from './store/journal/follower-status.ts';
import { latestReadings } from './store/monitoring/model-readings.ts';
import { readCellMakers } from './store/responses/cell-usage.ts';
import { WrongPepperError } from './store/setup/instance.ts';

/**
 * The composition root: reads the configuration, opens the databases, starts the roles, and stops them in
 * order.
 */

/** Callers whose cells are counted in /metrics. */
const MAKERS_MEASURED = 10;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Stops what was started, once that has ended. */
type Stop = () => Promise<unknown>;

/** What works until it is stopped. */
interface Service {
  readonly name: string;
  start(): Promise<Stop>;
}

/** What the services are made of. */
interface Parts {
  readonly graph: GraphProjection | undefined;
  readonly graphHolds: ApiDeps['graphHolds'];
  readonly seals: Seals;
  readonly scoring: Scoring;
  readonly scopedReader: ScopedReader;
  readonly feed: LiveFeed;
  readonly access: Access;
  readonly connections: Connections;
}

async function start(config: Config, programLog: ProgramLog): Promise<() => Promise<void>> {
  const log = new OutageLog(programLog, { now: Date.now });
  const onError = (error: Error) => {
    // That writes are refused is logged once, when it begins.
    if (!(error instanceof DiskFullError)) log.warn({ err: error }, error.message);
  };
  say('Scoreline');
  say(
    `  opening the database (${config.databaseUrl ? 'PostgreSQL' : `embedded, in ${config.dataDir}; the first start creates it, which takes some seconds`}) …`,
  );
  // Half a second of this thread, while another one opens the embedded database.
  const checked = loadPolicies(config.policies, config.dimensions);
  checked.catch(() => undefined);
  const database = await openDatabase(config, onError, {
    onEncryptingLegacy: (subjects) =>
      say(`  sealing what was stored before there were keys: ${subjects} persons …`),
    onWaiting: (message) => log.warn({}, message),
  });
  const name = config.databaseUrl ? 'PostgreSQL' : 'the embedded database';
  log.watch({ name, owns: isDatabaseAway, probe: () => answers(database.store) });
  const closes: Stop[] = [async () => log.stop(), () => database.close()];
  const stop = () => stopAll(closes.reverse());
  try {
    const key = await adminKey(config);
    const isAdmin = keyMatcher(key.value);
    const parts = await openParts(config, database, { isAdmin, checked, log, onError, closes });
    const server = await openServer(config, database, parts, log);
    closes.push(server.close);
    const services = servicesOf(config, database, parts, server, onError);
    const listening: Service = {
      name: 'server',
      start: async () => {
        const url = await server.listen(config.host, config.port);
        database.lock?.announce(url);
        for (const line of await greeting(config, database, url, key)) say(line);
        log.info({ ...readBuild(config.commit), ...factsOf(config, database), url }, 'started');
        return server.close;
      },
    };
    // All at once: the server stops answering while a follower ends what it is at, and no lease is kept by another's work.
    const running: Stop[] = [];
    closes.push(() => stopAll(running, true));
    for (const service of [...services, listening]) running.push(await service.start());
    return stop;
  } catch (error) {
    await stop();
    throw config.databaseUrl === undefined ? error : explained(error, config.databaseUrl);
  }
}

/** What this process does on its own, in the order in which it begins. */
function servicesOf(
  { roles, retention }: Config,
  database: OpenDatabase,
  { graph, graphHolds, seals, scoring }: Parts,
  { onScored }: ApiServer,
  onError: (error: Error) => void,
): Service[] {
  if (!roles.has('follow')) return [];
  const housekeeping = { database, retention, graphHolds, now: Date.now, onError };
  return [
    { name: 'housekeeping', start: async () => startHousekeeping(housekeeping) },
    ...(graph ? [{ name: 'lineage graph', start: () => graph.follow() }] : []),
    { name: 'sealer', start: () => seals.follow() },
    {
      name: 'scoring',
      start: async () => {
        // Loading the model takes seconds: only inferred scores wait for it.
        const scorer = scoring.follow(onScored).catch((error: Error) => {
          onError(error);
          return null;
        });
        return async () => (await scorer)?.stop();
      },
    },
  ];
}

/** Stops each, even if one before it fails. @throws the first error, once all are stopped */
async function stopAll(stops: readonly Stop[], atOnce = false): Promise<void> {
  const settled = atOnce ? await Promise.allSettled(stops.map((stop) => stop())) : [];
  if (!atOnce) for (const stop of stops) settled.push(...(await Promise.allSettled([stop()])));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Opens in order what the services are made of; `closes` gets what closes each. */
async function openParts(
  config: Config,
  database: OpenDatabase,
  opening: {
    readonly isAdmin: (presented: string) => boolean;
    readonly checked: Promise<Policies>;
    readonly log: OutageLog;
    readonly onError: (error: Error) => void;
    readonly closes: Stop[];
  },
): Promise<Parts> {
  const { isAdmin, checked, log, onError, closes } = opening;
  const { store, cells, mappings, encryption, signingKey, place, loops } = database;
  const now = Date.now;
  const graph = config.neo4j && openGraph(config.neo4j, { store, cells, mappings, place, loops }, onError);
  if (graph) {
    closes.push(() => graph.close());
    log.watch({
      name: 'Neo4j',
      owns: isAway,
      probe: () => graph.check(),
      meanwhile: 'lineage comes from the database',
    });
  }
  const graphHolds: Parts['graphHolds'] = async (ids, xact) =>
    graph ? graph.holds(ids, xact) : heldElsewhere(store, ids, xact);
  const { sealSink, sealAfter } = config;
  const checkpointFile = join(config.dataDir, 'seals', 'heads.ndjson');
  const seals = openSeals({
    store,
    signingKey,
    checkpointFile,
    sealSink,
    sealAfter,
    place,
    loops,
    now,
    randomBytes,
    onError,
  });
  closes.push(() => seals.close());
  const scoring = await openScoring({
    store,
    encryption,
    cells,
    encoder: config.encoder ?? null,
    cacheFolder: join(config.dataDir, 'encoders'),
    signingKey,
    reviewRules: config.reviewRules,
    place,
    loops,
    now,
    onError,
  });
  closes.push(() => scoring.close());
  const scopedReader = createScopedReader({ store, cells, now });
  const feed = await startLiveFeed({ store, scopedReader, cells, loops, now, onError });
  closes.push(() => feed.stop());
  const { dimensions, policies, smallestCount, jwt } = config;
  const access = await openAccess({
    store,
    dimensions,
    policies,
    checked,
    smallestCount,
    jwt,
    isAdmin,
    loops,
    now,
    log,
  });
  closes.push(() => access.close());
  const connections = await openConnections({
    store,
    encryption,
    dimensions,
    loops,
    now,
    randomBytes,
    onError,
  });
  closes.push(() => connections.close());
  return { graph, graphHolds, seals, scoring, scopedReader, feed, access, connections };
}

/** Opens the one step behind every way in. */
function openIngestor(config: Config, database: OpenDatabase, log: OutageLog): Ingestor {
  const { store, cells, mappings, encryption, pepper } = database;
  const { dimensions, cellLimits, redaction, nameBounds } = config;
  const now = Date.now;
  const warn = (message: string, err?: Error) => log.warn(err ? { err } : {}, message);
  return createIngestor({
    store,
    encryption,
    cells,
    mappings,
    pepper,
    dimensions,
    cellLimits,
    redaction,
    nameBounds,
    now,
    warn,
  });
}

/** Opens the server; it listens once requested. */
async function openServer(
  config: Config,
  database: OpenDatabase,
  { graph, graphHolds, seals, scoring, scopedReader, feed, access, connections }: Parts,
  log: OutageLog,
): Promise<ApiServer> {
  const { store, cells, mappings, encryption, pepper, loops, disk, files } = database;
  const { dimensions, cellLimits, redaction, reviewRules, themePrecision, roles } = config;
  const now = Date.now;
  const ingestor = openIngestor(config, database, log);
  const audit = openAuditTrail(store, config.auditAggregates, (err) =>
    log.error({ err }, 'refusals could not be kept'),
  );
  const writers = longWriters(database, log);
  const server = await createApiServer({
    deps: {
      store,
      scopedReader,
      encryption,
      cells,
      mappings,
      dimensions,
      cellLimits,
      redaction,
      ingestor,
      lineage: graph?.lineage ?? createRecordLineage,
      seals: seals.place,
      feed,
      scoring,
      identify: (respondent) => lookupsOfGiven(pepper, respondent),
      graphHolds,
      filesDue: () => files.due(),
      changeKeys: (action) => changeKeys(database, config, action),
      themePrecision,
      reviewRules,
      log,
      now,
      access,
      connections,
      audit,
      gate: openGate(config.limits, config.trustedDocuments, now),
    },
    roles: { api: roles.has('api'), ingest: roles.has('ingest') },
    origins: config.origins,
    checks: readinessChecks({ store, roles, commitBusyFor: () => ingestor.busyFor(), loops, disk }),
    lesserChecks: readinessWarnings(store, loops, graph),
    gauges: {
      journalLag: () => followerLags(store, loops),
      freshness: () => followerDelays(store, loops),
      failingJobs: () => loops.failingJobs(),
      pools: () => store.pools(),
      build: readBuild(config.commit),
      modelReadings: () => latestReadings(store),
      cells: () => cells.size,
      cellUsage: async () => ({
        limit: cellLimits.limit,
        makers: await readCellMakers(store, MAKERS_MEASURED),
      }),
      disk: () => disk && { free: disk.free(), isFull: disk.isFull() },
      waitingRows: () => ingestor.waiting(),
      sealerStopped: () => seals.isStopped(),
      secondsHeldBack: () => writers.present()[0]?.seconds ?? 0,
    },
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await writers.stop();
    await server.close();
    await ingestor.idle();
    await audit.close();
  };
  return {
    ...server,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Names each long writer once in the log: whose it is, and nothing of what it writes. */
function longWriters({ store, loops }: OpenDatabase, log: OutageLog) {
  return watchLongWriters({ store, loops, now: Date.now }, ({ pid, application, user, seconds }) =>
    log.warn(
      { pid, application, user, seconds },
      'a transaction of this database is open for long and holds back live updates, lineage, scoring and sealing',
    ),
  );
}

/** The facts of the line that is logged at the start. */
function factsOf(config: Config, { store, features }: OpenDatabase) {
  return {
    record: store.backend,
    timescale: features.timescale,
    lineage: config.neo4j ? 'neo4j' : 'record',
    roles: [...config.roles],
  };
}

async function main(): Promise<void> {
  const config = await loadConfig();
  const log = openLog(config.logLevel);
  captureConsole(log, () => process.exit(1));
  await runUntilStopped(() => start(config, log), log, say);
}

const EXPECTED = [
  ConfigError,
  FolderInUseError,
  PolicyError,
  DatabaseRefusedError,
  WrongPepperError,
  WrongSigningKeyError,
  KeyProviderError,
  WrongWrappingKeyError,
  DimensionsGoneError,
];

main().catch((error: Error) => {
  const listening = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  const hint = listening ? '; set PORT to another port' : '';
  const message = `Scoreline cannot start: ${terminalMessage(error)}${hint}`;
  const expected = listening || EXPECTED.some((kind) => error instanceof kind);
  if (process.stderr.isTTY)
    process.stderr.write(`${message}\n${expected ? '' : `${sourceStack(error.stack ?? '')}\n`}`);
  else {
    // An operator's mistake may name their own input; of other errors only the facts are logged.
    say(message);
    openLog('fatal').fatal(expected ? { reason: error.message } : { err: error }, 'Scoreline cannot start');
  }
  process.exit(1);
});
