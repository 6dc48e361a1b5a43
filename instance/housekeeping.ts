import type { Config } from '../config/config.ts';
import { configuredRules, type Retention } from '../domain/privacy/retention.ts';
import { keptSince } from '../domain/time/kept-since.ts';
import { forgetBrowserSessions } from '../store/access/browser-sessions.ts';
import { forgetScopes } from '../store/access/scoped-views.ts';
import { forgetDeliveries } from '../store/connections/connection-deliveries.ts';
import { expireQuarantined, shortenQuarantine } from '../store/connections/quarantine-settle.ts';
import { continueErasures } from '../store/data-subjects/erasures.ts';
import { readSetRules } from '../store/data-subjects/retention-rules.ts';
import { LOCKS } from '../store/database/locks.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import { vacuumGrown } from '../store/database/upkeep.ts';
import { trimJournal } from '../store/journal/journal-trim.ts';
import { applyPolicies } from '../store/responses/apply-policies.ts';
import { forgetPrints } from '../store/responses/flag-answers.ts';
import { openPolicy } from '../store/responses/respondent-policies.ts';
import { giveBackCells } from '../store/responses/return-cells.ts';
import { forgetSourceDays } from '../store/responses/source-days.ts';
import { purgeMinuteRollups } from '../store/scores/rollups.ts';
import { refile } from '../store/segments/refile.ts';
import { newestRules } from '../store/segments/rule-versions.ts';
import { moveEvents } from '../store/setup/move-events.ts';
import type { OpenDatabase } from './open-database.ts';

export interface HousekeepingDeps {
  readonly database: OpenDatabase;
  readonly config: Pick<Config, 'dimensions' | 'cellLimits'>;
  /** For how long the journal is kept, ISO 8601; null: permanently. And the rules of the configuration. */
  readonly retention: Retention & { readonly journal: string | null };
  /** How many of the responses the lineage graph has, or will have before it has followed that transaction. */
  readonly graphHolds: (responseIds: readonly string[], xact: number) => Promise<number>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onError: (error: Error) => void;
}

const EVERY_MS = 10 * 60_000;
/** How soon a new respondent policy is applied to the stored answers. */
const POLICIES_MS = 2_000;
/** And new segment rules. */
const RULES_MS = 2_000;
/** An import of thousands of rows a second outgrows its statistics within seconds. */
const UPKEEP_MS = 10_000;

/**
 * Deletes what has no more readers, trims the journal, and goes on with unfinished erasures: every ten minutes, in one process at a
 * time. What is older than the retention policy allows is deleted by the agent `retention`. The answer stops it, after the batch under way.
 */
export function startHousekeeping({
  database,
  config,
  retention,
  graphHolds,
  now,
  onError,
}: HousekeepingDeps): () => Promise<void> {
  const { store, cells, loops, sign } = database;
  const { dimensions, cellLimits } = config;
  database.files.goOn();
  const trim = async (stopped: () => boolean) => {
    if (retention.journal === null) return;
    await trimJournal(store, { before: keptSince(now(), retention.journal), now: now(), stopped });
  };
  const steps = [
    () => purgeMinuteRollups(store, now()),
    () => forgetScopes(store, now()),
    () => forgetBrowserSessions(store, now()),
    () => forgetDeliveries(store, now()),
    async () => shortenQuarantine(store, [...configuredRules(retention), ...(await readSetRules(store))]),
    () => expireQuarantined(store, now(), database.files.dueToday),
    () => forgetSourceDays(store, now()),
    () => giveBackCells(store, cells),
    () => forgetPrints(store, now()),
    trim,
    () => continueErasures({ store, graphHolds, filesDue: database.files.due }),
  ];
  const clearing = runPeriodic({
    name: 'housekeeping',
    everyMs: EVERY_MS,
    alone: { store, lock: LOCKS.housekeeping },
    loops,
    onError,
    run: (stopped) => runAll(steps, stopped, onError),
  });
  const moving = runPeriodic({
    name: 'move of stored items',
    everyMs: EVERY_MS,
    alone: { store, lock: LOCKS.moveEvents },
    loops,
    onError,
    run: (stopped) => moveEvents(store, stopped),
  });
  const counting = runPeriodic({
    name: 'respondent policies',
    everyMs: POLICIES_MS,
    alone: {
      ...{ store, lock: LOCKS.applyPolicies },
      isDue: async () => (await openPolicy(store)) !== null,
    },
    loops,
    onError,
    run: (stopped) => applyPolicies({ store, sign }, stopped),
  });
  const refiling = runPeriodic({
    name: 'segment rules',
    everyMs: RULES_MS,
    alone: { store, lock: LOCKS.refile, isDue: async () => (await newestRules(store)) > 0 },
    loops,
    onError,
    run: (stopped) => refile({ ...database, dimensions, cellLimits, now }, stopped),
  });
  const upkeep =
    store.backend === 'pglite'
      ? runPeriodic({
          name: 'upkeep of the embedded database',
          everyMs: UPKEEP_MS,
          startsLater: true,
          loops,
          onError,
          run: (stopped) => vacuumGrown(store, stopped),
        })
      : undefined;
  return async () => {
    await Promise.all([clearing.stop(), moving.stop(), counting.stop(), refiling.stop(), upkeep?.stop()]);
  };
}

/** Runs the steps in turn, also where one fails. @throws the last error; `onError` gets those before it */
async function runAll(
  steps: readonly ((stopped: () => boolean) => Promise<unknown>)[],
  stopped: () => boolean,
  onError: (error: Error) => void,
): Promise<void> {
  const errors: Error[] = [];
  for (const step of steps) if (!stopped()) await step(stopped).catch((error: Error) => errors.push(error));
  const last = errors.pop();
  for (const error of errors) onError(error);
  if (last) throw last;
}
