import { describe, expect, it } from 'vitest';
import { isKafkaUrl, kafkaPlace, parseKafkaCluster, parseKafkaUrl } from './kafka-target.ts';

describe('the URL of a topic', () => {
  it('names brokers, topic, encryption and login', () => {
    expect(parseKafkaUrl('kafka://one:9092/open-lineage.events_1')).toEqual({
      brokers: [{ host: 'one', port: 9092 }],
      topic: 'open-lineage.events_1',
      tls: false,
      sasl: null,
    });
    expect(
      parseKafkaUrl('kafkas://me:p%40s%3As%25@one.example:9093,[::1]:9094/t?sasl=SCRAM-sha-512'),
    ).toEqual({
      brokers: [
        { host: 'one.example', port: 9093 },
        { host: '::1', port: 9094 },
      ],
      topic: 't',
      tls: true,
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'me', password: 'p@s:s%' },
    });
    expect(parseKafkaUrl('kafka://me:secret@one:9092/t').sasl?.mechanism).toBe('PLAIN');
  });

  it.each([
    ['kafka:one:9092/t', 'expected is kafka://HOST:PORT[,HOST:PORT...]/TOPIC'],
    ['kafka://one:9092', 'expected is kafka://HOST:PORT[,HOST:PORT...]/TOPIC'],
    ['kafka://one:9092/', 'expected is'],
    ['kafka://one:9092/t/more', 'expected is'],
    ['kafka://one:9092/t#part', 'expected is'],
    ['kafka://one/t', 'each broker is HOST:PORT'],
    ['kafka://one:0/t', 'a port from 1 to 65535'],
    ['kafka://one:65536/t', 'a port from 1 to 65535'],
    ['kafka://one:9092,/t', 'each broker is HOST:PORT'],
    ['kafka://one:9092,two/t', 'each broker is HOST:PORT'],
    ['kafka://::1:9092/t', 'each broker is HOST:PORT'],
    ['kafka://one:9092/t%20', 'a topic is 1 to 249'],
    ['kafka://one:9092/..', 'a topic is 1 to 249'],
    [`kafka://one:9092/${'t'.repeat(250)}`, 'a topic is 1 to 249'],
    ['kafka://one:9092/t?acks=0', 'the only option is ?sasl='],
    ['kafka://me:secret@one:9092/t?sasl=gssapi', 'one of plain, scram-sha-256, scram-sha-512'],
    ['kafka://one:9092/t?sasl=plain', 'needs USER:PASSWORD@'],
    ['kafka://me@one:9092/t', 'stands USER:PASSWORD'],
    ['kafka://:secret@one:9092/t', 'stands USER:PASSWORD'],
    ['kafka://me:@one:9092/t', 'stands USER:PASSWORD'],
    ['kafka://me:sec:ret@one:9092/t', 'a colon in either written as %3A'],
    ['kafka://me:100%@one:9092/t', 'the sign % is written as %25'],
  ])('is refused with what would be right: %s', (url, message) => {
    expect(() => parseKafkaUrl(url)).toThrow(message);
  });

  it.each(['/', '?', '#', '@', ':', '%', ',', '\n'])(
    'is refused without telling a password in which %j was not encoded',
    (sign) => {
      for (const rest of ['@one:9092/t', '@one:9092', '/t', '']) {
        let message = '';
        try {
          parseKafkaUrl(`kafka://me:sec${sign}ret${rest}`);
        } catch (error) {
          message = (error as Error).message;
        }
        expect(message).not.toMatch(/sec|ret/);
      }
    },
  );

  it('names brokers alone for programs that name their topics apart', () => {
    const one = { brokers: [{ host: 'one', port: 9092 }], tls: false, sasl: null };
    expect(parseKafkaCluster('kafka://one:9092')).toEqual(one);
    expect(parseKafkaCluster('kafka://one:9092/')).toEqual(one);
    expect(parseKafkaCluster('kafkas://me:pw@one:9092?sasl=scram-sha-256')).toEqual({
      ...one,
      tls: true,
      sasl: { mechanism: 'SCRAM-SHA-256', username: 'me', password: 'pw' },
    });
    expect(() => parseKafkaCluster('kafka://me:secret@one:9092/topic')).toThrow('expected is');
    expect(() => parseKafkaCluster('https://one:9092')).toThrow('expected is');
  });

  it('is distinguished from a file and from HTTP', () => {
    const texts = ['kafka://a:1/t', 'KAFKAS:', 'kafka.ndjson', 'https://a/kafka:', './kafka:'];
    expect(texts.map(isKafkaUrl)).toEqual([true, true, false, false, false]);
  });
});

it('names the same target for the same topic, whatever the login and the spelling', () => {
  const place = (url: string) => kafkaPlace(parseKafkaUrl(url));
  expect(place('kafka://me:secret@TWO:2,one:1,[::1]:3,one:1/t')).toBe('kafka://[::1]:3,one:1,two:2/t');
  expect(place('kafka://one:1,two:2,[::1]:3/t')).toBe('kafka://[::1]:3,one:1,two:2/t');
  expect(place('kafkas://one:1/t')).toBe('kafkas://one:1/t');
  expect(place('kafka://one:1/T')).not.toBe(place('kafka://one:1/t'));
});
