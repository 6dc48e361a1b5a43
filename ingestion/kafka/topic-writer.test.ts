import { MultipleErrors, NetworkError, ProtocolError } from '@platformatic/kafka';
import { expect, it } from 'vitest';
import type { BytesProducer } from '../../store/kafka/kafka-clients.ts';
import { openTopicWriter } from './topic-writer.ts';

/* What of many requests fails with a batch. The client stands in for brokers; test/services has real ones. */

const tooLarge = () =>
  new MultipleErrors('produce failed', [
    new MultipleErrors('one broker', [new ProtocolError('MESSAGE_TOO_LARGE')]),
  ]);

/** Writes three messages, each too large for a batch with another, through a client that fails the first so. */
async function writeThree(error: () => Error) {
  let sends = 0;
  const send = async () => {
    sends++;
    if (sends === 1) throw error();
    return {};
  };
  const client = { send, close: async () => undefined } as unknown as BytesProducer;
  const writer = openTopicWriter(async () => client);
  const message = { topic: 't', key: Buffer.from('k'), value: Buffer.alloc(400_000) };
  const written = await Promise.allSettled([1, 2, 3].map(() => writer.write([message])));
  return { sends, written: written.map(({ status }) => status) };
}

it('a batch that a broker refuses for its size fails alone', async () => {
  expect(await writeThree(tooLarge)).toEqual({ sends: 3, written: ['rejected', 'fulfilled', 'fulfilled'] });
});

it('what waits fails with a batch that no broker answers', async () => {
  const away = () => new MultipleErrors('produce failed', [new NetworkError('the broker is away')]);
  expect(await writeThree(away)).toEqual({ sends: 1, written: ['rejected', 'rejected', 'rejected'] });
});
