import type { NoteChange } from '../../store/audit/audit.ts';
import { countReplayed } from '../../store/connections/connection-deliveries.ts';
import { fetchAgain } from '../../store/connections/notices.ts';
import {
  keepQuarantined,
  openQuarantined,
  type Quarantined,
  type QuarantineFilter,
  type QuarantineRow,
} from '../../store/connections/quarantine.ts';
import {
  countNext,
  failQuarantined,
  lockConnection,
  nextQuarantined,
  settleQuarantined,
} from '../../store/connections/quarantine-settle.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import type { BatchAccount } from '../pipeline/outcome.ts';
import { UnreadableBodyError } from '../pipeline/read-items.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import type { ConnectionReader, Connector, Notice, WebhookConnector } from './connector.ts';
import { keeping } from './notices.ts';
import { isFixable, itemAgain, type QuarantineContent, quarantinedItem } from './quarantined.ts';
import type { ReceiveDeps } from './receive.ts';
import { type StoredItem, storeItems } from './store-items.ts';

/** Rows of one call; what is left is replayed by the next one. */
const MOST_REPLAYED = 500;
/** Rows of one transaction. */
const PAGE = 100;

/** What a call did. */
export interface Replayed {
  /** Rows that are stored now, or were left out by the mapping. */
  readonly replayed: number;
  /** Rows that wait on. */
  readonly failed: number;
  /** Rows that match and were not tried. */
  readonly remaining: number;
  /** Why rows wait on, the most frequent first. */
  readonly problems: readonly ReplayProblem[];
  /** When the call began; the next one is given it as `triedBefore`. */
  readonly startedAt: Date;
}

/** Why rows wait on, and how many of them. */
export type ReplayProblem = Problem & { readonly count: number };
type Problem = Pick<Quarantined, 'reason' | 'code' | 'field'>;

/** The connection whose rows are replayed. */
export interface ReplayTarget {
  readonly id: string;
  readonly vendor: Connector;
  readonly reader: () => Promise<ConnectionReader>;
}

/** Who asks for it, and what hears of the items. */
export interface ReplayOrder {
  readonly note: NoteChange;
  readonly onIngested: (account: BatchAccount) => void;
  /** Rows that were tried since then are left out: the call goes on with what an earlier one began. */
  readonly triedBefore?: Date | null;
}

/**
 * Puts what waits through the pipeline again, oldest first, as if it arrived now. What is stored is settled together with its counts and
 * the row of the audit log; a call that is cut off is made again, and what it had stored is then a duplicate.
 * @throws KeyProviderError, OverloadedError, or the database's error
 */
export async function replayQuarantined(
  deps: ReceiveDeps,
  submitter: Submitter,
  target: ReplayTarget,
  filter: QuarantineFilter,
  order: ReplayOrder,
): Promise<Replayed> {
  const waiting = { ...filter, statuses: ['WAITING' as const] };
  const now = deps.now();
  const startedAt = new Date(Math.min(order.triedBefore?.getTime() ?? now, now));
  let replayed = 0;
  const failures: Problem[] = [];
  for (let tried = 0; tried < MOST_REPLAYED; tried += PAGE) {
    const page = { triedBefore: startedAt, limit: PAGE };
    const rows = await nextQuarantined(deps.store, target.id, waiting, page);
    if (rows.length === 0) break;
    const done = await replayPage(deps, submitter, target, rows, order);
    replayed += done.replayed;
    failures.push(...done.failures);
    if (rows.length < PAGE) break;
  }
  const remaining = await countNext(deps.store, target.id, waiting, startedAt);
  return { replayed, failed: failures.length, remaining, problems: counted(failures), startedAt };
}

function counted(failures: readonly Problem[]): ReplayProblem[] {
  const found = new Map<string, ReplayProblem>();
  for (const { reason, code, field } of failures) {
    const key = JSON.stringify([reason, code, field]);
    found.set(key, { reason, code, field, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((one, other) => other.count - one.count);
}

interface ReplayedPage {
  readonly replayed: number;
  readonly failures: readonly Problem[];
}

/** A row with the items in it, or why there are none. */
interface OpenedRow {
  readonly row: QuarantineRow;
  readonly items: readonly unknown[];
  /** It is a whole delivery, also where it waits for something else by now: each of its items waits by itself. */
  readonly isBody: boolean;
  /** What the delivery announces. */
  readonly notices?: readonly Notice[];
  readonly problem: Problem | null;
}

async function replayPage(
  deps: ReceiveDeps,
  submitter: Submitter,
  { id, vendor, reader: readerOf }: ReplayTarget,
  waiting: readonly QuarantineRow[],
  { note, onIngested }: ReplayOrder,
): Promise<ReplayedPage> {
  const { store, encryption } = deps;
  const again = await fetchNotices(deps, id, waiting, note);
  const rows = waiting.filter(({ reason }) => reason !== 'THIN');
  if (rows.length === 0) return { replayed: again, failures: [] };
  const contents = await openQuarantined(
    store,
    encryption,
    rows.map((row) => row.id),
  );
  const reader = await readerOf().catch((error: Error) => {
    if (error instanceof InvalidMapError) return null;
    throw error;
  });
  // What was settled meanwhile has no content.
  const open: OpenedRow[] = [];
  for (const row of rows) {
    const content = contents.get(row.id);
    if (content !== undefined) open.push(await openedRow(vendor, row, content, reader !== null));
  }
  const items = open.flatMap((opened) =>
    opened.items.map((item, i) => ({ item, position: positionIn(opened, i) })),
  );
  const stored =
    reader &&
    (await storeItems(
      deps,
      submitter,
      reader,
      items.map(({ item }) => item),
      (index) => items[index]?.position ?? '',
    ));
  if (stored) onIngested(stored.account);
  const rest = [...(stored?.items ?? [])];
  const outcomes = open.map(({ items }) => rest.splice(0, items.length));
  const settled = await settle(deps, id, open, outcomes, note);
  return { ...settled, replayed: settled.replayed + again };
}

/** What a vendor announced is due again, with all its attempts. */
function fetchNotices(
  { store, now }: ReceiveDeps,
  connection: string,
  rows: readonly QuarantineRow[],
  note: NoteChange,
): Promise<number> {
  const ids = rows.flatMap(({ id, reason }) => (reason === 'THIN' ? [id] : []));
  if (ids.length === 0) return Promise.resolve(0);
  return store.transaction(async (session) => {
    const fetched = await fetchAgain(session, connection, ids, new Date(now()));
    await note(session, { key: `Connection:${connection}`, fetched });
    return fetched;
  });
}

const positionIn = ({ row: { position }, isBody }: OpenedRow, index: number) =>
  isBody ? `${position} item ${index}` : position;

async function openedRow(
  vendor: Connector,
  row: QuarantineRow,
  written: string,
  isMapped: boolean,
): Promise<OpenedRow> {
  const content = JSON.parse(written) as QuarantineContent;
  const isBody = content.kind === 'body';
  const failed = (problem: Problem): OpenedRow => ({ row, isBody, items: [], problem });
  if (!isMapped) return failed({ reason: 'MAPPING', code: 'INVALID', field: 'mapping' });
  if (content.kind === 'item') return { row, isBody, items: [itemAgain(content.text)], problem: null };
  const unreadable = { reason: 'BODY', code: 'INVALID', field: null } as const;
  if (content.kind !== 'body' || !('receive' in vendor)) return failed(unreadable);
  try {
    const { receive } = vendor as WebhookConnector;
    const received = await receive(
      Buffer.from(content.body, 'base64'),
      content.headers,
      row.receivedAt.getTime(),
    );
    return { row, isBody, ...('items' in received ? received : { items: [] }), problem: null };
  } catch (error) {
    if (error instanceof UnreadableBodyError) return failed(unreadable);
    throw error;
  }
}

/** Settles the rows that are stored, notes why others failed, and lets the rejected items of a body wait by themselves. */
function settle(
  deps: ReceiveDeps,
  connection: string,
  open: readonly OpenedRow[],
  outcomes: readonly (readonly StoredItem[])[],
  note: NoteChange,
): Promise<ReplayedPage> {
  const { store, encryption, identify, now } = deps;
  const at = new Date(now());
  return store.transaction(async (session) => {
    await lockConnection(session, connection);
    const failures = open.flatMap(({ row, isBody, problem }, i) => {
      const why = problem ?? (isBody ? null : outcomes[i]?.[0]?.problem);
      return why ? [{ id: row.id, ...why }] : [];
    });
    const failing = new Set(failures.map(({ id }) => id));
    const failed = await failQuarantined(session, failures, at);
    const done = open.map(({ row }) => row.id).filter((id) => !failing.has(id));
    const settled = await settleQuarantined(session, done, 'REPLAYED', at);
    const counts = { accepted: 0, duplicates: 0, ignored: 0 };
    for (const [i, opened] of open.entries()) {
      const { row, items, isBody, notices = [] } = opened;
      if (!settled.has(row.id)) continue;
      const stored = outcomes[i] ?? [];
      for (const { outcomes: all } of stored) {
        if (all.length === 0) counts.ignored += 1;
        counts.accepted += all.filter(({ status }) => status === 'accepted').length;
        counts.duplicates += all.filter((one) => one.status !== 'accepted' && !isFixable(one)).length;
      }
      if (!isBody) continue;
      await keeping(deps, { id: connection, notices, position: row.position, at })(session);
      const rejected = stored.flatMap(({ problem }, index) =>
        problem
          ? [
              quarantinedItem(identify, {
                item: items[index],
                position: positionIn(opened, index),
                ...problem,
              }),
            ]
          : [],
      );
      const kept = rejected.filter((one) => one !== null);
      const { receivedAt, expiresAt } = row;
      const term = { connection, receivedAt, expiresAt };
      await keepQuarantined(session, encryption, term, {
        items: kept,
        unkept: rejected.length - kept.length,
      });
    }
    await countReplayed(session, connection, counts);
    await note(session, { key: `Connection:${connection}`, replayed: settled.size, failed });
    return { replayed: settled.size, failures };
  });
}
