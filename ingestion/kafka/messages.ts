import { rejected } from '../pipeline/outcome.ts';
import { BadItem, LONGEST_ITEM, parseItem, UnreadableBodyError } from '../pipeline/read-items.ts';
import type { ItemReader } from '../pipeline/response-items.ts';
import { textOfBody } from '../webhooks/body.ts';

/** What of a message of Kafka is read. */
export interface TopicMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Absent or empty: a tombstone. */
  readonly value: Buffer | null | undefined;
  readonly headers: ReadonlyMap<Buffer, Buffer>;
}

/** A message as an item, with its place in the provenance. */
export interface TopicItem {
  /** A JSON value, or a BadItem; undefined for a tombstone. */
  readonly item: unknown;
  readonly position: string;
}

/** A header of a CloudEvent in binary mode begins so (CloudEvents 1.0, Kafka binding, section 3.2). */
const EVENT_HEADER = 'ce_';

/**
 * The item of a message: canonical JSON, a CloudEvent in structured mode, or one in binary mode, whose attributes are headers. It never
 * throws: what cannot be read is an item that is rejected by its place.
 */
export function itemOfMessage(message: TopicMessage): TopicItem {
  const position = `kafka ${message.topic}/${message.partition}/${message.offset}`;
  const { value } = message;
  if (!value || value.length === 0) return { item: undefined, position };
  const item = parsed(value);
  if (item instanceof BadItem) return { item, position };
  const event = binaryEvent(message.headers);
  return { item: event ? { ...event, data: item } : item, position };
}

function parsed(value: Buffer): unknown {
  if (value.length > 4 * LONGEST_ITEM)
    return new BadItem(
      rejected(
        'TOO_LONG',
        `the message has ${value.length} bytes; at most ${LONGEST_ITEM} characters are read`,
      ),
      '',
    );
  try {
    const text = textOfBody(value);
    const item = parseItem(text);
    return item instanceof SyntaxError ? notJson(text) : item;
  } catch (error) {
    if (error instanceof UnreadableBodyError)
      return new BadItem(rejected('INVALID', error.message), value.toString('latin1'));
    throw error;
  }
}

const notJson = (text: string) =>
  new BadItem(
    rejected('INVALID', 'the message is not JSON; send a response, or a CloudEvent that carries one'),
    text,
  );

/** The attributes of a CloudEvent in binary mode; null where the headers name none. */
function binaryEvent(headers: ReadonlyMap<Buffer, Buffer>): Record<string, string> | null {
  const event: Record<string, string> = {};
  for (const [name, value] of headers) {
    const header = name.toString('latin1').toLowerCase();
    if (header.startsWith(EVENT_HEADER)) event[header.slice(EVENT_HEADER.length)] = value.toString('utf8');
  }
  return Object.hasOwn(event, 'specversion') ? event : null;
}

/** The reader of a topic's items: that of the items that they carry, at the places of their messages. */
export function readingMessages(reader: ItemReader): ItemReader {
  return {
    read: (given, place) => {
      // In the quarantine a message is longer than it came, by what it is wrapped in.
      if (given instanceof BadItem) return given.outcome;
      if (!isTopicItem(given)) return reader.read(given, place);
      const { item, position } = given;
      return item === undefined ? null : reader.read(item, position);
    },
    sourceOf: (given) => reader.sourceOf(isTopicItem(given) ? given.item : given),
  };
}

/** Whether it is wrapped: what could not be read when it came waits in the quarantine as it came, and larger items are read from there. */
const isTopicItem = (given: unknown): given is TopicItem =>
  typeof given === 'object' &&
  given !== null &&
  Object.hasOwn(given, 'item') &&
  Object.hasOwn(given, 'position');
