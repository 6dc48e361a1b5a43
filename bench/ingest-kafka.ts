import pg from 'pg';
import { parseKafkaCluster } from '../domain/kafka/kafka-target.ts';
import { openProducer } from '../store/kafka/kafka-clients.ts';
import { startKafka } from '../test/services/kafka.ts';
import { BARE_INSERT, BARE_TABLE } from './ingest.ts';
import { startScoreline } from './kit/process.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { graphql, inFlight, responseAt } from './kit/traffic.ts';

const ROUNDS = 3;
const PER_ROUND = 10_000;
const BATCH = 500;
const PARTITIONS = 4;
const TOPIC = 'bench';
const LOOK_MS = 20;

const CONNECT = `mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { id } } }`;

/** Responses per second out of a topic, from the first message written until the last one is stored, against a bare table. */
export async function kafkaRate({ databaseUrl }: Place): Promise<Report> {
  const kafka = await startKafka();
  await kafka.createTopic(TOPIC, PARTITIONS);
  const url = `kafka://${kafka.broker}`;
  const server = await startScoreline(databaseUrl, {
    SCORELINE_KAFKA_URL: url,
    SCORELINE_KAFKA_TOPICS: TOPIC,
  });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: PARTITIONS });
  await pool.query(BARE_TABLE);
  await graphql(server.url, CONNECT, {
    input: { connector: 'kafka', name: TOPIC, mapping: { topic: TOPIC } },
  });
  const producer = await openProducer(parseKafkaCluster(url));
  const until = Date.now();
  let next = 0;
  const batchesOf = (count: number) =>
    Array.from({ length: count / BATCH }, () =>
      Array.from({ length: BATCH }, () => {
        next += 1;
        return responseAt(next, until, 30);
      }),
    );
  type Batch = ReturnType<typeof batchesOf>[number];
  const write = (batch: Batch) =>
    producer.send({
      messages: batch.map((item) => ({ topic: TOPIC, key: item.respondent, value: JSON.stringify(item) })),
    });
  const stored = async () => {
    const { rows } = await pool.query<{ n: string }>('SELECT count(*) AS n FROM response');
    return Number(rows[0]?.n);
  };
  const readAll = async (batches: readonly Batch[]) => {
    const began = performance.now();
    await inFlight(batches, 1, write);
    while ((await stored()) < next) await new Promise((done) => setTimeout(done, LOOK_MS));
    return (performance.now() - began) / 1_000;
  };
  await readAll(batchesOf(4 * BATCH));
  const [ours, raw]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const batches = batchesOf(PER_ROUND);
    const insert = (batch: Batch) => pool.query({ ...BARE_INSERT, values: [JSON.stringify(batch)] });
    raw.push(PER_ROUND / (await inFlight(batches, PARTITIONS, insert)));
    ours.push(PER_ROUND / (await readAll(batches)));
  }
  await producer.close(true);
  await pool.end();
  await server.stop();
  await kafka.dispose();
  const row = (what: string, rates: readonly number[]) => [
    what,
    figure(median(rates)),
    rates.map(figure).join(', '),
    figure(median(rates) / median(raw)),
  ];
  return {
    title: 'responses per second out of a topic of Kafka, durable, rollups included',
    method:
      `Made-up responses over 64 cells and 30 days, a third with a comment, on TimescaleDB with fsync on, and Kafka with ${PARTITIONS} partitions, one process that ` +
      `reads; ${ROUNDS} rounds of ${figure(PER_ROUND)} in turn after a warm-up, median. Timed from the first message written until the last one is stored. Baseline: the same ` +
      `responses by raw pg into a bare table with only a primary key, one statement and commit per ${BATCH}.`,
    columns: ['what', 'responses/s', 'rounds', 'ratio to its baseline'],
    rows: [
      row(`baseline: raw pg, batches of ${BATCH}`, raw),
      row('one message per response, encrypted and redacted', ours),
    ],
    bars: [],
  };
}
