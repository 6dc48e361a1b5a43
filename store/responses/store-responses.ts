import { delayClass } from '../../domain/detection/delays.ts';
import { DEFAULT_FLAG_RULES, type FlagRules } from '../../domain/responses/flags.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ArrivingSubject, SubjectEncryption, SubjectRef } from '../encryption/subject-encryption.ts';
import type { Sign } from '../seals/leaf-tombstones.ts';
import type { StoredCellDictionary } from './cell-dictionary.ts';
import { reconsider } from './counting.ts';
import { type Accepted, decide, keyOf } from './decide-responses.ts';
import { recordRepeats, recordRevisions } from './delivered.ts';
import { Answer, readDelivered } from './deliveries.ts';
import { addFlags, findFlags } from './flag-answers.ts';
import { assertImportsOpen } from './imports.ts';
import { lockReconsidered } from './lock-persons.ts';
import type { MappingRegistry, RecordedMapping } from './mappings.ts';
import { keptVersions } from './respondent-policies.ts';
import type { Arrival, KeyRow, ResponseRow, Stored } from './response-row.ts';
import { addStored, nothingStored, type Stored as StoredOfSource } from './source-days.ts';
import { KEY_COLUMNS, keysOf, write } from './write-responses.ts';

export type { ResponseRow as AcceptRow } from './response-row.ts';

/** If a lock is held for longer, the batch is retried, and its senders get an error in the end. */
const LOCK_MS = 10_000;

/** So many answers are encrypted in less than a millisecond. */
const FEW = 32;

/** The connector of rows of files. */
const FILE = 'file';

const CLAIM_KEYS = statement(
  'accept_claim',
  `INSERT INTO response_key (id, answered_at, received_at, cell_id, subject_id, content_hash, revision, revised_at, segment_rules)
    SELECT id, answered_at, received_at, cell_id, subject_id, content_hash, revision, revised_at, segment_rules FROM ${KEY_COLUMNS}
    ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id`,
);
const LOCK_KEYS = statement(
  'accept_lock',
  `SELECT id, answered_at AS "answeredAt", received_at AS "receivedAt", cell_id AS "cellId",
      subject_id AS "subjectId", content_hash AS "contentHash", revision, revised_at AS "revisedAt", event_id AS "eventId",
      segment_rules AS "segmentRules"
    FROM response_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
);

export interface StoreResponsesDeps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  /** Signs notes about sealed leaves. */
  readonly sign: Sign;
  /** Absent: those shipped. */
  readonly flagRules?: FlagRules | undefined;
}

/**
 * Stores rows in one transaction: the idempotency keys, the source events and the responses; triggers add the
 * rollups and the journal. Returns one entry per row, in order. The same content again is a duplicate;
 * different content replaces if it is newer (`judge`). Rows of one batch see those before them. Personal data
 * is encrypted here.
 *
 * `receivedAt` must be the same when a batch is retried after an error whose outcome is unknown (a connection
 * lost during COMMIT): what the first try stored is then recognised as this batch's own and counts as accepted.
 */
export async function storeResponses(
  { store, encryption, cells, mappings, sign, flagRules = DEFAULT_FLAG_RULES }: StoreResponsesDeps,
  rows: readonly ResponseRow[],
  receivedAt: Date,
): Promise<Accepted[]> {
  const accept = async (session: Session) => {
    const imports = rows.flatMap(({ importRow }) => importRow?.importId ?? []);
    // Without a pause before the first statements, they are sent along with the beginning.
    if (imports.length > 0) await assertImportsOpen(session, imports);
    // Every writer locks in one order: subjects, keys, cells, new subjects; each sorted. So there are no
    // deadlocks, unless another writer stores one of the subjects meanwhile: then the batch is stored again. Persons that `reconsider` locks at the end are locked at once: two writers that share them could not.
    // Most batches have neither of these: what they lock is asked for in the same write.
    const locking = lockReconsidered(session, mappings, rows);
    const refs = rows.flatMap(refsOf);
    const held = encryption.holdFirst(
      session,
      refs,
      rows.map(({ id }) => id),
    );
    const found = (await locking) ? await held(receivedAt) : await encryption.find(session, refs, receivedAt);
    const arrivals = rows.map((row): Arrival => {
      const owner = found.shift() as ArrivingSubject;
      return { ...row, owner, ofAccount: row.account && (found.shift() as ArrivingSubject) };
    });
    const known = await claimKeys(session, arrivals, receivedAt);
    const delivered = await readDelivered(session, mappings, known, arrivals, receivedAt);
    const answers = new Map<string, Answer>();
    for (const key of known.values()) answers.set(key.id, new Answer(key, delivered.get(key.id) ?? []));
    const maps = new Map<number, RecordedMapping>();
    for (const { mappingVersionId: id } of rows)
      if (!maps.has(id)) maps.set(id, await mappings.get(session, id));
    const { outcomes, events, repeats, revisions } = decide(arrivals, answers, maps, receivedAt);
    const used = [...new Set(events.map(({ id }) => answers.get(id)?.key.cellId ?? 0))];
    await cells.use(session, used);
    const replaced = [...new Set(events.map(({ id }) => id))].filter((id) => known.has(id));
    const { final, insert } = await write(session, encryption, { known, answers, events }, receivedAt);
    // The database compares while the answers are encrypted.
    const flags = findFlags(session, flagRules, final, replaced);
    // Awaited below, unless what comes before fails.
    flags.catch(() => undefined);
    // What was given to the session is sent now. A few answers are encrypted sooner than another write is made.
    if (events.length > FEW) await new Promise<void>((sent) => process.nextTick(sent));
    // Sent at once: none of them waits for what another one finds.
    const [, , surveys, flagged] = await Promise.all([
      insert(),
      recordRevisions(session, known, revisions).then(() => recordRepeats(session, repeats, receivedAt)),
      events.length === 0 ? new Map<string, never>() : keptVersions(session),
      flags.then((found) => addFlags(session, found, replaced)),
    ]);
    await recount(session, sign, { events, known, maps, flagged, surveys });
    // Last, so that a row that all writers share is locked for the shortest time.
    addStored(session, storedBySource(rows, { outcomes, events, maps }, receivedAt), receivedAt);
    return { outcomes, used };
  };
  const { outcomes, used } = await store.transaction(accept, { lockMs: LOCK_MS, beginsWithReads: true });
  cells.noteUsed(used);
  return outcomes;
}

/** Reconsiders what is counted of the persons of new answers to surveys with a policy, and of those whose answers were replaced. */
async function recount(
  session: Session,
  sign: Sign,
  {
    events,
    known,
    maps,
    flagged,
    surveys,
  }: {
    readonly events: readonly Stored[];
    readonly known: ReadonlyMap<string, KeyRow>;
    readonly maps: ReadonlyMap<number, RecordedMapping>;
    readonly flagged: readonly string[];
    readonly surveys: ReadonlyMap<string, unknown>;
  },
): Promise<void> {
  const isOfPolicy = (mapping: number) => surveys.has(maps.get(mapping)?.surveyName ?? '');
  const touched = events.filter(({ id, mappingVersionId }) => known.has(id) || isOfPolicy(mappingVersionId));
  const before = touched.flatMap(({ id }) => known.get(id)?.subjectId ?? []);
  await reconsider(session, sign, {
    subjectIds: surveys.size > 0 ? [...new Set(before)] : [],
    responseIds: [...new Set([...touched.map(({ id }) => id), ...flagged])],
  });
}

/** The respondent of a row, then its account, if it names one. */
const refsOf = ({ id, subject, account }: ResponseRow): SubjectRef[] =>
  [subject, ...(account ? [account] : [])].map((one) => ({ ...one, responseId: id }));

/** By the id of their source: what the batch stores itself, and what repeats it. */
function storedBySource(
  rows: readonly ResponseRow[],
  {
    outcomes,
    events,
    maps,
  }: {
    readonly outcomes: readonly Accepted[];
    readonly events: readonly Stored[];
    readonly maps: ReadonlyMap<number, RecordedMapping>;
  },
  receivedAt: Date,
): Map<number, StoredOfSource> {
  const counts = new Map<number, StoredOfSource>();
  const of = ({ mappingVersionId }: ResponseRow) => {
    const { sourceId } = maps.get(mappingVersionId) as RecordedMapping;
    const stored = counts.get(sourceId) ?? nothingStored();
    counts.set(sourceId, stored);
    return stored;
  };
  const increment = (items: Record<string, number>, name: string | number) => {
    items[name] = (items[name] ?? 0) + 1;
  };
  // Not by the outcomes: what an earlier try of the batch stored was counted with it.
  for (const event of events) {
    const stored = of(event);
    stored.accepted += 1;
    for (const field of event.missing) increment(stored.missing, field);
    const { connector } = maps.get(event.mappingVersionId) as RecordedMapping;
    // A file brings history: when its answers arrive says nothing of a clock.
    if (event.importRow === null && connector !== FILE)
      increment(stored.delays, delayClass(receivedAt.getTime() - event.answeredAt.getTime()));
  }
  const accepted = outcomes.filter(({ acceptance }) => acceptance === 'accepted');
  // More than the events: an earlier try did commit, and counted what repeats too.
  if (accepted.length > events.length) return counts;
  rows.forEach((row, i) => {
    if (outcomes[i]?.acceptance === 'duplicate') of(row).duplicates += 1;
  });
  return counts;
}

/** Inserts the new keys and locks the known ones; returns only the latter. */
async function claimKeys(session: Session, rows: readonly Arrival[], receivedAt: Date) {
  // Inserts first, locks second, both in the order of the ids: two writers never deadlock.
  const first = new Map<string, Arrival>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  const claims = [...first.values()].map((row) => ({ owner: row.owner, key: keyOf(row, receivedAt) }));
  const claimed = await session.rows<{ id: string }>(CLAIM_KEYS, keysOf(claims));
  for (const { id } of claimed) first.delete(id);
  if (first.size === 0) return new Map<string, KeyRow>();
  const locked = await session.rows<KeyRow>(LOCK_KEYS, [[...first.keys()]]);
  return new Map(locked.map((key) => [key.id, key]));
}
