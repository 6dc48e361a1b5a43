import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseKafkaCluster } from '../../domain/kafka/kafka-target.ts';
import { type FollowedTopic, followTopic } from '../../ingestion/kafka/topic-loop.ts';
import { openProducer, type StringProducer } from '../../store/kafka/kafka-clients.ts';
import { freshInstance, type Instance, type RunningServer, startServer, until } from '../fixtures/server.ts';
import { type RunningKafka, startKafka } from './kafka.ts';

/* Two processes that read topics in one group: one is killed, the broker restarts, and nothing is lost or stored twice. */

const PARTITIONS = 4;
/** Of .NET, in a zone east of Greenwich: a moment of the year 0, which PostgreSQL has not. */
const EMPTY_DATE = '0001-01-01T00:00:00+01:00';
let kafka: RunningKafka;
let instance: Instance;
let producer: StringProducer;
const servers: RunningServer[] = [];
const cluster = () => parseKafkaCluster(`kafka://${kafka.broker}`);

beforeAll(async () => {
  kafka = await startKafka({ isProxied: true });
  await kafka.createTopic('responses', PARTITIONS);
  await kafka.createTopic('handed', PARTITIONS);
  await kafka.createTopic('other', 1);
  const pepper = randomBytes(32).toString('hex');
  instance = await freshInstance({
    SCORELINE_KAFKA_URL: `kafka://${kafka.broker}`,
    SCORELINE_KAFKA_TOPICS: 'responses,other',
    SCORELINE_INGEST_TOPIC: 'handed',
    SCORELINE_PEPPER: pepper,
    SCORELINE_KEK: randomBytes(32).toString('hex'),
    SCORELINE_ROLES: 'api,ingest',
  });
  producer = await openProducer(cluster());
  servers.push(await startServer(instance));
  servers.push(await startServer(instance));
});
afterAll(async () => {
  await producer?.close(true);
  for (const server of servers) await server.stop('SIGKILL');
  instance?.remove();
  await kafka?.dispose();
});

const ask = async <T>(query: string, variables: object = {}) => {
  const { data, errors } = await (servers.at(-1) as RunningServer).graphql<T>(query, variables);
  expect(errors).toBeUndefined();
  return data;
};
const CREATE =
  'mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { id path } } }';
const connect = (mapping: object) =>
  ask<{ createConnection: { connection: { id: string } } }>(CREATE, {
    input: { connector: 'kafka', name: 'the topic', mapping },
  });
const answer = (externalId: string, more: object = {}) => ({
  externalId,
  respondent: `person ${Number(externalId.split(' ')[1]) % 40}`,
  answeredAt: '2026-03-01T09:30:00Z',
  score: 9,
  ...more,
});
const sent: string[] = [];
/** Sends answers, each under its respondent, and again after an error: Kafka holds some twice then. */
async function send(count: number) {
  const items = Array.from({ length: count }, (_, i) => answer(`answer ${sent.length + i}`));
  const messages = items.map((item) => ({
    topic: 'responses',
    key: item.respondent,
    value: JSON.stringify(item),
  }));
  await until(async () => {
    try {
      await producer.send({ messages });
      return true;
    } catch {
      void producer.close(true);
      producer = await openProducer(cluster());
      return false;
    }
  }, 'the broker takes messages');
  sent.push(...items.map(({ externalId }) => externalId));
}
const stored = async () => {
  const data = await ask<{ nps: { responses: number }[] }>(
    '{ nps(window: "P3650D", asOf: "2026-11-01T00:00:00Z") { responses } }',
  );
  return data.nps[0]?.responses ?? 0;
};
const counts = async () => {
  const { connections } = await ask<{
    connections: { accepted: number; rejected: number; ignored: number; lastError: string | null }[];
  }>('{ connections { accepted rejected ignored lastError } }');
  return connections[0];
};

it('connects only topics that the operator named', async () => {
  const { errors } = await (servers[0] as RunningServer).graphql(CREATE, {
    input: { connector: 'kafka', name: 'another', mapping: { topic: 'payments' } },
  });
  expect(errors?.[0]?.message).toContain('SCORELINE_KAFKA_TOPICS names those that it may read');
  await connect({ topic: 'responses', source: 'stream' });
});

it('reads canonical responses and CloudEvents, and rejects what is neither without stopping', async () => {
  await send(10);
  const event = { id: 'event 1', source: 'stream', specversion: '1.0', type: 'answered' };
  const data = answer('event 2');
  const binary = Object.entries({ ...event, id: 'event 3' }).map(([name, value]) => [`ce_${name}`, value]);
  const { externalId: _id, ...withoutId } = data;
  await producer.send({
    messages: [
      { topic: 'responses', key: 'a', value: JSON.stringify({ ...event, data: withoutId }) },
      { topic: 'responses', key: 'a', value: JSON.stringify(withoutId), headers: Object.fromEntries(binary) },
      { topic: 'responses', key: 'a', value: 'no json' },
      { topic: 'responses', key: 'a', value: '' },
      { topic: 'responses', value: JSON.stringify(answer('keyless 1', { score: 11 })) },
      { topic: 'responses', key: 'a', value: JSON.stringify(answer('empty 1', { updatedAt: EMPTY_DATE })) },
      { topic: 'responses', key: 'a', value: JSON.stringify(answer('event 4', { revision: 2, score: 3 })) },
      { topic: 'responses', key: 'a', value: JSON.stringify(answer('event 4', { revision: 1, score: 10 })) },
    ],
  });
  await until(async () => (await counts())?.accepted === 13, 'they are stored');
  expect(await counts()).toMatchObject({ rejected: 3, ignored: 1 });
  const { responses } = await ask<{
    responses: { edges: { node: { externalId: string; score: number; position?: string } }[] };
  }>('{ responses(first: 50) { edges { node { externalId score } } } }');
  const found = new Map(responses.edges.map(({ node }) => [node.externalId, node.score]));
  expect([found.get('event 1'), found.get('event 3'), found.get('event 4')]).toEqual([9, 9, 3]);
  sent.push('event 1', 'event 3', 'event 4');
});

it('reads the topic that the mapping names by now, as the mapping says by now', async () => {
  const { connections } = await ask<{ connections: { id: string }[] }>('{ connections { id } }');
  const change = (mapping: object) =>
    ask(
      'mutation ($id: ID!, $mapping: JSON!) { changeConnectionMapping(id: $id, mapping: $mapping) { id } }',
      {
        id: connections[0]?.id,
        mapping,
      },
    );
  const versions = async () => {
    const { responses } = await ask<{
      responses: { edges: { node: { externalId: string; surveyVersion: string | null } }[] };
    }>('{ responses(first: 50) { edges { node { externalId surveyVersion } } } }');
    return new Map(responses.edges.map(({ node }) => [node.externalId, node.surveyVersion]));
  };
  const survey = { name: 'of the topic', version: '2' };
  await change({ topic: 'other', source: 'stream', survey });
  await producer.send({ messages: [{ topic: 'other', key: 'a', value: JSON.stringify(answer('moved 1')) }] });
  await until(async () => (await versions()).get('moved 1') === '2', 'the other topic is read');
  await change({ topic: 'responses', source: 'stream', survey });
  await producer.send({
    messages: [{ topic: 'responses', key: 'a', value: JSON.stringify(answer('moved 2')) }],
  });
  await until(async () => (await versions()).get('moved 2') === '2', 'the former topic is read again');
  sent.push('moved 1', 'moved 2');
});

const post = async (items: readonly object[]) => {
  const answer = await (servers.at(-1) as RunningServer).post('/ingest/responses', items);
  const body = (await answer.json()) as { queued?: number; ids?: string[]; rejected: object[] };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body };
};

it('requests hand checked responses to Kafka, encrypted, and they are stored from there', async () => {
  const before = await stored();
  const items = [
    answer('posted 1', { source: 'posted' }),
    answer('posted 2', { source: 'posted', score: 11 }),
    answer('posted 5', { source: 'posted', updatedAt: EMPTY_DATE }),
    answer('posted 3', { source: 'posted', comment: 'slow checkout' }),
  ];
  const { status, body } = await post(items);
  expect([status, body.queued, body.ids?.length]).toEqual([202, 2, 2]);
  expect(body.rejected).toMatchObject([
    { index: 1, code: 'OUT_OF_SCALE' },
    { index: 2, code: 'INVALID_TIME' },
  ]);
  await until(async () => (await stored()) === before + 2, 'they are stored');
  const { responses } = await ask<{ responses: { edges: { node: { id: string; comment: string } }[] } }>(
    '{ responses(first: 2, sources: ["posted"]) { edges { node { id comment } } } }',
  );
  expect(responses.edges.map(({ node }) => node.id.replace('Response:', '')).sort()).toEqual(
    [...(body.ids ?? [])].map((id) => id.replace('Response:', '')).sort(),
  );
  const messages = await kafka.read('handed');
  expect(messages.every(({ key }) => /^p1_[0-9a-f]{32}$/.test(key))).toBe(true);
  expect(JSON.stringify(messages)).not.toMatch(/checkout|person|posted/);
  expect((await post([answer('posted 4', { score: 11 })])).status).toBe(422);
  sent.push('posted 1', 'posted 3');
  // What another program wrote there is left out, and stops nothing.
  await producer.send({ messages: [{ topic: 'handed', key: 'x', value: 'forged' }] });
});

it('rejects an item that no broker takes, and queues those beside it', async () => {
  const before = await stored();
  const { status, body } = await post([
    answer('large 1', { comment: 'word '.repeat(250_000) }),
    answer('large 2', { comment: 'short' }),
  ]);
  expect([status, body.queued]).toEqual([202, 1]);
  expect(body.rejected).toMatchObject([{ index: 0, code: 'TOO_LONG' }]);
  sent.push('large 2');
  await until(async () => (await stored()) === before + 1, 'it is stored');
});

it('queues items of requests that come at once, each of which is stored', async () => {
  const before = await stored();
  // Of one person, so that all go to one partition.
  const ids = Array.from({ length: 60 }, (_, i) => `at once ${i}`);
  const answers = await Promise.all(ids.map((id) => post([answer(id, { respondent: 'one person' })])));
  expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 202));
  sent.push(...ids);
  await until(async () => (await stored()) === before + ids.length, 'all that were queued are stored');
});

it('a member that stored slowly what another has by now does not set the group back', async () => {
  const [topic, group] = ['moved', 'moving'];
  await kafka.createTopic(topic, 2);
  const write = async (count: number) => {
    const values = Array.from({ length: count }, (_, i) => String(i));
    await producer.send({
      messages: [0, 1].flatMap((partition) => values.map((value) => ({ topic, partition, value }))),
    });
  };
  const members: FollowedTopic[] = [];
  const follow = (take: (partition: number) => Promise<void> | void) =>
    members.push(
      followTopic({
        cluster: cluster(),
        topic,
        group,
        take: async (messages) => {
          await Promise.all(messages.map(({ partition }) => take(partition)));
          return true;
        },
        onError: () => undefined,
        loops: null,
      }),
    );
  let isSlow = true;
  const held = new Set<number>();
  try {
    await write(5);
    follow((partition) => {
      held.add(partition);
      return until(() => !isSlow, 'it has stored them');
    });
    await until(() => held.size === 2, 'the first member stores slowly what both partitions hold');
    let moved = -1;
    follow((partition) => {
      moved = partition;
    });
    await until(() => moved >= 0, 'the second member has one of the partitions');
    await write(5);
    await until(
      async () => (await kafka.positions(topic, group)).get(moved) === 10n,
      'the second member has read it to its end',
    );
    isSlow = false;
    await until(
      () => kafka.isRead(topic, group),
      'the first member goes on, and both are at the end',
      30_000,
    );
  } finally {
    isSlow = false;
    await Promise.all(members.map((member) => member.stop()));
  }
});

it('a process killed, one added and a broker restarted cost nothing', async () => {
  await send(1_500);
  servers[0]?.process.kill('SIGKILL');
  await send(500);
  servers.push(await startServer(instance));
  await send(500);
  await until(async () => (await stored()) > 1_000, 'messages are stored meanwhile');
  await kafka.stop();
  expect(await post([answer('posted 5')])).toMatchObject({ status: 503, retryAfter: '2' });
  await kafka.start();
  await until(async () => (await post([answer('posted 5')])).status === 202, 'items are queued again');
  sent.push('posted 5');
  await send(500);
  await until(async () => (await stored()) >= sent.length, 'everything is stored');
  expect(await stored()).toBe(sent.length);
  const metrics = async () => {
    const texts = await Promise.all(
      servers.slice(1).map(async ({ url }) =>
        (
          await fetch(`${url}/metrics`, {
            headers: { authorization: `Bearer ${instance.env.SCORELINE_ADMIN_KEY}` },
          })
        ).text(),
      ),
    );
    return texts.map((text) =>
      Number(/scoreline_topic_lag_messages\{topic="responses"\} (\d+)/.exec(text)?.[1]),
    );
  };
  await until(async () => (await metrics()).every((lag) => lag === 0), 'nothing is left to read');
});
