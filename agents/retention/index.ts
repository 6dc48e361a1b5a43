import { UserError } from '../../domain/errors/user-error.ts';
import { keptSince } from '../../domain/time/kept-since.ts';
import { MINUTE_MS } from '../../domain/time/time-windows.ts';
import {
  BATCH,
  deleteBatch,
  lastDeletion,
  RETAINED_KINDS,
  type Retention,
} from '../../store/data-subjects/retention.ts';
import { countDue } from '../../store/data-subjects/retention-due.ts';
import { LOCKS } from '../../store/database/locks.ts';
import type { Sign } from '../../store/seals/leaf-tombstones.ts';
import type { Acting, Agent, AgentDeps, Observation } from '../loop/agent.ts';
import { decide, type Inputs, type RetentionAction } from './decide.ts';

/** What the retention agent needs beside the database. */
export interface RetentionParts {
  readonly retention: Retention;
  readonly cells: Parameters<typeof deleteBatch>[1]['cells'];
  /** Signs notes about sealed leaves. */
  readonly sign: Sign;
  /** Something was deleted: the embedded database's files are to be rewritten within a day. */
  readonly filesDue: () => void;
}

/** Deletes what the policy calls old, one batch for each decision. It acts from the start: the periods are a legal duty. */
export function retentionAgent(parts: RetentionParts): Agent<Inputs, RetentionAction> {
  return {
    name: 'retention',
    description:
      'Deletes responses, comments, outcomes and items that are past the period of the retention policy.',
    version: 1,
    defaultAutonomy: 'ACT',
    everyMs: 10 * MINUTE_MS,
    lock: LOCKS.retention,
    observe: (deps) => observe(parts, deps),
    decide,
    act: (acting, action) => act(parts, acting, action),
    parseAction: () => {
      throw new UserError('action: what is deleted follows from the policy alone; approve it or reject it');
    },
  };
}

async function* observe(
  { retention, cells }: RetentionParts,
  { store, now }: AgentDeps,
): AsyncGenerator<Observation<Inputs>> {
  for (const kind of RETAINED_KINDS) {
    const keep = retention[kind];
    if (keep === undefined) continue;
    const before = keptSince(now(), keep);
    for (let isDone = false; !isDone; ) {
      const due = await countDue(store, cells, { kind, before, most: BATCH });
      const last = await lastDeletion(store);
      const inputs = { kind, keep, before: before.toISOString(), due, most: BATCH };
      yield {
        key: kind,
        inputs: { at: new Date(now()).toISOString(), ...inputs },
        cells: 'everything',
        about: [],
      };
      // Where nothing was deleted (a dry run, a proposal, a failure) the next look would find the same.
      isDone = due < BATCH || (await lastDeletion(store)) === last;
    }
  }
}

async function act(
  { retention, cells, sign, filesDue }: RetentionParts,
  { session, now }: Acting,
  { kind, keep, before }: RetentionAction,
): Promise<string> {
  if (retention[kind] !== keep)
    throw new UserError(`the policy keeps ${kind} ${retention[kind] ?? 'permanently'} now, not ${keep}`);
  const rows = await deleteBatch(
    session,
    { cells, sign },
    { what: kind, keep, before: new Date(before) },
    now.getTime(),
  );
  if (rows > 0) filesDue();
  return `deleted ${rows} ${kind}`;
}
