import { adjustedForFalseDiscovery } from '../../domain/drift/false-discovery.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import type { Severity } from '../../store/tables/agents.ts';
import type { Decided } from '../loop/agent.ts';
import type { AlertContent, Finding, KnownAlert, MonitorAction, MonitorInputs } from './inputs.ts';
import { dateOf, labelOf, points, summaryOf, titleOf } from './words.ts';

type Of<K extends MonitorInputs['kind']> = Extract<MonitorInputs, { kind: K }>;
type Decision = Decided<MonitorAction>;

/** A rule states at most so many false alarms a year (domain/detection/rule.ts); no change is as rare as that. */
const MOST_A_YEAR = 12;
/** Falls of so many points. */
const [CRITICAL_POINTS, WARNING_POINTS] = [20, 10];
/** An alert is edited when its size moved by so many points. */
const MATERIAL_POINTS = 5;
/** A chart that is so near its limit is a near miss. */
const NEAR = 0.85;

/** What is to be done about a cause, an alert whose cause is over, or a rule under which nothing changed. */
export function decide(inputs: MonitorInputs): Decision {
  if (inputs.kind === 'cause') return aboutCause(inputs);
  return inputs.kind === 'over' ? aboutOver(inputs) : aboutRule(inputs);
}

/** How often a year so much is seen by chance, with all watched segments considered (Benjamini and Hochberg). */
function adjustedRate({ rates, place }: Of<'cause'>): number {
  const parts = rates.map((rate) => Math.min(1, rate / MOST_A_YEAR));
  return MOST_A_YEAR * (adjustedForFalseDiscovery(parts)[place] ?? 1);
}

function aboutCause(inputs: Of<'cause'>): Decision {
  const { finding, alert, rule, covered } = inputs;
  const what = `${titleOf(finding)} since ${dateOf(finding.since)}`;
  if (alert?.state === 'DISMISSED')
    return nothing(
      `${what}: a person dismissed the alert, and it is the same cause`,
      'dismissed',
      'raise it again',
    );
  if (inputs.isStale)
    return nothing(
      `${what}, but the last answer is of ${dateOf(inputs.lastAnswer)}: whether it is still in force is not known`,
      'stale',
      'raise an alert about what may be over',
    );
  if (alert) return aboutKnown(inputs, alert, what);
  if (covered !== null)
    return nothing(
      `${what}: ${covered} is about these answers and accounts for it`,
      covered,
      'raise a second alert',
    );
  const rate = rule.falseAlarmsPerYear === null ? null : adjustedRate(inputs);
  if (rate !== null && rule.falseAlarmsPerYear !== null && rate > rule.falseAlarmsPerYear)
    return {
      action: null,
      nearMiss: true,
      verdict: 'held back',
      reason:
        `${what}, but among ${inputs.rates.length} watched segments that is seen ${rate.toPrecision(2)} times a year by chance, ` +
        `more than the stated ${rule.falseAlarmsPerYear}`,
      alternatives: [{ action: 'raise', reason: 'more answers may confirm it' }],
    };
  const content = contentOf(inputs);
  return {
    action: { kind: 'raise', content },
    verdict: `raise ${content.severity}`,
    reason: reasonOf(what, inputs, rate),
    alternatives: [
      { action: null, reason: 'it is in force, and no open alert is about it' },
      ...finding.members.map(({ segment }) => ({
        action: `an alert about ${labelOf(segment)}`,
        reason: 'nothing of its change is left without these answers',
      })),
    ],
  };
}

function reasonOf(what: string, { finding, rates, rule }: Of<'cause'>, rate: number | null): string {
  const { chart, statistic, limit, foundOn } = finding.change;
  const passed = `${chart} was ${statistic.toFixed(2)} at a limit of ${limit.toFixed(2)} on ${dateOf(foundOn)}`;
  if (rate === null) return `${what}: ${passed}`;
  return `${what}: ${passed}; among ${rates.length} watched segments that is seen ${rate.toPrecision(2)} times a year by chance, at most ${rule.falseAlarmsPerYear} are stated`;
}

/** What is known already is edited where it says something else now. */
function aboutKnown(inputs: Of<'cause'>, alert: KnownAlert, what: string): Decision {
  const content = contentOf(inputs);
  const { finding } = inputs;
  const news = [
    ...(content.severity === alert.severity ? [] : [`severity ${content.severity}`]),
    ...(finding.change.phase === alert.phase ? [] : [`phase ${finding.change.phase}`]),
    ...(Math.abs(finding.difference - alert.difference) < MATERIAL_POINTS
      ? []
      : [`${points(finding.difference)} points, ${points(alert.difference)} before`]),
    ...(finding.candidates.every(({ id }) => alert.candidates.includes(id))
      ? []
      : ['a change event near its beginning']),
  ];
  if (news.length === 0)
    return nothing(`${what}: Alert:${alert.id} says so`, `known ${alert.id}`, 'write the same again');
  return {
    action: { kind: 'change', alert: alert.id, content },
    verdict: `change ${alert.id} ${content.severity} ${finding.change.phase}`,
    reason: `${what}; new: ${news.join('; ')}`,
    alternatives: [{ action: 'raise', reason: `it is the cause of Alert:${alert.id}` }],
  };
}

function severityOf({ change, difference }: Finding): Severity {
  if (change.direction === 'RISE') return 'INFO';
  if (difference <= -CRITICAL_POINTS) return 'CRITICAL';
  return difference <= -WARNING_POINTS ? 'WARNING' : 'INFO';
}

function contentOf({ finding, rule, key }: Of<'cause'>): AlertContent {
  const { segment, examples, ...facts } = finding;
  return {
    key,
    severity: severityOf(finding),
    title: titleOf(finding),
    summary: summaryOf(finding),
    segment,
    since: new Date(finding.since * DAY_MS).toISOString(),
    before: finding.before.id,
    after: finding.after.id,
    facts: { ...facts, rule: rule.name, falseAlarmsPerYear: rule.falseAlarmsPerYear },
    evidence: [finding.before.id, finding.after.id, ...examples, ...finding.candidates.map(({ id }) => id)],
  };
}

function aboutOver({ alert, over, isRuleOff, rule, evidence }: Of<'over'>): Decision {
  if (alert.state === 'DISMISSED')
    return nothing(
      `the cause of Alert:${alert.id}, which a person dismissed, is over`,
      'dismissed',
      'resolve it',
    );
  const why = isRuleOff
    ? `the rule ${rule.name} is switched off`
    : over === null
      ? 'no chart finds the change in the answers as they are now'
      : over.kind === 'RECOVERED'
        ? `the score is back where it was, found on ${dateOf(over.day)}`
        : `the level lasted so long that it is what is usual since ${dateOf(over.day)}`;
  return {
    action: { kind: 'resolve', alert: alert.id, evidence },
    verdict: `resolve ${alert.id}`,
    reason: `${labelOf(alert.segment)}: ${why}`,
    alternatives: [{ action: null, reason: 'the alert would stay open without a cause' }],
  };
}

function aboutRule({ rule, day, problem, watched }: Of<'watch'>): Decision {
  if (problem !== null)
    return nothing(`the rule ${rule.name} cannot be read: ${problem}`, 'unreadable', null);
  const last = dateOf(day - 1);
  const explained = watched.flatMap(({ segment, explained: one }) =>
    one === null ? [] : [{ segment, ...one }],
  );
  const nearest = watched
    .flatMap(({ segment, nearest: one, isChanged }) =>
      one === null || isChanged ? [] : [{ segment, ...one }],
    )
    .sort((a, b) => b.value / b.limit - a.value / a.limit)[0];
  const changed = watched.filter(({ isChanged }) => isChanged).length;
  const isNear = nearest !== undefined && nearest.value > NEAR * nearest.limit;
  const sentences = [
    `${watched.length} segments are watched up to ${last}; ${changed} of them changed, which are decided on by cause`,
    ...explained.map(
      ({ segment, kind, since, moved, mix, season }) =>
        `${labelOf(segment)} moved by ${moved.toFixed(1)} points since ${dateOf(since)} because ` +
        `${kind === 'MIX' ? 'others answered' : 'of the time of the year'} (mix ${mix.toFixed(1)}, season ${season.toFixed(1)}): no alert`,
    ),
    ...(isNear
      ? [
          `${nearest.chart} of ${labelOf(nearest.segment)} is at ${nearest.value.toFixed(2)} of ${nearest.limit.toFixed(2)}`,
        ]
      : []),
  ];
  return {
    action: null,
    reason: sentences.join('; '),
    alternatives: explained.map(({ segment }) => ({
      action: `an alert about ${labelOf(segment)}`,
      reason: 'no segment changed beyond who answered and when',
    })),
    ...(isNear ? { nearMiss: true } : {}),
  };
}

const nothing = (reason: string, verdict: string | null, instead: string | null): Decision => ({
  action: null,
  reason,
  alternatives: instead === null ? [] : [{ action: instead, reason }],
  ...(verdict === null ? {} : { verdict }),
});
