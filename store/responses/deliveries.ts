import { asReceived, type Likeness, type Revision, type Standing } from '../../domain/responses/newer.ts';
import { againEventId, sourceEventId } from '../../domain/responses/normalised-response.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { MappingRegistry, RecordedMapping } from './mappings.ts';
import { CORRECTED_CONTENT, type ImportRow, type KeyRow, type ResponseRow } from './response-row.ts';

/*
 * Earlier deliveries under the ids of a batch: they identify repeated deliveries and show what was stored
 * before.
 */

/** One accepted delivery: a stored source event, or an earlier row of the batch. */
export interface Delivered {
  readonly id: string;
  readonly mapping: RecordedMapping;
  /** Hex; null for a rectification. */
  readonly digest: string | null;
  readonly position: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly importRow: ImportRow | null;
  /** Its import was undone: it does not count when deciding what is newer. */
  readonly isUndone: boolean;
}

interface EventRow {
  readonly id: string;
  readonly responseId: string;
  readonly mappingId: number;
  readonly digest: string | null;
  readonly position: string;
  readonly receivedAt: Date;
  readonly importId: number | null;
  readonly importLine: number | null;
  readonly isUndone: boolean;
}

/** Events of one response that are read besides: it may have been changed any number of times. */
const MOST_READ = 100;
/**
 * The batch's possible own ones, the stored content, and the newest of each response: content that came again has an id
 * that depends on its time.
 */
const EVENTS = statement(
  'deliveries_events',
  `SELECT e.id, e.response_id AS "responseId", e.mapping_version_id AS "mappingId", encode(e.digest, 'hex') AS digest, e.position,
      e.received_at AS "receivedAt", e.import_id AS "importId", e.import_line AS "importLine", e.undone_at IS NOT NULL AS "isUndone"
    FROM source_event e WHERE e.id = ANY ($2::uuid[])
    UNION
    SELECT e.id, e.response_id, e.mapping_version_id, encode(e.digest, 'hex'), e.position,
      e.received_at, e.import_id, e.import_line, e.undone_at IS NOT NULL
    FROM source_event e WHERE e.response_id = ANY ($1::uuid[])
      AND e.digest IN (SELECT decode(d, 'hex') FROM unnest($3::text[]) d)
    UNION
    SELECT n.* FROM unnest($1::uuid[]) AS k (id) CROSS JOIN LATERAL (
      SELECT e.id, e.response_id, e.mapping_version_id, encode(e.digest, 'hex'), e.position,
        e.received_at, e.import_id, e.import_line, e.undone_at IS NOT NULL
      FROM source_event e WHERE e.response_id = k.id AND e.undone_at IS NULL
      ORDER BY e.received_at DESC, e.id LIMIT ${MOST_READ}) n`,
);

/** Ids of events that may have brought the row's content. */
const contentIds = (row: Pick<ResponseRow, 'id' | 'contentHash' | 'formerHashes'>) =>
  [row.contentHash, ...row.formerHashes].map((hash) => sourceEventId(row.id, hash));
const digestsOf = (row: ResponseRow) => [row.eventHash, ...row.formerEventHashes];

/** The id of the event behind the stored content. */
function standingEventId({ id, eventId, contentHash }: KeyRow): string {
  if (eventId !== null) return eventId;
  if (contentHash.startsWith(CORRECTED_CONTENT)) return contentHash.slice(CORRECTED_CONTENT.length);
  return sourceEventId(id, contentHash);
}

/** Reads earlier deliveries under the known, locked keys: by response. */
export async function readDelivered(
  session: Session,
  mappings: MappingRegistry,
  known: ReadonlyMap<string, KeyRow>,
  rows: readonly ResponseRow[],
  receivedAt: Date,
): Promise<Map<string, Delivered[]>> {
  const found = new Map<string, Delivered[]>();
  if (known.size === 0) return found;
  const again = rows.filter(({ id }) => known.has(id));
  const ids = [
    ...[...known.values()].map(standingEventId),
    ...again.flatMap((row) => [...contentIds(row), eventIdAgain(row, receivedAt)]),
  ];
  const parameters = [[...known.keys()], [...new Set(ids)], [...new Set(again.flatMap(digestsOf))]];
  for (const row of await session.rows<EventRow>(EVENTS, parameters)) {
    const { responseId, mappingId, importId, importLine, ...event } = row;
    const delivered = {
      ...event,
      receivedAt: row.receivedAt.getTime(),
      mapping: await mappings.get(session, mappingId),
      importRow: importId === null ? null : { importId, line: importLine ?? 0 },
    };
    const list = found.get(responseId);
    if (list) list.push(delivered);
    else found.set(responseId, [delivered]);
  }
  return found;
}

/** For a content that comes again after another: its first event has the id derived from its hash. */
const eventIdAgain = (row: ResponseRow, receivedAt: Date) =>
  againEventId(row.id, row.contentHash, row.mappingVersionId, receivedAt.getTime());

/** Whether the event brought the row's content again. */
const isContentAgain = (
  { id, contentHash, formerHashes }: Pick<ResponseRow, 'id' | 'contentHash' | 'formerHashes'>,
  event: Delivered,
): boolean =>
  [contentHash, ...formerHashes].some(
    (hash) => event.id === againEventId(id, hash, event.mapping.id, event.receivedAt),
  );

/** The stored state of one id while the rows of a batch are judged one after the other. */
export class Answer {
  #key: KeyRow;
  #event: Delivered | undefined;
  readonly #delivered: Delivered[];
  /** Events already attributed to a row of this batch. */
  readonly #found = new Set<string>();

  constructor(key: KeyRow, delivered: readonly Delivered[]) {
    this.#key = key;
    this.#delivered = [...delivered];
    if (delivered.length === 0) return;
    const id = standingEventId(key);
    this.#event = delivered.find((one) => one.id === id);
  }

  get key(): KeyRow {
    return this.#key;
  }

  /** The event behind what stands; undefined if it is from before events were kept so. */
  get event(): Delivered | undefined {
    return this.#event;
  }

  /**
   * Whether an earlier try of this batch, whose answer was lost, stored the row: each event belongs to one row.
   * A row of an import that is sent again is identified by its line.
   */
  storedBefore(row: ResponseRow, receivedAt: Date): 'by this batch' | 'by this import' | null {
    const ids = [...contentIds(row), eventIdAgain(row, receivedAt)];
    // The same content may occur several times in one batch: each row has a position of its own.
    const isOfBatch = (one: Delivered) =>
      one.receivedAt === receivedAt.getTime() && one.position === row.position;
    const own = this.#delivered.find(
      (one) =>
        !one.isUndone &&
        (ids.includes(one.id) || digestsOf(row).includes(one.digest ?? '')) &&
        one.mapping.id === row.mappingVersionId &&
        (isOfBatch(one) || isSameRow(one.importRow, row.importRow)),
    );
    if (!own) return null;
    const isFirst = isOfBatch(own) && !this.#found.has(own.id);
    this.#found.add(own.id);
    if (isFirst) return 'by this batch';
    return isSameRow(own.importRow, row.importRow) ? 'by this import' : null;
  }

  standing(): Standing {
    const { answeredAt, receivedAt, contentHash } = this.#key;
    const isCorrected = contentHash.startsWith(CORRECTED_CONTENT);
    // What stands may be a later event of the same content: one that was restored, or filed again.
    const correction = this.#delivered.find(({ id }) => id === contentHash.slice(CORRECTED_CONTENT.length));
    return {
      answeredAt: answeredAt.getTime(),
      receivedAt: receivedAt.getTime(),
      revision: revisionOf(this.#key),
      // Without the event its time is unknown: nothing counts as later.
      correctedAt: isCorrected ? ((correction ?? this.#event)?.receivedAt ?? Number.POSITIVE_INFINITY) : null,
    };
  }

  likeness(row: ResponseRow, mapping: RecordedMapping): Likeness {
    const stands = this.#event;
    const ids = contentIds(row);
    const digests = digestsOf(row);
    const isItem = (one: Delivered) => one.digest !== null && digests.includes(one.digest);
    const isContent = (one: Delivered) => ids.includes(one.id) || isContentAgain(row, one);
    const before = this.#delivered.filter(
      (one) => !one.isUndone && one.id !== stands?.id && (isContent(one) || isItem(one)),
    );
    const seen = before.length > 0;
    const sameReading = stands === undefined || readsAlike(stands.mapping, mapping);
    const samePlace = !seen && mapping.connector === 'file' && stands?.position === row.position;
    const [own, other] = [row.importRow, stands?.importRow];
    return {
      sameContent: [row.contentHash, ...row.formerHashes].includes(this.#key.contentHash),
      sameReading,
      sameItem: stands !== undefined && (isItem(stands) || samePlace),
      seen,
      seenSoRead: before.some((one) => readsAlike(one.mapping, mapping)),
      furtherUp: own != null && other != null && own.importId === other.importId && own.line < other.line,
    };
  }

  /** Whether an event of that id is stored: then the row's needs another one. */
  #has(eventId: string): boolean {
    return this.#delivered.some(({ id }) => id === eventId);
  }

  /** The row replaces the stored content; the id of its event. */
  put(row: ResponseRow, mapping: RecordedMapping, receivedAt: Date): string {
    const first = sourceEventId(row.id, row.contentHash);
    const eventId = this.#has(first) ? eventIdAgain(row, receivedAt) : first;
    const { id, answeredAt, cellId, contentHash, segmentRules, position, importRow } = row;
    const revision = asReceived(row.revision, receivedAt.getTime()) ?? revisionOf(this.#key);
    this.#key = {
      ...{ id, answeredAt, receivedAt, cellId, contentHash, segmentRules },
      subjectId: null,
      ...revisionColumns(revision),
      eventId: eventId === first ? null : eventId,
    };
    const at = receivedAt.getTime();
    this.#event = {
      id: eventId,
      mapping,
      digest: row.eventHash,
      position,
      receivedAt: at,
      importRow,
      isUndone: false,
    };
    this.#delivered.push(this.#event);
    this.#found.add(eventId);
    return eventId;
  }

  /** The stored content was delivered again under that revision. */
  revise(revision: Revision | null): void {
    this.#key = { ...this.#key, ...revisionColumns(revision) };
  }
}

const isSameRow = (a: ImportRow | null, b: ImportRow | null) =>
  a !== null && b !== null && a.importId === b.importId && a.line === b.line;

export function revisionOf({ revision, revisedAt }: Pick<KeyRow, 'revision' | 'revisedAt'>): Revision | null {
  if (revision !== null) return { kind: 'number', value: revision };
  return revisedAt === null ? null : { kind: 'time', value: revisedAt.getTime() };
}

export function revisionColumns(revision: Revision | null): Pick<KeyRow, 'revision' | 'revisedAt'> {
  return {
    revision: revision?.kind === 'number' ? revision.value : null,
    revisedAt: revision?.kind === 'time' ? new Date(revision.value) : null,
  };
}

/** Whether the key has that revision, as received then. */
export function hasRevision(key: KeyRow | undefined, given: Revision | null, receivedAt: Date): boolean {
  const { revision, revisedAt } = revisionColumns(asReceived(given, receivedAt.getTime()));
  return key?.revision === revision && key.revisedAt?.getTime() === revisedAt?.getTime();
}

/** Whether two mappings make the same of an item. Two maps of one connector are different readings, whatever they declare. */
function readsAlike(a: RecordedMapping, b: RecordedMapping): boolean {
  return (
    a.id === b.id ||
    (a.surveyName === b.surveyName &&
      a.surveyVersion === b.surveyVersion &&
      a.scaleKey === b.scaleKey &&
      !(a.connector === b.connector && a.isDeclared && b.isDeclared))
  );
}
