import { followAgents } from './agents/follow-agents.ts';
import { digest } from './api/access/keys.ts';
import { loadPolicies, PolicyError } from './api/access/policies.ts';
import { followSqlLogins } from './api/access/sql-logins.ts';
import { openParts, type Parts, type Stop } from './compose/parts.ts';
import { type OpenServer, openServer } from './compose/server.ts';
import { openWatching } from './compose/watching.ts';
import { type Config, ConfigError, loadConfig } from './config/config.ts';
import { terminalMessage } from './domain/errors/error-facts.ts';
import { KeyProviderError } from './domain/errors/key-provider-errors.ts';
import { DimensionsGoneError } from './domain/segments/cell-shape.ts';
import { readBuild } from './instance/build.ts';
import { greeting } from './instance/greeting.ts';
import { startHousekeeping } from './instance/housekeeping.ts';
import { FolderInUseError } from './instance/lock.ts';
import { captureConsole, openLog, type ProgramLog } from './instance/log.ts';
import { type OpenDatabase, openDatabase } from './instance/open-database.ts';
import { OutageLog } from './instance/outages.ts';
import { openPatiently } from './instance/patient-open.ts';
import { answers } from './instance/readiness.ts';
import { runUntilStopped } from './instance/run.ts';
import { adminKey, keyMatcher } from './instance/secrets.ts';
import { WrongSigningKeyError } from './instance/signing.ts';
import { sourceStack } from './instance/source-stack.ts';
import { DatabaseRefusedError, explained } from './store/database/database-refused.ts';
import { DiskFullError } from './store/database/disk-space.ts';
import { isDatabaseAway } from './store/database/passing-errors.ts';
import { WrongWrappingKeyError } from './store/encryption/check-keys.ts';
import { WrongPepperError } from './store/setup/instance.ts';

/**
 * The composition root: reads the configuration, opens the databases, starts the roles, and stops them in
 * order.
 */

const say = (text: string) => process.stdout.write(`${text}\n`);

/** What works until it is stopped. */
interface Service {
  readonly name: string;
  start(): Promise<Stop>;
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
      say(`  encrypting what was stored before there were keys: ${subjects} data subjects …`),
    onWaiting: (message) => log.warn({}, message),
  });
  const name = config.databaseUrl ? 'PostgreSQL' : 'the embedded database';
  log.watch({ name, owns: isDatabaseAway, probe: () => answers(database.store) });
  const closes: Stop[] = [async () => log.stop(), () => database.close()];
  const stop = () => stopAll(closes.reverse());
  try {
    const key = await adminKey(config);
    const admin = { isAdmin: keyMatcher(key.value), adminHash: digest(key.value) };
    const parts = await openParts(config, database, { ...admin, checked, log, onError, closes });
    const server = await openServer(config, database, parts, log);
    closes.push(server.close);
    const services = servicesOf(config, database, parts, server, { log, onError });
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
  config: Config,
  database: OpenDatabase,
  parts: Parts,
  server: OpenServer,
  { log, onError }: { readonly log: OutageLog; readonly onError: (error: Error) => void },
): Service[] {
  const { roles, retention, smallestCount, limits, dimensions } = config;
  const { graph, graphHolds, seals, scoring, access, targets, agents: running } = parts;
  const readers = roles.has('ingest') ? readersOf(config, database, parts, server, onError) : [];
  if (!roles.has('follow')) return readers;
  const housekeeping = { config, database, retention, graphHolds, now: Date.now, onError };
  const { store, cells, loops } = database;
  const { trustedOnly } = limits;
  const sqlLogins = { store, cells, loops, access, smallestCount, trustedOnly, now: Date.now, log, onError };
  const agents = { agents: running, store, cells, dimensions, loops, now: Date.now, onError };
  return [
    ...readers,
    { name: 'housekeeping', start: async () => startHousekeeping(housekeeping) },
    ...(graph ? [{ name: 'lineage graph', start: () => graph.follow() }] : []),
    { name: 'SQL logins', start: async () => followSqlLogins(sqlLogins) },
    { name: 'agents', start: async () => followAgents(agents) },
    { name: 'deliveries', start: () => targets.follow() },
    { name: 'notices', start: () => server.followNotices(onError) },
    { name: 'sealer', start: () => seals.follow() },
    {
      name: 'scoring',
      start: async () => {
        // Loading the model takes seconds: only inferred scores wait for it.
        const scorer = scoring.follow(server.onScored).catch((error: Error) => {
          onError(error);
          return null;
        });
        return async () => (await scorer)?.stop();
      },
    },
  ];
}

/** What reads answers where they are, instead of waiting for them. */
function readersOf(
  config: Config,
  database: OpenDatabase,
  parts: Parts,
  { deps, followTopics }: OpenServer,
  onError: (error: Error) => void,
): Service[] {
  const { kafka } = config;
  return [
    ...(kafka ? [{ name: 'Kafka topics', start: async () => followTopics(kafka, onError) }] : []),
    { name: 'watched files', start: async () => openWatching(config, database, parts, deps, onError).stop },
  ];
}

/** Stops each, even if one before it fails. @throws the first error, once all are stopped */
async function stopAll(stops: readonly Stop[], atOnce = false): Promise<void> {
  const settled = atOnce ? await Promise.allSettled(stops.map((stop) => stop())) : [];
  if (!atOnce) for (const stop of stops) settled.push(...(await Promise.allSettled([stop()])));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
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

/** A database that goes while a start reads from it is waited for like one that is not there yet. */
function startPatiently(config: Config, log: ProgramLog): Promise<() => Promise<void>> {
  const { databaseUrl, databasePatience: seconds } = config;
  const onWaiting = (message: string) => log.warn({}, message);
  const open = () => start(config, log);
  return databaseUrl === undefined ? open() : openPatiently({ databaseUrl, seconds, onWaiting }, open);
}

async function main(): Promise<void> {
  const config = await loadConfig();
  const log = openLog(config.logLevel);
  captureConsole(log, () => process.exit(1));
  await runUntilStopped(() => startPatiently(config, log), log, say);
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
