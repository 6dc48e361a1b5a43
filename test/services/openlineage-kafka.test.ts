import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { parseKafkaUrl } from '../../domain/kafka/kafka-target.ts';
import { exportLineage } from '../../graph/export/openlineage/export.ts';
import { kafkaTransport } from '../../graph/export/openlineage/kafka.ts';
import { fileTransport, type Transport } from '../../graph/export/openlineage/transports.ts';
import { iso, type LineageDatabase } from '../fixtures/lineage-database.ts';
import { type Event, expectPublishedSchemas, openExportedDatabase } from '../fixtures/openlineage-events.ts';
import { runProgram, until } from '../fixtures/server.ts';
import { type RunningKafka, startKafka } from './kafka.ts';

let world: LineageDatabase;
let kafka: RunningKafka;
let folder: string;
const cleanups: (() => unknown)[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openlineage-kafka-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  kafka = await startKafka();
  cleanups.push(() => kafka.dispose());
  world = await openExportedDatabase();
  cleanups.push(() => world.close());
});
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const topic = (name: string) => kafkaTransport(parseKafkaUrl(`kafka://${kafka.broker}/${name}`));

/** Exports as the command does; answers with the number of events sent. */
async function exportTo(transport: Transport): Promise<number> {
  await world.record.settled();
  try {
    const options = { transport, engineVersion: '1', restart: false };
    return await exportLineage(world.record, EVERYTHING, options);
  } finally {
    await transport.close?.();
  }
}

async function exportToFile(name: string): Promise<Event[]> {
  const path = join(folder, name);
  await exportTo(fileTransport(path));
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const received = async (name: string) =>
  (await kafka.read(name)).map(({ partition, key, value }) => ({
    partition,
    key,
    event: JSON.parse(value) as Event,
  }));
const named = ({ run, eventType }: Event) => `${run.runId} ${eventType}`;
const byName = (a: Event, b: Event) => (named(a) < named(b) ? -1 : 1);
const positions = () =>
  world.record.sql("SELECT name, xact, position FROM follower WHERE name LIKE 'openlineage%' ORDER BY name");

describe('an export to Kafka', () => {
  it('brings the events that a file gets, keyed by run, each run in one partition in order, and none twice', async () => {
    await kafka.createTopic('lineage', 4);
    const sent = await exportTo(topic('lineage'));
    const messages = await received('lineage');
    const events = messages.map(({ event }) => event);
    const filed = await exportToFile('lineage.ndjson');
    expect(sent).toBe(filed.length);
    expect([...events].sort(byName)).toEqual([...filed].sort(byName));
    expect(expectPublishedSchemas(events).size).toBeGreaterThan(0);
    const partitions = [...new Set(messages.map(({ partition }) => partition))];
    expect(partitions.length).toBeGreaterThan(1);
    const order = filed.map(named);
    for (const each of partitions) {
      const here = messages.filter(({ partition }) => partition === each);
      expect(here.map(({ key }) => key)).toEqual(here.map(({ event }) => event.run.runId));
      expect(here.map(({ event }) => event.eventType)).toEqual(
        here.map((_, i) => (i % 2 ? 'COMPLETE' : 'START')),
      );
      const names = here.map(({ event }) => named(event));
      expect(names).toEqual(order.filter((name) => names.includes(name)));
    }
    expect(await exportTo(topic('lineage'))).toBe(0);
    expect(await kafka.read('lineage')).toHaveLength(sent);
  });

  it('fails while the broker is away, records nothing as sent, and continues when it is back', async () => {
    await kafka.createTopic('outage', 1);
    const before = await exportTo(topic('outage'));
    await world.record.submit([{ externalId: 'outage', answeredAt: iso(8), score: 9, region: 'Germany' }]);
    const remembered = await positions();
    await kafka.stop();
    await expect(exportTo(topic('outage'))).rejects.toThrow(
      `kafka://${kafka.broker}/outage: connect ECONNREFUSED ${kafka.broker}`,
    );
    expect(await positions()).toEqual(remembered);
    await kafka.start();
    expect(await exportTo(topic('outage'))).toBe(2);
    const events = (await received('outage')).map(({ event }) => event);
    expect(events).toHaveLength(before + 2);
    expect(events.sort(byName)).toEqual((await exportToFile('outage.ndjson')).sort(byName));
  });

  it('needs the topic to exist, and creates none', async () => {
    await expect(exportTo(topic('missing'))).rejects.toThrow(
      `kafka://${kafka.broker}/missing: the topic does not exist; create it first`,
    );
    expect(await kafka.topics()).not.toContain('missing');
    await kafka.createTopic('missing', 1);
    expect(await exportTo(topic('missing'))).toBeGreaterThan(10);
  });

  it('splits what is too much for one request, and reports why the broker refuses what cannot be split', async () => {
    await kafka.createTopic('large', 1);
    const transport = topic('large');
    const event = (runId: string, bytes: number) =>
      ({ eventType: 'START', run: { runId, facets: {} }, text: 'x'.repeat(bytes) }) as const;
    await transport.send(['a', 'b', 'c', 'd'].map((runId) => event(runId, 300_000)));
    await expect(transport.send([event('e', 2_000_000)])).rejects.toThrow(/larger than/);
    await transport.send([event('f', 1)]);
    await transport.close?.();
    expect((await kafka.read('large')).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd', 'f']);
  });

  it('can send again after a broker took a batch and did not answer', async () => {
    await kafka.createTopic('frozen', 1);
    const transport = topic('frozen');
    const event = (runId: string) => ({ eventType: 'START', run: { runId, facets: {} } }) as const;
    await transport.send([event('first')]);
    const pid = kafka.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      await expect(transport.send([event('unanswered')])).rejects.toThrow(`kafka://${kafka.broker}/frozen: `);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const sendNext = () =>
      transport.send([event('next')]).then(
        () => true,
        () => false,
      );
    await until(sendNext, 'the broker takes events again');
    await transport.close?.();
    let keys: unknown[] = [];
    // A broker that was frozen may refuse readers a little longer than writers.
    await until(async () => {
      const read = await kafka.read('frozen').catch(() => null);
      keys = (read ?? []).map(({ key }) => key);
      return read !== null;
    }, 'the broker lists its offsets');
    expect(keys[0]).toBe('first');
    expect(keys).toContain('next');
  });
});

describe('npm run lineage:export -- --to kafka(s)://…', () => {
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    runProgram(args, { SCORELINE_DATA_DIR: join(folder, 'data'), ...more }).finished;
  const exportWith = (to: string, more: Record<string, string> = {}, args: readonly string[] = []) =>
    run(['lineage:export', '--format', 'openlineage', '--to', to, ...args], more);
  const trusting = () => ({ NODE_EXTRA_CA_CERTS: kafka.certificateFile });
  const secure = (password: string, sasl: string) =>
    `kafkas://${kafka.user}:${password}@${kafka.secureBroker}/command?sasl=${sasl}`;

  it('scoreline doctor says which topics are there, and whether the login is right', async () => {
    await kafka.createTopic('there', 1);
    const doctor = (url: string) =>
      run(['doctor'], {
        ...{ ...trusting(), PORT: '0', SCORELINE_KAFKA_URL: url },
        ...{ SCORELINE_KAFKA_TOPICS: 'there', SCORELINE_INGEST_TOPIC: 'absent' },
      });
    const at = (password: string) =>
      `kafkas://${kafka.user}:${password}@${kafka.secureBroker}?sasl=scram-sha-512`;
    const found = await doctor(at(kafka.password));
    expect(found.output).toMatch(/^ok +Kafka answers\nok +Kafka topic there is there$/m);
    expect(found.output).toMatch(
      /^FAIL +Kafka topic absent: the topic does not exist; create it first\n +create it, or let the user .* write and read it$/m,
    );
    const wrong = await doctor(at('not-the-password'));
    expect(wrong.output).toMatch(/^FAIL +Kafka: .*Authentication failed.*\n +check SCORELINE_KAFKA_URL/m);
    expect(wrong.output).not.toContain('not-the-password');
    expect([found.code, wrong.code]).toEqual([1, 1]);
  });

  it('sends over TLS with a login, continues from there, and prints no password', async () => {
    await kafka.createTopic('command', 2);
    const map = join(folder, 'map.json');
    const rows = join(folder, 'rows.csv');
    writeFileSync(
      map,
      JSON.stringify({
        source: 'reviews',
        survey: { name: 'review', version: '1' },
        externalId: 'id',
        answeredAt: { column: 'date' },
        score: { column: 'score', scale: '0-10' },
      }),
    );
    writeFileSync(rows, 'id,date,score\n1,2026-01-01T00:00:00Z,9\n2,2026-01-01T00:00:00Z,3\n');
    const imported = await run(['import', rows, '--map', map, '--rejects', `${rows}.rejects`]);
    expect([imported.code, imported.output]).toEqual([0, expect.stringMatching(/accepted\s+2\n/)]);

    // Beside the programs, because it is tried again and again.
    const unencrypted = kafkaTransport(parseKafkaUrl(`kafka://${kafka.secureBroker}/command`)).send([
      { eventType: 'START', run: { runId: 'unencrypted', facets: {} } },
    ]);
    unencrypted.catch(() => undefined);

    const wrong = await exportWith(secure('not-the-password', 'scram-sha-512'), trusting());
    expect(wrong).toEqual({ code: 1, output: expect.stringContaining('Authentication failed') });
    expect(wrong.output).toContain(`kafkas://${kafka.secureBroker}/command: `);
    expect(wrong.output).not.toContain('not-the-password');
    const untrusting = await exportWith(secure(kafka.password, 'plain'));
    expect(untrusting).toEqual({ code: 1, output: expect.stringContaining('self-signed certificate') });

    const sent = { code: 0, output: '2 events\n' };
    expect(await exportWith(secure(kafka.password, 'scram-sha-512'), trusting())).toEqual(sent);
    const again = await exportWith(secure(kafka.password, 'plain'), trusting());
    expect(again).toEqual({ code: 0, output: '0 events\n' });
    for (const sasl of ['scram-sha-256', 'plain'])
      expect(await exportWith(secure(kafka.password, sasl), trusting(), ['--restart'])).toEqual(sent);

    const events = (await received('command')).map(({ event }) => event);
    expect(events.map(({ eventType }) => eventType)).toEqual(Array(3).fill(['START', 'COMPLETE']).flat());
    expect(new Set(events.map(({ run: { runId } }) => runId)).size).toBe(1);
    expectPublishedSchemas(events);
    await expect(unencrypted).rejects.toThrow('does the broker ask for TLS (kafkas://) or for a login?');
  });

  it('reports what would be right when the topic is misspelt', async () => {
    const unnamed = await exportWith(`kafka://me:secret@${kafka.broker}`);
    expect(unnamed.code).toBe(1);
    expect(unnamed.output).toContain('--to: expected is kafka://HOST:PORT[,HOST:PORT...]/TOPIC');
    expect(unnamed.output).not.toContain('secret');
    for (const option of ['--key', '--key-file']) {
      const keyed = await exportWith(`kafka://${kafka.broker}/command`, {}, [option, 'secret']);
      const output = expect.stringContaining(`${option}: for Kafka write USER:PASSWORD@`);
      expect(keyed).toEqual({ code: 1, output });
    }
  });
});
