import { setTimeout as pause } from 'node:timers/promises';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { Slice } from '../../domain/text/slices.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import type { Store } from '../../store/database/client.ts';
import { endImport, type ImportRun } from '../../store/responses/imports.ts';
import { acceptChanges } from '../changes/accept-changes.ts';
import type { OutcomeDraft } from '../outcomes/outcome-draft.ts';
import type { OutcomeIngestor } from '../outcomes/outcome-ingestor.ts';
import type { Ingestor } from '../pipeline/ingestor.ts';
import { accountFor, type BatchAccount } from '../pipeline/outcome.ts';
import { OverloadedError } from '../pipeline/overload.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { type DemoAnswer, type DemoSetting, dayZero, demoHistory, Respondents } from './answers.ts';
import { demoChanges, demoOutcomes } from './business.ts';
import { demoDraft } from './draft.ts';
import { HISTORY_DAYS } from './story.ts';

/** Items given to the pipeline at once. */
const BATCH = 500;
const TICK_MS = 250;
/** How often the counts of live answers are recorded. */
const NOTE_MS = 5_000;
const OVERLOADED_PAUSE_MS = 500;
const DAY_MS = 86_400_000;

export interface StartDemo {
  readonly submitter: Submitter & { readonly name: string };
  readonly seed: number;
  /** For how long live answers follow; 0: only the history. */
  readonly liveMs: number;
  /** Live answers a second. */
  readonly rate: number;
  /** Called in the transaction that begins the import. */
  readonly note: NoteChange;
  readonly onIngested: (account: BatchAccount) => void;
}

export interface DemoDeps {
  readonly store: Store;
  readonly ingestor: Ingestor;
  readonly outcomes: OutcomeIngestor;
  readonly dimensions: readonly Dimension[];
  readonly now: () => number;
  readonly onError: (error: Error) => void;
}

/** What is being done; the counts are those of its import. */
export interface Job {
  run: ImportRun;
  readonly setting: DemoSetting;
  rate: number;
  liveUntil: number;
  filledTo: number;
  isFilled: boolean;
  counts: { accepted: number; duplicates: number; rejected: number };
  failure: string | null;
  done: Promise<void> | null;
}

/** The work on the import, not begun yet. */
export function jobOf({ dimensions }: DemoDeps, run: ImportRun, seed: number): Job {
  return {
    run,
    setting: { seed, dimensions, anchor: run.begunAt.getTime() },
    rate: 0,
    liveUntil: 0,
    filledTo: 0,
    isFilled: run.endedAt !== null,
    counts: countsOf(run),
    failure: null,
    done: null,
  };
}

/** What the import recorded. */
export function countsOf({ account }: ImportRun): Job['counts'] {
  const { accepted = 0, duplicates = 0, rejected = 0 } = account ?? {};
  return { accepted, duplicates, rejected };
}

/** The part of the history that is filled, 0 to 1. */
export function progressOf({ setting, filledTo }: Job): number {
  const begun = dayZero(setting) - HISTORY_DAYS * DAY_MS;
  return Math.min(1, Math.max(0, (filledTo - begun) / (setting.anchor - begun)));
}

/** Takes in the history; what an earlier, interrupted job recorded is skipped. */
export async function fill(deps: DemoDeps, own: Job, given: StartDemo, isOver: () => boolean): Promise<void> {
  const { accepted, duplicates, rejected } = own.counts;
  const settled = accepted + duplicates + rejected;
  const slice = new Slice();
  let line = 0;
  let batch: DemoAnswer[] = [];
  // First: what is found in the answers names them.
  await acceptChanges(deps, given.submitter, demoChanges(own.setting), { importId: own.run.id });
  const flush = async () => {
    await take(deps, own, given, batch, line - batch.length + 1);
    own.filledTo = batch.at(-1)?.answeredAt.getTime() ?? own.filledTo;
    await endImport(deps.store, own.run.id, own.counts, null);
    batch = [];
  };
  for (const answer of demoHistory(own.setting)) {
    line += 1;
    if (line <= settled) continue;
    batch.push(answer);
    if (slice.isOver()) await slice.next();
    if (batch.length < BATCH) continue;
    await flush();
    if (isOver()) return;
  }
  if (batch.length > 0) await flush();
  await fillBusiness(deps, own, given, isOver);
  if (isOver()) return;
  await endImport(deps.store, own.run.id, own.counts, new Date(deps.now()));
  own.isFilled = true;
}

/** Takes in what became of the customers; outcomes that are there are recognised. */
async function fillBusiness(deps: DemoDeps, own: Job, { submitter }: StartDemo, isOver: () => boolean) {
  const importId = own.run.id;
  const slice = new Slice();
  let batch: OutcomeDraft[] = [];
  const flush = async () => {
    const some = batch;
    batch = [];
    await untilTaken(() => deps.outcomes.accept(submitter, some));
  };
  for (const draft of demoOutcomes(own.setting, demoHistory(own.setting))) {
    batch.push({ ...draft, importId });
    if (slice.isOver()) await slice.next();
    if (batch.length >= BATCH) await flush();
    if (isOver()) return;
  }
  await flush();
}

/** Tries again while the pipeline is full. */
async function untilTaken<T>(accept: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await accept();
    } catch (error) {
      if (!(error instanceof OverloadedError)) throw error;
      await pause(OVERLOADED_PAUSE_MS);
    }
  }
}

/** Takes in live answers until their time is over. */
export async function live(deps: DemoDeps, own: Job, given: StartDemo, isOver: () => boolean): Promise<void> {
  const begun = deps.now();
  const respondents = new Respondents(own.setting, begun);
  let noted = begun;
  let due = 0;
  let last = begun;
  let made = 0;
  while (!isOver() && own.liveUntil > deps.now()) {
    const now = deps.now();
    due += (own.rate * (now - last)) / 1_000;
    last = now;
    const batch: DemoAnswer[] = [];
    for (; due >= 1; due -= 1) {
      made += 1;
      batch.push(respondents.answerAt(now, `demo-live-${begun}-${made}`));
    }
    if (batch.length > 0) await take(deps, own, given, batch, made - batch.length + 1);
    if (now - noted > NOTE_MS) {
      noted = now;
      await endImport(deps.store, own.run.id, own.counts, own.run.endedAt ?? new Date(now));
    }
    await pause(TICK_MS);
  }
  await endImport(deps.store, own.run.id, own.counts, own.run.endedAt ?? new Date(deps.now()));
}

/** Stores answers and counts them; waits where the pipeline is full. */
async function take(
  { ingestor }: DemoDeps,
  own: Job,
  { submitter, onIngested }: StartDemo,
  answers: readonly DemoAnswer[],
  firstLine: number,
): Promise<void> {
  const drafts = answers.map((answer, i) => demoDraft(answer, own.run.id, firstLine + i));
  const account = accountFor(await untilTaken(() => ingestor.accept(submitter, drafts)));
  onIngested(account);
  own.counts.accepted += account.accepted;
  own.counts.duplicates += account.duplicates;
  own.counts.rejected += account.rejectedTotal;
}
