import {
  DAYS_READ,
  daily,
  dayNumber,
  sharesOf,
  volumeOf,
  WORDING_NEWS_MS,
} from '../../domain/detection/source-quality.ts';
import { nameOfRetained, type Retention } from '../../domain/privacy/retention.ts';
import { keptSince } from '../../domain/time/kept-since.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { readSettings } from '../../store/agents/agent-settings.ts';
import type { AgentStateRow } from '../../store/agents/agent-states.ts';
import { readWatchedConnections, type WatchedConnection } from '../../store/connections/connections.ts';
import { BATCH } from '../../store/data-subjects/retention.ts';
import { countDue } from '../../store/data-subjects/retention-due.ts';
import { bySource, readSourceDays, type SourceDayRow } from '../../store/responses/source-days.ts';
import { readWordings } from '../../store/responses/wordings.ts';
import { lastAlertOf, openKeysOf } from '../alerting/carry-out.ts';
import type { Episode } from '../alerting/episode.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import { agentRules } from '../retention/index.ts';
import { AGENT, type Inputs, type SourceDays } from './inputs.ts';
import { readRateSeries } from './rate-series.ts';

/** What the data monitor needs beside the database. */
export interface DataMonitorParts {
  /** The periods of the policy. */
  readonly retention: Retention;
  /** Seconds that each follower of the journal is behind. */
  readonly followerDelays: () => Promise<Readonly<Record<string, number>>>;
}

/** A survey version is looked at until its alert is over. */
const WORDING_SEEN_MS = 2 * WORDING_NEWS_MS;

type Asked = (key: string) => Promise<Pick<Inputs, 'at' | 'before' | 'last'>>;

const cells = 'everything' as const;
const RATES = ['response', 'abandonment'] as const;

/** What there is to watch, then each open alert about what is not watched any more. */
export async function* observe(
  parts: DataMonitorParts,
  deps: AgentDeps,
  known: ReadonlyMap<string, AgentStateRow>,
): AsyncGenerator<Observation<Inputs>> {
  const now = deps.now();
  const asked: Asked = async (key) => ({
    at: new Date(now).toISOString(),
    before: (known.get(key)?.state ?? null) as Episode | null,
    last: await lastAlertOf(deps.store, AGENT, key),
  });
  const today = Math.floor(now / DAY_MS);
  const areRatesRead = isRead(known, today);
  const watched = new Set<string>(areRatesRead ? RATES.map(keyOfRate) : []);
  for await (const seen of observeWatched(parts, deps, asked, areRatesRead)) {
    watched.add(seen.key);
    yield seen;
  }
  for (const { key, id } of await openKeysOf(deps.store, AGENT)) {
    if (watched.has(key)) continue;
    const inputs = { what: 'gone' as const, ...(await asked(key)), key };
    yield { key, inputs, cells, about: [`Alert:${id}`] };
  }
}

/** The sources by connection, the followers of the journal, what retention leaves, rates, and new survey versions. */
async function* observeWatched(
  { followerDelays, retention }: DataMonitorParts,
  deps: AgentDeps,
  asked: Asked,
  areRatesRead: boolean,
): AsyncGenerator<Observation<Inputs>> {
  const { store } = deps;
  const now = deps.now();
  const today = Math.floor(now / DAY_MS);
  const first = today - DAYS_READ + 1;
  const rows = await readSourceDays(store, new Date(first * DAY_MS));
  const sources = sourcesOf(rows, first, today);
  for (const { key, connection, of } of groupsOf(sources, await readWatchedConnections(store))) {
    const inputs = { what: 'sources' as const, ...(await asked(key)), sources: of, connection };
    yield { key, inputs, cells, about: of.map(({ name }) => `Source:${name}`) };
  }
  const delays = await followerDelays();
  yield {
    key: 'followers',
    inputs: { what: 'followers', ...(await asked('followers')), delays },
    cells,
    about: [],
  };
  const late = await readLate(deps, retention, now);
  if (late)
    yield {
      key: 'retention',
      inputs: { what: 'retention', ...(await asked('retention')), ...late },
      cells,
      about: [],
    };
  const rates = areRatesRead ? null : await readRateSeries(deps, today);
  for (const rate of rates ? RATES : []) {
    const key = keyOfRate(rate);
    const segments = rates?.[rate] ?? [];
    const inputs = { what: 'rates' as const, ...(await asked(key)), rate, segments };
    yield { key, inputs, cells, about: [], position: today };
  }
  for (const one of await readWordings(store, null, new Date(now - WORDING_SEEN_MS))) {
    const { source, survey, version, isLater } = one;
    if (!isLater) continue;
    const key = `wording ${source} ${survey} ${version}`;
    const firstSeen = one.firstSeenAt.toISOString();
    const inputs = { what: 'wording' as const, ...(await asked(key)), source, survey, version, firstSeen };
    yield { key, inputs, cells, about: [`Source:${source}`] };
  }
}

const keyOfRate = (rate: (typeof RATES)[number]) => `${rate} rate`;

/** Whether the rates of yesterday were judged. */
const isRead = (known: ReadonlyMap<string, AgentStateRow>, today: number) =>
  known.get(keyOfRate('abandonment'))?.position === today;

/** What is more than a day past its period, and how the agent that deletes it runs; null: the policy has no periods. */
async function readLate({ store, cells }: AgentDeps, retention: Retention, now: number) {
  const overdue: Record<string, number> = {};
  for (const rule of await agentRules(store, retention, now)) {
    const before = keptSince(now - DAY_MS, rule.keep);
    overdue[nameOfRetained(rule)] = await countDue(store, cells, { ...rule, before }, BATCH);
  }
  if (Object.keys(overdue).length === 0) return null;
  const set = (await readSettings(store)).find(({ agent }) => agent === 'retention');
  return { overdue, most: BATCH, agent: { enabled: set?.enabled ?? true, autonomy: set?.autonomy ?? 'ACT' } };
}

/** Each source from its first day on, with a count for each day. */
function sourcesOf(rows: readonly SourceDayRow[], first: number, today: number): SourceDays[] {
  return [...bySource(rows)].map(([name, days]) => {
    const bad = ({ rejected }: SourceDayRow) => Object.values(rejected).reduce((a, b) => a + b, 0);
    const { counts: rejected } = daily(days, [first, today], bad);
    const reasons = new Map<string, number>();
    for (const row of days) {
      if (dayNumber(row.day) < today - 1) continue;
      for (const [code, items] of Object.entries(row.rejected))
        reasons.set(code, (reasons.get(code) ?? 0) + items);
    }
    const codes = [...reasons].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([code]) => code);
    const shares = {
      recent: sharesOf(days.filter(({ day }) => dayNumber(day) >= today - 1)),
      earlier: sharesOf(days.filter(({ day }) => dayNumber(day) >= today - 29 && dayNumber(day) < today - 1)),
    };
    return { name, ...volumeOf(days, [first, today]), rejected, reasons: codes, shares };
  });
}

/** What has one cause is watched as one: the sources that a connection is bound to. */
function groupsOf(sources: readonly SourceDays[], connections: readonly WatchedConnection[]) {
  const bound = connections.flatMap(({ id, name, sources: names, lastDeliveryAt, lastRefusedAt }) => {
    const of = sources.filter((source) => names?.includes(source.name));
    const times = {
      lastDeliveryAt: lastDeliveryAt?.getTime() ?? null,
      lastRefusedAt: lastRefusedAt?.getTime() ?? null,
    };
    return of.length === 0 ? [] : [{ key: `connection ${id}`, connection: { name, ...times }, of }];
  });
  const taken = new Set(bound.flatMap(({ of }) => of));
  const alone = sources.filter((source) => !taken.has(source));
  return [
    ...bound,
    ...alone.map((source) => ({ key: `source ${source.name}`, connection: null, of: [source] })),
  ];
}
