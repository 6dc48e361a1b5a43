import { DAY_MS } from '../../domain/time/time-windows.ts';
import type { AgentStateRow } from '../../store/agents/agent-states.ts';
import { countRaised } from '../../store/agents/alerts.ts';
import { type AccountRow, readAccountFacts } from '../../store/outcomes/account-facts.ts';
import { lastAlertOf } from '../alerting/carry-out.ts';
import { type Episode, openOf } from '../alerting/episode.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import { reasonsOf } from './decide.ts';
import { type AccountCause, AGENT, CAUSES, type ChurnModel, type Inputs, type ModelOrWhy } from './inputs.ts';
import { churnProbability, fitChurn } from './model.ts';

const QUARTER_MS = 90 * DAY_MS;
/** Moments of history, 90 days apart. */
const QUARTERS = 8;

/** The accounts with a reason, or with an open alert, once a day; the most urgent first. */
export async function* observe(
  { store, now }: AgentDeps,
  known: ReadonlyMap<string, AgentStateRow>,
  capacity: number,
): AsyncGenerator<Observation<Inputs>> {
  const day = Math.floor(now() / DAY_MS);
  const at = new Date(now());
  const rows = new Map((await readAccountFacts(store, at)).map((row) => [row.id, row]));
  let fitted: ModelOrWhy | undefined;
  for (const cause of CAUSES) {
    const own = new Set(
      [...rows.values()]
        .filter((row) => row.active && reasonsOf(cause, factsOf(row)).length > 0)
        .map(({ id }) => id),
    );
    const ids = [...own, ...[...known.keys()].flatMap((key) => accountOf(key, cause, own))];
    const due = ids.filter((id) => known.get(keyOf(id, cause))?.position !== day);
    if (due.length === 0) continue;
    fitted ??= await modelOf(store, at, capacity);
    const { model, why } = fitted;
    const ranked = rank(due, rows, cause, model);
    const left = Math.max(
      0,
      capacity - (await countRaised(store, `${AGENT}/account `, ` ${cause}`, new Date(now() - 7 * DAY_MS))),
    );
    let place = 0;
    for (const id of ranked) {
      const key = keyOf(id, cause);
      const row = rows.get(id);
      const last = await lastAlertOf(store, AGENT, key);
      const before = (known.get(key)?.state ?? null) as Episode | null;
      const open = openOf(last) !== null;
      if (!own.has(id) && !open && before?.since == null) continue;
      const isDismissed = last?.state === 'DISMISSED' && last.since === before?.since;
      const facts = row?.active ? factsOf(row) : null;
      const counts = own.has(id) && !open && !isDismissed;
      yield {
        key,
        inputs: {
          at: at.toISOString(),
          cause,
          facts,
          model,
          why,
          rank: counts ? ++place : 0,
          left,
          before,
          last,
        },
        // Ranks, capacity and the model come from all accounts: so do the rows.
        cells: 'everything',
        about: [],
        position: day,
      };
    }
  }
}

const keyOf = (id: string, cause: AccountCause) => `account ${id} ${cause}`;

/** The account of a key of that cause, unless it is among those. */
function accountOf(key: string, cause: AccountCause, own: ReadonlySet<string>): string[] {
  const [, id = '', of] = key.split(' ');
  return of === cause && !own.has(id) ? [id] : [];
}

function factsOf({ detractor, promoter, falling, leaving, usageFell, usageGrew, pays }: AccountRow) {
  return { detractor, promoter, falling, leaving, usageFell, usageGrew, pays };
}

/** By the model, else by the number of reasons; those that pay before others. */
function rank(
  ids: readonly string[],
  rows: ReadonlyMap<string, AccountRow>,
  cause: AccountCause,
  model: ChurnModel | null,
): string[] {
  const weight = (id: string): number => {
    const row = rows.get(id);
    if (!row) return 0;
    if (cause === 'risk' && model) return churnProbability(model, row);
    return reasonsOf(cause, row).length + (row.pays ? 0.5 : 0);
  };
  const weighed = ids.map((id) => ({ id, weight: weight(id) }));
  return weighed.sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
}

async function modelOf(store: AgentDeps['store'], at: Date, capacity: number): Promise<ModelOrWhy> {
  const history: AccountRow[][] = [];
  for (let quarter = 1; quarter <= QUARTERS; quarter++) {
    const then = new Date(at.getTime() - quarter * QUARTER_MS);
    history.push((await readAccountFacts(store, then)).filter(({ active }) => active));
  }
  return fitChurn(history, capacity);
}
