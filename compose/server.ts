import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import type { ApiDeps } from '../api/context.ts';
import { openGate } from '../api/gate/gate.ts';
import { openModelAccess } from '../api/gate/model-access.ts';
import { type Trusted, trustDocuments } from '../api/gate/trusted.ts';
import { type ApiServer, createApiServer } from '../api/http/server.ts';
import { readSourceFigures } from '../api/http/source-metrics.ts';
import { LIMITS } from '../api/limits.ts';
import { buildSchema } from '../api/schema/schema.ts';
import { type FollowedTopics, followTopics } from '../api/topics/follow-topics.ts';
import type { Config, KafkaConfig } from '../config/config.ts';
import { createRecordLineage } from '../graph/record/record-lineage.ts';
import { openSamples, type Samples } from '../ingestion/demo/samples.ts';
import { UploadImports } from '../ingestion/files/upload/upload-imports.ts';
import { Uploads } from '../ingestion/files/upload/uploads.ts';
import { createIdentities } from '../ingestion/identities/accept-identities.ts';
import { openHandOver } from '../ingestion/kafka/hand-over.ts';
import { createOutcomeIngestor } from '../ingestion/outcomes/outcome-ingestor.ts';
import { Inbox } from '../ingestion/pipeline/inbox.ts';
import { createIngestor } from '../ingestion/pipeline/ingestor.ts';
import { lookupsOfGiven, namedBy } from '../ingestion/pipeline/pseudonym.ts';
import { readBuild } from '../instance/build.ts';
import type { OpenDatabase } from '../instance/open-database.ts';
import type { OutageLog } from '../instance/outages.ts';
import { readinessChecks, readinessWarnings } from '../instance/readiness.ts';
import { changeKeys } from '../instance/rotate.ts';
import { openAuditTrail } from '../store/audit/audit-trail.ts';
import { countOpenCircuits } from '../store/connections/notices.ts';
import { countAllQuarantined } from '../store/connections/quarantine.ts';
import { watchLongWriters } from '../store/database/long-writers.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import { followerDelays, followerLags } from '../store/journal/follower-status.ts';
import { latestReadings } from '../store/monitoring/model-readings.ts';
import { readCellMakers } from '../store/responses/cell-usage.ts';
import { countDeliveries } from '../store/targets/deliveries.ts';
import { followNotices } from './notices.ts';
import type { Parts, Stop } from './parts.ts';

/** Callers whose cells are counted in /metrics. */
const MAKERS_MEASURED = 10;

/** Opens the ingest steps behind all endpoints, one for responses and one for outcomes, and what responses may be handed to before. */
function openIngestors(config: Config, database: OpenDatabase, names: Parts['names'], log: OutageLog) {
  const { store, cells, mappings, segmentRules, encryption, pepper, sign } = database;
  const { dimensions, cellLimits, redaction, nameBounds, flags: flagRules } = config;
  const now = Date.now;
  const warn = (message: string, err?: Error) => log.warn(err ? { err } : {}, message);
  const deps = {
    ...{ store, encryption, cells, mappings, segmentRules, pepper, sign },
    ...{ dimensions, cellLimits, redaction, names, nameBounds, flagRules, now, warn },
  };
  const [ingestor, outcomes] = [createIngestor(deps), createOutcomeIngestor(deps)];
  const { cluster, ingestTopic: topic } = config.kafka ?? {};
  const { tenant } = encryption;
  const onError = (error: Error) => warn(error.message, error);
  const handOver =
    cluster && topic !== undefined
      ? openHandOver({ cluster, topic, pepper, tenant, ingestor, onError })
      : undefined;
  return { ingestor, outcomes, inbox: new Inbox(LIMITS.inbox, now), handOver };
}

/** Opens the simulated answers and the example. */
function openSamplesOf(
  config: Config,
  { store }: OpenDatabase,
  ingestors: Pick<ReturnType<typeof openIngestors>, 'ingestor' | 'outcomes'>,
  log: OutageLog,
): Samples {
  const { dimensions, dataDir } = config;
  const onError = (err: Error) => log.error({ err }, 'simulated answers could not be stored');
  return openSamples({ store, ...ingestors, dimensions, dataDir, now: Date.now, onError });
}

/** Files are removed a day after they were last used. */
const UPLOADS_KEPT_MS = 24 * 3_600_000;

/** Opens the files that callers send, and removes old ones now and every hour. */
function openUploads({ dataDir, diskReserve }: Config, loops: OpenDatabase['loops'], log: OutageLog) {
  const limits = {
    bytes: LIMITS.upload,
    bytesOfOwner: LIMITS.uploads,
    filesOfOwner: LIMITS.uploadFiles,
    keptMs: UPLOADS_KEPT_MS,
    reserve: diskReserve,
  };
  const uploads = new Uploads(join(dataDir, 'uploads'), limits, Date.now);
  const sweeping = runPeriodic({
    name: 'uploaded files',
    everyMs: UPLOADS_KEPT_MS / 24,
    run: () => uploads.sweep(),
    onError: (err) => log.warn({ err }, 'old uploaded files could not be removed'),
    loops,
  });
  const uploadImports = new UploadImports(uploads);
  const close = async () => {
    await sweeping.stop();
    await uploadImports.close();
  };
  return { uploads, uploadImports, close };
}

/** The schema and the trusted documents; those that do not fit it are named. */
function operations(config: Config, log: OutageLog): { schema: GraphQLSchema; documents: Trusted } {
  const schema = buildSchema(config.dimensions);
  const documents = trustDocuments(schema, config.dimensions, config.trustedDocuments);
  for (const { name, why } of documents.leftOut)
    log.warn({}, `trusted documents: ${name} does not fit the schema and is left out: ${why}`);
  return { schema, documents };
}

/** The server, and what reads topics of Kafka and fetches from vendors with what its routes work with. */
export interface OpenServer extends ApiServer {
  /** Begins to read; returns what ends it. */
  followTopics(kafka: KafkaConfig, onError: (error: Error) => void): Stop;
  /** Fetches what vendors announce, until the answer is called. */
  followNotices(onError: (error: Error) => void): Promise<Stop>;
}

/** Opens the server; it listens once requested. */
export async function openServer(
  config: Config,
  database: OpenDatabase,
  {
    graph,
    graphHolds,
    seals,
    scoring,
    names,
    scopedReader,
    feed,
    access,
    connections,
    targets,
    agents,
  }: Parts,
  log: OutageLog,
): Promise<OpenServer> {
  const { store, cells, mappings, segmentRules, encryption, pepper, loops, disk, files } = database;
  const { dimensions, cellLimits, redaction, reviewRules, themePrecision, roles } = config;
  const now = Date.now;
  const { ingestor, outcomes, inbox, handOver } = openIngestors(config, database, names, log);
  const samples = openSamplesOf(config, database, { ingestor, outcomes }, log);
  const audit = auditTrailOf(config, store, log);
  const { uploads, uploadImports, close: closeUploads } = openUploads(config, loops, log);
  const writers = longWriters(database, log);
  const { schema, documents } = operations(config, log);
  const topics = openTopics(database);
  const server = await createApiServer({
    deps: {
      ...{ store, scopedReader, encryption, cells, mappings, segmentRules },
      ...{ dimensions, cellLimits, redaction, names },
      ...{ ingestor, outcomes, samples, uploads, uploadImports },
      identities: createIdentities({ store, encryption, sign: seals.place.sign, now, ...namesUnder(pepper) }),
      lineage: graph?.lineage ?? createRecordLineage,
      seals: seals.place,
      feed,
      agents,
      scoring,
      ...namesUnder(pepper),
      quarantineFor: config.retention.quarantine,
      retention: config.retention,
      graphHolds,
      filesDue: () => files.due(),
      changeKeys: (action) => changeKeys(database, config, action),
      themePrecision,
      reviewRules,
      log,
      now,
      access,
      publicUrl: config.publicUrl,
      connections,
      targets,
      languageModel: openModelAccess(config.llm, now),
      audit,
      gate: openGate(config.limits, documents.texts, now),
      ...{ inbox, handOver },
    },
    schema,
    documents,
    roles: { api: roles.has('api'), ingest: roles.has('ingest') },
    origins: config.origins,
    trustedProxies: config.trustedProxies,
    checks: readinessChecks({ store, roles, commitBusyFor: () => ingestor.busyFor(), loops, disk }),
    lesserChecks: readinessWarnings(store, loops, graph),
    gauges: {
      ...gaugesOf(config, database, seals, writers),
      waitingRows: () => ingestor.waiting() + outcomes.waiting(),
      inboxBytes: () => inbox.bytes,
      topicLag: topics.lag,
    },
  });
  return {
    ...server,
    close: once(async () => {
      await writers.stop();
      await server.close();
      await samples.demo.close();
      await closeUploads();
      await handOver?.close();
      await ingestor.idle();
      await outcomes.idle();
      await audit.close();
    }),
    followTopics: (kafka, onError) => topics.follow(server.deps, kafka, onError),
    followNotices: (onError) =>
      followNotices(server.deps, { loops, vendorPlaces: config.vendorPlaces, onError }),
  };
}

/** How texts of callers name persons and accounts. */
const namesUnder = (pepper: OpenDatabase['pepper']): Pick<ApiDeps, 'identify' | 'pseudonymOf'> => ({
  identify: (respondent) => lookupsOfGiven(pepper, respondent),
  pseudonymOf: (given, kind) => namedBy(pepper, given, kind),
});

const auditTrailOf = ({ auditAggregates }: Config, store: OpenDatabase['store'], log: OutageLog) =>
  openAuditTrail(store, auditAggregates, (err) => log.error({ err }, 'refusals could not be kept'));

/** Topics of Kafka, which are read once the server works. */
function openTopics({ loops, pepper, encryption: { tenant } }: OpenDatabase) {
  let followed: FollowedTopics | null = null;
  return {
    lag: () => followed?.lag() ?? {},
    follow: (deps: ApiServer['deps'], kafka: KafkaConfig, onError: (error: Error) => void): Stop => {
      followed = followTopics(deps, { kafka, loops, pepper, tenant, onError });
      return followed.stop;
    },
  };
}

/** What /metrics reads at each scrape. */
function gaugesOf(
  config: Config,
  { store, loops, cells, disk }: OpenDatabase,
  seals: Parts['seals'],
  writers: ReturnType<typeof longWriters>,
): Omit<Parameters<typeof createApiServer>[0]['gauges'], 'waitingRows' | 'inboxBytes' | 'topicLag'> {
  return {
    journalLag: () => followerLags(store, loops),
    freshness: () => followerDelays(store, loops),
    failingJobs: () => loops.failingJobs(),
    pools: () => store.pools(),
    build: readBuild(config.commit),
    modelReadings: () => latestReadings(store),
    deliveries: () => countDeliveries(store),
    quarantined: () => countAllQuarantined(store),
    openCircuits: () => countOpenCircuits(store, new Date(Date.now())),
    sourceQuality: () => readSourceFigures(store, Date.now()),
    cells: () => cells.size,
    cellUsage: () => cellUsage(store, config.cellLimits.limit),
    disk: () => disk && { free: disk.free(), isFull: disk.isFull() },
    sealerStopped: () => seals.isStopped(),
    secondsHeldBack: () => writers.present()[0]?.seconds ?? 0,
  };
}

async function cellUsage(store: OpenDatabase['store'], limit: number) {
  return { limit, makers: await readCellMakers(store, MAKERS_MEASURED) };
}

/** The work is done at the first call; further ones wait for it. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
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
