import type { ResponseDraft } from './draft.ts';
import { type Outcome, rejected } from './outcome.ts';
import { BadItem } from './read-items.ts';
import type { ItemReader } from './response-items.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const VERSION = '1.0';

/**
 * The reader of items that may be CloudEvents 1.0 in structured mode: the data is an item for `reader`, and the envelope gives the source,
 * the id and the time that the data does not name. Other attributes of the envelope are not stored.
 */
export function readingCloudEvents(reader: ItemReader): ItemReader {
  return {
    read: (item, position) => {
      if (!isCloudEvent(item)) return reader.read(item, position);
      const problem = problemOf(item);
      if (problem) return problem;
      const read = reader.read(itemOf(item), position);
      if (read === null || 'status' in read) return read;
      return { ...read, raw: JSON.stringify(item), kept: JSON.stringify(keptOf(item, read)) };
    },
    sourceOf: (item) => reader.sourceOf(isCloudEvent(item) && !problemOf(item) ? itemOf(item) : item),
  };
}

const isCloudEvent = (item: unknown): item is Fields =>
  isObject(item) && !(item instanceof BadItem) && Object.hasOwn(item, 'specversion');

function problemOf(event: Fields): Outcome | null {
  if (event['specversion'] !== VERSION)
    return rejected('INVALID', `specversion: only CloudEvents ${VERSION} are read`);
  if (Object.hasOwn(event, 'data_base64'))
    return rejected('INVALID', 'data_base64: send the data as a JSON object in "data"');
  if (!isObject(event['data']))
    return rejected(
      'INVALID',
      'data: is not an object with the fields of a response, such as score and comment',
    );
  return null;
}

/** Attributes of the envelope that are read or say what it is. */
const READ = ['specversion', 'type', 'id', 'source', 'time', 'data'];

/** The envelope, and of the data what the reader keeps of an item: where it leaves out attributes, so does this. */
function keptOf(event: Fields, { kept }: ResponseDraft): Fields {
  const envelope = READ.filter((name) => Object.hasOwn(event, name)).map((name) => [name, event[name]]);
  const data = event['data'] as Fields;
  const item = kept === undefined ? data : (JSON.parse(kept) as Fields);
  const left = Object.entries(data).filter(([name]) => Object.hasOwn(item, name));
  return { ...Object.fromEntries(envelope), data: Object.fromEntries(left) };
}

function itemOf({ id, source, time, data }: Fields): Fields {
  const envelope = { externalId: id, source, answeredAt: time };
  const given = Object.entries(envelope).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(data as Fields) };
}
