/*
 * Scales of satisfaction, declared by the connectors whose answers are not recommendations (decision 0158). A connection's mapping may
 * declare another.
 */

/** 1 to 5: 4 and 5 are satisfied, 3 is neither, 1 and 2 are not. */
export const CSAT_1_5 = {
  kind: 'range',
  name: 'csat 1-5',
  minimum: 1,
  maximum: 5,
  passiveFrom: 3,
  promoterFrom: 4,
} as const;

const [SATISFIED, UNSATISFIED] = [
  { class: 'promoter', points: 1_000, score: 1 },
  { class: 'detractor', points: 0, score: 0 },
] as const;

/** Good or bad, as Zendesk writes them in its API and in its placeholders. */
export const CSAT_GOOD_BAD = {
  kind: 'labels',
  name: 'csat good-bad',
  labels: {
    good: SATISFIED,
    "good, i'm satisfied": SATISFIED,
    bad: UNSATISFIED,
    "bad, i'm unsatisfied": UNSATISFIED,
  },
} as const;
