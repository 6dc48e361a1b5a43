import type { LRUCache } from 'lru-cache';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import {
  changeMapping,
  holdBound,
  type LiveConnectionRow,
  type NewConnection,
  readMapping,
} from '../../store/connections/connections.ts';
import type { Store } from '../../store/database/client.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { type ConnectionReader, type Connector, NotMappedError } from './connector.ts';

/** What mappings of connections are read and checked with. */
export interface MappingDeps {
  readonly store: Store;
  readonly dimensions: readonly Dimension[];
  /** The topics of Kafka that connections may read. */
  readonly topics?: ReadonlySet<string> | undefined;
}

/** A connection that deliveries are accepted for. */
export interface LiveConnection extends LiveConnectionRow {
  readonly vendor: Connector;
}

/** The reader of the present mapping, compiled once. @throws InvalidMapError */
export async function readerFor(
  { store, dimensions }: MappingDeps,
  readers: LRUCache<string, ConnectionReader>,
  { id, vendor, mappingRevision }: LiveConnection,
): Promise<ConnectionReader> {
  const key = `${id} ${mappingRevision}`;
  const known = readers.get(key);
  if (known) return known;
  const mapping = await readMapping(store, id);
  if (mapping === null) throw new NotMappedError();
  const reader = vendor.reader(mapping, dimensions);
  readers.set(key, reader);
  return reader;
}

/** Replaces the mapping; false when there is no such connection. @throws InvalidMapError */
export function mapAs(
  deps: MappingDeps,
  { id, vendor, attributes }: LiveConnection,
  mapping: unknown,
  note: NoteChange,
): Promise<boolean> {
  const { store, dimensions } = deps;
  const reader = vendor.reader(mapping, dimensions);
  return store.transaction(async (session) => {
    const sources = await holdBound(session, id);
    if (sources === undefined) return false;
    const { source } = assertFits(deps, reader, { sources, attributes });
    const done = await changeMapping(session, id, mapping, source === null ? null : [source]);
    if (done) await note(session, { key: `Connection:${id}` });
    return done;
  });
}

/**
 * The reader, if a connection that is bound to these sources and attributes may use it.
 * @throws InvalidMapError
 */
export function assertFits(
  { topics }: Pick<MappingDeps, 'topics'>,
  reader: ConnectionReader,
  { sources, attributes }: Pick<NewConnection, 'sources' | 'attributes'>,
): ConnectionReader {
  const { source, topic, identities } = reader;
  if (identities && Object.keys(attributes).length > 0)
    throw new InvalidMapError(
      'identities: a merge concerns a person in every segment; only a connection that is limited to none may state one',
    );
  if (topic !== undefined && !topics?.has(topic))
    throw new InvalidMapError(
      'topic: this server reads no topic of that name; SCORELINE_KAFKA_TOPICS names those that it may read',
    );
  if (source !== null && sources !== null && !sources.includes(source))
    throw new InvalidMapError('source: the mapping names a source that the connection is not bound to');
  return reader;
}
