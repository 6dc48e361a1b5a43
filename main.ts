import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { type Access, openAccess } from './api/access/access.ts';
import { PolicyError } from './api/access/policies.ts';
import type { ApiDeps } from './api/context.ts';
import { openGate } from './api/gate/gate.ts';
import { type ApiServer, createApiServer } from './api/http/server.ts';
import { type LiveFeed, startLiveFeed } from './api/subscriptions/live-feed.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { keyFingerprint, publicKeyOf } from './domain/signing-key.ts';
import { isAway } from './graph/neo4j/driver.ts';
import { type GraphProjection, FOLLOWER as LINEAGE, openGraph } from './graph/neo4j/open.ts';
import { createRecordLineage } from './graph/record-lineage.ts';
import { openSeals, type Seals } from './graph/seals/open.ts';
import { sealerLag } from './graph/seals/sealer.ts';
import { createAcceptor } from './ingestion/accept.ts';
import { lookupsOfGiven } from './ingestion/pseudonym.ts';
import { FolderInUse } from './instance/lock.ts';
import { type OpenRecord, openRecord } from './instance/open-record.ts';
import { OutageLog } from './instance/outages.ts';
import { answers, readinessChecks } from './instance/readiness.ts';
import { applyRetention } from './instance/retention.ts';
import { changeKeys } from './instance/rotate.ts';
import { adminKey, keyMatcher } from './instance/secrets.ts';
import { WrongSigningKey } from './instance/signing.ts';
import { scorerLags, scorerNames } from './scoring/scorer.ts';
import { openScoring, type Scoring } from './scoring/service.ts';
import { openAuditTrail } from './store/audit-trail.ts';
import { WrongWrappingKey } from './store/check-keys.ts';
import { DatabaseRefused, explained } from './store/database-refused.ts';
import { DiskFull } from './store/disk-space.ts';
import { continueErasures } from './store/erasures.ts';
import { isRecordAway } from './store/errors.ts';
import { WrongPepper } from './store/instance.ts';
import { journalLag } from './store/journal.ts';
import { KeyProviderError } from './store/key-provider.ts';
import { watchLongWriters } from './store/long-writers.ts';
import { readRegistry } from './store/models.ts';
import { latestReadings } from './store/monitoring.ts';
import { purgeMinuteRollups } from './store/rollups.ts';
import { SEALER } from './store/sealing.ts';
import { createWall, forgetScopes, type Wall } from './store/wall.ts';

/** The composition root: reads the configuration, opens the stores, starts the roles, and stops them in order. */

const say = (text: string) => process.stdout.write(`${text}\n`);
const PURGE_EVERY_MS = 10 * 60_000;
const STOP_PATIENCE_MS = 20_000;

async function start(config: Config): Promise<() => Promise<void>> {
  const log = new OutageLog(pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true })), {
    now: Date.now,
  });
  const onError = (error: Error) => {
    // That nothing is stored is said once, when it begins.
    if (!(error instanceof DiskFull)) log.warn({ err: error }, error.message);
  };
  say('Scoreline');
  say(
    `  opening the record (${config.databaseUrl ? 'PostgreSQL' : `embedded, in ${config.dataDir}; the first start makes it, which takes some seconds`}) …`,
  );
  const record = await openRecord(config, onError, {
    onSealing: (subjects) => say(`  sealing what was stored before there were keys: ${subjects} persons …`),
    onWaiting: (message) => log.warn({}, message),
  });
  log.watch({ name: 'PostgreSQL', owns: isRecordAway, probe: () => answers(record.store) });
  const stops: (() => Promise<unknown>)[] = [async () => log.stop(), () => record.close()];
  const stop = async () => {
    for (const one of stops.reverse()) await one();
  };
  try {
    const key = await adminKey(config);
    const graph = config.neo4j ? openGraph(config.neo4j, record, onError) : undefined;
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
      store: record.store,
      place: record.place,
      signingKey: record.signingKey,
      headFile: join(config.dataDir, 'seals', 'heads.ndjson'),
      now: Date.now,
      randomBytes,
      onError,
    });
    stops.push(() => seals.close());
    const scoring = await openScoring({
      ...record,
      encoder: config.encoder ?? null,
      reviewRules: config.reviewRules,
      cacheFolder: join(config.dataDir, 'encoders'),
      now: Date.now,
      onError,
    });
    stops.push(() => scoring.close());
    const wall = createWall({ ...record, now: Date.now });
    const feed = await startLiveFeed({ ...record, wall, now: Date.now, onError });
    stops.push(() => feed.stop());
    const isAdmin = keyMatcher(key.value);
    const access = await openAccess({ ...config, store: record.store, isAdmin, now: Date.now, log });
    stops.push(() => access.close());
    const parts = { graph, feed, scoring, access, seals, wall };
    const server = await startServer(config, record, parts, log);
    stops.push(() => server.close());
    if (config.roles.has('follow'))
      stops.push(
        ...(await startFollowers(
          { record, retention: config.retention },
          graph,
          { scoring, seals, onScored: server.onScored },
          onError,
        )),
      );
    const url = await server.listen(config.host, config.port);
    record.lock?.announce(url);
    greet(config, record, url, key, await championLabel(record));
    return stop;
  } catch (error) {
    await stop();
    throw config.databaseUrl === undefined ? error : explained(error, config.databaseUrl);
  }
}

/** Work that no request asks for: the lineage projection, and clearing away what nobody reads and what is too old. */
async function startFollowers(
  { record, retention }: { record: OpenRecord; retention: Config['retention'] },
  graph: GraphProjection | undefined,
  { scoring, seals, onScored }: { scoring: Scoring; seals: Seals; onScored: ApiServer['onScored'] },
  onError: (error: Error) => void,
): Promise<(() => Promise<unknown>)[]> {
  const graphHolds: ApiDeps['graphHolds'] = async (ids, xact) => graph?.holds(ids, xact) ?? 0;
  const purge = async () => {
    await purgeMinuteRollups(record.store, Date.now()).catch(onError);
    await forgetScopes(record.store, Date.now()).catch(onError);
    await applyRetention(record, retention, Date.now()).catch(onError);
    await continueErasures({ ...record, graphHolds, filesDue: record.files.due }).catch(onError);
  };
  await purge();
  const timer = setInterval(purge, PURGE_EVERY_MS);
  const stops: (() => Promise<unknown>)[] = [async () => clearInterval(timer)];
  if (graph) stops.push(await graph.follow());
  stops.push(await seals.follow());
  // The model takes seconds to load: nobody waits for it but the scores that it infers.
  const scorer = scoring.follow(onScored).catch((error: Error) => {
    onError(error);
    return null;
  });
  stops.push(async () => (await scorer)?.stop());
  return stops;
}

async function startServer(
  config: Config,
  record: OpenRecord,
  parts: {
    graph: GraphProjection | undefined;
    feed: LiveFeed;
    scoring: Scoring;
    access: Access;
    seals: Seals;
    wall: Wall;
  },
  log: OutageLog,
): Promise<ApiServer> {
  const { graph, feed, scoring, access, seals, wall } = parts;
  const { store, cells, mappings, vault } = record;
  const { dimensions, cellLimit, nameBounds } = config;
  const warn = (message: string, err?: Error) => log.warn(err ? { err } : {}, message);
  const acceptor = createAcceptor({
    ...record,
    dimensions,
    cellLimit,
    nameBounds,
    now: Date.now,
    warn,
  });
  const lineage = graph?.lineage ?? createRecordLineage;
  const checks = readinessChecks({
    store,
    roles: config.roles,
    commitBusyFor: () => acceptor.busyFor(),
    followers: async () => [SEALER, ...(graph ? [LINEAGE] : []), ...(await scorerNames(store))],
    graph: graph && (() => graph.check()),
    disk: record.disk,
  });
  const writers = watchLongWriters(store, Date.now, ({ pid, application, user, seconds }) =>
    log.warn(
      { pid, application, user, seconds },
      'a transaction of this database is open for long and holds back live updates, lineage, scoring and sealing',
    ),
  );
  const server = await createApiServer({
    deps: {
      store,
      wall,
      vault,
      cells,
      mappings,
      dimensions,
      acceptor,
      lineage,
      seals: seals.place,
      feed,
      scoring,
      identify: (respondent) => lookupsOfGiven(record.pepper, respondent),
      graphHolds: async (ids, xact) => graph?.holds(ids, xact) ?? 0,
      filesDue: () => record.files.due(),
      changeKeys: (action) => changeKeys(record, config, action),
      themePrecision: config.themePrecision,
      reviewRules: config.reviewRules,
      log,
      now: Date.now,
      access,
      audit: openAuditTrail(store, config.auditAggregates),
      gate: openGate(config.limits, config.trustedDocuments, Date.now),
    },
    roles: { api: config.roles.has('api'), ingest: config.roles.has('ingest') },
    checks,
    gauges: {
      journalLag: async () => ({
        live: await journalLag(store, feed.position()),
        ...(graph ? { lineage: await graph.lag() } : {}),
        ...(await scorerLags(store)),
        sealer: await sealerLag(store),
      }),
      modelReadings: () => latestReadings(store),
      cells: () => cells.size,
      disk: () => record.disk && { free: record.disk.free(), isFull: record.disk.isFull() },
      waitingRows: () => acceptor.waiting(),
      sealerStopped: () => seals.isStopped(),
      secondsHeldBack: () => writers.present()[0]?.seconds ?? 0,
    },
  });
  return {
    ...server,
    close: async () => {
      writers.stop();
      await server.close();
      await acceptor.idle();
    },
  };
}

/** "version 1, the model that ships". */
async function championLabel({ store }: OpenRecord): Promise<string> {
  const champion = (await readRegistry(store)).find(({ stage }) => stage === 'CHAMPION');
  return champion ? `version ${champion.id}, ${champion.label}` : 'none';
}

function greet(
  config: Config,
  { features, store, signingKey }: OpenRecord,
  url: string,
  key: { value: string; made: boolean },
  model: string,
) {
  const kind = store.backend === 'pglite' ? 'PGlite (embedded)' : 'PostgreSQL';
  const timescale = features.timescale === 'none' ? '' : ` with TimescaleDB (${features.timescale})`;
  say(`  record     ${kind}${timescale}`);
  say(`  lineage    ${config.neo4j ? `Neo4j at ${config.neo4j.url}` : 'from the record'}`);
  say(`  model      ${model}`);
  say(`  data       ${config.dataDir}`);
  say(`  signed by  ${keyFingerprint(publicKeyOf(signingKey))}`);
  say(`  listening  ${url}   (GraphQL at ${url}/graphql, console at ${url}/)`);
  if (key.made)
    say(`  admin key  ${key.value}   (made now and shown this once; kept in ${config.dataDir}/admin-key)`);
  else say(`  admin key  ${config.adminKey ? 'from SCORELINE_ADMIN_KEY' : `in ${config.dataDir}/admin-key`}`);
  say(
    'Next: npm run import -- examples/survey-export.csv --map examples/survey-export.map.json   (or: npm run demo)',
  );
}

async function main(): Promise<void> {
  let stop: (() => Promise<void>) | undefined;
  let stopping = false;
  const onSignal = () => {
    // A second Ctrl-C, or a stop that hangs, ends it at once; what was accepted is safe.
    if (stopping) process.exit(1);
    stopping = true;
    say('stopping …');
    setTimeout(() => process.exit(1), STOP_PATIENCE_MS).unref();
    if (!stop) process.exit(0);
    stop().then(
      () => {
        say('stopped; everything accepted is kept');
        process.exit(0);
      },
      (error: Error) => {
        process.stderr.write(`stopping failed: ${error.message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  stop = await start(await loadConfig());
}

main().catch((error: Error) => {
  const expected = [
    ConfigError,
    FolderInUse,
    PolicyError,
    DatabaseRefused,
    WrongPepper,
    WrongSigningKey,
    KeyProviderError,
    WrongWrappingKey,
  ].some((kind) => error instanceof kind);
  const listening = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  if (listening) process.stderr.write(`Scoreline cannot start: ${error.message}; set PORT to another port\n`);
  else process.stderr.write(`Scoreline cannot start: ${expected ? error.message : error.stack}\n`);
  process.exit(1);
});
