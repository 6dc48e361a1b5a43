import { silenceOf, usualOf, WORDING_NEWS_MS } from '../../domain/detection/source-quality.ts';
import { judgeDay, type VolumeProfile } from '../../domain/detection/volume.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time/time-windows.ts';
import { type AlertAction, type Cause, decideAlert } from '../alerting/episode.ts';
import type { Decided } from '../loop/agent.ts';
import type {
  FollowersInputs,
  Found,
  GoneInputs,
  Inputs,
  SourceDays,
  SourcesInputs,
  WordingInputs,
} from './inputs.ts';
import { ofRetention } from './late-deletions.ts';
import { ofRates } from './rates.ts';
import { clockOf, fieldsOf, type SourceFault, type SourceFinding } from './source-faults.ts';

const RULE = 'data@1';
/** Looks are ten minutes apart: what lasts shorter than that is not said, and what returns within half an hour is one alert. */
const DAMPING = { raiseAfter: 2, resolveAfter: 3 };
/** Charts of rates are looked at once a day, and sum up many days themselves. */
const DAILY = { raiseAfter: 1, resolveAfter: 2 };
/** Rejected items: at least so many, this share of all, and so many times the source's own share. */
const [REJECTED_FEWEST, REJECTED_SHARE, REJECTED_TIMES] = [10, 0.05, 3];
/** Seconds that a follower may be behind; from the second on people see old numbers for so long that someone should act. */
const [DELAY_S, DELAY_CRITICAL_S] = [300, 3_600];

/** One alert for one cause: raised, changed and resolved by what was found. */
export function decide(inputs: Inputs): Decided<AlertAction> {
  const { at, before, last } = inputs;
  const { cause, fine, evidence } = find(inputs);
  const damping = inputs.what === 'rates' ? DAILY : DAMPING;
  return decideAlert({ at, rule: RULE, cause, fine, evidence, before, last, damping });
}

function find(inputs: Inputs): Found {
  if (inputs.what === 'sources') return ofSources(inputs);
  if (inputs.what === 'followers') return ofFollowers(inputs);
  if (inputs.what === 'retention') return ofRetention(inputs);
  if (inputs.what === 'gone') return ofGone(inputs);
  return inputs.what === 'rates' ? ofRates(inputs) : ofWording(inputs);
}

const round = (value: number) => Math.round(value * 10) / 10;

function findingOf(source: SourceDays, now: number): SourceFinding | null {
  const { name, first, accepted } = source;
  // The last is today, which is not over.
  const yesterday = accepted.at(-2) ?? 0;
  const day = first + accepted.length - 2;
  const profile = usualOf(source);
  return (
    (profile && silentFor(source, profile, now)) ??
    rejectionOf(source) ??
    clockOf(source) ??
    fieldsOf(source) ??
    (profile && volumeOf(name, profile, day, yesterday))
  );
}

function silentFor(source: SourceDays, profile: VolumeProfile, now: number): SourceFinding | null {
  const { since, expected, chance, isTooLong } = silenceOf(source, profile, now);
  if (!isTooLong) return null;
  const says = `Nothing arrived since ${new Date(since).toISOString().slice(0, 16)}Z, when about ${round(expected)} answers are usual`;
  return {
    source: source.name,
    fault: 'silent',
    severity: 'WARNING',
    says,
    numbers: { since, expected, chance },
  };
}

function rejectionOf({ name, accepted, rejected, reasons }: SourceDays): SourceFinding | null {
  const of = (list: readonly number[], from: number, until?: number) =>
    list.slice(from, until).reduce((a, b) => a + b, 0);
  const [bad, good] = [of(rejected, -2), of(accepted, -2)];
  const [earlierBad, earlierGood] = [of(rejected, -30, -2), of(accepted, -30, -2)];
  const share = bad / Math.max(1, bad + good);
  const usual = earlierBad / Math.max(1, earlierBad + earlierGood);
  if (bad < REJECTED_FEWEST || share < REJECTED_SHARE || share < REJECTED_TIMES * usual) return null;
  const why = reasons.length === 0 ? '' : `, most as ${reasons.slice(0, 2).join(' and ')}`;
  const says = `${bad} of ${bad + good} items since yesterday were rejected${why}; usual are ${round(100 * usual)} %`;
  // A mapping can be corrected and the items sent again; while most are lost, that cannot wait.
  const severity = share > 0.5 ? 'CRITICAL' : 'WARNING';
  return { source: name, fault: 'rejected', severity, says, numbers: { bad, good, usual } };
}

function volumeOf(name: string, profile: VolumeProfile, day: number, count: number): SourceFinding | null {
  const { expected, deviation, verdict } = judgeDay(profile, day, count);
  if (!verdict) return null;
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  const says = `${count} answers arrived on ${date}, where about ${round(expected)} are usual on that weekday`;
  // More answers than usual need no one to act.
  const severity = verdict === 'fall' ? 'WARNING' : 'INFO';
  return { source: name, fault: verdict, severity, says, numbers: { count, expected, deviation } };
}

const TITLES: Readonly<Record<SourceFault, string>> = {
  silent: 'is silent',
  rejected: 'sends items that are rejected',
  clock: 'sends answers from the future',
  fields: 'leaves out a field',
  fall: 'brings fewer answers than usual',
  surge: 'brings more answers than usual',
};
const RANK: Readonly<Record<SourceFault, number>> = {
  silent: 0,
  rejected: 1,
  clock: 2,
  fields: 3,
  fall: 4,
  surge: 5,
};

function ofSources({ at, sources, connection }: SourcesInputs): Found {
  const now = Date.parse(at);
  const found = sources
    .flatMap((source) => findingOf(source, now) ?? [])
    .sort((a, b) => RANK[a.fault] - RANK[b.fault] || (a.source < b.source ? -1 : 1));
  const evidence = sources.map(({ name }) => `Source:${name}`);
  const [first] = found;
  if (!first) {
    const who =
      sources.length === 1 ? `The source ${sources[0]?.name} keeps` : `All ${sources.length} sources keep`;
    const yesterday = sources.reduce((sum, { accepted }) => sum + (accepted.at(-2) ?? 0), 0);
    return { cause: null, evidence, fine: `${who} to the rhythm: ${yesterday} answers yesterday.` };
  }
  const same = found.filter(({ fault }) => fault === first.fault);
  // Deliveries that come and are refused explain the silence, and a person can end that: the secret differs.
  const isRefused =
    first.fault === 'silent' &&
    (connection?.lastRefusedAt ?? 0) > Math.max(connection?.lastDeliveryAt ?? 0, now - 2 * DAY_MS);
  const place = connection ? `connection ${connection.name}` : `source ${first.source}`;
  const title = isRefused
    ? `The deliveries of the connection ${connection?.name} are refused`
    : `The ${place} ${TITLES[first.fault]}`;
  const severity = isRefused ? 'CRITICAL' : first.severity;
  const summary = `${same.map(({ source, says }) => (sources.length === 1 ? says : `${source}: ${says}`)).join('. ')}.`;
  return { cause: { severity, title, summary, evidence, facts: { found } }, fine: '', evidence };
}

function ofFollowers({ delays }: FollowersInputs): Found {
  const late = Object.entries(delays)
    .filter(([, seconds]) => seconds > DELAY_S)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (late.length === 0)
    return {
      cause: null,
      evidence: [],
      fine: `All ${Object.keys(delays).length} followers of the journal are less than ${DELAY_S / 60} minutes behind.`,
    };
  const longest = Math.max(...late.map(([, seconds]) => seconds));
  const names = late.map(([name]) => name).join(', ');
  const cause: Cause = {
    severity: longest > DELAY_CRITICAL_S ? 'CRITICAL' : 'WARNING',
    title: `Behind the journal: ${names}`,
    summary: `The longest delay is ${round(longest / 60)} minutes; the log and /readyz say why.`,
    evidence: [],
    facts: { delays: Object.fromEntries(late) },
  };
  return { cause, fine: '', evidence: [] };
}

/** An alert about what is not watched under its key any more is over: nothing else would resolve it. */
function ofGone({ key }: GoneInputs): Found {
  const [what, ...name] = key.split(' ');
  const why =
    what === 'source'
      ? `The source ${name.join(' ')} is not watched by itself any more: it is bound to a connection, or nothing came from it for long.`
      : what === 'connection'
        ? `No source is bound to the connection ${name.join(' ')} any more.`
        : what === 'retention'
          ? 'No rule of the retention policy is in force any more.'
          : `What the alert is about (${key}) is not watched any more: there is nothing new to judge.`;
  return { cause: null, evidence: [], fine: why };
}

function ofWording({ at, source, survey, version, firstSeen }: WordingInputs): Found {
  const evidence = [`Source:${source}`];
  const age = Date.parse(at) - Date.parse(firstSeen);
  const fine = `The survey version ${version} of ${survey} has been in use by ${source} for more than ${WORDING_NEWS_MS / DAY_MS} days.`;
  if (age > WORDING_NEWS_MS) return { cause: null, fine, evidence };
  const cause: Cause = {
    severity: 'INFO',
    title: `The source ${source} is answered under version ${version} of ${survey}`,
    summary: `The first answer came under it at ${firstSeen.slice(0, 16)}Z: another wording may move the score by itself.`,
    evidence,
    facts: { hours: Math.floor(age / HOUR_MS / 24) * 24 },
  };
  return { cause, fine, evidence };
}
