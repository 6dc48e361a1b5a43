import { nodeId } from '../../domain/lineage/lineage.ts';
import { parseScoreId } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { DAY_MS, HOUR_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import type { ScopedReader } from '../../store/access/scoped-views.ts';
import type { AlertRow } from '../../store/agents/alerts.ts';
import { type CellSet, parseCellSet } from '../../store/agents/cell-set.ts';
import { NARRATIVE_KEYS, readAlertsToNarrate, readNarrated } from '../../store/agents/narratives.ts';
import { type ChangeRow, readChanges, readChangesById } from '../../store/changes/changes.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import { type Audience, readAudiences, type ScopeOf, scopeOver } from './audience.ts';
import type { Fact, FactSheet } from './fact.ts';
import type { Inputs } from './inputs.ts';
import { readFactSheet } from './sheet.ts';

/** What the narrator needs beside the database. */
export interface NarratorParts {
  readonly scopedReader: ScopedReader;
  readonly scopeOf: ScopeOf;
}

const WEEK_MS = 7 * DAY_MS;
/** 1970-01-05 was the first Monday. */
const MONDAY_MS = 4 * DAY_MS;
/** Answers of a Sunday that arrive in the night are counted. */
const GRACE_MS = 6 * HOUR_MS;
/** Weeks and alerts that are older are not caught up. */
const WEEKS = 8;
/** What failed is tried again after this time, as by the runner. */
const FAILED_MS = HOUR_MS;
/** Alerts of one run, the oldest; the next run goes on. */
const MOST_ALERTS = 50;
/** Days of an alert without scores, the newest. */
const MOST_DAYS = 90;
const MOST_ROWS = 1_000;
/** Change events that are read of a week, and facts that are made of them. */
const [MOST_CHANGES, MOST_EVENTS] = [50, 3];
const CONFIDENCE = 0.95;

const day = (time: number) => new Date(time).toISOString().slice(0, 10);

/** Each alert, and each week that is over for each audience, of the last eight weeks, that has no narrative yet. */
export async function* observe(parts: NarratorParts, deps: AgentDeps): AsyncGenerator<Observation<Inputs>> {
  const now = deps.now();
  const end = Math.floor((now - GRACE_MS - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
  const since = end - WEEKS * WEEK_MS;
  const failedUntil = new Date(now - FAILED_MS);
  const asked = { since: new Date(since), failedUntil, limit: MOST_ALERTS };
  for (const alert of await readAlertsToNarrate(deps.store, asked)) yield await ofAlert(parts, deps, alert);
  const audiences = await readAudiences(deps.store, deps.cells, parts.scopeOf);
  const weeks = Array.from({ length: WEEKS }, (_, i) => since + i * WEEK_MS);
  const all = weeks.flatMap((from) =>
    audiences.map((audience) => ({ from, audience, key: keyOfWeek(from, audience) })),
  );
  const keys = all.map(({ key }) => key);
  const made = await readNarrated(deps.store, keys, failedUntil);
  for (const { from, audience, key } of all) {
    if (made.has(key) || from + WEEK_MS <= audience.since) continue;
    const observed = await ofWeek(parts, deps, from, audience);
    if (observed) yield { key, ...observed };
  }
}

const keyOfWeek = (from: number, { name }: Pick<Audience, 'name'>) =>
  `${NARRATIVE_KEYS.WEEK}${day(from)} ${name}`;

/** The audience that a decision's key names, and the end of its week; null: it is about an alert. */
export function weekOfKey(key: string): { readonly audience: string; readonly until: number } | null {
  if (!key.startsWith(NARRATIVE_KEYS.WEEK)) return null;
  const [from = '', audience = ''] = key.slice(NARRATIVE_KEYS.WEEK.length).split(' ');
  return { audience, until: Date.parse(from) + WEEK_MS };
}

/** A week without answers has nothing to say; null. Answers that arrive later are found by a later run. */
async function ofWeek(
  parts: NarratorParts,
  deps: AgentDeps,
  from: number,
  { cells }: Audience,
): Promise<Omit<Observation<Inputs>, 'key'> | null> {
  const window = { from, until: from + WEEK_MS };
  const before = { from: from - WEEK_MS, until: from };
  const reading = readingOver(parts, deps, cells);
  const sheet = await sheetOver(reading, deps, { segment: {}, window, before });
  const answers = sheet.facts.find(({ kind }) => kind === 'SCORE')?.numbers['responses'] ?? 0;
  if (answers === 0) return null;
  const asked = { range: window, segment: {}, after: null, limit: MOST_CHANGES };
  const facts = withAround([], sheet, await readChanges(reading.deps, reading.scope, asked));
  const of = { kind: 'WEEK', from: day(from), to: day(window.until - 1) } as const;
  return { inputs: { of, facts }, cells, about: citedBy(facts) };
}

/** What an alert says, with the scores of its own cells: callers who see the alert see its narrative, and no others do. */
async function ofAlert(parts: NarratorParts, deps: AgentDeps, alert: AlertRow): Promise<Observation<Inputs>> {
  const cells = parseCellSet(alert.cells);
  const reading = readingOver(parts, deps, cells);
  const sheet = await sheetOver(reading, deps, windowsOf(alert));
  // Those of its candidates that everyone sees who sees the alert.
  const changes = await readChangesById(reading.deps, reading.scope, candidatesOf(alert));
  const facts = withAround([alertFact(alert)], sheet, changes);
  return {
    key: `${NARRATIVE_KEYS.ALERT}${alert.id}`,
    inputs: { of: { kind: 'ALERT', alert: alert.id }, facts },
    cells,
    about: citedBy(facts),
  };
}

interface Windows {
  readonly segment: Segment;
  readonly window: TimeRange;
  readonly before: TimeRange;
}

/** Those that the alert compares; of an alert without scores the days since it began, and as many before them. */
function windowsOf({ segment, since, raisedAt, before, after }: AlertRow): Windows {
  const [first, second] = [before, after].map((id) => (id === null ? null : parseScoreId(id)));
  if (first && second) return { segment: second.segment, window: second, before: first };
  const until = Math.ceil(raisedAt.getTime() / DAY_MS) * DAY_MS;
  const began = Math.floor(since.getTime() / DAY_MS) * DAY_MS;
  const from = Math.min(until - DAY_MS, Math.max(until - MOST_DAYS * DAY_MS, began));
  return { segment, window: { from, until }, before: { from: 2 * from - until, until: from } };
}

/** A reader who sees these cells and no other, in the program and in the database. */
function readingOver(
  { scopedReader }: NarratorParts,
  { store, cells: dictionary, now }: AgentDeps,
  cells: CellSet,
) {
  const scope = scopeOver(cells);
  return { scope, deps: { store: scopedReader.as(scope), record: store, cells: dictionary, now } };
}

function sheetOver(
  { deps, scope }: ReturnType<typeof readingOver>,
  { dimensions }: Pick<AgentDeps, 'dimensions'>,
  { segment, window: { from, until }, before }: Windows,
): Promise<FactSheet> {
  return readFactSheet(deps, scope, {
    segment,
    window: { from, until },
    before: { from: before.from, until: before.until },
    by: dimensions.map(({ attribute }) => attribute),
    ...{ basis: 'SURVEYED', confidence: CONFIDENCE, themes: true, mostRows: MOST_ROWS },
  });
}

const NOTHING = { numbers: {}, direction: null, quote: null } as const;
type Unnumbered = Omit<Fact, 'id'>;

/** The alert, with the answers that it has as examples. */
function alertFact({ id, title, since, raisedAt, evidence }: AlertRow): Unnumbered {
  const examples = evidence.filter((one) => one.startsWith('Response:'));
  return {
    ...{ ...NOTHING, kind: 'ALERT', cites: [`Alert:${id}`, ...examples], names: [title] },
    times: [day(raisedAt.getTime()), day(since.getTime())],
  };
}

/** Keys of the change events that the alert names as candidates. */
function candidatesOf({ facts }: AlertRow): string[] {
  const { candidates } = (facts ?? {}) as { readonly candidates?: unknown };
  const ids = Array.isArray(candidates)
    ? candidates.map((one: { readonly id?: unknown } | null) => one?.id)
    : [];
  return ids.flatMap((id) => (typeof id === 'string' ? [id.slice(id.indexOf(':') + 1)] : []));
}

/** Change events of one kind and day are one fact. Their titles are not kept: they are read through the ids. */
function eventFacts(changes: readonly ChangeRow[]): Unnumbered[] {
  const groups = new Map<string, ChangeRow[]>();
  for (const change of changes) {
    const name = `${change.kind} ${day(change.at.getTime())}`;
    groups.set(name, [...(groups.get(name) ?? []), change]);
  }
  return [...groups.values()].slice(0, MOST_EVENTS).flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const cites = same.map(({ id }) => nodeId('ChangeEvent', id));
    const times = [day(first.at.getTime())];
    return [{ ...NOTHING, kind: 'EVENT' as const, cites, names: [first.kind.toLowerCase()], times }];
  });
}

/** All facts in the order in which they are said. */
const withAround = (first: readonly Unnumbered[], { facts }: FactSheet, changes: readonly ChangeRow[]) =>
  [...first, ...facts, ...eventFacts(changes)].map((fact, i): Fact => ({ ...fact, id: `f${i + 1}` }));
const citedBy = (facts: readonly Fact[]) => [...new Set(facts.flatMap(({ cites }) => cites))];
