import { openGate } from '../api/gate/gate.ts';
import { type ApiServer, createApiServer } from '../api/http/server.ts';
import type { Config } from '../config/config.ts';
import { createRecordLineage } from '../graph/record/record-lineage.ts';
import { createIngestor, type Ingestor } from '../ingestion/pipeline/ingestor.ts';
import { lookupsOfGiven } from '../ingestion/pipeline/pseudonym.ts';
import { readBuild } from '../instance/build.ts';
import type { OpenDatabase } from '../instance/open-database.ts';
import type { OutageLog } from '../instance/outages.ts';
import { readinessChecks, readinessWarnings } from '../instance/readiness.ts';
import { changeKeys } from '../instance/rotate.ts';
import { openAuditTrail } from '../store/audit/audit-trail.ts';
import { watchLongWriters } from '../store/database/long-writers.ts';
import { followerDelays, followerLags } from '../store/journal/follower-status.ts';
import { latestReadings } from '../store/monitoring/model-readings.ts';
import { readCellMakers } from '../store/responses/cell-usage.ts';
import type { Parts } from './parts.ts';

/** Callers whose cells are counted in /metrics. */
const MAKERS_MEASURED = 10;

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
export async function openServer(
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
