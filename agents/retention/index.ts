import { UserError } from '../../domain/errors/user-error.ts';
import {
  configuredRules,
  decidingRule,
  nameOfRetained,
  type RetainedKind,
  type Retention,
  type RetentionRule,
  rulesToApply,
} from '../../domain/privacy/retention.ts';
import { keptSince } from '../../domain/time/kept-since.ts';
import { MINUTE_MS } from '../../domain/time/time-windows.ts';
import { lastDeletion } from '../../store/data-subjects/deletion-records.ts';
import { BATCH, deleteBatch } from '../../store/data-subjects/retention.ts';
import { countDue } from '../../store/data-subjects/retention-due.ts';
import { readSetRules } from '../../store/data-subjects/retention-rules.ts';
import type { Session } from '../../store/database/client.ts';
import { LOCKS } from '../../store/database/locks.ts';
import type { Sign } from '../../store/seals/leaf-tombstones.ts';
import type { Acting, Agent, AgentDeps, Observation } from '../loop/agent.ts';
import { decide, type Inputs, type RetentionAction } from './decide.ts';

/** What the retention agent needs beside the database. */
export interface RetentionParts {
  /** The rules of the configuration; people set others. */
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
      'Deletes responses, values of dimensions, comments, outcomes and items that are past the period of the retention policy.',
    version: 3,
    defaultAutonomy: 'ACT',
    everyMs: 10 * MINUTE_MS,
    inBatches: true,
    lock: LOCKS.retention,
    observe: (deps) => observe(parts, deps),
    decide,
    act: (acting, action) => act(parts, acting, action),
    editing: null,
  };
}

type AgentRule = RetentionRule & { readonly what: RetainedKind };

/** The rules that the agent carries out, in their order. */
export async function agentRules(session: Session, retention: Retention, now: number): Promise<AgentRule[]> {
  const all = [...configuredRules(retention), ...(await readSetRules(session))];
  return rulesToApply(all, now).flatMap((rule) =>
    rule.what === 'quarantine' ? [] : [{ ...rule, what: rule.what }],
  );
}

async function* observe(
  { retention, cells }: RetentionParts,
  { store, now }: AgentDeps,
): AsyncGenerator<Observation<Inputs>> {
  for (const { what, source, dimension, keep } of await agentRules(store, retention, now())) {
    const before = keptSince(now(), keep);
    for (let isDone = false; !isDone; ) {
      // A batch may have added cells.
      if (dimension !== null) await cells.refresh(store);
      const due = await countDue(store, cells, { what, source, dimension, before }, BATCH);
      const last = await lastDeletion(store);
      const inputs = { kind: what, source, dimension, keep, before: before.toISOString(), due, most: BATCH };
      yield {
        key: nameOfRetained({ what, source, dimension }),
        inputs: { at: new Date(now()).toISOString(), ...inputs },
        cells: 'everything',
        about: [],
      };
      // Where nothing was deleted (a dry run, a proposal, a failure) the next look would find the same.
      isDone = due < BATCH || (await lastDeletion(store)) === last;
    }
    if (dimension !== null) await cells.refresh(store);
  }
}

async function act(
  { retention, cells, sign, filesDue }: RetentionParts,
  { session, now }: Acting,
  { kind: what, source, dimension, keep, before }: RetentionAction,
): Promise<string> {
  const about = { what, source, dimension };
  const rule = decidingRule(await agentRules(session, retention, now.getTime()), about, now.getTime());
  if (rule?.keep !== keep)
    throw new UserError(
      `the policy keeps ${nameOfRetained(about)} ${rule?.keep ?? 'permanently'} now, not ${keep}`,
    );
  const past = { ...about, keep, before: new Date(before) };
  const rows = await deleteBatch(session, { cells, sign }, past, now.getTime());
  if (rows > 0) filesDue();
  return `deleted ${rows} ${nameOfRetained(about)}`;
}
