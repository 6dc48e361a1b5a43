import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Access, openAccess } from './api/access/access.ts';
import { PolicyError } from './api/access/policies.ts';
import { openGate } from './api/gate/gate.ts';
import { type ApiServer, createApiServer } from './api/http/server.ts';
import { type LiveFeed, startLiveFeed } from './api/subscriptions/live-feed.ts';
import { type Config, ConfigError, loadConfig } from './config/config.ts';
import { terminalMessage } from './domain/errors/error-facts.ts';
import { KeyProviderError } from './domain/errors/key-provider-errors.ts';
import { DimensionsGoneError } from './domain/segments/cell-shape.ts';
import { startFollowers } from './followers.ts';
import { cellUsage, followerDelays, followerLags } from './gauges.ts';
import { isAway } from './graph/neo4j/driver.ts';
import { type GraphProjection, heldElsewhere, FOLLOWER as LINEAGE, openGraph } from './graph/neo4j/open.ts';
import { createRecordLineage } from './graph/record/record-lineage.ts';
import { createIngestor } from './ingestion/pipeline/ingestor.ts';
import { lookupsOfGiven } from './ingestion/pipeline/pseudonym.ts';
import { type Connections, openConnections } from './ingestion/webhooks/connections.ts';
import { readBuild } from './instance/build.ts';
import { greeting } from './instance/greeting.ts';
import { FolderInUseError } from './instance/lock.ts';
import { captureConsole, openLog, type ProgramLog } from './instance/log.ts';
import { type OpenDatabase, openDatabase } from './instance/open-database.ts';
import { OutageLog } from './instance/outages.ts';
import { answers, readinessChecks, readinessWarnings } from './instance/readiness.ts';
import { changeKeys } from './instance/rotate.ts';
import { runUntilStopped } from './instance/run.ts';
import { adminKey, keyMatcher } from './instance/secrets.ts';
import { WrongSigningKeyError } from './instance/signing.ts';
import { openSeals, type Seals } from './proof/open-seals.ts';
import { openScoring, type Scoring } from './scoring/service.ts';
import { createScopedReader, type ScopedReader } from './store/access/scoped-views.ts';
import { openAuditTrail } from './store/audit/audit-trail.ts';
import type { Store } from './store/database/client.ts';
import { DatabaseRefusedError, explained } from './store/database/database-refused.ts';
import { DiskFullError } from './store/database/disk-space.ts';
import { watchLongWriters } from './store/database/long-writers.ts';
import { isDatabaseAway } from './store/database/passing-errors.ts';
import { WrongWrappingKeyError } from './store/encryption/check-keys.ts';
import { latestReadings } from './store/monitoring/model-readings.ts';
import { SEALER } from './store/seals/sealing.ts';
import { WrongPepperError } from './store/setup/instance.ts';

/** The composition root: reads the configuration, opens the stores, starts the roles, and stops them in order. */

const say = (text: string) => process.stdout.write(`${text}\n`);

async function start(config: Config, programLog: ProgramLog): Promise<() => Promise<void>> {
  const log = new OutageLog(programLog, { now: Date.now });
  const onError = (error: Error) => {
    // That nothing is stored is said once, when it begins.
    if (!(error instanceof DiskFullError)) log.warn({ err: error }, error.message);
  };
  say('Scoreline');
  say(
    `  opening the record (${config.databaseUrl ? 'PostgreSQL' : `embedded, in ${config.dataDir}; the first start makes it, which takes some seconds`}) …`,
  );
  const database = await openDatabase(config, onError, {
    onEncryptingLegacy: (subjects) =>
      say(`  sealing what was stored before there were keys: ${subjects} persons …`),
    onWaiting: (message) => log.warn({}, message),
  });
  const name = config.databaseUrl ? 'PostgreSQL' : 'the embedded record';
  log.watch({ name, owns: isDatabaseAway, probe: () => answers(database.store) });
  const stops: (() => Promise<unknown>)[] = [async () => log.stop(), () => database.close()];
  const stop = () => stopAll(stops.reverse());
  try {
    const key = await adminKey(config);
    const graph = config.neo4j ? openGraph(config.neo4j, database, onError) : undefined;
    if (graph) {
      stops.push(() => graph.close());
      log.watch({
        name: 'Neo4j',
        owns: isAway,
        probe: () => graph.check(),
        meanwhile: 'lineage is answered by the record',
      });
    }
    const seals = openSeals({
      ...config,
      store: database.store,
      place: database.place,
      signingKey: database.signingKey,
      checkpointFile: join(config.dataDir, 'seals', 'heads.ndjson'),
      now: Date.now,
      randomBytes,
      onError,
    });
    stops.push(() => seals.close());
    const scoring = await openScoring({
      ...database,
      encoder: config.encoder ?? null,
      reviewRules: config.reviewRules,
      cacheFolder: join(config.dataDir, 'encoders'),
      now: Date.now,
      onError,
    });
    stops.push(() => scoring.close());
    const scopedReader = createScopedReader({ ...database, now: Date.now });
    const feed = await startLiveFeed({ ...database, scopedReader, now: Date.now, onError });
    stops.push(() => feed.stop());
    const isAdmin = keyMatcher(key.value);
    const access = await openAccess({ ...config, store: database.store, isAdmin, now: Date.now, log });
    stops.push(() => access.close());
    const connections = await openWebhooks(config, database, onError);
    stops.push(() => connections.close());
    const parts = { graph, feed, scoring, access, connections, seals, scopedReader };
    const server = await startServer(config, database, parts, log);
    let followers: () => Promise<unknown> = async () => undefined;
    // At once: the server answers nobody any more while a follower ends what it is at.
    stops.push(() => stopAll([followers, server.close], true));
    if (config.roles.has('follow'))
      followers = await startFollowers(
        { record: database, retention: config.retention },
        graph,
        { scoring, seals, onScored: server.onScored },
        onError,
      );
    const url = await server.listen(config.host, config.port);
    database.lock?.announce(url);
    for (const line of await greeting(config, database, url, key)) say(line);
    log.info({ ...readBuild(config.commit), ...factsOf(config, database), url }, 'started');
    return stop;
  } catch (error) {
    await stop();
    throw config.databaseUrl === undefined ? error : explained(error, config.databaseUrl);
  }
}

/** The connections of vendors, whose secrets the database holds. */
const openWebhooks = (
  { dimensions }: Config,
  { store, encryption }: OpenDatabase,
  onError: (error: Error) => void,
) => openConnections({ store, encryption, dimensions, now: Date.now, randomBytes, onError });

/** Stops each, also where one before it fails. @throws the first error, once all are stopped */
async function stopAll(stops: readonly (() => Promise<unknown>)[], atOnce = false): Promise<void> {
  const settled = atOnce ? await Promise.allSettled(stops.map((stop) => stop())) : [];
  if (!atOnce) for (const stop of stops) settled.push(...(await Promise.allSettled([stop()])));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

async function startServer(
  config: Config,
  database: OpenDatabase,
  parts: {
    graph: GraphProjection | undefined;
    feed: LiveFeed;
    scoring: Scoring;
    access: Access;
    connections: Connections;
    seals: Seals;
    scopedReader: ScopedReader;
  },
  log: OutageLog,
): Promise<ApiServer> {
  const { graph, feed, scoring, access, connections, seals, scopedReader } = parts;
  const { store, cells, mappings, encryption } = database;
  const { nameBounds, origins } = config;
  const rules = { dimensions: config.dimensions, cellLimits: config.cellLimits, redaction: config.redaction };
  const warn = (message: string, err?: Error) => log.warn(err ? { err } : {}, message);
  const ingestor = createIngestor({ ...database, ...rules, nameBounds, now: Date.now, warn });
  const lineage = graph?.lineage ?? createRecordLineage;
  const trail = openAuditTrail(store, config.auditAggregates, (err) =>
    log.error({ err }, 'refusals could not be kept'),
  );
  const checks = readinessChecks({
    store,
    roles: config.roles,
    commitBusyFor: () => ingestor.busyFor(),
    followers: async () => [...(seals.isLeading() ? [SEALER] : []), ...(await scoring.atWork())],
    disk: database.disk,
  });
  const writers = longWriters(store, log);
  const server = await createApiServer({
    deps: {
      store,
      scopedReader,
      encryption,
      cells,
      mappings,
      ...rules,
      ingestor,
      lineage,
      seals: seals.place,
      feed,
      scoring,
      identify: (respondent) => lookupsOfGiven(database.pepper, respondent),
      graphHolds: async (ids, xact) =>
        graph ? graph.holds(ids, xact) : heldElsewhere(database.store, ids, xact),
      filesDue: () => database.files.due(),
      changeKeys: (action) => changeKeys(database, config, action),
      themePrecision: config.themePrecision,
      reviewRules: config.reviewRules,
      log,
      now: Date.now,
      access,
      connections,
      audit: trail,
      gate: openGate(config.limits, config.trustedDocuments, Date.now),
    },
    roles: { api: config.roles.has('api'), ingest: config.roles.has('ingest') },
    origins,
    checks,
    lesserChecks: readinessWarnings(store, graph, LINEAGE),
    gauges: {
      journalLag: () => followerLags(store, feed, graph),
      freshness: () => followerDelays(store, feed, graph),
      pools: () => store.pools(),
      build: readBuild(config.commit),
      modelReadings: () => latestReadings(store),
      cells: () => cells.size,
      cellUsage: () => cellUsage(store, config.cellLimits.limit),
      disk: () => database.disk && { free: database.disk.free(), isFull: database.disk.isFull() },
      waitingRows: () => ingestor.waiting(),
      sealerStopped: () => seals.isStopped(),
      secondsHeldBack: () => writers.present()[0]?.seconds ?? 0,
    },
  });
  return {
    ...server,
    close: async () => {
      writers.stop();
      await server.close();
      await ingestor.idle();
      await trail.close();
    },
  };
}

/** Names each long writer once in the log: whose it is, and nothing of what it writes. */
function longWriters(store: Store, log: OutageLog) {
  return watchLongWriters(store, Date.now, ({ pid, application, user, seconds }) =>
    log.warn(
      { pid, application, user, seconds },
      'a transaction of this database is open for long and holds back live updates, lineage, scoring and sealing',
    ),
  );
}

/** What the line that is logged at the start tells. */
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
  if (process.stderr.isTTY) process.stderr.write(`${message}\n${expected ? '' : `${error.stack}\n`}`);
  else {
    // What an operator did wrong names their own input; of other errors only the facts are told.
    say(message);
    openLog('fatal').fatal(expected ? { reason: error.message } : { err: error }, 'Scoreline cannot start');
  }
  process.exit(1);
});
