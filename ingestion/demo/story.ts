import type { NpsClass } from '../../domain/nps/nps.ts';
import type { Topic } from './comments.ts';

/*
 * What is planted in the demo, and by how much; docs/guides/demo.md says the same in words. Scores are NPS
 * divided by 100.
 */

export const HISTORY_DAYS = 180;
/** Answers of the whole history, on average. */
export const HISTORY_ANSWERS = 20_000;
export const SHARE_PASSIVE = 0.26;
/** The shares of answers that have a comment. */
export const SHARE_WITH_COMMENT: Readonly<Record<NpsClass, number>> = {
  promoter: 0.36,
  passive: 0.33,
  detractor: 0.56,
};
/** The share of answers that are corrected within two days. */
export const SHARE_CORRECTED = 0.015;

/** Values of the shipped dimensions, each with its share of the answers and what it adds to the score. */
export const VALUES = {
  region: [
    ['Germany', 0.28, 0],
    ['United States', 0.36, 0.04],
    ['Japan', 0.16, -0.14],
    ['Brazil', 0.2, 0.1],
  ],
  productLine: [
    ['Analytics', 0.45, 0.03],
    ['Payments', 0.3, -0.06],
    ['Messaging', 0.25, 0.02],
  ],
  lifecycleStage: [
    ['onboarding', 0.27, 0.36],
    ['active', 0.47, 0.4],
    ['renewal', 0.26, 0.38],
  ],
  channel: [
    ['web', 0.32, 0],
    ['e-mail', 0.28, -0.05],
    ['mobile', 0.22, -0.03],
    ['in-app', 0.18, 0.04],
  ],
} as const satisfies Record<string, readonly (readonly [string, number, number])[]>;

/** How busy each day is, from Sunday on; the mean is 1. */
export const WEEKDAYS = [0.65, 1.15, 1.25, 1.2, 1.15, 1, 0.6] as const;
/** How busy each hour of a day (UTC) is, relative to the others. */
export const HOURS = [2, 2, 2, 2, 2, 3, 5, 8, 10, 10, 9, 8, 8, 9, 10, 9, 8, 7, 6, 5, 4, 4, 3, 2] as const;
/** How busy the first and the last day of the history are, relative to the mean. */
export const GROWTH = [0.88, 1.12] as const;

/** Who answers, and when: days are counted from the beginning of the day (UTC) on which the demo was started. */
export interface Moment {
  readonly region: string;
  readonly stage: string;
  /** Negative in the history. */
  readonly day: number;
}

/** An onboarding release hurts new customers in one region, and is repaired in part. */
export const RELEASE = {
  day: -45,
  region: 'Germany',
  stage: 'onboarding',
  effect: -0.6,
  /** A repair goes out, which brings part of it back over ten days. */
  repairDay: -20,
  repairDays: 10,
  effectAfterRepair: -0.25,
} as const;

/** A price change lowers the score at renewal everywhere, and stays. */
export const PRICE_CHANGE = { day: -100, stage: 'renewal', effect: -0.3 } as const;

/** What becomes of accounts, as shares; churn is of a month. */
export const BUSINESS = {
  monthlyChurn: 0.012,
  /** Of new accounts where the release hurts. */
  leaveWhenHurt: 0.45,
  leaveAtRenewal: 0.1,
  leaveAtNewPrice: 0.28,
  activated: 0.8,
  activatedWhenHurt: 0.45,
  refunded: 0.03,
  expands: 0.25,
  /** Answers with a ticket that was solved shortly before. */
  withTicket: 0.07,
} as const;

/** Who solves tickets; one of them is there more often before a detractor's answer. */
export const AGENTS = ['alex', 'bo', 'chris', 'dana', 'eli', 'fran'] as const;
export const WEAK_AGENT = { name: 'gray', ofDetractors: 0.34, ofOthers: 0.06 } as const;

/** What the planted stories add to the score of such an answer. */
export function effectOf({ region, stage, day }: Moment): number {
  if (stage === PRICE_CHANGE.stage && day >= PRICE_CHANGE.day) return PRICE_CHANGE.effect;
  if (stage !== RELEASE.stage || region !== RELEASE.region || day < RELEASE.day) return 0;
  const repaired = Math.min(1, Math.max(0, (day - RELEASE.repairDay) / RELEASE.repairDays));
  return RELEASE.effect + repaired * (RELEASE.effectAfterRepair - RELEASE.effect);
}

/** How often comments of a class are about each topic, where nothing special happens. */
export const TOPIC_WEIGHTS: Readonly<Record<NpsClass, Readonly<Partial<Record<Topic, number>>>>> = {
  promoter: {
    ...{
      praise: 32,
      support: 16,
      usability: 16,
      performance: 8,
      reliability: 8,
      integrations: 7,
      onboarding: 5,
    },
    ...{ pricing: 5, missing_feature: 3, billing: 2, security: 2, bugs: 1, cancellation_risk: 1 },
  },
  passive: {
    ...{
      missing_feature: 24,
      usability: 15,
      pricing: 9,
      performance: 10,
      integrations: 10,
      support: 9,
      bugs: 7,
    },
    ...{ praise: 8, onboarding: 4, billing: 5, reliability: 4, security: 3, cancellation_risk: 1 },
  },
  detractor: {
    ...{ bugs: 18, support: 17, performance: 10, usability: 13, reliability: 11, billing: 9, pricing: 7 },
    ...{ integrations: 7, missing_feature: 5, onboarding: 3, security: 4, cancellation_risk: 6, praise: 1 },
  },
};

/** What a stage, and the planted stories, add to the weights of topics. */
export function topicBoosts(moment: Moment, given: NpsClass): Partial<Record<Topic, number>> {
  const isUnhappy = given !== 'promoter';
  if (isUnhappy && effectOf(moment) < 0) {
    if (moment.stage === PRICE_CHANGE.stage) return { pricing: 110, cancellation_risk: 14 };
    return { onboarding: 120, performance: 60 };
  }
  if (moment.stage === RELEASE.stage) return { onboarding: 14 };
  return moment.stage === PRICE_CHANGE.stage ? { cancellation_risk: 3, pricing: 4 } : {};
}

export const DEMO_SEED = 1;
/** Of live answers that one call asks for, which may ask again. */
export const MOST_LIVE_MINUTES = 24 * 60;
/** Live answers a second. */
export const MOST_LIVE_RATE = 1_000;
