import { parseRule, RuleError, type WatchRule } from '../../domain/detection/rule.ts';
import { scoreId } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { type AlertRuleRow, readRules } from '../../store/agents/alert-rules.ts';
import type { CellSet } from '../../store/agents/cell-set.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import { type Cause, groupCauses, isChanged, segmentText } from './causes.ts';
import { readFinding } from './finding.ts';
import type { KnownAlert, MonitorInputs } from './inputs.ts';
import { alertOf, type Current, coveredBy, keyOf, knownOf, readCurrent } from './known.ts';
import { cellsOf, readWatched, type Watched } from './watch.ts';

type Seen = Observation<MonitorInputs>;
type Rule = Extract<MonitorInputs, { kind: 'watch' }>['rule'];

/** Without answers for so long, or for the time of so many usual ones, it is not known whether a change is in force. */
const [STALE_DAYS, STALE_ANSWERS] = [7, 20];
/** What was explained by mix or season is said for so long. */
const EXPLAINED_DAYS = 60;
/** The rate of a segment without a change: any number that never counts as rare. */
const NOT_RARE = 12;
/** The evidence of a change that is over: the score of the last days. */
const EVIDENCE_DAYS = 28;

/**
 * One observation for each cause that a rule finds, for each alert whose cause is over, and for each rule. Rules about few cells
 * come first: an alert about a part may account for the change of the whole.
 */
export async function* observe(deps: AgentDeps): AsyncGenerator<Seen> {
  const day = Math.floor(deps.now() / DAY_MS);
  const rules = (await readRules(deps.store)).map((row) => ({ row, ...read(deps, row) }));
  const inForce = rules.filter(({ row }) => row.enabled);
  const size = (segment: Segment | null | undefined) =>
    segment ? cellsOf(deps, segment).length : Number.POSITIVE_INFINITY;
  inForce.sort((a, b) => size(a.rule?.segment) - size(b.rule?.segment));
  for (const { row, rule, problem } of inForce)
    if (rule) yield* observeRule(deps, row, rule, day);
    else yield watchOf(row, 'everything', { rule: nameOf(row, null), day, problem, watched: [] });
  const names = new Set(inForce.map(({ row }) => row.name));
  for (const alert of await readCurrent(deps, day))
    if (!names.has(alert.numbers.rule))
      yield overOf(deps, { name: alert.numbers.rule, version: 0 }, day, alert, null);
}

function read({ dimensions }: AgentDeps, { rule }: AlertRuleRow) {
  try {
    return { rule: parseRule(rule, dimensions), problem: null };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { rule: null, problem: error.message };
  }
}

const nameOf = ({ name, version }: AlertRuleRow, rule: WatchRule | null): Rule => ({
  name,
  version,
  falseAlarmsPerYear: rule === null || rule.kind === 'threshold' ? null : rule.plan.falseAlarmsPerYear,
});

/** Segments found by volume are judged together, so that their decisions count all answers. */
const cellSetOf = (deps: AgentDeps, segment: Segment | null): CellSet =>
  segment === null || Object.keys(segment).length === 0
    ? 'everything'
    : cellsOf(deps, segment).map(({ id }) => id);

async function* observeRule(
  deps: AgentDeps,
  row: AlertRuleRow,
  rule: WatchRule,
  day: number,
): AsyncGenerator<Seen> {
  const name = nameOf(row, rule);
  const cells = cellSetOf(deps, rule.segment);
  const watched = await readWatched(deps, rule, `${row.name}@${row.version}`, day);
  const current = await readCurrent(deps, day);
  const [own, others] = [true, false].map((is) =>
    current.filter(({ numbers }) => (numbers.rule === row.name) === is),
  ) as [Current[], Current[]];
  const first = new Set(own.map(({ numbers }) => segmentText(numbers.watched)));
  const causes = await groupCauses(deps.store, watched.filter(isChanged), day, first);
  const rates = watched.map(({ reading }) => reading.change?.falseAlarmsPerYear ?? NOT_RARE);
  const left = new Set(own);
  for (const cause of causes) {
    const alert = alertOf(cause, [...left]);
    if (alert) left.delete(alert);
    const covered = await coveredBy(deps, cause, others);
    const place = watched.indexOf(cause.primary);
    const inputs = await causeOf(deps, rule, { rule: name, day, cause, alert, covered, rates, place });
    if (inputs)
      yield observation(row, `${inputs.key}`, cells, inputs, [
        inputs.finding.before.id,
        inputs.finding.after.id,
      ]);
  }
  for (const alert of left) yield overOf(deps, name, day, alert, watched);
  yield watchOf(row, cells, {
    rule: name,
    day,
    problem: null,
    watched: watched.map((one) => shown(one, day)),
  });
}

async function causeOf(
  deps: AgentDeps,
  watch: WatchRule,
  given: {
    readonly rule: Rule;
    readonly day: number;
    readonly cause: Cause;
    readonly alert: Current | null;
    readonly covered: string | null;
    readonly rates: readonly number[];
    readonly place: number;
  },
): Promise<Extract<MonitorInputs, { kind: 'cause' }> | null> {
  const { rule, day, cause, alert, covered, rates, place } = given;
  const finding = await readFinding(deps, cause, watch, day);
  if (!finding) return null;
  const { until, perDay } = cause.primary.reading;
  const lastAnswer = until ?? 0;
  return {
    kind: 'cause',
    rule,
    key: alert?.row.key ?? keyOf(rule.name, cause.primary),
    day,
    lastAnswer,
    isStale: day - lastAnswer > Math.max(STALE_DAYS, STALE_ANSWERS / Math.max(1e-9, perDay)),
    finding,
    rates,
    place,
    alert: alert && knownOf(alert),
    covered,
  };
}

/** @param watched null: its rule is not in force any more. */
function overOf(
  deps: AgentDeps,
  rule: Pick<Rule, 'name' | 'version'>,
  day: number,
  { row, numbers }: Current,
  watched: readonly Watched[] | null,
): Seen {
  const known: KnownAlert = knownOf({ row, numbers });
  const reading = watched?.find(
    ({ segment }) => segmentText(segment) === segmentText(numbers.watched),
  )?.reading;
  const range = { from: (day - EVIDENCE_DAYS) * DAY_MS, until: day * DAY_MS };
  const score = scoreId({ segment: row.segment, ...range, basis: 'SURVEYED', confidence: 0.95, model: null });
  const over = reading?.over ?? null;
  const inputs = {
    kind: 'over',
    rule,
    day,
    alert: known,
    over,
    isRuleOff: watched === null,
    evidence: [score],
  } as const;
  // The decision is seen by those who see the alert.
  const everything = row.cells === '{(,)}';
  const ids = cellsOf(deps, numbers.watched).map(({ id }) => id);
  return observation(rule, row.key, everything ? 'everything' : ids, inputs, [`Alert:${row.id}`, score]);
}

function shown({ segment, reading }: Watched, day: number) {
  const { answers, perDay, change, nearest, explained } = reading;
  const isRecent = explained !== null && day - explained.day <= EXPLAINED_DAYS;
  return {
    segment,
    answers,
    perDay,
    isChanged: change !== null,
    nearest,
    explained: isRecent ? explained : null,
  };
}

function watchOf(
  row: Pick<Rule, 'name' | 'version'>,
  cells: CellSet,
  inputs: Omit<Extract<MonitorInputs, { kind: 'watch' }>, 'kind'>,
): Seen {
  return observation(row, `watch ${row.name}`, cells, { kind: 'watch', ...inputs }, []);
}

const observation = (
  { name, version }: Pick<Rule, 'name' | 'version'>,
  key: string,
  cells: CellSet,
  inputs: MonitorInputs,
  about: readonly string[],
): Seen => ({ key, inputs, cells, about, rule: `${name}@${version}` });
