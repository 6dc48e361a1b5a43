import type { NpsClass } from '../../domain/nps/nps.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { COMMENTS, TOPICS, type Topic } from './comments.ts';
import { ANY_FEATURES, FEATURES, SLOTS } from './slots.ts';
import {
  effectOf,
  GROWTH,
  HISTORY_ANSWERS,
  HISTORY_DAYS,
  HOURS,
  SHARE_CORRECTED,
  SHARE_PASSIVE,
  SHARE_WITH_COMMENT,
  TOPIC_WEIGHTS,
  topicBoosts,
  VALUES,
  WEEKDAYS,
} from './story.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Customers who signed up in the same month; they answer again and again. */
export const COHORT_SIZE = 280;
/** Of so many customers those of one region are one account. */
export const ACCOUNT_SIZE = 28;
const MONTH_DAYS = 30;
/** Months between signing up and the renewal of a contract. */
const RENEWAL_MONTHS = 12;
const MOST_CORRECTED_HOURS = 48;
/** Steps of this length come near every point between 0 and 1 alike. Source: D. Knuth, The Art of Computer Programming, vol. 3, 6.4. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A simulated answer, as it is taken in. */
export interface DemoAnswer {
  readonly externalId: string;
  readonly respondent: string;
  readonly account: string;
  /** Of the story, whatever the deployment calls it. */
  readonly region: string;
  readonly answeredAt: Date;
  readonly score: number;
  readonly comment: string | null;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What the answers are made for. */
export interface DemoSetting {
  readonly seed: number;
  readonly dimensions: readonly Dimension[];
  /** When the demo was started, epoch milliseconds: the history ends there. */
  readonly anchor: number;
}

/**
 * From where the days of the stories count, epoch milliseconds: the day (UTC) of the start begins there. So the history is the same at
 * whatever hour of the day the demo starts.
 */
export const dayZero = ({ anchor }: Pick<DemoSetting, 'anchor'>): number =>
  Math.floor(anchor / DAY_MS) * DAY_MS;

/** One source of chance and what is drawn from it. */
class Chance {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomFrom(seed);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  /** One of the entries, by its weight. */
  weighted<T>(entries: readonly (readonly [T, number, ...unknown[]])[]): T {
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    return (entries.at(-1) as readonly [T, number])[0];
  }

  /** How many events happen where `mean` are expected. Source: D. Knuth, The Art of Computer Programming, vol. 2, 3.4.1. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count += 1;
    return count;
  }
}

/** What stays the same about a customer. */
interface Customer {
  readonly respondent: string;
  readonly account: string;
  readonly region: string;
  readonly productLine: string;
  readonly mood: number;
  readonly others: () => number;
}

function customerOf(seed: number, number: number): Customer {
  const chance = new Chance(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 5_000, 0x85ebca6b));
  const region = chance.weighted(VALUES.region);
  return {
    respondent: `customer-${number}@demo.invalid`,
    account: accountOf(number, region),
    region,
    productLine: chance.weighted(VALUES.productLine),
    mood: 0.2 * (chance.next() - 0.5),
    others: chance.next,
  };
}

/** The account of the customer with that number. */
export const accountOf = (number: number, region: string): string =>
  `account-${Math.floor(number / ACCOUNT_SIZE)}-${region.toLowerCase().replace(' ', '-')}.demo.invalid`;

/** What a value adds to the score. */
const addedBy = (field: keyof typeof VALUES, value: string): number =>
  VALUES[field].find(([name]) => name === value)?.[2] ?? 0;

/** Makes answers of one setting. */
export class Respondents {
  readonly #chance: Chance;
  readonly #setting: DemoSetting;
  /** The last draw of a class, by group of answers. */
  readonly #draws = new Map<string, number>();

  constructor(setting: DemoSetting, stream: number) {
    this.#setting = setting;
    this.#chance = new Chance(Math.imul(setting.seed, 0x27d4eb2f) + stream);
  }

  /** How many answers come in that hour. */
  arrivals(hour: number): number {
    const at = new Date(hour);
    const day = (hour - dayZero(this.#setting)) / DAY_MS;
    const along = Math.min(1, Math.max(0, 1 + day / HISTORY_DAYS));
    const growth = GROWTH[0] + along * (GROWTH[1] - GROWTH[0]);
    const ofDay = (HISTORY_ANSWERS / HISTORY_DAYS) * growth * (WEEKDAYS[at.getUTCDay()] ?? 1);
    const hours = HOURS.reduce((sum, weight) => sum + weight, 0);
    return this.#chance.poisson((ofDay * (HOURS[at.getUTCHours()] ?? 0)) / hours);
  }

  /** One answer at a moment, in epoch milliseconds. */
  answerAt(time: number, externalId: string): DemoAnswer {
    const chance = this.#chance;
    const { seed, dimensions } = this.#setting;
    const day = (time - dayZero(this.#setting)) / DAY_MS;
    const stage = chance.weighted(VALUES.lifecycleStage);
    // Customers of the last month answer also on the day of the start and after it: newer ones have no subscriptions.
    const month = Math.min(-1, Math.floor(day / MONTH_DAYS));
    const customer = customerOf(seed, this.#customerIn(stage, month));
    const { region, productLine } = customer;
    const channel = chance.weighted(VALUES.channel);
    const moment = { region, stage, day };
    const score =
      addedBy('lifecycleStage', stage) +
      addedBy('region', region) +
      addedBy('productLine', productLine) +
      addedBy('channel', channel) +
      customer.mood +
      effectOf(moment);
    const group = [region, productLine, stage, channel].join();
    const given = this.#classAt(Math.min(0.7, Math.max(-0.7, score)), group);
    const known: Record<string, string> = { region, productLine, lifecycleStage: stage, channel };
    return {
      externalId,
      respondent: customer.respondent,
      account: customer.account,
      region,
      answeredAt: new Date(time),
      score: this.#scoreOf(given),
      comment: chance.next() < SHARE_WITH_COMMENT[given] ? this.#comment(moment, given, productLine) : null,
      dimensions: Object.fromEntries(
        dimensions.map((dimension) => [dimension.field, placeIn(dimension, known, customer)]),
      ),
    };
  }

  /** The same answer later, after someone called the customer. */
  correctionOf(answer: DemoAnswer): DemoAnswer {
    const hours = 1 + this.#chance.next() * (MOST_CORRECTED_HOURS - 1);
    return {
      ...answer,
      answeredAt: new Date(Math.round(answer.answeredAt.getTime() + hours * HOUR_MS)),
      score: Math.min(10, answer.score + 2),
      comment: 'Corrected after a call: the problem was solved.',
    };
  }

  isCorrected(): boolean {
    return this.#chance.next() < SHARE_CORRECTED;
  }

  /** A moment within the hour that begins then. */
  within(hour: number): number {
    return hour + Math.floor(this.#chance.next() * HOUR_MS);
  }

  /** New customers are onboarding; those of a year ago renew; the others are from any month between. */
  #customerIn(stage: string, month: number): number {
    const back =
      { onboarding: 0, renewal: RENEWAL_MONTHS }[stage] ?? 1 + Math.floor(this.#chance.next() * 11);
    return (month - back + 100) * COHORT_SIZE + Math.floor(this.#chance.next() * COHORT_SIZE);
  }

  /**
   * Classes are spread evenly over the answers of each group, as by the quotas of a panel: with plain chance a story was missed, or
   * another fall found, at some hours of the start.
   */
  #classAt(score: number, group: string): NpsClass {
    const promoters = (1 - SHARE_PASSIVE + score) / 2;
    const draw = ((this.#draws.get(group) ?? this.#chance.next()) + GOLDEN) % 1;
    this.#draws.set(group, draw);
    return draw < promoters ? 'promoter' : draw < promoters + SHARE_PASSIVE ? 'passive' : 'detractor';
  }

  #scoreOf(given: NpsClass): number {
    return this.#chance.pick(
      { promoter: [9, 9, 10, 10, 10], passive: [7, 8, 8], detractor: [6, 6, 6, 5, 5, 4, 3, 3, 2, 1, 0] }[
        given
      ],
    );
  }

  #comment(moment: Parameters<typeof effectOf>[0], given: NpsClass, product: string): string {
    const boosts = topicBoosts(moment, given);
    const weights = TOPICS.map((topic): [Topic, number] => [
      topic,
      (TOPIC_WEIGHTS[given][topic] ?? 0) + (boosts[topic] ?? 0),
    ]);
    const sentence = this.#chance.pick(COMMENTS[this.#chance.weighted(weights)][given]);
    return sentence.replaceAll(/\{(\w+)\}/g, (_, slot: string) =>
      slot === 'product'
        ? product
        : this.#chance.pick(
            slot === 'feature' ? (FEATURES[product] ?? ANY_FEATURES) : (SLOTS[slot] ?? ['it']),
          ),
    );
  }
}

/** A customer's value of a dimension: of the story, declared by the deployment, or made up. */
function placeIn({ field, declared }: Dimension, known: Record<string, string>, customer: Customer): string {
  const value = known[field];
  if (value !== undefined && (!declared || declared.values.has(value))) return value;
  const values = declared ? [...declared.values] : [`${field} A`, `${field} B`, `${field} C`];
  return values[Math.floor(customer.others() * values.length)] ?? `${field} A`;
}

/**
 * The answers of the history, by time: the same for the same setting, so that they can be sent again and are
 * recognised.
 */
export function* demoHistory(setting: DemoSetting): Generator<DemoAnswer, undefined> {
  const { anchor } = setting;
  const respondents = new Respondents(setting, 1);
  const first = dayZero(setting) - HISTORY_DAYS * DAY_MS;
  let corrections: DemoAnswer[] = [];
  let number = 0;
  for (let hour = first; hour < anchor; hour += HOUR_MS) {
    const answers = Array.from({ length: respondents.arrivals(hour) }, () => {
      number += 1;
      return respondents.answerAt(respondents.within(hour), `demo-${number}`);
    });
    corrections.push(
      ...answers.filter(() => respondents.isCorrected()).map((one) => respondents.correctionOf(one)),
    );
    const end = Math.min(anchor, hour + HOUR_MS);
    const isDue = ({ answeredAt }: DemoAnswer) => answeredAt.getTime() < end;
    yield* [...answers, ...corrections]
      .filter(isDue)
      .sort((a, b) => a.answeredAt.getTime() - b.answeredAt.getTime());
    corrections = corrections.filter((one) => !isDue(one));
  }
}
