import { createHash } from 'node:crypto';
import type { BatchAccount } from '../../ingestion/pipeline/outcome.ts';
import { UnreadableBodyError } from '../../ingestion/pipeline/read-items.ts';
import type { Submitter } from '../../ingestion/pipeline/submitter.ts';
import { objectOfBody } from '../../ingestion/webhooks/body.ts';
import type { Connections, LiveConnection } from '../../ingestion/webhooks/connections.ts';
import type { Ask, FetchRules, Notice } from '../../ingestion/webhooks/connector.ts';
import type { QuarantineContent } from '../../ingestion/webhooks/quarantined.ts';
import { type ReceiveDeps, takeOrKeep } from '../../ingestion/webhooks/receive.ts';
import {
  type ClaimedNotice,
  giveUpNotice,
  NOTICE_CHANNEL,
  type NoticeOwner,
  noteFetchError,
  noticeClaims,
  settleNotice,
} from '../../store/connections/notices.ts';
import { openQuarantined } from '../../store/connections/quarantine.ts';
import { readVendorKey } from '../../store/connections/vendor-keys.ts';
import { nextDelay } from '../delivery/backoff.ts';
import type { AddressGuard } from '../delivery/guard.ts';
import { sendHttp } from '../delivery/send-http.ts';
import { type Failure, withinTime } from '../delivery/within-time.ts';
import { endFailed, type WorkDeps, type WorkQueue } from '../delivery/work-off.ts';
import { readStatus } from '../targets/answers.ts';

export interface FetchDeps extends WorkDeps, ReceiveDeps {
  readonly guard: AddressGuard;
  readonly connections: Connections;
  /** What a connection may submit as; null: nothing. */
  readonly submitterOf: (connection: LiveConnection) => Submitter | null;
  /** Hears of the items that were fetched. */
  readonly onIngested: (account: BatchAccount) => void;
}

/** A response with its answers may be so large. */
const MOST_BYTES = 1024 * 1024;
/** A refused key is not tried for so long, unless it is replaced. */
const REFUSED_KEY_MS = 15 * 60_000;
/** Vendors announce what their interface shows a moment later: what is not there is asked for so often. */
const ASKED_WHERE_ABSENT = 4;

/** What is announced and due. */
export const noticeQueue = (deps: FetchDeps): WorkQueue<NoticeOwner, ClaimedNotice> => ({
  name: 'notices',
  channel: NOTICE_CHANNEL,
  claims: noticeClaims,
  attempt: (owner, notice, stop) => attempt(deps, owner, notice, stop),
  fail: ({ id }, notice, failure) => fail(deps, id, notice, failure),
});

/** The vendor answered with something else than what was asked for. */
class NotFetchedError extends Error {
  override readonly name = 'NotFetchedError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.error);
    this.failure = failure;
  }
}

async function attempt(
  deps: FetchDeps,
  { id }: NoticeOwner,
  notice: ClaimedNotice,
  stop: AbortSignal,
): Promise<void> {
  const { store, encryption, now } = deps;
  const content = (await openQuarantined(store, encryption, [notice.id])).get(notice.id);
  // It was discarded or has expired.
  if (content === undefined) return;
  const announced = JSON.parse(content) as QuarantineContent & { readonly kind: 'notice' };
  const connection = deps.connections.find(id);
  const access = await readVendorKey(store, encryption, id);
  const submitter = connection ? deps.submitterOf(connection) : null;
  const fetched =
    connection?.vendor.fetch && access && submitter
      ? await fetch(deps, connection.vendor.fetch, access, announced.notice, stop)
      : notNow;
  if (!('items' in fetched && connection && submitter)) return fail(deps, id, notice, fetched as Failure);
  await take(deps, connection, submitter, notice, fetched.items);
  await store.transaction(async (session) => {
    if (await settleNotice(session, notice, new Date(now()))) await noticeClaims.worked(session, id);
  });
}

/** This process may not have heard of it yet. */
const notNow: Failure = {
  kind: 'retry',
  error: 'the connection may submit nothing just now',
  status: null,
  afterMs: 5_000,
};

const refused = (error: string, status: number | null = null): Failure => ({
  kind: 'refused',
  error,
  status,
});

/** Asks the vendor. Never throws; only an abort by `stop` is passed on. */
async function fetch(
  { guard, now }: FetchDeps,
  rules: FetchRules,
  { origin, key }: { readonly origin: string; readonly key: string },
  notice: Notice,
  stop: AbortSignal,
): Promise<{ readonly items: readonly unknown[] } | Failure> {
  return withinTime(stop, async (signal) => {
    const ask: Ask = async (path) => {
      const headers = { accept: 'application/json', ...rules.headers(key) };
      const request = { url: `${origin}${path}`, method: 'GET', headers, body: '', hidden: [key] };
      const answer = await sendHttp(request, { guard, signal, now, mostBytes: MOST_BYTES });
      const { status } = answer;
      if (status === 401 || status === 403) {
        const error = `answered ${status}: the vendor refuses the key`;
        throw new NotFetchedError({ kind: 'retry', error, status, afterMs: REFUSED_KEY_MS });
      }
      const meaning = readStatus(answer);
      if (meaning.kind !== 'delivered') throw new NotFetchedError({ ...meaning, status });
      if (Buffer.byteLength(answer.body) >= MOST_BYTES)
        throw new NotFetchedError(refused(`the answer has ${MOST_BYTES} bytes or more`, status));
      return objectOfBody(Buffer.from(answer.body));
    };
    try {
      return { items: await rules.items(notice, ask) };
    } catch (error) {
      if (error instanceof NotFetchedError) return error.failure;
      if (error instanceof UnreadableBodyError)
        return refused('the answer cannot be read: it is not what the connector expects');
      throw error;
    }
  });
}

/** Stores what was fetched like a delivery, once for each notice. */
async function take(
  deps: FetchDeps,
  connection: LiveConnection,
  submitter: Submitter,
  { id: notice, position }: ClaimedNotice,
  items: readonly unknown[],
): Promise<void> {
  const reader = () => deps.connections.reader(connection);
  const digest = createHash('sha256').update(`notice ${notice}`).digest();
  const taken = { id: connection.id, items, position, digest, at: new Date(deps.now()), isFetched: true };
  const { account } = await takeOrKeep(deps, submitter, reader, taken);
  deps.onIngested(account);
}

/** Postpones or gives up a notice, and notes why with its connection. */
function fail(deps: FetchDeps, owner: string, work: ClaimedNotice, failure: Failure): Promise<void> {
  const { store, now, random } = deps;
  const { error, status } = failure;
  return store.transaction(async (session) => {
    const at = new Date(now());
    await noteFetchError(session, owner, error, at);
    const isAbsent = status === 404 || status === 410;
    const delay =
      isAbsent && work.attempts < ASKED_WHERE_ABSENT ? nextDelay(work.attempts, null, random) : null;
    if (delay !== null) {
      const due = new Date(at.getTime() + delay);
      if (await noticeClaims.postpone(session, work, { due, status, error }))
        await noticeClaims.worked(session, owner);
      return;
    }
    const ending = isAbsent ? refused(error, status) : failure;
    await endFailed(session, deps, noticeClaims, { owner, work, failure: ending }, (dead) =>
      giveUpNotice(session, work, dead, error),
    );
  });
}
