import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { openPostgres } from '../../store/database/postgres.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { ADMIN_KEY, type RunningServer, startServer } from '../fixtures/server.ts';
import { mountSmallDisk, type SmallDisk } from '../fixtures/small-disk.ts';
import { startProxy, type TcpProxy, through } from '../fixtures/tcp-proxy.ts';
import { type RunningKafka, startKafka } from '../services/kafka.ts';
import { type RunningNeo4j, startNeo4j } from '../services/neo4j.ts';
import {
  copyDatabase,
  createDatabase,
  dropDatabase,
  makeTemplate,
  type RunningPostgres,
  startPostgres,
} from '../services/postgres.ts';
import { type Plan, SOURCE } from './plan.ts';

/** Servers that a drill may break; they are its own, and serve one seed after another. */
export interface Servers {
  readonly postgres: RunningPostgres;
  readonly neo4j: RunningNeo4j;
  /** What workers reach Neo4j through. */
  readonly graph: TcpProxy;
  readonly kafka: RunningKafka;
  dispose(): Promise<void>;
}

const TEMPLATE = 'migrated';
const PEPPER = 'ab'.repeat(32);
export const pepper = { version: 1, secret: Buffer.from(PEPPER, 'hex') };
/** Secrets that processes of one database share. */
export const KEYS = {
  SCORELINE_ADMIN_KEY: ADMIN_KEY,
  SCORELINE_PEPPER: PEPPER,
  SCORELINE_KEK: 'cd'.repeat(32),
  SCORELINE_SIGNING_KEY: generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .toString('base64'),
};
/** A data folder beside PostgreSQL holds little: checkpoints, unfinished imports and uploads. */
const DISK_MIB = 16;
const PARTITIONS = 4;

export async function startServers(): Promise<Servers> {
  const [postgres, neo4j, kafka] = await Promise.all([
    startPostgres({ timescale: true }),
    startNeo4j(),
    startKafka({ isProxied: true }),
  ]);
  const graph = await startProxy(neo4j.handle.port);
  const store = openPostgres(await createDatabase(postgres.handle, TEMPLATE), () => undefined);
  await migrate(store);
  await store.close();
  await makeTemplate(postgres.handle, TEMPLATE);
  const dispose = async () => {
    await graph.close();
    await Promise.all([postgres.dispose(), neo4j.dispose(), kafka.dispose()]);
  };
  return { postgres, neo4j, graph, kafka, dispose };
}

/** What one seed has for itself: a database, topics, an empty graph, a small disk, and two processes. */
export interface World extends Servers {
  readonly databaseUrl: string;
  readonly topic: string;
  readonly disk: SmallDisk;
  /** One for each worker, on the disk. */
  readonly dataFolders: readonly string[];
  readonly workers: RunningServer[];
  /** Kills a worker and starts it again on its data folder. */
  killWorker(index: number): Promise<void>;
  /** Whether everything in the topics is stored. */
  isRead(): Promise<boolean>;
  /** Ends the processes; what they share with the next seed is free then. @returns removes the rest */
  end(): Promise<() => Promise<void>>;
}

const CONNECT =
  'mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { id } } }';

export async function createWorld(servers: Servers, plan: Plan): Promise<World> {
  const { postgres, kafka, neo4j } = servers;
  const { seed, handsOver, bothFollow } = plan;
  const [database, topic, handed] = [`drill_${seed}`, `drill-${seed}`, `handed-${seed}`];
  const [databaseUrl] = await Promise.all([
    copyDatabase(postgres.handle, database, TEMPLATE),
    neo4j.clear(),
    kafka.createTopic(topic, PARTITIONS),
    handsOver ? kafka.createTopic(handed, PARTITIONS) : undefined,
  ]);
  const disk = mountSmallDisk(DISK_MIB);
  const env = {
    ...KEYS,
    DATABASE_URL: databaseUrl,
    NEO4J_URL: through(servers.graph, neo4j.url),
    SCORELINE_KAFKA_URL: `kafka://${kafka.broker}`,
    SCORELINE_KAFKA_TOPICS: topic,
    SCORELINE_KAFKA_GROUP: topic,
    SCORELINE_LOG_LEVEL: 'warn',
    PORT: '0',
    ...(handsOver ? { SCORELINE_INGEST_TOPIC: handed } : {}),
  };
  const dataFolders = ['worker-0', 'worker-1'].map((name) => join(disk.folder, name));
  const workers: RunningServer[] = [];
  const start = async (index: number) => {
    const dataDir = dataFolders[index] as string;
    const roles = index === 0 || bothFollow ? 'api,ingest,follow' : 'api,ingest';
    const own = { ...env, SCORELINE_DATA_DIR: dataDir, SCORELINE_ROLES: roles };
    workers[index] = await startServer({ dataDir, env: own, remove: () => undefined });
  };
  const end = async () => {
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    disk.remove();
    return () => dropDatabase(postgres.handle, database);
  };
  let group: string;
  try {
    await Promise.all([start(0), start(1)]);
    group = `${topic}.${await connect(workers[0] as RunningServer, topic)}`;
  } catch (error) {
    await (await end())();
    throw error;
  }
  return {
    ...servers,
    databaseUrl,
    topic,
    disk,
    dataFolders,
    workers,
    killWorker: async (index) => {
      await (workers[index] as RunningServer).stop('SIGKILL');
      await start(index);
    },
    isRead: async () =>
      (await kafka.isRead(topic, group)) && (!handsOver || (await kafka.isRead(handed, `${topic}.ingest`))),
    end,
  };
}

/** Makes the topic a connection; bound to the source, it may replace what came by requests. @returns its id */
async function connect(worker: RunningServer, topic: string): Promise<string> {
  const input = { connector: 'kafka', name: 'drill', sources: [SOURCE], mapping: { topic, source: SOURCE } };
  const { data, errors } = await worker.graphql<{ createConnection: { connection: { id: string } } }>(
    CONNECT,
    {
      input,
    },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.createConnection.connection.id.replace('Connection:', '');
}
