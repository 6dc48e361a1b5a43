import { randomFrom } from '../../domain/statistics/random.ts';

/* What one seed sends and what breaks meanwhile. The seed alone decides, so a run that failed can be repeated. */

/** One revision of an answer, as it is sent. */
export interface SentAnswer {
  readonly source: string;
  readonly externalId: string;
  readonly revision: number;
  readonly respondent: string;
  readonly answeredAt: string;
  readonly score: number;
  readonly region: string;
}

/** A statement that two identifiers are of one person. */
export interface SentMerge {
  readonly from: string;
  readonly into: string;
}

/** What one request or one write to the topic carries. */
export type Step =
  | { readonly door: 'http' | 'kafka'; readonly answers: readonly SentAnswer[] }
  | { readonly door: 'http'; readonly merges: readonly SentMerge[] };

export const FAULTS = ['kill', 'postgres', 'neo4j', 'kafka', 'disk'] as const;

/** What breaks when that share of the steps is sent, and for how long. */
export interface Fault {
  readonly kind: (typeof FAULTS)[number];
  readonly at: number;
  /** Which of the workers is killed. */
  readonly worker: number;
  readonly forMs: number;
  /** Cut off without a reset, as by a firewall that drops packets. */
  readonly silent: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
  /** Whether requests hand their answers to a topic first (SCORELINE_INGEST_TOPIC). */
  readonly handsOver: boolean;
  /** Whether both workers have followers, so that one may take over from the other. */
  readonly bothFollow: boolean;
  /** Answers that are off their scale: no door may take them. */
  readonly invalid: ReadonlySet<string>;
}

const HOUR_MS = 3_600_000;
export const SOURCE = 'drill';
export const REGIONS = ['north', 'east', 'south', 'west'];
/** Answers lie in these hours before the last full one. */
const HOURS = 60;
const LARGEST_BATCH = 40;
/** For each so many events, one more fault of each kind. */
const EVENTS_PER_ROUND = 8_000;

type Below = (bound: number) => number;

/**
 * @param events how many messages are sent, repeated ones included
 * @param doors where answers may go in
 */
export function planOf(
  seed: number,
  events: number,
  now: number,
  doors: readonly ('http' | 'kafka')[] = ['kafka', 'http'],
): Plan {
  const random = randomFrom(seed);
  const below: Below = (bound) => Math.floor(random() * bound);
  const people = Math.max(20, Math.ceil(events / 20));
  const invalid = new Set(Array.from({ length: Math.ceil(events / 200) }, (_, i) => `off scale ${i}`));
  const sent: SentAnswer[] = [...invalid].map((externalId) => ({
    ...answerOf(externalId, 1, `person ${below(people)}`, now, below),
    score: 11,
  }));
  for (let id = 0; sent.length < events; id++) {
    const respondent = `person ${below(people)}`;
    const revisions = below(3) === 0 ? 2 + below(3) : 1;
    for (let revision = 1; revision <= revisions; revision++) {
      const answer = answerOf(`answer ${id}`, revision, respondent, now, below);
      // Some are sent twice or three times.
      sent.push(...Array.from({ length: below(5) === 0 ? 2 + below(2) : 1 }, () => answer));
    }
  }
  const steps = [
    ...batches(shuffled(sent.slice(0, events), below), doors, below),
    ...mergesOf(people, below),
  ];
  return {
    seed,
    steps: shuffled(steps, below),
    faults: faultsOf(Math.ceil(events / EVENTS_PER_ROUND), below),
    handsOver: below(3) === 0,
    bothFollow: below(3) === 0,
    invalid,
  };
}

function answerOf(
  externalId: string,
  revision: number,
  respondent: string,
  now: number,
  below: Below,
): SentAnswer {
  const hour = Math.floor(now / HOUR_MS) - 1 - below(HOURS);
  return {
    source: SOURCE,
    externalId,
    revision,
    respondent,
    answeredAt: new Date(hour * HOUR_MS + below(HOUR_MS)).toISOString(),
    score: below(11),
    region: REGIONS[below(REGIONS.length)] as string,
  };
}

function batches(answers: readonly SentAnswer[], doors: readonly ('http' | 'kafka')[], below: Below): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < answers.length; ) {
    const size = 1 + below(LARGEST_BATCH);
    const door = doors[below(doors.length)] ?? 'http';
    steps.push({ door, answers: answers.slice(at, at + size) });
    at += size;
  }
  return steps;
}

/** Each person is merged at most once, into a later one: chains, but no circles, so their order does not matter. */
function mergesOf(people: number, below: Below): Step[] {
  const steps: Step[] = [];
  for (let person = 0; person < people - 1; person++) {
    if (below(4) > 0) continue;
    const merge = { from: `person ${person}`, into: `person ${person + 1 + below(people - person - 1)}` };
    steps.push(...Array.from({ length: 1 + below(2) }, (): Step => ({ door: 'http', merges: [merge] })));
  }
  return steps;
}

/** Each kind once a round, at any time and in any order. */
function faultsOf(rounds: number, below: Below): Fault[] {
  const kinds = Array.from({ length: rounds }, () => FAULTS).flat();
  return kinds
    .map((kind) => ({
      kind,
      at: 0.05 + below(800) / 1_000,
      worker: below(2),
      forMs: 200 + below(1_500),
      silent: below(8) === 0,
    }))
    .sort((one, other) => one.at - other.at);
}

function shuffled<T>(items: readonly T[], below: Below): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
