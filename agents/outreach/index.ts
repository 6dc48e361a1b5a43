import { DAY_MS, MINUTE_MS } from '../../domain/time/time-windows.ts';
import { type AccountCase, readAccountCases } from '../../store/agents/account-cases.ts';
import type { AgentStateRow } from '../../store/agents/agent-states.ts';
import { parseCellSet } from '../../store/agents/cell-set.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { readAccountFacts } from '../../store/outcomes/account-facts.ts';
import type { Agent, AgentDeps, Observation } from '../loop/agent.ts';
import { act, EDITING } from './act.ts';
import { observeCoaching } from './coaching.ts';
import { decide, type Inputs, LEARN_DAYS, type OutreachAction } from './decide.ts';

/** Opens cases for what the account watch found. It leads to work with customers, so at first it proposes. */
export const outreach: Agent<Inputs, OutreachAction> = {
  name: 'outreach',
  description:
    'Opens a case by a playbook for each alert about an account, and notes on the case what became of the account; proposes coaching where answers after the work of a member of staff are low.',
  version: 1,
  defaultAutonomy: 'PROPOSE',
  everyMs: 5 * MINUTE_MS,
  lock: LOCKS.outreach,
  observe,
  decide,
  act,
  editing: EDITING,
};

async function* observe(
  deps: AgentDeps,
  known: ReadonlyMap<string, AgentStateRow>,
): AsyncGenerator<Observation<Inputs>> {
  const day = new Date(Math.floor(deps.now() / DAY_MS) * DAY_MS);
  yield* observeAccounts(deps, day);
  yield* observeCoaching(deps, known, day);
}

async function* observeAccounts({ store, now }: AgentDeps, day: Date): AsyncGenerator<Observation<Inputs>> {
  // A result is noted for a month from when it can be known.
  const cases = await readAccountCases(store, new Date(day.getTime() - 2 * LEARN_DAYS * DAY_MS));
  const isOver = ({ closedAt, isLearnt }: AccountCase) => closedAt !== null && !isLearnt;
  const accounts = new Map(
    (cases.some(isOver) ? await readAccountFacts(store, new Date(now())) : []).map((row) => [row.id, row]),
  );
  for (const one of cases) {
    const { alert, alertState, account, severity, cells, facts, ...of } = one;
    // A row without them must not end the work on all others.
    if (!Array.isArray(facts?.reasons)) continue;
    const found = isOver(one) ? accounts.get(account) : undefined;
    const { active, detractor, promoter } = found ?? {};
    yield {
      key: `Alert:${alert}`,
      inputs: {
        at: day.toISOString(),
        alert: { id: alert, state: alertState, severity, cause: facts.cause, reasons: facts.reasons },
        case:
          of.case && of.caseState && of.openedAt
            ? {
                ...{ id: of.case, state: of.caseState, openedAt: of.openedAt.toISOString() },
                actedAt: of.actedAt?.toISOString() ?? null,
                closedAt: of.closedAt?.toISOString() ?? null,
                isLearnt: of.isLearnt,
              }
            : null,
        account: found
          ? { active: active === true, detractor: detractor === true, promoter: promoter === true }
          : null,
      },
      cells: parseCellSet(cells),
      about: [`Alert:${alert}`, ...(of.case ? [`Case:${of.case}`] : [])],
    };
  }
}
