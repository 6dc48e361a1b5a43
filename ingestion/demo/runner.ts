import { createHash } from 'node:crypto';
import { UserError } from '../../domain/errors/user-error.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Store } from '../../store/database/client.ts';
import {
  beginImport,
  findOpenImport,
  type ImportRun,
  ImportUndoneError,
  MOST_A_DAY,
} from '../../store/responses/imports.ts';
import { DEMO_NAME } from './draft.ts';
import { countsOf, type DemoDeps, fill, type Job, jobOf, live, progressOf, type StartDemo } from './job.ts';

/** Marks the imports that are demos; a new generation of answers gets a new number. */
const MAP_HASH = createHash('sha256').update('scoreline demo 2').digest('hex');

/** Absent; being filled; interrupted by the end of a server; filled; receiving live answers; failed. */
export type DemoState = 'ABSENT' | 'FILLING' | 'INTERRUPTED' | 'FILLED' | 'LIVE' | 'FAILED';

export interface DemoStatus {
  readonly state: DemoState;
  /** Items taken in so far, corrections included. */
  readonly answers: number;
  /** The part of the history that is filled, 0 to 1. */
  readonly progress: number;
  readonly run: ImportRun | null;
  /** When live answers end. */
  readonly liveUntil: Date | null;
  /** Why it failed. */
  readonly failure: string | null;
}

/** The demo is there already, made of other numbers. */
export class OtherDemoError extends UserError {
  override readonly name = 'OtherDemoError';
}

/** The simulated answers of this server: one history, filled once, and live answers on request. */
export interface Demo {
  status(): Promise<DemoStatus>;
  /**
   * Begins or continues the history, and lets live answers follow until `liveMs` from now. Answers that are
   * there are recognised.
   * @throws OtherDemoError
   */
  start(given: StartDemo): Promise<DemoStatus>;
  /** Ends live answers; the history is filled to its end. */
  stopLive(): Promise<DemoStatus>;
  /** Stops everything; what is interrupted continues with the next `start`. */
  close(): Promise<void>;
}

/** Opens the demo of this server; nothing is stored before `start`. */
export function openDemo(deps: DemoDeps): Demo {
  let job: Job | null = null;
  let closing = false;

  const status = async (): Promise<DemoStatus> => {
    const run = await findDemo(deps.store);
    if (!run) return { state: 'ABSENT', answers: 0, progress: 0, run: null, liveUntil: null, failure: null };
    const own = job?.run.id === run.id ? job : null;
    const counts = own?.counts ?? countsOf(run);
    const isFilled = own?.isFilled ?? run.endedAt !== null;
    return {
      state: stateOf(own, isFilled),
      answers: counts.accepted + counts.duplicates,
      progress: isFilled ? 1 : own ? progressOf(own) : 0,
      run,
      liveUntil: own?.done && own.liveUntil > deps.now() ? new Date(own.liveUntil) : null,
      failure: own?.failure ?? null,
    };
  };
  const stateOf = (own: Job | null, isFilled: boolean): DemoState => {
    if (own?.failure != null) return 'FAILED';
    if (own?.done && !own.isFilled) return 'FILLING';
    if (own?.done && own.liveUntil > deps.now()) return 'LIVE';
    return isFilled ? 'FILLED' : 'INTERRUPTED';
  };

  const work = async (own: Job, given: StartDemo): Promise<void> => {
    try {
      if (!own.isFilled) await fill(deps, own, given, () => closing);
      while (!closing && own.isFilled && own.liveUntil > deps.now())
        await live(deps, own, given, () => closing);
    } catch (error) {
      // Taken out meanwhile: that is its end, not a failure.
      if (error instanceof ImportUndoneError) return;
      own.failure =
        error instanceof UserError
          ? error.message
          : 'the demo stopped with an error; the log of the server says why';
      deps.onError(error as Error);
    }
  };

  let starting: Promise<unknown> = Promise.resolve();
  const startNow = async (given: StartDemo): Promise<DemoStatus> => {
    const run = await beginDemo(deps, given);
    if (job?.run.id !== run.id || (job.failure !== null && !job.done)) job = jobOf(deps, run, given.seed);
    const own = job;
    own.rate = given.rate;
    if (given.liveMs > 0) own.liveUntil = deps.now() + given.liveMs;
    if (!closing && !own.done)
      own.done = work(own, given).finally(() => {
        own.done = null;
      });
    return status();
  };
  return {
    status,
    start: (given) => {
      // One at a time, so that two first calls begin one import.
      const next = starting.then(() => startNow(given));
      starting = next.catch(() => undefined);
      return next;
    },
    stopLive: () => {
      if (job) job.liveUntil = 0;
      return status();
    },
    close: async () => {
      closing = true;
      await starting;
      await job?.done;
    },
  };
}

const findDemo = (store: Store) => findOpenImport(store, DEMO_NAME, MAP_HASH);

/** The import of the demo: the one that is there, or a new one. */
async function beginDemo(
  { store, dimensions, now }: DemoDeps,
  { submitter, seed, note }: StartDemo,
): Promise<ImportRun> {
  const digest = digestOf(seed, dimensions);
  const found = await findDemo(store);
  if (found && found.digest !== digest)
    throw new OtherDemoError(
      'seed: the demo is loaded with another seed, or with other dimensions; remove it first (undoImport), or use the same seed',
    );
  if (found) return found;
  const given = {
    ...{ file: DEMO_NAME, source: DEMO_NAME, digest, mapHash: MAP_HASH },
    ...{ madeBy: submitter.id, actorName: submitter.name },
  };
  const run = await store.transaction(async (session) => {
    const made = await beginImport(session, given, new Date(now()));
    if (made) await note(session, { import: made.key, seed });
    return made;
  });
  if (!run)
    throw new UserError(`this key has begun ${MOST_A_DAY} imports within a day, the most that it may`);
  return run;
}

/** What makes two demos the same. */
function digestOf(seed: number, dimensions: readonly Dimension[]): string {
  const parts = dimensions.map(({ field, declared }) => [field, declared ? [...declared.values] : null]);
  return createHash('sha256')
    .update(JSON.stringify([seed, parts]))
    .digest('hex');
}
