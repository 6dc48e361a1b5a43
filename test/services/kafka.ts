import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Admin, Consumer, stringDeserializers } from '@platformatic/kafka';
import { startProxy, type TcpProxy } from '../fixtures/tcp-proxy.ts';
import { installed } from './install.ts';
import { makeHome } from './places.ts';
import { freePort, ServerProcess, startOnFreePort } from './server-process.ts';

/** A broker that this process owns, on loopback. */
export interface RunningKafka {
  /** HOST:PORT without encryption; anyone on this machine is let in. */
  readonly broker: string;
  /** HOST:PORT with TLS, for the user below by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. */
  readonly secureBroker: string;
  readonly user: string;
  readonly password: string;
  /** A file with the certificate that the secure port shows, as PEM: who trusts it trusts the broker. */
  readonly certificateFile: string;
  readonly logFile: string;
  /** What the unencrypted port is reached through, where that was asked for. */
  readonly proxy: TcpProxy | null;
  /** The present process id; undefined while stopped. */
  readonly pid: number | undefined;
  /** Creates a topic and waits until clients see it. */
  createTopic(name: string, partitions: number): Promise<void>;
  topics(): Promise<string[]>;
  /** All messages that a topic holds now; those of one partition in their order. */
  read(topic: string): Promise<Received[]>;
  /** The next offset of each partition that the group has committed; -1: none. */
  positions(topic: string, group: string): Promise<Map<number, bigint>>;
  /** Whether the group has committed everything that the topic holds now. */
  isRead(topic: string, group: string): Promise<boolean>;
  /** Starts it again on the same data and ports and waits until it answers. */
  start(): Promise<void>;
  /** Stops it in order; data and ports stay. */
  stop(): Promise<void>;
  /** Kills it and removes the data. */
  dispose(): Promise<void>;
}

/** How a broker is reached. */
interface KafkaOptions {
  /** Clients reach it through a proxy that can cut them off. */
  readonly isProxied?: boolean;
}

/** A message as a consumer gets it. */
export interface Received {
  readonly partition: number;
  readonly key: string;
  readonly value: string;
}

const JVM_FLAGS = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const STOP_GRACE_MS = 20_000;
const FILES = join(import.meta.dirname, 'kafka');
const USER = 'lineage';
const run = promisify(execFile);

/**
 * Starts Kafka, one node, on free ports of 127.0.0.1 and without topics; installs it first if it is not there. It dies
 * with this process.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const prefix = await installed('kafka');
  return startOnFreePort((port) => startOn(port, prefix, options));
}

async function startOn(
  port: number,
  prefix: string,
  { isProxied = false }: KafkaOptions,
): Promise<RunningKafka> {
  const proxy = isProxied ? await startProxy(port) : null;
  const { home, data } = makeHome('kafka', undefined);
  const [securePort, controllerPort] = [await freePort(), await freePort()];
  const password = randomBytes(12).toString('hex');
  const logFile = join(home, 'kafka.log');
  const [keystore, certificateFile] = [join(home, 'broker.p12'), join(home, 'broker.pem')];
  const config = join(home, 'server.properties');
  const java = join(prefix, 'jdk/bin/java');
  const flags = [...JVM_FLAGS, `-Djava.io.tmpdir=${join(home, 'tmp')}`, '-cp', `${join(prefix, 'lib')}/*`];
  const broker = `127.0.0.1:${proxy?.port ?? port}`;
  const server = new ServerProcess({
    name: 'Kafka',
    command: java,
    args: [`-Dlog4j2.configurationFile=${join(FILES, 'log4j2.xml')}`, ...flags, 'kafka.Kafka', config],
    home,
    logFile,
    identity: undefined,
    orphanSignal: 'SIGKILL',
    isReady: () => answers(broker),
    readyWithinMs: 180_000,
  });
  try {
    writeFileSync(logFile, '');
    mkdirSync(join(home, 'tmp'));
    writeConfig(config, {
      PORT: String(port),
      ADVERTISED_PORT: String(proxy?.port ?? port),
      SECURE_PORT: String(securePort),
      CONTROLLER_PORT: String(controllerPort),
      DATA: data,
      KEYSTORE: keystore,
      KEYSTORE_PASSWORD: password,
      USER,
      PASSWORD: password,
    });
    await makeCertificate(join(prefix, 'jdk/bin/keytool'), keystore, certificateFile, password);
    await formatStorage(java, flags, config, password);
    await server.start();
  } catch (error) {
    await server.dispose('SIGKILL');
    await proxy?.close();
    throw error;
  }
  return {
    broker,
    secureBroker: `localhost:${securePort}`,
    user: USER,
    password,
    certificateFile,
    logFile,
    proxy,
    get pid() {
      return server.pid;
    },
    createTopic: (topic, partitions) =>
      withAdmin(broker, 50, async (admin) => {
        await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
        await admin.metadata({ topics: [topic] });
      }),
    topics: () => withAdmin(broker, 50, (admin) => admin.listTopics()),
    read: (topic) => readTopic(broker, topic),
    positions: (topic, group) => withAdmin(broker, 3, (admin) => positionsOf(admin, topic, group)),
    isRead: (topic, group) => withAdmin(broker, 3, (admin) => isRead(admin, topic, group)),
    start: () => server.start(),
    stop: () => server.stop('SIGTERM', STOP_GRACE_MS),
    dispose: async () => {
      await server.dispose('SIGKILL');
      await proxy?.close();
    },
  };
}

function writeConfig(path: string, values: Readonly<Record<string, string>>): void {
  const template = readFileSync(join(FILES, 'server.properties'), 'utf8');
  writeFileSync(
    path,
    template.replace(/@([A-Z_]+)@/g, (_, name: string) => values[name] ?? ''),
  );
}

/** A key with a certificate of its own for `localhost`, made by the JDK's tool. */
async function makeCertificate(tool: string, keystore: string, certificateFile: string, password: string) {
  const keytool = (...args: string[]) => run(tool, [...args, '-keystore', keystore, '-storepass', password]);
  const subject = ['-dname', 'CN=localhost', '-ext', 'san=dns:localhost', '-validity', '2'];
  await keytool('-genkeypair', '-alias', 'broker', '-keyalg', 'EC', '-storetype', 'PKCS12', ...subject);
  await keytool('-exportcert', '-rfc', '-alias', 'broker', '-file', certificateFile);
}

/** KRaft keeps its metadata in a log that must be there before the first start; so do users that come by SCRAM. */
async function formatStorage(java: string, flags: readonly string[], config: string, password: string) {
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${USER},password=${password}]`,
  ]);
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A'); // a leading dash reads as an option
  const args = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config, ...users];
  await run(java, [...flags, ...args]);
}

async function withAdmin<T>(broker: string, retries: number, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker], retries, retryDelay: 200 });
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

/** A broker that has started lists itself; before that it is fenced, and none is listed. */
function answers(broker: string): Promise<boolean> {
  return withAdmin(broker, 0, async (admin) => (await admin.metadata({})).brokers.size === 1);
}

async function partitionsOf(admin: Admin, topic: string): Promise<number[]> {
  const { topics } = await admin.metadata({ topics: [topic] });
  return Array.from({ length: topics.get(topic)?.partitionsCount ?? 0 }, (_, index) => index);
}

async function positionsOf(admin: Admin, topic: string, group: string): Promise<Map<number, bigint>> {
  const partitionIndexes = await partitionsOf(admin, topic);
  const [committed] = await admin.listConsumerGroupOffsets({
    groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes }] }],
  });
  const positions = committed?.topics.find(({ name }) => name === topic)?.partitions ?? [];
  return new Map(positions.map((one) => [one.partitionIndex, one.committedOffset]));
}

async function isRead(admin: Admin, topic: string, group: string): Promise<boolean> {
  const partitions = await partitionsOf(admin, topic);
  const latest = partitions.map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
  const [ends] = await admin.listOffsets({ topics: [{ name: topic, partitions: latest }] });
  const at = await positionsOf(admin, topic, group);
  return (ends?.partitions ?? []).every(
    ({ partitionIndex, offset }) => offset <= 0n || offset === at.get(partitionIndex),
  );
}

async function readTopic(broker: string, topic: string): Promise<Received[]> {
  const consumer = new Consumer({
    clientId: 'test',
    groupId: `test-${randomBytes(6).toString('hex')}`,
    bootstrapBrokers: [broker],
    deserializers: stringDeserializers,
    maxWaitTime: 100,
  });
  try {
    const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
    const count = Number(ends.reduce((sum, end) => sum + end, 0n));
    const received: Received[] = [];
    if (count === 0) return received;
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
    for await (const { partition, key, value } of stream)
      if (received.push({ partition, key, value }) === count) break;
    return received;
  } finally {
    await consumer.close(true);
  }
}
